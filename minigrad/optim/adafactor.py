"""Adafactor: Adam's step size per element from far less memory, one number per row and one per column."""

import math
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.optim.optimizer import RANGES, Optimizer, Params, is_number


class Adafactor(Optimizer):
    """Adaptive steps with a factored second moment. In step t, with w = t^beta2_decay:

        r = (1 - w) * r + w * mean of g^2 along the last axis           (..., rows, 1)
        c = (1 - w) * c + w * mean of g^2 along the axis before         (..., 1, columns)
        u = g / sqrt(r c / mean of r)
        p = p - min(lr, 1 / sqrt(t)) * max(eps2, rms(p)) * u / max(1, rms(u) / d)

    eps is (eps1, eps2). r c / mean(r) is at least eps1^2, and mean(r) at least eps1, by default the machine
    epsilon of p's dtype. A vector or a number keeps the mean of g^2 itself, not factored. weight_decay:
    each step first scales p by 1 - lr * weight_decay. maximize: ascend instead of descend.

    Source: Shazeer and Stern 2018, arXiv:1804.04235, algorithms 4 to 6.
    """

    ranges = {**RANGES, "d": (lambda value: is_number(value) and value >= 1, "a number of at least 1"),
              "beta2_decay": (lambda value: is_number(value) and value <= 0, "a number of at most 0"),
              "eps": (lambda value: len(value) == 2 and all(
                  is_number(each) and each >= 0 for each in value if each is not None),
                      "two numbers of at least 0, the first one or None")}
    names = {"r": "row_var", "c": "col_var", "v": "variance"}

    def __init__(self, params: Params, lr: float = 1e-2, beta2_decay: float = -0.8,
                 eps: tuple[float | None, float] = (None, 1e-3), d: float = 1.0, weight_decay: float = 0.0, *,
                 foreach: bool | None = None, maximize: bool = False):
        super().__init__(params, dict(lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay,
                                      maximize=maximize), foreach=foreach)

    def check_gradient(self, p: Tensor) -> None:
        super().check_gradient(p)
        if p.array.dtype.kind == "c":
            raise RuntimeError(f"Adafactor takes real parameters, got {p.dtype}{self.which(p)}")

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        if p.ndim < 2:
            return {"v": xp.zeros_like(p)}
        return {"r": xp.zeros_like(p[..., :1]), "c": xp.zeros_like(p[..., :1, :])}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, beta2_decay: float,
               eps: tuple[float | None, float], d: float, weight_decay: float, maximize: bool) -> None:
        if not p.size:
            return
        t, (eps1, eps2) = state["step"], eps
        eps1 = float(np.finfo(p.dtype).eps) if eps1 is None else eps1
        weight = float(t) ** beta2_decay
        size = max(eps2, rms(xp, p)) * min(lr, 1 / math.sqrt(t))
        if weight_decay:
            p *= 1 - lr * weight_decay
        if maximize:
            g = -g
        squares = g * g
        if p.ndim < 2:
            v = state["v"]
            v += weight * (squares - v)
        else:
            r, c = state["r"], state["c"]
            r += weight * (squares.mean(-1, keepdims=True) - r)
            c += weight * (squares.mean(-2, keepdims=True) - c)
            v = r * c / xp.maximum(r.mean(-2, keepdims=True), eps1)
        u = g / xp.sqrt(xp.maximum(v, eps1 * eps1))
        p -= size / max(1.0, rms(xp, u) / d) * u


def rms(xp, x):
    """The root of the mean of x^2."""
    return float(xp.linalg.norm(x)) / math.sqrt(x.size)
