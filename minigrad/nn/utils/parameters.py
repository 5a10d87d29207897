"""Gradient clipping, and all parameters as one vector."""

from minigrad.autograd import Tensor, no_grad
from minigrad.nn.module import Module
from minigrad.ops.creation import zeros
from minigrad.ops.matrices.norms import norm
from minigrad.ops.numbers.comparisons import isfinite
from minigrad.ops.places.joining import cat, stack


@no_grad()
def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scale all gradients, seen as one long vector, down to a norm of at most max_norm, in place.

    Returns the norm before, a Tensor (). error_if_nonfinite: wait for it, and raise RuntimeError where
    it is NaN or infinite.   Source: Pascanu et al. 2012, arXiv:1211.5063, alg. 1.
    """
    gradients = [p.grad for p in as_list(parameters) if p.grad is not None]
    if not gradients:
        return zeros()
    total = norm(stack([norm(g, norm_type) for g in gradients]), norm_type)
    if error_if_nonfinite and not isfinite(total):
        raise RuntimeError(f"clip_grad_norm_: the gradients have norm {total.item()}; "
                           "look for the first op that gives NaN or inf")
    scale = (max_norm / (total + 1e-6)).clamp(max=1.0)      # 1e-6: gradients of 0 are not 0 / 0
    for g in gradients:
        g.mul_(scale)
    return total


@no_grad()
def clip_grad_value_(parameters, clip_value):
    """Limit every element of every gradient to [-clip_value, clip_value], in place."""
    for p in as_list(parameters):
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


def parameters_to_vector(parameters):
    """All parameters, flattened, one behind the other, as a tensor of one axis."""
    return cat([p.reshape(-1) for p in parameters])


@no_grad()
def vector_to_parameters(vec, parameters):
    """The reverse: write the vector's elements into the parameters."""
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
