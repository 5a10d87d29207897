"""NAdam: Adam with Nesterov momentum, which looks one step ahead."""

import math
from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class NAdam(Optimizer):
    """Adam whose step mixes m and the gradient itself. In step t, with m and v_hat as in Adam:

        mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2)          the momentum, which warms up
        p = p - lr * ((1 - mu_t) / (1 - mu_1 ... mu_t) * g + mu_t+1 / (1 - mu_1 ... mu_t+1) * m)
                   / (sqrt(v_hat) + eps)

    weight_decay adds weight_decay * p to g; with decoupled_weight_decay it scales p, as in AdamW.
    maximize: ascend instead of descend.

    Source: Dozat 2016, Incorporating Nesterov momentum into Adam, ICLR workshop, algorithm 2; mu_t as in
    PyTorch.
    """

    elementwise = True
    names = {"m": "exp_avg", "v": "exp_avg_sq"}

    def __init__(self, params: Params, lr: float = 2e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0, momentum_decay: float = 4e-3,
                 decoupled_weight_decay: bool = False, *, foreach: bool | None = None, maximize: bool = False,
                 capturable: bool = False, differentiable: bool = False):
        super().__init__(params, dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay, maximize=maximize),
            foreach=foreach, capturable=capturable, differentiable=differentiable)

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        return {"m": xp.zeros_like(p), "v": xp.zeros_like(p), "mu_product": 1.0}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, betas: tuple[float, float],
               eps: float, weight_decay: float, momentum_decay: float, decoupled_weight_decay: bool,
               maximize: bool) -> None:
        m, v, t = state["m"], state["v"], state["step"]
        beta1, beta2 = betas
        mu, mu_next = (beta1 * (1 - 0.96 ** (i * momentum_decay) / 2) for i in (t, t + 1))
        state["mu_product"] = product = state["mu_product"] * mu
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
        root = xp.sqrt(v)
        root /= math.sqrt(1 - beta2**t)     # sqrt(v_hat)
        root += eps
        step = (1 - mu) / (1 - product) * g
        step += mu_next / (1 - product * mu_next) * m
        p -= lr * step / root
