"""Is it true of all elements, of any, of how many? And are two tensors equal?"""

from minigrad.autograd import composed, primitive
from minigrad.ops.numbers.comparisons import eq, isclose, ne
from minigrad.ops.reductions.sums import axes, sum


@primitive
def all(xp, x, *, dim=None, keepdim=False):
    """True where all elements along dim are not zero."""
    return xp.all(x, axis=axes(x, dim), keepdims=keepdim)


@primitive
def any(xp, x, *, dim=None, keepdim=False):
    """True where an element along dim is not zero."""
    return xp.any(x, axis=axes(x, dim), keepdims=keepdim)


@composed
def count_nonzero(x, dim=None):
    """How many elements are not zero."""
    return sum(ne(x, 0), dim=dim)


@composed
def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """True, a Python bool, if all |a - b| <= atol + rtol |b|."""
    return bool(all(isclose(a, b, rtol, atol, equal_nan)))


@composed
def equal(a, b):
    """True, a Python bool, if both have the same shape and elements."""
    return tuple(a.shape) == tuple(b.shape) and bool(all(eq(a, b)))
