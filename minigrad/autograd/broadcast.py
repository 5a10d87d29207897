"""The primitives that the engine itself needs: broadcasting, its reverse, and a copy.

    expand   (3, 1) -> (2, 3, 4)    repeat along axes, without copying
    sum_to   (2, 3, 4) -> (3, 1)    sum over those axes again

Both are linear, and each is the other's rule.
"""

import numpy as np

from minigrad.autograd.op import primitive
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES


@primitive
def sum_to(xp, x, *, shape):
    """Sum `x` over the axes along which an array of `shape` was stretched to x's shape."""
    lead = x.ndim - len(shape)
    stretched = tuple(i + lead for i, size in enumerate(shape) if size == 1 != x.shape[i + lead])
    if stretched:
        x = xp.sum(x, axis=stretched, keepdims=True)
    return xp.sum(x, axis=tuple(range(lead))) if lead else x


@primitive
def broadcast_to(xp, x, *, shape):
    """`x` stretched to `shape` by repeating its axes of size 1 and adding axes in front; no copy."""
    return xp.broadcast_to(x, shape)


@primitive
def copy(xp, x, *, dtype):
    """`x` in an array of its own."""
    return x.astype(dtype)


sum_to.defvjp(lambda g, x_shape: broadcast_to(g, shape=x_shape))
broadcast_to.defvjp(lambda g, x_shape: sum_to(g, shape=x_shape))
copy.defvjp(lambda g: g)


def zeros_like(g):
    """Zeros of g's shape, dtype and device: the gradient of what does not depend on its input."""
    if isinstance(g, Tensor):
        return Tensor(zeros_like(g.array))
    return MODULES.get(type(g), np).zeros_like(g)       # arithmetic with 0-d arrays leaves NumPy scalars
