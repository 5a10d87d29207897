"""Lion: step by the sign of a momentum, so every element moves by lr in every step."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class Lion(Optimizer):
    """Evolved sign momentum:

        p = (1 - lr * weight_decay) * p - lr * sign(beta1 * m + (1 - beta1) * g)
        m = beta2 * m + (1 - beta2) * g

    It keeps half the state of Adam. Use 3 to 10 times less lr than with AdamW, and a weight_decay larger by
    the same factor (section 5).

    Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2.
    """

    elementwise = True

    def __init__(self, params: Params, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99),
                 weight_decay: float = 0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        return {"m": xp.zeros_like(p)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, betas: tuple[float, float],
               weight_decay: float) -> None:
        m, (beta1, beta2) = state["m"], betas
        p *= 1 - lr * weight_decay
        p -= lr * xp.sign(beta1 * m + (1 - beta1) * g)
        m *= beta2
        m += (1 - beta2) * g
