"""Cumulative sums, products and maxima along an axis; powers, differences and areas.

Most use doubling: after step k, each position holds the result over the 2^k positions that end at it. So n
positions take log2(n) steps of an ordinary op, and the derivatives are exact, also at zeros.
"""

import collections

from minigrad.autograd import Tensor, broadcast_to, composed, dtype_of, primitive
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES, quiet
from minigrad.ops.numbers.arithmetic import sub
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import logical_or, ne
from minigrad.ops.numbers.dtypes import DtypeLike
from minigrad.ops.numbers.powers import logaddexp
from minigrad.ops.places.indexing import axis_of, narrow, take_along
from minigrad.ops.places.joining import cat
from minigrad.ops.places.moving import flip
from minigrad.ops.places.shapes import unsqueeze
from minigrad.ops.reductions.sums import FLOAT16, FLOAT32, sum, wide

Cumulative = collections.namedtuple("Cumulative", "values indices")


@primitive
def cumsum(xp, x, *, dim, dtype=None):
    """The cumulative sum along dim: y_i = x_0 + ... + x_i, as `dtype` if given.

    By default integers and booleans sum to int64.
    """
    final = wide(x.dtype) if dtype is None else dtype_of(dtype)
    y = xp.cumsum(x, axis=dim, dtype=FLOAT32 if final is FLOAT16 else final)
    with quiet():
        return y.reshape(x.shape).astype(final, copy=False)         # NumPy makes a 0-d array 1-D


cumsum.defvjp(lambda g, dim: flip(cumsum(flip(g, dims=dim), dim=dim), dims=dim))


def doubling(combine, x, dim):
    """For each position along dim, `combine` applied over all positions up to it."""
    if not x.ndim:
        return x
    n, step = x.shape[dim], 1
    while step < n:
        later = combine(narrow(x, dim, 0, n - step), narrow(x, dim, step, n - step))
        x = cat([narrow(x, dim, 0, step), later], dim)
        step *= 2
    return x


@composed
@in_single
def cumprod(x: Tensor, dim: int, *, dtype: DtypeLike | None = None) -> Tensor:
    """The cumulative product along dim: y_i = x_0 ... x_i, as `dtype` if given.

    By default integers and booleans multiply in int64.
    """
    x = x.to(wide(x.dtype) if dtype is None else dtype_of(dtype))
    return doubling(lambda earlier, later: earlier * later, x, dim)


@composed
@in_single
def logcumsumexp(x: Tensor, dim: int) -> Tensor:
    """log(cumsum(e^x)) along dim, without overflow."""
    return doubling(logaddexp, x, dim)


@composed
def cummax(x: Tensor, dim: int) -> Cumulative:
    """(values, indices): the largest element up to each position along dim, and where it last occurred."""
    return running(x, dim, lambda earlier, later: later >= earlier)


@composed
def cummin(x: Tensor, dim: int) -> Cumulative:
    """(values, indices): the smallest element up to each position along dim, and where it last occurred."""
    return running(x, dim, lambda earlier, later: later <= earlier)


def running(x, dim, takes_over):
    if not x.ndim:
        return Cumulative(x, (x * 0).long())
    xp, n, axis = MODULES[type(x.array)], x.shape[dim], dim % x.ndim
    steps = xp.arange(n).reshape((n,) + (1,) * (x.ndim - axis - 1))

    def combine(earlier, later):
        old, new = take(earlier), take(later)
        keep = logical_or(takes_over(old, new), new != new)         # once NaN, always NaN
        return where(logical_or(keep & ~(old != old), new != new), later, earlier)

    def take(indices):
        return take_along(x.detach(), dim=axis, index=indices.array)

    places = Tensor(xp.broadcast_to(steps, tuple(x.shape)) + xp.zeros(tuple(x.shape), xp.int64))
    indices = doubling(combine, places, axis)
    return Cumulative(take_along(x, dim=axis, index=indices.array), indices)


@composed
def diff(x: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None,
         append: Tensor | None = None) -> Tensor:
    """The n-th difference along dim; each step maps x to x_i+1 - x_i and shortens dim by one.

    prepend, append: what to join to x along dim first. Booleans differ where they are not equal. Raises
    ValueError for a 0-d tensor or a negative n.
    """
    if not x.ndim:
        raise ValueError("diff: x must have at least one axis, got a 0-d tensor")
    if n < 0:
        raise ValueError(f"diff: n must not be negative, got {n}")
    parts = [part for part in (prepend, x, append) if part is not None] if n else [x]
    x, minus = x if len(parts) == 1 else cat(parts, dim), ne if x.dtype == bool else sub
    for _ in range(min(n, x.shape[axis_of(x, dim, "diff")])):
        rest = max(x.shape[dim] - 1, 0)
        x = minus(narrow(x, dim, x.shape[dim] - rest, rest), narrow(x, dim, 0, rest))
    return x


@composed
def powers(x: Tensor, N: int | None = None) -> Tensor:
    """1, x, x², ..., x^(N-1) of each element, on a new last axis; N defaults to the size of x's last axis.

    A number counts as a vector with one element.
    """
    if not x.ndim:
        x = unsqueeze(x, 0)
    N = x.shape[-1] if N is None else N
    if N < 1:
        raise ValueError(f"vander: N must be at least 1, got {N}")
    xp = MODULES[type(x.array)]
    one = Tensor(xp.ones(tuple(x.shape) + (1,), x.dtype))
    return cumprod(cat([one, broadcast_to(unsqueeze(x, -1), shape=tuple(x.shape) + (N - 1,))], -1), -1)


@composed
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The Vandermonde matrix (n,) -> (n, N): powers of each element, highest first unless `increasing`.

    N is n by default. Raises ValueError unless x is 1-D and N at least 1.
    """
    if x.ndim != 1:
        raise ValueError(f"vander takes a 1-D tensor, got {tuple(x.shape)}; see linalg.vander")
    y = powers(x, N)
    return y if increasing else flip(y, dims=(1,))


def strips(name, y, x, dx, dim):
    """The areas of the trapezoids between neighbouring elements along dim."""
    y = y if y.dtype.kind in "fc" else y.to(dtype_of())          # sums of small integers would wrap around
    size = y.shape[axis_of(y, dim, name)]
    if x is not None and dx is not None:
        raise ValueError(f"{name}: give the positions x or their spacing dx, not both")
    sums = narrow(y, dim, min(1, size), max(size - 1, 0)) + narrow(y, dim, 0, max(size - 1, 0))
    if x is None:
        return sums * (0.5 * (1 if dx is None else dx))
    if x.shape[-1 if x.ndim == 1 else dim] != size:
        raise ValueError(f"{name}: x {tuple(x.shape)} must hold {size} positions, one for each element along "
                         f"dim {dim} of y {tuple(y.shape)}")
    dim %= y.ndim
    widths = diff(x, 1, 0) if x.ndim == 1 else diff(x, 1, dim)
    if x.ndim == 1:
        widths = widths.reshape((-1,) + (1,) * (y.ndim - dim - 1))
    return sums * widths * 0.5


@composed
@in_single
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The integral of y along dim by the trapezoidal rule.

    The samples lie at the positions x, a vector or a tensor of y's shape, or `dx` apart, 1 by default. Raises
    ValueError if x and dx are both given, or if x does not fit y.
    """
    return sum(strips("trapezoid", y, x, dx, dim), dim=dim)


@composed
@in_single
def cumulative_trapezoid(
        y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The integrals of y from its first position to its second, third, ... along dim; see trapezoid."""
    return cumsum(strips("cumulative_trapezoid", y, x, dx, dim), dim=dim)
