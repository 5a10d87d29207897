"""Are all elements nonzero, or any, or how many? Are two tensors equal?"""

from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, primitive
from minigrad.ops.numbers.comparisons import eq, isclose, ne
from minigrad.ops.reductions.sums import axes, sum


@primitive
def all(xp, x, *, dim=None, keepdim=False):
    """True where all elements along dim are nonzero; without dim, over all elements."""
    return xp.all(x, axis=few(x, dim), keepdims=keepdim)


@primitive
def any(xp, x, *, dim=None, keepdim=False):
    """True where any element along dim is nonzero; without dim, over all elements."""
    return xp.any(x, axis=few(x, dim), keepdims=keepdim)


def few(x, dim):
    """axes, but () means no axes, as in PyTorch's all and any."""
    return () if dim == () or dim == [] else axes(x, dim)


@composed
def count_nonzero(x: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """The number of nonzero elements, along dim or in all."""
    return sum(ne(x, 0), dim=dim)


@composed
def allclose(a: Tensor, b: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """True if |a - b| <= atol + rtol |b| everywhere; `equal_nan` makes NaN equal to NaN."""
    return bool(all(isclose(a, b, rtol, atol, equal_nan)))


@composed
def equal(a: Tensor, b: Tensor) -> bool:
    """True if a and b have the same shape and the same elements."""
    return tuple(a.shape) == tuple(b.shape) and bool(all(eq(a, b)))
