"""The ops that the engine itself needs: broadcasting, its reverse, and a copy.

    broadcast_to    (3, 1) -> (2, 3, 4)     repeat along axes, without copying
    sum_to          (2, 3, 4) -> (3, 1)     sum over the same axes

Both are linear, and each is the other's rule.
"""

import numpy as np

from minigrad.autograd.arrays import single
from minigrad.autograd.inplace import view_primitive
from minigrad.autograd.op import primitive
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES


@primitive
def sum_to(xp, x, *, shape):
    """Sum x over the axes along which an array of `shape` was broadcast to x's shape."""
    x, lead = single(x), x.ndim - len(shape)
    stretched = tuple(i + lead for i, size in enumerate(shape) if size == 1 != x.shape[i + lead])
    if stretched:
        x = xp.sum(x, axis=stretched, keepdims=True)
    return xp.sum(x, axis=tuple(range(lead))) if lead else x


@view_primitive
def broadcast_to(xp, x, *, shape):
    """x broadcast to `shape`: axes of size 1 are repeated and axes added in front, without copying."""
    return xp.broadcast_to(x, shape)


@primitive
def copy(xp, x, *, dtype):
    """x in a new array."""
    return x.astype(dtype)


sum_to.defvjp(lambda g, x_shape: broadcast_to(g, shape=x_shape))
broadcast_to.defvjp(lambda g, x_shape: sum_to(g, shape=x_shape))
copy.defvjp(lambda g: g)


def zeros_like(g: Tensor | np.ndarray) -> Tensor | np.ndarray:
    """Zeros of g's shape, dtype and device: the gradient of an output that ignores its input."""
    if isinstance(g, Tensor):
        return Tensor(zeros_like(g.array))
    return MODULES.get(type(g), np).zeros_like(g)       # NumPy makes scalars of 0-d arrays
