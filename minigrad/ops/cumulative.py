"""Running products, maxima and sums of exponentials along an axis, and differences of neighbours.

Doubling: after step k every place has the result over the 2^k places up to it. So n places take log2(n)
steps of an op with exact derivatives, also at zeros.
"""

import collections

from minigrad.autograd import Tensor
from minigrad.backend import MODULES
from minigrad.ops.elementwise import logaddexp, logical_or, where
from minigrad.ops.indexing import narrow, take_along
from minigrad.ops.shapes import cat

Cumulative = collections.namedtuple("Cumulative", "values indices")


def doubling(combine, x, dim):
    """combine(earlier, later) over all places from the first to each, along dim."""
    if not x.ndim:
        return x
    n, step = x.shape[dim], 1
    while step < n:
        x = cat([narrow(x, dim, 0, step), combine(narrow(x, dim, 0, n - step), narrow(x, dim, step, n - step))], dim)
        step *= 2
    return x


def cumprod(x, dim):
    """The product of the first element, the first two, ... along dim."""
    return doubling(lambda earlier, later: earlier * later, x, dim)


def logcumsumexp(x, dim):
    """log(sum(e^x)) of the first element, the first two, ... along dim, without overflow."""
    return doubling(logaddexp, x, dim)


def cummax(x, dim):
    """(values, indices): the greatest element up to each place along dim, and where it last was."""
    return running(x, dim, lambda earlier, later: later >= earlier)


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

    indices = doubling(combine, Tensor(xp.broadcast_to(steps, tuple(x.shape)) + xp.zeros(tuple(x.shape), int)), axis)
    return Cumulative(take_along(x, dim=axis, index=indices.array), indices)


def diff(x, n=1, dim=-1):
    """Each element minus the one before it along dim, n times over."""
    for _ in range(n):
        size = x.shape[dim]
        x = narrow(x, dim, 1, max(size - 1, 0)) - narrow(x, dim, 0, max(size - 1, 0))
    return x
