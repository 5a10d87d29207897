"""Muon: momentum for the weight matrices of hidden layers, with orthogonalised steps."""

import math
from typing import Any

from minigrad.autograd import Tensor
from minigrad.optim.optimizer import Optimizer, Params


class Muon(Optimizer):
    """Momentum, orthogonalised by Newton-Schulz. For p of shape (rows, columns):

        b = momentum * b + (1 - momentum) * g
        step = orthogonal(b), with nesterov orthogonal(momentum * b + (1 - momentum) * g)
        p = (1 - lr * weight_decay) * p - lr * scale * step

    orthogonal(U S Vᵀ) is about U Vᵀ: every singular direction of the gradient gets the same weight.
    adjust_lr_fn sets scale: sqrt(max(1, rows / columns)) for None or 'original'; for 'match_rms_adamw'
    0.2 * sqrt(max(rows, columns)), which gives steps of AdamW's size, so AdamW's lr and weight_decay fit.

    It takes matrices only. Use AdamW for biases, norms, embeddings and the last layer:

        hidden = [p for p in model.layers.parameters() if p.ndim == 2]
        others = [p for p in model.parameters() if all(p is not q for q in hidden)]
        optimizers = [Muon(hidden, lr=0.02), AdamW(others, lr=3e-4)]

    PyTorch iterates in bfloat16; minigrad iterates in the dtype of p.

    Source: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks,
    https://kellerjordan.github.io/posts/muon/; match_rms_adamw: Liu et al. 2025, arXiv:2502.16982, sec. 2.2.
    """

    names = {"b": "momentum_buffer"}
    counts = False

    def __init__(self, params: Params, lr: float = 1e-3, weight_decay: float = 0.1, momentum: float = 0.95,
                 nesterov: bool = True,
                 ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
                 eps: float = 1e-7, ns_steps: int = 5, adjust_lr_fn: str | None = None):
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError("Muon: adjust_lr_fn must be None, 'original' or 'match_rms_adamw', "
                             f"got {adjust_lr_fn!r}")
        super().__init__(params, dict(
            lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov,
            ns_coefficients=ns_coefficients, eps=eps, ns_steps=ns_steps, adjust_lr_fn=adjust_lr_fn))

    def check_parameter(self, which: str, p: Tensor) -> None:
        super().check_parameter(which, p)
        if p.ndim != 2:
            raise ValueError(f"Muon: parameter {which} has shape {tuple(p.shape)}, expected a matrix; "
                             "use AdamW for biases, norms and embeddings")

    def init_state(self, xp: Any, p: Any, **settings: Any) -> dict:
        return {"b": xp.zeros_like(p)}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *, lr: float, weight_decay: float,
               momentum: float, nesterov: bool, ns_coefficients: tuple[float, float, float], eps: float,
               ns_steps: int, adjust_lr_fn: str | None) -> None:
        b = state["b"]
        b *= momentum
        b += (1 - momentum) * g
        ahead = momentum * b + (1 - momentum) * g if nesterov else b
        rows, columns = p.shape
        scale = 0.2 * math.sqrt(max(rows, columns)) if adjust_lr_fn == "match_rms_adamw" else \
            math.sqrt(max(1, rows / columns))
        p *= 1 - lr * weight_decay
        p -= lr * scale * orthogonal(xp, ahead, ns_coefficients, eps, ns_steps)


def orthogonal(xp, x, coefficients, eps, steps):
    """About U Vᵀ for x = U S Vᵀ: s -> a s + b s^3 + c s^5 moves singular values in (0, 1] towards 1.

    The default coefficients are steep at 0 and do not converge to 1: after 5 steps, singular values that
    were above 0.002 lie between 0.68 and 1.21. That takes fewer steps and trains as well.
    """
    a, b, c = coefficients
    if x.shape[0] > x.shape[1]:     # so that x xᵀ is the smaller of x xᵀ and xᵀ x
        return orthogonal(xp, x.T, coefficients, eps, steps).T
    x = x / xp.maximum(xp.linalg.norm(x), eps)      # all singular values at most 1
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x
