"""RAdam: Adam that first waits until it has seen enough gradients to trust their mean square."""

import math

from minigrad.optim.optimizer import Optimizer


class RAdam(Optimizer):
    """Rectified Adam. In step t, with m_hat and v as in Adam:

        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 t beta2^t / (1 - beta2^t)         how many gradients v averages
        r = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho))
        p = p - lr * m_hat * r * sqrt(1 - beta2^t) / (sqrt(v) + eps)       where rho > 5
        p = p - lr * m_hat                                                 before

    which does by itself what a warm-up of lr does for Adam. weight_decay adds weight_decay * p to g; with
    decoupled_weight_decay it shrinks p as in AdamW. maximize climbs.

    Source: Liu et al. 2020, arXiv:1908.03265, algorithm 2, with 5 for its 4, and eps, as in PyTorch.
    """

    elementwise = True
    names = {"m": "exp_avg", "v": "exp_avg_sq"}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0,
                 decoupled_weight_decay=False, *, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      decoupled_weight_decay=decoupled_weight_decay, maximize=maximize))

    def init_state(self, xp, p, **settings):
        return {"m": xp.zeros_like(p), "v": xp.zeros_like(p)}

    def update(self, xp, p, g, state, *, lr, betas, eps, weight_decay, decoupled_weight_decay, maximize):
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
