"""Order: the largest and the smallest element and where they are, sorting, medians, the k-th smallest."""

import collections
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, composed, primitive
from minigrad.autograd.complex import refuse_complex
from minigrad.ops.numbers.arithmetic import true_divide
from minigrad.ops.numbers.choosing import clamp, maximum, minimum, where
from minigrad.ops.numbers.comparisons import isnan
from minigrad.ops.places.indexing import axis_of, gather, narrow, take_along
from minigrad.ops.places.shapes import flatten, squeeze
from minigrad.ops.reductions.sums import axes, keep, sum


@primitive
def argmax(xp, x, *, dim=None, keepdim=False):
    """The index of the first maximum, along dim or in the flattened tensor."""
    return xp.argmax(x, axis=dim, keepdims=keepdim).astype(xp.int64)


@primitive
def argmin(xp, x, *, dim=None, keepdim=False):
    """The index of the first minimum, along dim or in the flattened tensor."""
    return xp.argmin(x, axis=dim, keepdims=keepdim).astype(xp.int64)


@primitive
def argsort(xp, x, *, dim=-1, descending=False, stable=True):
    """The indices that sort x along dim. Sorting is stable: equal elements keep their order."""
    if not x.ndim:
        return xp.zeros((), xp.int64)
    if not descending:
        return xp.argsort(x, axis=dim, kind="stable").astype(xp.int64, copy=False)
    order = xp.argsort(xp.flip(x, axis=dim), axis=dim, kind="stable").astype(xp.int64, copy=False)
    return x.shape[dim] - 1 - xp.flip(order, axis=dim)


@composed
def msort(x: Tensor) -> Tensor:
    """x sorted in ascending order along its first axis."""
    return take_along(x, dim=0, index=argsort(x.array, dim=0))


@primitive
def amax(xp, x, *, dim=None, keepdim=False):
    """The maximum along dim; elements that tie share the gradient equally."""
    return xp.max(x, axis=axes(x, dim), keepdims=keepdim)


@primitive
def amin(xp, x, *, dim=None, keepdim=False):
    """The minimum along dim; elements that tie share the gradient equally."""
    return xp.min(x, axis=axes(x, dim), keepdims=keepdim)


def to_winners(g, x, y, x_shape, dim, keepdim):
    """g, split equally among the elements of x that equal the extreme y."""
    winners = x == keep(y, x_shape, dim, keepdim)
    g = true_divide(keep(g, x_shape, dim, keepdim), sum(winners, dim=dim, keepdim=True))
    return where(winners, g, 0.0)


amax.defvjp(to_winners)
amin.defvjp(to_winners)
refuse_complex(argmax, argmin, argsort, amax, amin)

ValuesIndices = collections.namedtuple("ValuesIndices", "values indices")


@composed
def max(x: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
    """The largest element; max(x, dim) gives (values, indices) along dim, max(x, y) is maximum(x, y)."""
    return extreme(x, dim, keepdim, amax, argmax, maximum)


@composed
def min(x: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
    """The smallest element; min(x, dim) gives (values, indices) along dim, min(x, y) is minimum(x, y)."""
    return extreme(x, dim, keepdim, amin, argmin, minimum)


def extreme(x, dim, keepdim, value, place, elementwise):
    if isinstance(dim, Tensor):
        return elementwise(x, dim)
    if dim is None:
        return value(x)
    return chosen(x, dim, place(x, dim=dim, keepdim=True), keepdim)


def chosen(x, dim, indices, keepdim):
    """(values, indices) of the elements that `indices` picks along dim."""
    values = gather(x, dim, indices)
    if not keepdim:
        values, indices = squeeze(values, dim), squeeze(indices, dim)
    return ValuesIndices(values, indices)


def number_of(x, dim, name):
    """The number of elements along dim; raises IndexError if there are none to choose from."""
    size = x.shape[axis_of(x, dim, name)]
    if not size:
        raise IndexError(f"{name}: dim {dim} of {tuple(x.shape)} is empty; there is no element to choose")
    return size


@composed
def aminmax(x: Tensor, dim: int | Sequence[int] | None = None,
            keepdim: bool = False) -> tuple[Tensor, Tensor]:
    """(minimum, maximum) along dim, or of all elements."""
    return amin(x, dim=dim, keepdim=keepdim), amax(x, dim=dim, keepdim=keepdim)


@composed
def sort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> ValuesIndices:
    """(values, indices) of x sorted along dim. Sorting is always stable: equal elements keep their order."""
    indices = argsort(x, dim, descending)
    return ValuesIndices(gather(x, dim, indices), indices)


@composed
def topk(x: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> ValuesIndices:
    """(values, indices) of the k largest elements along dim, largest first; the smallest if not `largest`.

    Raises ValueError unless k lies in [0, size of dim].
    """
    size = x.shape[axis_of(x, dim, "topk")] if x.ndim else 1
    if not 0 <= k <= size:
        raise ValueError(f"topk: k={k} must lie in [0, {size}], the size of dim {dim} of {tuple(x.shape)}")
    if not x.ndim:
        return sort(x)
    indices = narrow(argsort(x, dim, largest), dim, 0, k)
    return ValuesIndices(gather(x, dim, indices), indices)


@composed
def median(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle element, the lower of two; NaN if any is NaN. With dim, (values, indices) along it.

    Without dim, elements that tie share the gradient equally.
    """
    if dim is None:
        return shared_by_ties(x, median(flatten(x.detach()), 0).values)
    if not x.ndim:
        return median(flatten(x), 0)
    size, order = number_of(x, dim, "median"), argsort(x, dim)
    if x.dtype.kind != "f":
        return chosen(x, dim, narrow(order, dim, (size - 1) // 2, 1), keepdim)
    numbers = sum(~isnan(x), dim=dim, keepdim=True)         # NaNs sort last
    return chosen(x, dim, gather(order, dim, where(numbers == size, (size - 1) // 2, numbers)), keepdim)


@primitive
def shared_by_ties(xp, x, y):
    """y, an element of x; those that equal it share the gradient."""
    return y


def to_equals(g, x, y):
    equal = (x == y) | ((x != x) & (y != y))
    return where(equal, true_divide(g, sum(equal)), 0.0)


shared_by_ties.defvjp(to_equals, None)


@composed
def nanmedian(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The median, ignoring NaN; with dim, (values, indices) along it. Ties as in median."""
    if dim is None:
        return shared_by_ties(x, nanmedian(flatten(x.detach()), 0).values)
    if not x.ndim:
        return nanmedian(flatten(x), 0)
    number_of(x, dim, "nanmedian")
    last = clamp(sum(~isnan(x), dim=dim, keepdim=True) - 1, min=0)
    return chosen(x, dim, gather(argsort(x, dim), dim, last // 2), keepdim)


@composed
def kthvalue(x: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> ValuesIndices:
    """(values, indices) of the k-th smallest element along dim; k counts from 1.

    Raises ValueError unless k lies in [1, size of dim].
    """
    if not x.ndim:
        return kthvalue(flatten(x), k)
    size = x.shape[axis_of(x, dim, "kthvalue")]
    if not 1 <= k <= size:
        raise ValueError(f"kthvalue: k={k} must lie in [1, {size}], the size of dim {dim} of "
                         f"{tuple(x.shape)}")
    return chosen(x, dim, narrow(argsort(x, dim), dim, k - 1, 1), keepdim)
