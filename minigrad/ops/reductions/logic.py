"""Are all elements nonzero, or any, or how many? Are two tensors equal?"""

from collections.abc import Sequence

import numpy as np

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.numbers.comparisons import eq, isclose, ne
from minigrad.ops.reductions.sums import axes, dims, sum


@primitive
def all(xp, x, *, dim=None, keepdim=False):
    """True where all elements along dim are nonzero; without dim, over all elements. Of uint8, 1 or 0."""
    return logical(x, xp.all(x, axis=few(x, dim), keepdims=keepdim))


@primitive
def any(xp, x, *, dim=None, keepdim=False):
    """True where any element along dim is nonzero; without dim, over all elements. Of uint8, 1 or 0."""
    return logical(x, xp.any(x, axis=few(x, dim), keepdims=keepdim))


def logical(x, y):
    """y as uint8 where x, which may be a mask in the older form, is uint8."""
    return y.astype(x.dtype) if x.dtype == "uint8" else y


def few(x, dim):
    """axes, but () means no axes, as in PyTorch's all and any."""
    return () if dim == () or dim == [] else axes(x, dim)


@composed
def count_nonzero(x: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """The number of nonzero elements, along dim or in all."""
    return sum(ne(x, 0), dim=dim)


@composed
def hash_tensor(x: Tensor, dim: int | Sequence[int] = (), *, keepdim: bool = False, mode: int = 0) -> Tensor:
    """The bits of all elements along dim, as 64-bit numbers, combined by exclusive or; uint64.

    Floats count as float64. mode: 0, the only way to hash.
    """
    if mode != 0:
        raise ValueError(f"hash_tensor: mode must be 0, got {mode}")
    xp = MODULES[type(x.array)]
    bits = (x.array.astype(np.float64).view(np.uint64) if x.dtype.kind == "f"
            else x.array.astype(np.int64).astype(np.uint64))
    reduced = sorted(dims(dim, x.ndim))
    kept = [axis for axis in range(x.ndim) if axis not in reduced]
    bits = bits.transpose(kept + reduced).reshape([x.shape[axis] for axis in kept] + [-1])
    while (half := bits.shape[-1] // 2):            # pairs, then pairs of pairs
        paired = bits[..., :half] ^ bits[..., half:2 * half]
        bits = xp.concatenate((paired, bits[..., 2 * half:]), -1)
    shape = [1 if axis in reduced else n for axis, n in enumerate(x.shape) if keepdim or axis in kept]
    return Tensor(bits.reshape(shape) if bits.size else xp.zeros(shape, np.uint64))


@composed
def allclose(a: Tensor, b: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """True if |a - b| <= atol + rtol |b| everywhere; `equal_nan` makes NaN equal to NaN."""
    return bool(all(isclose(a, b, rtol, atol, equal_nan)))


@composed
def equal(a: Tensor, b: Tensor) -> bool:
    """True if a and b have the same shape and the same elements."""
    return tuple(a.shape) == tuple(b.shape) and bool(all(eq(a, b)))
