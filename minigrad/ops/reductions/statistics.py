"""Statistics: quantiles, the mode, covariances, histograms, gradients of sampled functions.

Functions named nan... ignore NaN. Gradients flow to the elements that were chosen.
"""

import collections
import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, composed, dtype_of
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES, bincount, quiet
from minigrad.ops.numbers.arithmetic import ceil, floor, lerp, round, true_divide
from minigrad.ops.numbers.choosing import clamp, where
from minigrad.ops.numbers.comparisons import isnan
from minigrad.ops.numbers.complex import imag, is_complex, join, real
from minigrad.ops.numbers.powers import sqrt
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.indexing import axis_of, gather, narrow, on_host
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import adjoint, flatten, movedim, reshape, squeeze, unsqueeze
from minigrad.ops.reductions.cumulative import cummax, diff
from minigrad.ops.reductions.logic import any
from minigrad.ops.reductions.order import ValuesIndices, argmax, argsort, chosen, number_of, sort
from minigrad.ops.reductions.sums import check_float, sum

# Order


@composed
def quantile(x: Tensor, q: Tensor | float, dim: int | None = None, keepdim: bool = False, *,
             interpolation: str = "linear") -> Tensor:
    """The q-quantiles along dim, or of all elements; NaN if any element is NaN.

    q is a number in [0, 1] or a tensor (Q,) of them, which adds a first axis Q to the result. `interpolation`
    says what to return between two elements: 'linear', 'lower', 'higher', 'midpoint' or 'nearest'.
    Raises TypeError for integers, ValueError for q outside [0, 1] or another interpolation.

    >>> quantile(Tensor([1.0, 2.0, 4.0]), 0.25).item()      # halfway between 1 and 2
    1.5
    """
    return where(any(isnan(x), dim=dim, keepdim=keepdim), math.nan,
                 quantiles("quantile", x, q, dim, keepdim, interpolation))


@composed
def nanquantile(x: Tensor, q: Tensor | float, dim: int | None = None, keepdim: bool = False, *,
                interpolation: str = "linear") -> Tensor:
    """Like quantile, but ignores NaN."""
    return quantiles("nanquantile", x, q, dim, keepdim, interpolation)


def quantiles(name, x, q, dim, keepdim, interpolation):
    check_float(x, name)
    q = q if isinstance(q, Tensor) else Tensor(MODULES[type(x.array)].asarray(q, x.dtype))
    if q.ndim > 1 or q.dtype != x.dtype:
        raise ValueError(f"{name}: q must be a number or a tensor (Q,) of {x.dtype}, got "
                         f"{q.dtype}{list(q.shape)}")
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
        raise ValueError(f"{name}: interpolation must be 'linear', 'lower', 'higher', 'midpoint' or "
                         "'nearest', "
                         f"got {interpolation!r}")
    y = movedim(y, -1, 0) if q.ndim else squeeze(y, -1)
    return reshape(y, shape=tuple(q.shape) + shape) if keepdim else y


@composed
def mode(x: Tensor, dim: int = -1, keepdim: bool = False) -> ValuesIndices:
    """(values, indices) of the most frequent element along dim; the smallest in a tie, at its last index."""
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
@in_single
def cov(x: Tensor, *, correction: int = 1, fweights: Tensor | None = None,
        aweights: Tensor | None = None) -> Tensor:
    """The covariance matrix (V, N) -> (V, V) of V variables, one per row; the variance (N,) -> () of one.

    fweights (N,), integers: how often each observation occurs. aweights (N,): how much it counts. With
    w = fweights aweights, the sums of squares are divided by sum(w) - correction sum(w aweights) / sum(w);
    without weights by N - correction. Raises ValueError for other shapes.
    """
    if x.ndim > 2:
        raise ValueError(f"cov takes variables (V, N) or (N,), got {tuple(x.shape)}")
    x = reshape(x, shape=(1, -1)) if x.ndim < 2 else x
    x, N = x if x.dtype.kind in "fc" else x.to(dtype_of()), x.shape[1]
    for name, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is not None and tuple(weights.shape) != (N,):
            raise ValueError(f"cov: {name} must have shape ({N},), one weight per observation, got "
                             f"{tuple(weights.shape)}")
        if weights is not None and (weights < 0).any():
            raise ValueError(f"cov: {name} must not be negative, got {weights.min().item()}")
    if fweights is not None and fweights.dtype.kind not in "iu":
        raise TypeError(f"cov: fweights are counts, hence integers, got {fweights.dtype}; use aweights")
    weights = fweights if aweights is None else aweights if fweights is None else fweights * aweights
    total = N if weights is None else sum(weights)
    centred = x - true_divide(sum(x if weights is None else x * weights, dim=1, keepdim=True), total)
    mean_weight = 1 if aweights is None else true_divide(sum(weights * aweights), total)  # type: ignore[operator]
    freedom = total - correction * mean_weight
    weighted = centred if weights is None else centred * weights
    freedom = clamp(freedom, min=0) if isinstance(freedom, Tensor) else max(freedom, 0)
    c = true_divide(weighted @ adjoint(centred), freedom)
    return c if len(x) > 1 else reshape(c, shape=())


