"""Statistics: quantiles, the most frequent, covariances, histograms, slopes of sampled functions.

nan...: NaN counts as absent. Where several elements are in question, gradients flow to those chosen.
"""

import collections
import math

from minigrad.autograd import Tensor, composed
from minigrad.backend import MODULES
from minigrad.ops.numbers.arithmetic import ceil, floor, lerp, round, true_divide
from minigrad.ops.numbers.choosing import clamp, where
from minigrad.ops.numbers.comparisons import isnan
from minigrad.ops.numbers.powers import sqrt
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.indexing import axis_of, gather, narrow, on_host
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import flatten, movedim, reshape, squeeze, unsqueeze
from minigrad.ops.reductions.cumulative import cummax, diff
from minigrad.ops.reductions.logic import any
from minigrad.ops.reductions.order import argmax, argsort, chosen, number_of, sort
from minigrad.ops.reductions.sums import check_float, sum


# Order


@composed
def quantile(x, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The element below which the share q in [0, 1] of all elements along dim lies; NaN where one is NaN.

    q is a number, or a tensor (Q,), which gives the result a first axis Q. Between two elements decides
    interpolation: 'linear', 'lower', 'higher', 'midpoint' or 'nearest'.
    """
    return where(any(isnan(x), dim=dim, keepdim=keepdim), math.nan,
                 quantiles("quantile", x, q, dim, keepdim, interpolation))


@composed
def nanquantile(x, q, dim=None, keepdim=False, *, interpolation="linear"):
    """As quantile, of the elements that are not NaN."""
    return quantiles("nanquantile", x, q, dim, keepdim, interpolation)


def quantiles(name, x, q, dim, keepdim, interpolation):
    check_float(x, name)
    q = q if isinstance(q, Tensor) else Tensor(MODULES[type(x.array)].asarray(q, x.dtype))
    if q.ndim > 1 or q.dtype != x.dtype:
        raise ValueError(f"{name}: q is a number or a tensor (Q,) of {x.dtype}, got {q.dtype}{list(q.shape)}")
    if on_host(q.array) and not ((q.array >= 0) & (q.array <= 1)).all():
        raise ValueError(f"{name}: q must lie in [0, 1], got {q.detach()}")
    shape = (1,) * x.ndim if dim is None or not x.ndim else tuple(
        1 if i == axis_of(x, dim, name) else n for i, n in enumerate(x.shape))
    x = flatten(x) if dim is None or not x.ndim else movedim(x, dim, -1)
    x = sort(x, -1).values
    last = clamp(sum(~isnan(x), dim=-1, keepdim=True) - 1, min=0)              # (..., 1)
    rank = q.reshape(-1) * last                                                  # (..., Q)
    if interpolation in ("linear", "midpoint"):
        lower, higher = (gather(x, -1, edge(rank.detach()).long()) for edge in (floor, ceil))
        y = lerp(lower, higher, rank - floor(rank) if interpolation == "linear" else 0.5)
    elif interpolation in ("lower", "higher", "nearest"):
        edge = dict(lower=floor, higher=ceil, nearest=round)[interpolation]
        y = gather(x, -1, edge(rank.detach()).long())
    else:
        raise ValueError(f"{name}: interpolation is 'linear', 'lower', 'higher', 'midpoint' or 'nearest', "
                         f"got {interpolation!r}")
    y = movedim(y, -1, 0) if q.ndim else squeeze(y, -1)
    return reshape(y, shape=tuple(q.shape) + shape) if keepdim else y


@composed
def mode(x, dim=-1, keepdim=False):
    """(values, indices) of the most frequent element along dim, the least of several, and where it last
    is."""
    if not x.ndim:
        return mode(flatten(x))
    order = argsort(x, dim)
    ordered, n = gather(x.detach(), dim, order), number_of(x, dim, "mode")
    xp, axis = MODULES[type(x.array)], dim % x.ndim
    place = Tensor(xp.arange(n).reshape((n,) + (1,) * (x.ndim - axis - 1)))
    new = narrow(ordered, dim, 1, n - 1) != narrow(ordered, dim, 0, n - 1)
    start = where(cat([narrow(ordered, dim, 0, 1) != narrow(ordered, dim, 0, 1), new], dim), place, 0)
    longest = argmax(place - cummax(start, dim).values, dim=dim, keepdim=True)
    return chosen(x, dim, gather(order, dim, longest), keepdim)


@composed
def cov(x, *, correction=1, fweights=None, aweights=None):
    """The covariances of variables (V, N), one in each row: (V, V); of (N,) the variance.

    fweights (N,): how often each observation counts, whole numbers; aweights (N,): how much. Sums are
    divided by the sum of weights less correction (times the mean weight, weighted by itself).
    """
    if x.ndim > 2:
        raise ValueError(f"cov takes variables (V, N) or (N,), got {tuple(x.shape)}")
    x = reshape(x, shape=(1, -1)) if x.ndim < 2 else x
    x, N = x if x.dtype.kind == "f" else x.float(), x.shape[1]
    for name, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is not None and tuple(weights.shape) != (N,):
            raise ValueError(f"cov: {name} should be ({N},), one for each observation, got "
                             f"{tuple(weights.shape)}")
    weights = fweights if aweights is None else aweights if fweights is None else fweights * aweights
    total = N if weights is None else sum(weights)
    centred = x - true_divide(sum(x if weights is None else x * weights, dim=1, keepdim=True), total)
    freedom = total - correction * (1 if aweights is None else true_divide(sum(weights * aweights), total))
    weighted = centred if weights is None else centred * weights
    freedom = clamp(freedom, min=0) if isinstance(freedom, Tensor) else max(freedom, 0)
    c = true_divide(weighted @ centred.mT, freedom)
    return c if len(x) > 1 else reshape(c, shape=())


@composed
def corrcoef(x):
    """The correlations of variables (V, N): their covariances over the standard deviations of both."""
    c = cov(x)
    if not c.ndim:
        return c / c
    spread = sqrt(diagonal(c))
    return clamp(c / unsqueeze(spread, 1) / spread, -1, 1)


# Histograms

Histogram = collections.namedtuple("Histogram", "hist bin_edges")


@composed
def histc(x, bins=100, min=0, max=0):
    """How many elements lie in each of `bins` equal parts of [min, max]; both 0: from the least to the
    greatest."""
    check_float(x, "histc")
    if min == max and x.numel():
        min, max = float(x.array.min()), float(x.array.max())
    min, max = (min, max) if min != max else (min - 1, max + 1)
    return Tensor(counted("histc", x, bins, (min, max))[0].astype(x.dtype))


@composed
def histogram(x, bins, *, range=None, weight=None, density=False):
    """(hist, bin_edges): how many elements lie in each bin, or the sum of their weights.

    bins: how many equal bins there are in range, which is from the least to the greatest element by
    default; or the edges of all, a tensor. density: the shares of all, divided by the widths of the bins.
    """
    check_float(x, "histogram")
    counts_and_edges = counted("histogram", x, bins, range, weight, density)
    return Histogram(*(Tensor(y.astype(x.dtype)) for y in counts_and_edges))


def counted(name, x, bins, range, weight=None, density=False):
    xp = MODULES[type(x.array)]
    if isinstance(bins, Tensor):
        bins = bins.array
    elif bins < 1:
        raise ValueError(f"{name}: bins is at least 1, got {bins}")
    elif range is None and x.numel():
        range = float(x.array.min()), float(x.array.max())
    if range is not None and not all_finite(range):
        raise ValueError(f"{name}: the range {range} must be finite")
    weights = None if weight is None else weight.array.reshape(-1)
    return xp.histogram(x.array.reshape(-1), bins, range, weights=weights, density=density)


def all_finite(numbers):
    return math.isfinite(math.fsum(numbers))


# Slopes


@composed
def gradient(x, *, spacing=1, dim=None, edge_order=1):
    """The slopes along each of dim, a list of tensors like x, estimated from neighbours.

    spacing: the distance between neighbours, a number or one for each of dim, or the coordinates along
    each of dim as tensors. The error is of second order inside and of order edge_order, 1 or 2, at both ends.
    Source: Quarteroni, Sacco and Saleri 2007, Numerical Mathematics, sec. 10.10, as in NumPy.
    """
    dims = list(range(x.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    spacings = list(spacing) if isinstance(spacing, (tuple, list)) else [spacing] * len(dims)
    if len(spacings) != len(dims):
        raise ValueError(f"gradient: spacing has {len(spacings)} parts for {len(dims)} dims")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order is 1 or 2, got {edge_order}")
    x = x if x.dtype.kind == "f" else x.float()
    return [slope(x, axis_of(x, d, "gradient"), h, edge_order) for d, h in zip(dims, spacings)]


def slope(x, axis, h, edge_order):
    n = x.shape[axis]
    if n <= edge_order:
        raise ValueError(f"gradient: dim {axis} of {tuple(x.shape)} should have at least {edge_order + 1} "
                         "elements")
    if isinstance(h, Tensor):
        if tuple(h.shape) != (n,):
            raise ValueError(f"gradient: the coordinates along dim {axis} should be ({n},), got "
                             f"{tuple(h.shape)}")
        steps = diff(h)
    else:
        steps = Tensor(MODULES[type(x.array)].full(n - 1, h, x.dtype))
    steps, last = reshape(steps, shape=(-1,) + (1,) * (x.ndim - axis - 1)), n - 2
    secants = diff(x, 1, axis) / steps                      # between neighbours: n - 1

    def at(y, place, size=1):
        return narrow(y, axis - x.ndim, place, size)

    def end(place, inner):
        """The slope at an end: of the first secant, or of the parabola through three neighbours."""
        secant, step = at(secants, place), at(steps, place)
        if edge_order == 1:
            return secant
        return secant - (at(secants, inner) - secant) * step / (step + at(steps, inner))

    left, right, before, after = (at(y, i, n - 2) for y in (secants, steps) for i in (0, 1))
    inside = (left * after + right * before) / (before + after)
    return cat([end(0, 1), inside, end(last, last - 1)], axis)
