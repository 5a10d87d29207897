"""Rprop: only the signs of the gradient count; every element has a step size that grows or shrinks."""

from minigrad.optim.optimizer import Optimizer


class Rprop(Optimizer):
    """Resilient backpropagation, for gradients of all the data (those of small batches flip signs by chance):

        size = size * etas[1] where g has the sign it had before, size * etas[0] where it changed,
               kept between step_sizes[0] and step_sizes[1];   at first lr
        p = p - sign(g) * size, where the sign has not changed; there g counts as 0 once

    maximize climbs.

    Source: Riedmiller and Braun 1993, A direct adaptive method for faster backpropagation learning: the
    RPROP algorithm; without its way back after a change of sign: iRprop- of Igel and Hüsken 2000, Improving
    the Rprop learning algorithm, as in PyTorch.
    """

    elementwise = True
    names = {"g_before": "prev", "size": "step_size"}

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, maximize=False):
        super().__init__(params, dict(lr=lr, etas=etas, step_sizes=step_sizes, maximize=maximize))

    def init_state(self, xp, p, *, lr, **settings):
        return {"g_before": xp.zeros_like(p), "size": xp.full_like(p, lr)}

    def update(self, xp, p, g, state, *, lr, etas, step_sizes, maximize):
        before, size = state["g_before"], state["size"]
        if maximize:
            g = -g
        agreement = g * before
        size[...] = xp.where(agreement > 0, size * etas[1], xp.where(agreement < 0, size * etas[0], size))
        xp.clip(size, *step_sizes, out=size)
        before[...] = xp.where(agreement < 0, 0, g)
        p -= xp.sign(before) * size
