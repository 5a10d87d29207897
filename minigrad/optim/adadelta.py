"""Adadelta: steps scaled by the size of recent steps, so that they have the unit of the parameter."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class Adadelta(Optimizer):
    """v and d are running means of squared gradients and squared steps:

        v = rho * v + (1 - rho) * g^2
        step = sqrt(d + eps) / sqrt(v + eps) * g,   d = rho * d + (1 - rho) * step^2
        p = p - lr * step

    v and d start at zero, so the first steps are of size sqrt(eps). weight_decay adds weight_decay * p
    to g. maximize: ascend instead of descend.

    Source: Zeiler 2012, arXiv:1212.5701, algorithm 1, which has lr = 1.
    """

    elementwise = True
    names = {"v": "square_avg", "d": "acc_delta"}

    def __init__(self, params: Params, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6,
                 weight_decay: float = 0, foreach: bool | None = None, *, capturable: bool = False,
                 maximize: bool = False, differentiable: bool = False):
        super().__init__(params, dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize),
                         foreach=foreach, capturable=capturable, differentiable=differentiable)

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        return {"v": xp.zeros_like(p), "d": xp.zeros_like(p)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, rho: float, eps: float,
               weight_decay: float, maximize: bool) -> None:
        v, d = state["v"], state["d"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        v *= rho
        v += (1 - rho) * g * g
        step = xp.sqrt(d + eps) / xp.sqrt(v + eps) * g
        d *= rho
        d += (1 - rho) * step * step
        p -= lr * step
