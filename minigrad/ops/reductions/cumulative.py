"""Running products, maxima and sums of exponentials along an axis, powers, differences of neighbours, areas.

Doubling: after step k every place has the result over the 2^k places up to it. So n places take log2(n)
steps of an op with exact derivatives, also at zeros.
"""

import collections

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import logical_or
from minigrad.ops.numbers.powers import logaddexp
from minigrad.ops.places.indexing import axis_of, narrow, take_along
from minigrad.ops.places.joining import cat
from minigrad.ops.places.moving import flip
from minigrad.ops.places.shapes import unsqueeze
from minigrad.ops.reductions.sums import sum, wide

Cumulative = collections.namedtuple("Cumulative", "values indices")


@primitive
def cumsum(xp, x, *, dim):
    """The sums of the first element, the first two, ... along dim."""
    return xp.cumsum(x, axis=dim, dtype=wide(x)).reshape(x.shape)      # of a number NumPy makes a vector


cumsum.defvjp(lambda g, dim: flip(cumsum(flip(g, dims=dim), dim=dim), dims=dim))


def doubling(combine, x, dim):
    """combine(earlier, later) over all places from the first to each, along dim."""
    if not x.ndim:
        return x
    n, step = x.shape[dim], 1
    while step < n:
        later = combine(narrow(x, dim, 0, n - step), narrow(x, dim, step, n - step))
        x = cat([narrow(x, dim, 0, step), later], dim)
        step *= 2
    return x


@composed
def cumprod(x, dim):
    """The product of the first element, the first two, ... along dim."""
    return doubling(lambda earlier, later: earlier * later, x, dim)


@composed
def logcumsumexp(x, dim):
    """log(sum(e^x)) of the first element, the first two, ... along dim, without overflow."""
    return doubling(logaddexp, x, dim)


@composed
def cummax(x, dim):
    """(values, indices): the greatest element up to each place along dim, and where it last was."""
    return running(x, dim, lambda earlier, later: later >= earlier)


@composed
def cummin(x, dim):
    """(values, indices): the least element up to each place along dim, and where it last was."""
    return running(x, dim, lambda earlier, later: later <= earlier)


def running(x, dim, takes_over):
    if not x.ndim:
        return Cumulative(x, (x * 0).long())
    xp, n, axis = MODULES[type(x.array)], x.shape[dim], dim % x.ndim
    steps = xp.arange(n).reshape((n,) + (1,) * (x.ndim - axis - 1))

    def combine(earlier, later):
        old, new = take(earlier), take(later)
        keep = logical_or(takes_over(old, new), new != new)         # NaN stays
        return where(logical_or(keep & ~(old != old), new != new), later, earlier)

    def take(indices):
        return take_along(x.detach(), dim=axis, index=indices.array)

    places = Tensor(xp.broadcast_to(steps, tuple(x.shape)) + xp.zeros(tuple(x.shape), int))
    indices = doubling(combine, places, axis)
    return Cumulative(take_along(x, dim=axis, index=indices.array), indices)


@composed
def diff(x, n=1, dim=-1):
    """Each element minus the one before it along dim, n times over."""
    for _ in range(n):
        size = x.shape[dim]
        x = narrow(x, dim, 1, max(size - 1, 0)) - narrow(x, dim, 0, max(size - 1, 0))
    return x


@composed
def powers(x, N=None):
    """1, x, x², ..., x^(N-1) of every element, as a last axis; N is by default the size of x's last axis."""
    if not x.ndim:
        raise ValueError("vander: x needs at least one axis, got ()")
    N = x.shape[-1] if N is None else N
    if N < 1:
        raise ValueError(f"vander: N is at least 1, got {N}")
    xp = MODULES[type(x.array)]
    one = Tensor(xp.ones(tuple(x.shape) + (1,), x.dtype))
    return cumprod(cat([one, broadcast_to(unsqueeze(x, -1), shape=tuple(x.shape) + (N - 1,))], -1), -1)


@composed
def vander(x, N=None, increasing=False):
    """The matrix of the powers of a vector, (n,) -> (n, N), the highest first unless increasing."""
    if x.ndim != 1:
        raise ValueError(f"vander takes a 1-D tensor, got {tuple(x.shape)}; see linalg.vander")
    y = powers(x, N)
    return y if increasing else flip(y, dims=(1,))


def strips(name, y, x, dx, dim):
    """The areas of the trapezoids between neighbours along dim."""
    size = y.shape[axis_of(y, dim, name)]
    if x is not None and dx is not None:
        raise ValueError(f"{name}: give the places x or their distance dx, not both")
    sums = narrow(y, dim, min(1, size), max(size - 1, 0)) + narrow(y, dim, 0, max(size - 1, 0))
    if x is None:
        return sums * (0.5 * (1 if dx is None else dx))
    if x.shape[-1 if x.ndim == 1 else dim] != size:
        raise ValueError(f"{name}: x {tuple(x.shape)} should have the {size} places of dim {dim} of y "
                         f"{tuple(y.shape)}")
    dim %= y.ndim
    widths = diff(x, 1, 0) if x.ndim == 1 else diff(x, 1, dim)
    if x.ndim == 1:
        widths = widths.reshape((-1,) + (1,) * (y.ndim - dim - 1))
    return sums * widths * 0.5


@composed
def trapezoid(y, x=None, *, dx=None, dim=-1):
    """The area under y along dim by the trapezoidal rule, at the places x, a vector or of y's shape, or
    dx apart."""
    return sum(strips("trapezoid", y, x, dx, dim), dim=dim)


@composed
def cumulative_trapezoid(y, x=None, *, dx=None, dim=-1):
    """The areas under y up to its second place, its third, ... along dim; see trapezoid."""
    return cumsum(strips("cumulative_trapezoid", y, x, dx, dim), dim=dim)
