"""Lion: only the signs of a momentum count, so that every element moves by lr in every step."""

from minigrad.optim.optimizer import Optimizer


class Lion(Optimizer):
    """Evolved sign momentum:

        p = (1 - lr * weight_decay) * p - lr * sign(beta1 * m + (1 - beta1) * g)
        m = beta2 * m + (1 - beta2) * g

    It keeps half of what Adam keeps. An lr of a third to a tenth of AdamW's suits it, with a weight_decay
    as much larger (section 5).

    Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2.
    """

    elementwise = True

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    def init_state(self, xp, p, **settings):
        return {"m": xp.zeros_like(p)}

    def update(self, xp, p, g, state, *, lr, betas, weight_decay):
        m, (beta1, beta2) = state["m"], betas
        p *= 1 - lr * weight_decay
        p -= lr * xp.sign(beta1 * m + (1 - beta1) * g)
        m *= beta2
        m += (1 - beta2) * g
