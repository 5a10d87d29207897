"""Gradient clipping, and all parameters as one vector."""

from collections.abc import Iterable

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import composed
from minigrad.nn.module import Module
from minigrad.ops.creation import zeros
from minigrad.ops.matrices.norms import norm
from minigrad.ops.numbers.comparisons import isfinite
from minigrad.ops.places.joining import cat, stack


@composed
@no_grad()
def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0,
                    error_if_nonfinite: bool = False) -> Tensor:
    """Scale all gradients, taken as one long vector, down to a norm of at most max_norm, in place.

    Returns the norm before clipping, a Tensor (). error_if_nonfinite: raise RuntimeError if the norm is NaN
    or infinite; on a GPU this waits for the result.   Source: Pascanu et al. 2012, arXiv:1211.5063, alg. 1.
    """
    gradients = [p.grad for p in as_list(parameters) if p.grad is not None]
    if not gradients:
        return zeros()
    total = norm(stack([norm(g, norm_type) for g in gradients]), norm_type)
    if error_if_nonfinite and not isfinite(total):
        raise RuntimeError(f"clip_grad_norm_: the gradients have norm {total.item()}; "
                           "find the first op that produces NaN or inf, e.g. with detect_anomaly()")
    scale = (max_norm / (total + 1e-6)).clamp(max=1.0)      # 1e-6: no 0 / 0 for zero gradients
    for g in gradients:
        g.mul_(scale)
    return total


@composed
@no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Clamp every element of every gradient to [-clip_value, clip_value], in place."""
    for p in as_list(parameters):
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@composed
def parameters_to_vector(parameters: Tensor | Iterable[Tensor]) -> Tensor:
    """All parameters, flattened and concatenated, as a 1-D tensor."""
    return cat([p.reshape(-1) for p in parameters])


@composed
@no_grad()
def vector_to_parameters(vec: Tensor, parameters: Tensor | Iterable[Tensor]) -> None:
    """The inverse of parameters_to_vector: write the vector's elements into the parameters."""
    parameters = list(parameters)
    size = sum(p.numel() for p in parameters)
    if tuple(vec.shape) != (size,):
        raise ValueError(f"vector_to_parameters: the parameters have {size} elements, "
                         f"vec has shape {tuple(vec.shape)}")
    start = 0
    for p in parameters:
        p.copy_(vec[start:start + p.numel()].reshape(p.shape))
        start += p.numel()


def as_list(parameters):
    if isinstance(parameters, Module):
        raise TypeError(f"expected parameters, got a {type(parameters).__name__}; pass model.parameters()")
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)
