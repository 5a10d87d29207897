"""Muon: momentum for the matrices of hidden layers, whose steps are made orthogonal."""

import math

from minigrad.optim.optimizer import Optimizer


class Muon(Optimizer):
    """Momentum, orthogonalised by Newton-Schulz. For p of shape (rows, columns):

        b = momentum * b + (1 - momentum) * g
        step = orthogonal(b), with nesterov orthogonal(momentum * b + (1 - momentum) * g)
        p = (1 - lr * weight_decay) * p - lr * scale * step

    orthogonal(U S Vᵀ) is about U Vᵀ: small directions of the gradient count as much as large ones. scale,
    by adjust_lr_fn: sqrt(max(1, rows / columns)) for None or 'original'; 0.2 * sqrt(max(rows, columns)) for
    'match_rms_adamw', which makes steps as large as AdamW's, so that its lr and weight_decay fit.

    It takes matrices alone. Give biases, norms, embeddings and the last layer to AdamW:

        hidden = [p for p in model.layers.parameters() if p.ndim == 2]
        others = [p for p in model.parameters() if all(p is not q for q in hidden)]
        optimizers = [Muon(hidden, lr=0.02), AdamW(others, lr=3e-4)]

    PyTorch iterates in bfloat16, this in the dtype of p.

    Source: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks,
    https://kellerjordan.github.io/posts/muon/; match_rms_adamw: Liu et al. 2025, arXiv:2502.16982, sec. 2.2.
    """

    names = {"b": "momentum_buffer"}
    counts = False

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True,
                 ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5, adjust_lr_fn=None):
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError("Muon: adjust_lr_fn must be None, 'original' or 'match_rms_adamw', "
                             f"got {adjust_lr_fn!r}")
        super().__init__(params, dict(
            lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov,
            ns_coefficients=ns_coefficients, eps=eps, ns_steps=ns_steps, adjust_lr_fn=adjust_lr_fn))

    def check_parameter(self, i, p):
        super().check_parameter(i, p)
        if p.ndim != 2:
            raise ValueError(f"Muon: parameter {i} has shape {tuple(p.shape)}, but it moves matrices alone; "
                             "give biases, norms and embeddings to AdamW")

    def init_state(self, xp, p, **settings):
        return {"b": xp.zeros_like(p)}

    def update(self, xp, p, g, state, *, lr, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps,
               adjust_lr_fn):
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
    """About U Vᵀ for x = U S Vᵀ: singular values from 0 to 1 go to about 1 under s -> a s + b s^3 + c s^5.

    The default coefficients are steep at 0 and do not settle at 1: after 5 steps singular values above 0.002
    lie between 0.68 and 1.21. That takes fewer steps, and trains as well.
    """
    a, b, c = coefficients
    if x.shape[0] > x.shape[1]:     # the smaller of x xᵀ and xᵀ x
        return orthogonal(xp, x.T, coefficients, eps, steps).T
    x = x / xp.maximum(xp.linalg.norm(x), eps)      # so that no singular value is above 1
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x