@composed
@in_single
def corrcoef(x: Tensor) -> Tensor:
    """The correlation matrix (V, N) -> (V, V): cov_ij / (std_i std_j), in [-1, 1]."""
    c = cov(x)
    if not c.ndim:
        return c / c
    spread = sqrt(real(diagonal(c)))
    c = c / unsqueeze(spread, 1) / spread
    return join(clamp(real(c), -1, 1), clamp(imag(c), -1, 1)) if is_complex(c) else clamp(c, -1, 1)


# Histograms

Histogram = collections.namedtuple("Histogram", "hist bin_edges")


@composed
def histc(x: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """The number of elements in each of `bins` equal parts of [min, max]; min == max spans the range of x.

    Raises TypeError for integers, ValueError if bins < 1 or the range is not finite.
    """
    check_float(x, "histc")
    if min == max and x.numel():
        min, max = float(x.array.min()), float(x.array.max())
    min, max = (min, max) if min != max else (min - 1, max + 1)
    return Tensor(counted("histc", x, bins, (min, max))[0].astype(x.dtype))


@composed
def histogram(x: Tensor, bins: int | Tensor, *, range: tuple[float, float] | None = None,
              weight: Tensor | None = None, density: bool = False) -> Histogram:
    """(hist, bin_edges): the number of elements in each bin, or the sum of their weights.

    bins: the number of equal bins in `range`, by default from the smallest to the largest element; or a
    tensor with all edges. density: divide each count by the total and by the width of its bin.
    Raises TypeError for integers, ValueError if bins < 1 or the range is not finite.
    """
    check_float(x, "histogram")
    counts_and_edges = counted("histogram", x, bins, range, weight, density)
    return Histogram(*(Tensor(y.astype(x.dtype)) for y in counts_and_edges))


def counted(name, x, bins, range, weight=None, density=False):
    xp = MODULES[type(x.array)]
    if isinstance(bins, Tensor):
        bins = bins.array
    elif bins < 1:
        raise ValueError(f"{name}: bins must be at least 1, got {bins}")
    elif range is None and x.numel():
        range = float(x.array.min()), float(x.array.max())
    if range is not None and not all_finite(range):
        raise ValueError(f"{name}: the range {range} must be finite")
    weights = None if weight is None else weight.array.reshape(-1)
    return xp.histogram(x.array.reshape(-1), bins, range, weights=weights, density=density)


HistogramOfPoints = collections.namedtuple("HistogramOfPoints", "hist bin_edges")


@composed
def histogramdd(x: Tensor, bins: int | Sequence[int] | Sequence[Tensor], *,
                range: Sequence[float] | None = None, weight: Tensor | None = None,
                density: bool = False) -> HistogramOfPoints:
    """(hist, bin_edges): the number of points (..., N) in each box of N axes, or the sum of their weights.

    bins: the number of equal bins along each of the N axes, one number for all of them, or for each axis a
    tensor with all its edges. range: the first and last edge of each axis, 2N numbers; by default from the
    smallest to the largest coordinate. weight: (...), one for each point. density: divide each count by the
    total and by the volume of its box.
    Raises TypeError for integers; ValueError for fewer than two axes, a number of bins that does not fit the
    points, or a weight of another shape.
    """
    check_float(x, "histogramdd")
    if x.ndim < 2:
        raise ValueError(f"histogramdd: expected points of shape (..., N), got {tuple(x.shape)}")
    N, xp = x.shape[-1], MODULES[type(x.array)]
    counts: list[Any] = [bins] * N if isinstance(bins, int) else list(bins)
    if len(counts) != N or range is not None and len(range) != 2 * N:
        raise ValueError(f"histogramdd: the points {tuple(x.shape)} have {N} coordinates, but bins has "
                         f"{len(counts)} entries" + ("" if range is None else f" and range {len(range)}"))
    if weight is not None and weight.shape != x.shape[:-1]:
        raise ValueError(f"histogramdd: weight must have shape {tuple(x.shape[:-1])}, one number for each "
                         f"point, got {tuple(weight.shape)}")
    points, edges = x.array.reshape(-1, N), []
    for axis, n in enumerate(counts):
        if isinstance(n, Tensor):
            edges.append(n.array.astype(x.dtype))
            continue
        if n < 1:
            raise ValueError(f"histogramdd: bins must be at least 1, got {n}")
        low, high = range[2 * axis:2 * axis + 2] if range is not None else (
            (points[:, axis].min(), points[:, axis].max()) if len(points) else (0, 1))
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ValueError(f"histogramdd: the range ({low}, {high}) must be finite and not fall")
        if low == high:
            low, high = low - 0.5, high + 0.5
        edges.append(xp.linspace(low, high, n + 1).astype(x.dtype))
    sizes = [len(e) - 1 for e in edges]
    place: Any = 0
    inside: Any = True
    for axis, (e, n) in enumerate(zip(edges, sizes)):
        at = points[:, axis]
        inside = inside & (at >= e[0]) & (at <= e[-1])
        place = place * n + xp.minimum(xp.searchsorted(e, at, side="right") - 1, n - 1)
    weights = None if weight is None else weight.array.reshape(-1)[inside]
    hist = bincount(xp, place[inside], weights, math.prod(sizes)).reshape(sizes).astype(x.dtype)
    if density:
        with quiet():
            hist = hist / hist.sum()
            for axis, e in enumerate(edges):
                hist = hist / xp.diff(e).reshape(-1, *[1] * (N - 1 - axis))
    return HistogramOfPoints(Tensor(hist), tuple(map(Tensor, edges)))


def all_finite(numbers):
    return math.isfinite(math.fsum(numbers))


# Gradients of sampled functions


@composed
def gradient(x: Tensor, *, spacing: float | Tensor | Sequence | None = None,
             dim: int | Sequence[int] | None = None, edge_order: int = 1) -> list[Tensor]:
    """The gradient of a sampled function, estimated by finite differences: one tensor like x for each dim.

    spacing: the distance between neighbours, 1 or one number or one per dim; or a tensor of coordinates per
    dim.
    The error is of second order inside and of order edge_order (1 or 2) at both ends. Raises ValueError if
    spacing does not fit dim, or a dim has fewer than edge_order + 1 elements.
    Source: Quarteroni, Sacco and Saleri 2007, Numerical Mathematics, sec. 10.10, as in NumPy.
    """
    dims = list(range(x.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    given = 1 if spacing is None else spacing
    spacings = list(given) if isinstance(given, (tuple, list)) else [given] * len(dims)
    if len(spacings) != len(dims):
        raise ValueError(f"gradient: spacing has {len(spacings)} entries for {len(dims)} dims")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order must be 1 or 2, got {edge_order}")
    axes = [axis_of(x, d, "gradient") for d in dims]
    if len(set(axes)) < len(axes):
        raise ValueError(f"gradient: dim names an axis twice, got {dims}")
    x = x if x.dtype.kind in "fc" else x.to(dtype_of())
    return [slope(x, axis, h, edge_order) for axis, h in zip(axes, spacings)]


def slope(x, axis, h, edge_order):
    n = x.shape[axis]
    if n <= edge_order:
        raise ValueError(f"gradient: dim {axis} of {tuple(x.shape)} must have at least {edge_order + 1} "
                         "elements")
    if isinstance(h, Tensor):
        if tuple(h.shape) != (n,):
            raise ValueError(f"gradient: the coordinates along dim {axis} must have shape ({n},), got "
                             f"{tuple(h.shape)}")
        steps = diff(h)
    else:
        steps = Tensor(MODULES[type(x.array)].full(n - 1, h, x.dtype))
    steps, last = reshape(steps, shape=(-1,) + (1,) * (x.ndim - axis - 1)), n - 2
    secants = diff(x, 1, axis) / steps                      # n - 1 slopes between neighbours

    def at(y, place, size=1):
        return narrow(y, axis - x.ndim, place, size)

    def end(place, inner):
        """The slope at an end: of the secant, or of the parabola through three neighbours."""
        secant, step = at(secants, place), at(steps, place)
        if edge_order == 1:
            return secant
        return secant - (at(secants, inner) - secant) * step / (step + at(steps, inner))

    left, right, before, after = (at(y, i, n - 2) for y in (secants, steps) for i in (0, 1))
    inside = (left * after + right * before) / (before + after)
    return cat([end(0, 1), inside, end(last, last - 1)], axis)
