"""Scattering: write elements into a copy of a tensor, at positions given by an index.

A place is the flat, row-major index of an element. Every kind of index (along an axis, several indices, a
mask, a slice) is turned into places by applying it to the array 0, 1, 2, ... in x's shape. Two functions
then do the writing for all of this file except scatter_add and index_add:

    assign      replace the elements of x by those of src. Where several elements of src go to one place, one
                of them stays, and only that one receives the gradient (PyTorch gives it to all).
    accumulate  add the elements of src to those of x

`scatter_reduce` and `index_reduce` also take the mean, product, maximum or minimum of all elements that go to
a place.
"""

import math
from collections.abc import Sequence

import numpy as np

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES, bincount
from minigrad.ops.numbers.arithmetic import mul, true_divide
from minigrad.ops.numbers.choosing import maximum, minimum, where
from minigrad.ops.numbers.dtypes import number_for
from minigrad.ops.places import indexing
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.indexing import (
    as_index,
    axis_of,
    check_mask,
    check_range,
    checked_index,
    getitem,
    index_array,
    narrow,
    refuse_bytes,
    scatter_sum,
    slices,
    subscript,
)
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import flatten, reshape


def numbered(x):
    """The place of each element of x, in x's shape."""
    return MODULES[type(x.array)].arange(x.numel()).reshape(tuple(x.shape))


def gather_places(x, index, dim):
    """The places that gather(x, dim, index) reads."""
    return indexing.take_along(numbered(x), dim=dim, index=index)


def assign(x, place, src, name):
    """x with its elements at `place` replaced by those of src; both have the same number of elements."""
    if src.dtype != x.dtype:
        raise TypeError(f"{name}: x is {x.dtype} but the new elements are {src.dtype}; convert them with "
                        ".to(x.dtype)")
    xp, place = MODULES[type(x.array)], place.reshape(-1)
    writer = xp.full(x.numel(), -1)                 # which element of src goes to each place
    writer[place] = xp.arange(place.size)
    writer = writer.reshape(tuple(x.shape))
    if not place.size:
        return accumulate(x, place, src)
    return where(writer >= 0, getitem(flatten(src), index=(xp.maximum(writer, 0),)), x)


def accumulate(x, place, src):
    """x with the elements of src added at `place`; repeated places sum."""
    flat, size = reshape(src, shape=(-1,)), math.prod(x.shape)
    total = indexing.zeros_with(flat, index=(place.reshape(-1),), shape=(size,))
    return x + reshape(total, shape=tuple(x.shape))


def filled(index, value, x):
    """A tensor full of `value`, in index's shape and x's dtype."""
    return Tensor(MODULES[type(x.array)].full(index.shape, number_for(value, x.dtype, "scatter"), x.dtype))


@composed
def scatter(x: Tensor, dim: int, index: Tensor, src: Tensor | float | None = None, *,
            value: float | None = None, reduce: str | None = None) -> Tensor:
    """A copy of x with src written along dim: for dim 0, out[index[i][j]][j] = src[i][j].

    src is a tensor at least as large as index, or one number. reduce: 'add' or 'multiply' combines src with
    the element of x instead of replacing it.

    >>> scatter(tensor([[0, 0, 0]]), 1, tensor([[2, 0]]), tensor([[7, 8]])).tolist()
    [[8, 0, 7]]
    """
    places = checked_index(x, dim, index, "scatter")
    src = value if src is None else src
    if not isinstance(src, (Tensor, bool, int, float, np.generic)):
        raise TypeError(f"scatter: src must be a tensor or a number, got {type(src).__name__}")
    src = cut_to(places, x, src, "scatter") if isinstance(src, Tensor) else filled(places, src, x)
    if reduce not in (None, "add", "multiply"):
        raise ValueError(f"scatter: reduce must be None, 'add' or 'multiply', got {reduce!r}; use "
                         "scatter_reduce for others")
    if reduce is None:
        return assign(x, gather_places(x, places, dim), src, "scatter")
    return reduced(x, gather_places(x, places, dim), src, {"add": "sum", "multiply": "prod"}[reduce], True,
                   "scatter")


