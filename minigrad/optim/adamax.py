"""Adamax: Adam with a decaying maximum of |g| in place of the root mean square."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class Adamax(Optimizer):
    """In step t:

        m = beta1 * m + (1 - beta1) * g,   m_hat = m / (1 - beta1^t)
        u = max(beta2 * u, |g| + eps)
        p = p - lr * m_hat / u

    weight_decay adds weight_decay * p to g. maximize: ascend instead of descend.

    Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 2; eps keeps u above 0, as in PyTorch.
    """

    elementwise = True
    names = {"m": "exp_avg", "u": "exp_inf"}

    def __init__(self, params: Params, lr: float = 2e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0, foreach: bool | None = None, *,
                 maximize: bool = False, differentiable: bool = False, capturable: bool = False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      maximize=maximize),
                         foreach=foreach, differentiable=differentiable, capturable=capturable)

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        return {"m": xp.zeros_like(p), "u": xp.zeros_like(p)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, betas: tuple[float, float],
               eps: float, weight_decay: float, maximize: bool) -> None:
        m, u, t = state["m"], state["u"], state["step"]
        beta1, beta2 = betas
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        m *= beta1
        m += (1 - beta1) * g
        u *= beta2
        xp.maximum(u, abs(g) + eps, out=u)
        p -= lr / (1 - beta1**t) * m / u
