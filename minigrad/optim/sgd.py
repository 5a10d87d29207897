"""SGD: step against the gradient, optionally with momentum."""

from typing import Any

from minigrad.optim.optimizer import Optimizer, Params


class SGD(Optimizer):
    """Stochastic gradient descent.

        b = momentum * b + (1 - dampening) * g      (b = g in the first step)
        p = p - lr * b                              nesterov: p - lr * (g + momentum * b)

    weight_decay adds weight_decay * p to g, the gradient of weight_decay / 2 * |p|^2. maximize: p + lr * b.

    Source: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning,
    with lr outside b as in PyTorch.
    """

    elementwise = True
    names = {"b": "momentum_buffer"}
    counts = False

    def __init__(self, params: Params, lr: float = 1e-3, momentum: float = 0, dampening: float = 0,
                 weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
                 foreach: bool | None = None, differentiable: bool = False, fused: bool | None = None):
        if nesterov and (not momentum or dampening):
            raise ValueError("SGD: nesterov=True needs momentum above 0 and dampening 0, got "
                             f"momentum={momentum!r} and dampening={dampening!r}")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening,
                                      weight_decay=weight_decay, nesterov=nesterov, maximize=maximize),
                         foreach=foreach, differentiable=differentiable, fused=fused)

    def init_state(self, xp: Any, p: Any, *, momentum: float, **settings: Any) -> dict:
        return {"b": xp.zeros_like(p)} if momentum else {}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, momentum: float,
               dampening: float, weight_decay: float, nesterov: bool, maximize: bool) -> None:
        if maximize:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        if momentum:
            b = state["b"]
            b *= momentum
            b += g if state["step"] == 1 else (1 - dampening) * g
            g = g + momentum * b if nesterov else b
        p -= lr * g
