"""Rprop: step by the sign of the gradient, with a step size per element that grows or shrinks."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class Rprop(Optimizer):
    """Resilient backpropagation, for full-batch gradients (small batches flip signs by chance):

        size = size * etas[1] where g kept its sign, size * etas[0] where it changed sign, clamped to
               [step_sizes[0], step_sizes[1]]; it starts at lr
        p = p - sign(g) * size

    Where g changed sign it counts as 0 for this step. maximize: ascend instead of descend.

    Source: Riedmiller and Braun 1993, A direct adaptive method for faster backpropagation learning: the
    RPROP algorithm; without its backtracking after a sign change: iRprop- of Igel and Hüsken 2000, Improving
    the Rprop learning algorithm, as in PyTorch.
    """

    elementwise = True
    names = {"g_before": "prev", "size": "step_size"}

    def __init__(self, params: Params, lr: float = 1e-2, etas: tuple[float, float] = (0.5, 1.2),
                 step_sizes: tuple[float, float] = (1e-6, 50), *, capturable: bool = False,
                 foreach: bool | None = None, maximize: bool = False, differentiable: bool = False):
        super().__init__(params, dict(lr=lr, etas=etas, step_sizes=step_sizes, maximize=maximize),
                         foreach=foreach, differentiable=differentiable, capturable=capturable)

    def init_state(self, xp: Any, p: Any, *, lr: float, **settings: Any) -> dict:
        return {"g_before": xp.zeros_like(p), "size": xp.full_like(p, lr)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, etas: tuple[float, float],
               step_sizes: tuple[float, float], maximize: bool) -> None:
        before, size = state["g_before"], state["size"]
        if maximize:
            g = -g
        agreement = g * before
        size[...] = xp.where(agreement > 0, size * etas[1], xp.where(agreement < 0, size * etas[0], size))
        xp.clip(size, *step_sizes, out=size)
        before[...] = xp.where(agreement < 0, 0, g)
        p -= xp.sign(before) * size