@composed
def scatter_add(x: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy of x with src added along dim: for dim 0, out[index[i][j]][j] += src[i][j].

    Repeated indices sum.
    """
    places = checked_index(x, dim, index, "scatter_add")
    if src.dtype != x.dtype:
        raise TypeError(f"scatter_add: x is {x.dtype} but src is {src.dtype}; convert it with .to(x.dtype)")
    src = cut_to(places, x, src, "scatter_add")
    return x + scatter_sum(src, dim=dim, index=places, shape=tuple(x.shape))


def cut_to(index, x, src, name):
    """The leading part of src, in index's shape."""
    if src.ndim != x.ndim and src.numel() == 1 and max(src.ndim, x.ndim) == 1:
        src = reshape(src, shape=(1,) * x.ndim)
    if src.ndim != x.ndim or any(n > m for n, m in zip(index.shape, src.shape)):
        raise ValueError(f"{name}: src {tuple(src.shape)} must be at least as large as index "
                         f"{tuple(index.shape)} along every axis")
    return subscript(src, tuple(slice(n) for n in index.shape))


@composed
def scatter_reduce(x: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *,
                   include_self: bool = True) -> Tensor:
    """scatter, but all elements that go to one place are reduced: 'sum', 'prod', 'mean', 'amax' or 'amin'.

    include_self: x's own element is reduced with them. Elements that tie for the extreme share the gradient
    equally.
    """
    places = checked_index(x, dim, index, "scatter_reduce")
    src = cut_to(places, x, src, "scatter_reduce")
    return reduced(x, gather_places(x, places, dim), src, reduce, include_self, "scatter_reduce")


@composed
def index_reduce(x: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *,
                 include_self: bool = True) -> Tensor:
    """index_add, but the slices that go to one place are reduced by 'prod', 'mean', 'amax' or 'amin'.

    include_self: x's own slice is reduced with them.
    """
    place = named_slices(x, dim, index, source, "index_reduce")
    return reduced(x, place, source, reduce, include_self, "index_reduce")


def named_slices(x, dim, index, source, name):
    """The places of the slices at `index`; source must have one slice per index."""
    place = numbered(x)[slices(x, dim, index, name)]
    if tuple(place.shape) != tuple(source.shape) and not place.size == source.numel() == 1:
        raise ValueError(f"{name}: source must be {tuple(place.shape)}, one slice of x {tuple(x.shape)} "
                         f"per index, got {tuple(source.shape)}")
    return place


@composed
def index_copy(x: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy of x with its slices at `index` along dim replaced by those of source."""
    return assign(x, named_slices(x, dim, index, source, "index_copy"), source, "index_copy")


@composed
def index_fill(x: Tensor, dim: int, index: Tensor, value: Tensor | float) -> Tensor:
    """A copy of x with `value`, a number or a 0-d tensor, in the slices at `index` along dim."""
    dim = axis_of(x, dim, "index_fill")
    places = index_array(x, index, "index_fill: index")
    size = x.shape[dim] if x.ndim else 1
    check_range(places, size, f"index_fill: an index along dim {dim} of {tuple(x.shape)}", -size)
    hit = MODULES[type(x.array)].zeros(tuple(x.shape), bool)
    hit[(slice(None),) * dim + (places,) if x.ndim else ...] = True
    return where(hit, as_scalar(x, value, "index_fill"), x)


def as_scalar(x, value, name):
    """A number, or a 0-d tensor, in x's dtype."""
    if not isinstance(value, Tensor):
        return x.dtype.type(number_for(value, x.dtype, name))
    if value.ndim:
        raise ValueError(f"{name}: value must be a number or a 0-d tensor, got shape {tuple(value.shape)}")
    return value.to(x.dtype)


@composed
def index_add(x: Tensor, dim: int, index: Tensor, source: Tensor, alpha: float = 1) -> Tensor:
    """A copy of x with alpha times the slices of source added at `index` along dim; repeated indices sum."""
    place = slices(x, dim, index, "index_add")
    expected = list(x.shape)
    if x.ndim:
        expected[dim] = place[-1].size
    if list(source.shape) != expected:
        if not math.prod(expected) == source.numel() == 1:
            raise ValueError(f"index_add: source must be {tuple(expected)}, one slice of x {tuple(x.shape)} "
                             f"per index, got {tuple(source.shape)}")
        source = reshape(source, shape=expected)
    return x + mul(indexing.zeros_with(source, index=place, shape=tuple(x.shape)), alpha)


# Several indices, flat indices, masks


@composed
def index_put(x: Tensor, indices: Sequence[Tensor | None], values: Tensor,
              accumulate: bool = False) -> Tensor:
    """A copy of x after x[indices] = values; with accumulate, += instead, and repeated indices sum.

    indices: a tuple of index tensors, as in x[i, j]; None selects a whole axis.
    """
    if not isinstance(indices, (tuple, list)):
        raise TypeError(f"index_put: indices must be a tuple of tensors, got {type(indices).__name__}")
    refuse_bytes(indices, values, "index_put")
    index = tuple(slice(None) if each is None else as_index(each, x) for each in indices)
    dim = 0
    for each in index:
        if isinstance(each, slice) or each.dtype != bool:
            size = x.shape[axis_of(x, dim, "index_put")]
            if not isinstance(each, slice):
                check_range(each, size, f"index_put: an index along dim {dim} of {tuple(x.shape)}", -size)
            dim += 1
        else:
            if each.shape != x.shape[dim:dim + each.ndim]:
                raise ValueError(f"index_put: mask {each.shape} must match the sizes of x {tuple(x.shape)} "
                                 f"from dim {dim} on")
            dim += each.ndim
    place = numbered(x)[index]
    return put_at(x, place, values.expand(place.shape), accumulate, "index_put")


def put_at(x, place, values, adds, name):
    return accumulate(x, place, values) if adds else assign(x, place, values, name)


@composed
def put(x: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of x with source written (with accumulate: added) at `index` in the flattened x."""
    place = index_array(x, index, "put: index")
    if place.size != source.numel():
        raise ValueError(f"put: source {tuple(source.shape)} must have as many elements as index "
                         f"{place.shape}")
    check_range(place, x.numel(), f"put: an index into the {x.numel()} elements of {tuple(x.shape)}",
                -x.numel())
    return put_at(x, place % max(1, x.numel()), source, accumulate, "put")


@composed
def masked_scatter(x: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy of x with the first elements of source, in order, where mask is True."""
    check_mask(x, mask, "masked_scatter")
    shape = np.broadcast_shapes(tuple(x.shape), tuple(mask.shape))
    x, mask = x.expand(shape), mask.expand(shape)
    place = numbered(x)[mask.array]
    if source.numel() < place.size:
        raise ValueError(f"masked_scatter: source {tuple(source.shape)} has {source.numel()} elements, but "
                         f"mask is True {place.size} times")
    return assign(x, place, narrow(flatten(source), 0, 0, place.size), "masked_scatter")


# Writing where a view reads


def replaced(x, read, src, name):
    """A copy of x with src in the elements that read(x) views."""
    place = read(Tensor(numbered(x))).array
    if tuple(place.shape) != tuple(src.shape):
        raise ValueError(f"{name}: src must be {tuple(place.shape)}, the shape that it replaces in x "
                         f"{tuple(x.shape)}, got {tuple(src.shape)}")
    return assign(x, place, src.to(x.dtype), name)


@composed
def select_scatter(x: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of x whose slice at `index` along dim is src."""
    return replaced(x, lambda each: indexing.select(each, dim, index), src, "select_scatter")


@composed
def slice_scatter(x: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None,
                  step: int = 1) -> Tensor:
    """A copy of x after x[start:end:step] = src along dim."""
    lead = (slice(None),) * axis_of(x, dim, "slice_scatter")
    return replaced(x, lambda each: subscript(each, lead + (slice(start, end, step),)), src, "slice_scatter")


@composed
def diagonal_scatter(x: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of x whose diagonal(x, offset, dim1, dim2) is src."""
    return replaced(x, lambda each: diagonal(each, offset, dim1, dim2), src, "diagonal_scatter")


# Reducing all elements that go to a place


def reduced(x, place, src, reduce, include_self, name):
    """The sum, mean, prod, amax or amin of all elements of src that go to each place, and x's own."""
    if reduce not in ("sum", "mean", "prod", "amax", "amin"):
        raise ValueError(f"{name}: reduce must be 'sum', 'mean', 'prod', 'amax' or 'amin', got {reduce!r}")
    if src.dtype != x.dtype:
        raise TypeError(f"{name}: x is {x.dtype} but src is {src.dtype}; convert it with .to(x.dtype)")
    xp, dtype = MODULES[type(x.array)], x.dtype
    count = bincount(xp, place.reshape(-1), None, x.numel()).reshape(tuple(x.shape))
    if not include_self:
        x = where(count > 0, NEUTRAL[reduce](x.dtype), x)
    if reduce == "prod":
        return product(x, place, src).to(dtype)
    if reduce in ("amax", "amin"):
        return extreme(x, src, place=place, largest=reduce == "amax")
    total = accumulate(x, place, src).to(dtype)
    if reduce == "sum":
        return total
    count = xp.maximum(count + 1 if include_self else count, 1)
    return true_divide(total, count) if x.dtype.kind == "f" else total // Tensor(xp.asarray(count, x.dtype))


@composed
def segment_reduce(data: Tensor, reduce: str, *, lengths: Tensor | None = None, indices: Tensor | None = None,
                   offsets: Tensor | None = None, axis: int = 0, unsafe: bool = False,
                   initial: float | None = None) -> Tensor:
    """The sum, mean, max, min or prod of each segment of data along the last axis of `lengths`.

    lengths     (..., S): the lengths of the S segments, which fill axis `axis` of data; its axes in front are
                those of data
    offsets     (..., S + 1) instead: where each segment begins, and the end of the last one
    initial     what each segment starts with. Without it an empty one gives 0, 1, -inf, inf, or NaN for mean.

    Raises ValueError where the lengths do not add up to the size of the axis. `unsafe` has no effect.
    """
    kinds = {"sum": "sum", "mean": "sum", "max": "amax", "min": "amin", "prod": "prod"}
    if reduce not in kinds:
        raise ValueError(f"segment_reduce: reduce must be one of {', '.join(kinds)}, got {reduce!r}")
    if indices is not None or (lengths is None) == (offsets is None):
        raise ValueError("segment_reduce: give either lengths or offsets; indices is not supported")
    given = index_array(data, offsets if lengths is None else lengths, "segment_reduce: lengths")
    counts = given[..., 1:] - given[..., :-1] if lengths is None else given
    axis, xp = axis_of(data, axis, "segment_reduce"), MODULES[type(given)]
    size = data.shape[axis]
    if counts.ndim != axis + 1 or bool((counts.sum(-1) != size).any()) or bool((counts < 0).any()):
        raise ValueError(f"segment_reduce: lengths must have {axis + 1} axes and add up to {size}, the size "
                         f"of axis {axis} of data, got {counts.tolist()}")
    ends = xp.cumsum(counts, -1)[..., None, :]                                          # (..., 1, S)
    ids = (xp.arange(data.shape[axis])[:, None] >= ends).sum(-1)                        # (..., n)
    ones = (1,) * (data.ndim - axis - 1)
    index = xp.broadcast_to(ids.reshape(ids.shape + ones), tuple(data.shape))
    neutral = NEUTRAL[kinds[reduce]](data.dtype) if initial is None else initial
    start = xp.full(counts.shape + tuple(data.shape[axis + 1:]), neutral, data.dtype)
    y = scatter_reduce(Tensor(start), axis, Tensor(index), data, kinds[reduce])
    if reduce == "mean":
        counts = counts.reshape(counts.shape + ones)
        empty = math.nan if initial is None else y
        y = where(counts > 0, true_divide(y, xp.maximum(counts, 1)), empty)
    return y


def limit(dtype, end):
    """The least ('min') or greatest ('max') number of a dtype."""
    if dtype.kind == "b":
        return end == "max"
    if dtype.kind == "f":
        return math.inf if end == "max" else -math.inf
    return int(getattr(np.iinfo(dtype), end))


NEUTRAL = {     # the neutral element: stands for x's own where include_self=False
    "sum": lambda dtype: 0, "mean": lambda dtype: 0, "prod": lambda dtype: 1,
    "amax": lambda dtype: limit(dtype, "min"), "amin": lambda dtype: limit(dtype, "max"),
}


def in_pairs(combine, values, place):
    """Combine all values of each place, pair by pair; the results are ordered by place.

    After k rounds a value stands for 2^k of them, so n values of one place take log2(n) rounds.
    """
    xp = MODULES[type(place)]
    order = xp.argsort(place, kind="stable")
    values, place = getitem(values, index=(order,)), place[order]
    while True:
        n = place.size
        starts = xp.concatenate((xp.ones(1, bool), place[1:] != place[:-1]))[:n]
        run = xp.cumsum(starts) - 1
        if not n or int(run[-1]) == n - 1:
            return values
        is_even = (xp.arange(n) - xp.flatnonzero(starts)[run]) % 2 == 0
        even = xp.flatnonzero(is_even)
        after = xp.minimum(even + 1, n - 1)
        values = combine(getitem(values, index=(even,)), getitem(values, index=(after,)), ~is_even[after])
        place = place[even]


def product(x, place, src):
    """The product of x's element and all of src that go to its place; the gradient is exact at zeros too."""
    every = cat([flatten(x), flatten(src)])
    xp = MODULES[type(place)]
    values = in_pairs(lambda a, b, paired: mul(a, where(paired, b, 1)), every,
                      xp.concatenate((xp.arange(x.numel()), place.reshape(-1))))
    return reshape(values, shape=tuple(x.shape))


@primitive
def extreme(xp, x, src, *, place, largest):
    """The maximum or minimum of x's element and all elements of src that go to its place."""
    better = maximum if largest else minimum
    values = in_pairs(lambda a, b, paired: xp.where(paired, better(a, b), a),
                      xp.concatenate((x.reshape(-1), src.reshape(-1))),
                      xp.concatenate((xp.arange(x.size), place.reshape(-1))))
    return values.reshape(x.shape)


def shares(g, x, src, y, place):
    """g divided by the number of elements that equal the extreme y of their place."""
    ties = accumulate(where(x == y, 1, 0), place, where(src == at_places(y, place), 1, 0))
    return true_divide(g, ties)


def at_places(x, place):
    return getitem(reshape(x, shape=(-1,)), index=(place,))


extreme.defvjp(
    lambda g, x, src, y, place: where(x == y, shares(g, x, src, y, place), 0.0),
    lambda g, x, src, y, place: where(
        src == at_places(y, place), at_places(shares(g, x, src, y, place), place), 0.0))
