"""RMSprop: divide the gradient by its running root mean square."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class RMSprop(Optimizer):
    """v = alpha * v + (1 - alpha) * g^2,   p = p - lr * g / (sqrt(v) + eps).

    centered: divide by the running standard deviation, i.e. subtract the squared running mean of g from v.
    momentum: keep b = momentum * b + g / (sqrt(v) + eps) and subtract lr * b from p. weight_decay adds
    weight_decay * p to g. maximize: ascend instead of descend.

    Source: Hinton, Neural networks for machine learning, lecture 6e, 2012; centered: Graves 2013,
    arXiv:1308.0850, eq. 38-45.
    """

    elementwise = True
    names = {"v": "square_avg", "mean": "grad_avg", "b": "momentum_buffer"}

    def __init__(self, params: Params, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0, momentum: float = 0, centered: bool = False,
                 capturable: bool = False, foreach: bool | None = None, maximize: bool = False,
                 differentiable: bool = False):
        super().__init__(params, dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay,
                                      momentum=momentum, centered=centered, maximize=maximize),
                         capturable=capturable, foreach=foreach, differentiable=differentiable)

    def init_state(self, xp: Any, p: Any, *, momentum: float, centered: bool, **settings: Any) -> dict:
        names = ["v"] + ["mean"] * bool(centered) + ["b"] * bool(momentum)
        return {name: xp.zeros_like(p) for name in names}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, alpha: float, eps: float,
               weight_decay: float, momentum: float, centered: bool, maximize: bool) -> None:
        v = state["v"]
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        v *= alpha
        v += (1 - alpha) * g * g
        if centered:
            mean = state["mean"]
            mean *= alpha
            mean += (1 - alpha) * g
            v = v - mean * mean
        step = g / (xp.sqrt(v) + eps)
        if momentum:
            b = state["b"]
            b *= momentum
            b += step
            step = b
        p -= lr * step
