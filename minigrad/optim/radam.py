"""RAdam: Adam that waits until it has seen enough gradients to trust their mean square."""

import math
from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class RAdam(Optimizer):
    """Rectified Adam. In step t, with m_hat and v as in Adam:

        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 t beta2^t / (1 - beta2^t)         how many gradients v averages
        r = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho))
        p = p - lr * m_hat * r * sqrt(1 - beta2^t) / (sqrt(v) + eps)       if rho > 5
        p = p - lr * m_hat                                                 else

    This replaces the lr warm-up that Adam needs. weight_decay adds weight_decay * p to g; with
    decoupled_weight_decay it scales p, as in AdamW. maximize: ascend instead of descend.

    Source: Liu et al. 2020, arXiv:1908.03265, algorithm 2; the threshold 5 (4 in the paper) and eps are
    PyTorch's.
    """

    elementwise = True
    names = {"m": "exp_avg", "v": "exp_avg_sq"}

    def __init__(self, params: Params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0, decoupled_weight_decay: bool = False, *,
                 foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
                 differentiable: bool = False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      decoupled_weight_decay=decoupled_weight_decay, maximize=maximize),
                         foreach=foreach, capturable=capturable, differentiable=differentiable)

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, betas: tuple[float, float],
               eps: float, weight_decay: float, decoupled_weight_decay: bool, maximize: bool) -> None:
        m, v, t = state["m"], state["v"], state["step"]
        beta1, beta2 = betas
        if maximize:
            g = -g
        if decoupled_weight_decay:
            p *= 1 - lr * weight_decay
        elif weight_decay:
            g = g + weight_decay * p
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        step = lr / (1 - beta1**t) * m
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
        if rho > 5:
            r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            step *= r * math.sqrt(1 - beta2**t)
            step /= xp.sqrt(v) + eps
        p -= step
