"""Gradient clipping, and all parameters as one vector."""

import inspect
import math
from collections.abc import Iterable

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import composed
from minigrad.backend import quiet
from minigrad.hints import warn
from minigrad.interrupts import uninterrupted
from minigrad.nn.module import Module
from minigrad.ops.creation import zeros
from minigrad.ops.matrices.norms import norm
from minigrad.ops.numbers.comparisons import isfinite
from minigrad.ops.places.joining import cat, stack


@composed
@no_grad()
def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0,
                    error_if_nonfinite: bool = False, foreach: bool | None = None) -> Tensor:
    """Scale all gradients, taken as one long vector, down to a norm of at most max_norm, in place.

    Returns the norm before clipping, a Tensor (), for float16 gradients in float32. If it is NaN or infinite,
    the gradients become 0 or NaN, on the CPU with a warning. error_if_nonfinite: raise RuntimeError instead,
    which names the parameter; on a GPU this waits for the result. foreach, one of PyTorch's implementations,
    has no effect.   Source: Pascanu et al. 2012, arXiv:1211.5063, alg. 1.
    """
    if not max_norm >= 0:
        raise ValueError(f"clip_grad_norm_: max_norm must be at least 0, got {max_norm!r}")
    parameters = as_list(parameters, "clip_grad_norm_")
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        return zeros()
    total = get_total_norm(gradients, norm_type)
    if (error_if_nonfinite or total.device == "cpu") and not math.isfinite(total.item()):
        if error_if_nonfinite:
            raise RuntimeError(f"clip_grad_norm_: the gradients have norm {total.item()}; "
                               f"{culprit(parameters)}; find the first op that produces NaN or inf, e.g. "
                               "with detect_anomaly()")
        warn("clip_grad_norm_: the norm of the gradients is not finite, so clipping makes them 0 or "
             "NaN; error_if_nonfinite=True names the parameter")
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@composed
def clip_grad_norm(parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0,
                   error_if_nonfinite: bool = False, foreach: bool | None = None) -> Tensor:
    """The former name of clip_grad_norm_."""
    warn("clip_grad_norm is deprecated; write clip_grad_norm_", FutureWarning)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


@composed
@no_grad()
def get_total_norm(tensors: Tensor | Iterable[Tensor], norm_type: float = 2.0,
                   error_if_nonfinite: bool = False, foreach: bool | None = None) -> Tensor:
    """The norm of all tensors, taken as one long vector: a Tensor (); 0 of no tensor.

    error_if_nonfinite: raise RuntimeError if it is NaN or infinite. foreach has no effect.
    """
    tensors = as_list(tensors, "get_total_norm")
    if not tensors:
        return zeros()
    with quiet():
        total = norm(stack([norm(widened(x), norm_type) for x in tensors]), norm_type)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(f"get_total_norm: the norm is {total.item()}")
    return total


@composed
@no_grad()
def clip_grads_with_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor,
                          foreach: bool | None = None) -> None:
    """Scale all gradients by max_norm / total_norm, in place, if that is less than 1.

    clip_grad_norm_ in two steps: total_norm is get_total_norm of the gradients. foreach has no effect.
    """
    gradients = [p.grad for p in as_list(parameters, "clip_grads_with_norm_") if p.grad is not None]
    scale = (max_norm / (total_norm + 1e-6)).clamp(max=1.0)      # 1e-6: no 0 / 0 for zero gradients
    with uninterrupted(), quiet():
        for g in gradients:
            g.mul_(scale)


@composed
@no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float,
                     foreach: bool | None = None) -> None:
    """Clamp every element of every gradient to [-clip_value, clip_value], in place.

    foreach, one of PyTorch's implementations, has no effect.
    """
    if not clip_value >= 0:
        raise ValueError(f"clip_grad_value_: clip_value must be at least 0, got {clip_value!r}")
    parameters = as_list(parameters, "clip_grad_value_")
    with uninterrupted():
        for p in parameters:
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
    with uninterrupted():
        for p in parameters:
            p.copy_(vec[start:start + p.numel()].reshape(p.shape))
            start += p.numel()


def as_list(parameters, caller):
    if isinstance(parameters, Tensor):
        return [parameters]
    if isinstance(parameters, Module):
        raise TypeError(f"expected parameters, got a {type(parameters).__name__}; pass model.parameters()")
    listed = list(parameters)
    for i, p in enumerate(listed):
        if not isinstance(p, Tensor):
            raise TypeError(f"{caller}: parameter {i} should be a Tensor, got a {type(p).__name__}")
    if not listed and inspect.isgenerator(parameters):
        warn(f"{caller}: the generator of parameters is empty, so nothing is clipped; "
             "call model.parameters() again")
    return listed


def widened(g):
    """g, in float32 if it is float16, where the sum of squares overflows from 65504 on."""
    return g.float() if g.array.dtype.itemsize == 2 else g


def culprit(parameters):
    """Which parameter has an infinite or NaN gradient; none, if only the norm overflows."""
    for i, p in enumerate(parameters):
        if p.grad is not None and not isfinite(p.grad).all():
            return f"that of parameter {i}, of shape {tuple(p.shape)}, is the first that is not finite"
    return "each is finite, their norm overflows"
