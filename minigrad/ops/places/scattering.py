"""Scattering: tensors with other elements at places that an index names.

A place is the number of an element in row-major order. Whatever names places, be it an index along an axis,
several indices, a mask or a slice, names them in the array 0, 1, 2, ... of x's shape; so there are two
ways to put elements there, and all functions of this file but scatter_add and index_add are made of them:

    assign      the element becomes one of src; where several want one place, it is one of them, and only
                that one receives the gradient (PyTorch gives it to all)
    accumulate  the elements of src are added

and `scatter_reduce`, `index_reduce` take the mean, the product or the extremes of what comes to a place.
"""

import math

import numpy as np

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.numbers.arithmetic import mul, true_divide
from minigrad.ops.numbers.choosing import maximum, minimum, where
from minigrad.ops.places import indexing
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.indexing import (
    as_index, axis_of, check_mask, check_range, getitem, index_array, narrow, places, scatter_sum, slices,
    subscript)
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import flatten, reshape


def numbered(x):
    """The place of every element of x, in x's shape."""
    return MODULES[type(x.array)].arange(x.numel()).reshape(tuple(x.shape))


def at(x, index, dim):
    """The places that gather(x, dim, index) reads."""
    return indexing.take_along(numbered(x), dim=dim, index=index)


def assign(x, place, src, name):
    """x with the elements of src at `place`, an array of as many places."""
    if src.dtype != x.dtype:
        raise TypeError(f"{name}: x is {x.dtype} and its new elements {src.dtype}; convert them with "
                        ".to(x.dtype)")
    xp, place = MODULES[type(x.array)], place.reshape(-1)
    writer = xp.full(x.numel(), -1)                 # which element of src comes to each place
    writer[place] = xp.arange(place.size)
    writer = writer.reshape(tuple(x.shape))
    if not place.size:
        return accumulate(x, place, src)
    return where(writer >= 0, getitem(flatten(src), index=(xp.maximum(writer, 0),)), x)


def accumulate(x, place, src):
    """x with the elements of src added at `place`; repeated places receive the sum."""
    total = indexing.put(reshape(src, shape=(-1,)), index=(place.reshape(-1),), shape=(math.prod(x.shape),))
    return x + reshape(total, shape=tuple(x.shape))


def filled(index, value, x):
    """`value`, as x's dtype holds it, in index's shape."""
    return Tensor(MODULES[type(x.array)].full(index.shape, value, x.dtype))


@composed
def scatter(x, dim, index, src=None, *, value=None, reduce=None):
    """x with out[index[i][j]][j] = src[i][j] for dim 0, and so on; src is a tensor, or one number for all.

    reduce: 'add' or 'multiply' what is there instead.
    """
    index = places(x, dim, index, "scatter")
    src = value if src is None else src
    if not isinstance(src, (Tensor, bool, int, float, np.generic)):
        raise TypeError(f"scatter: src is a tensor or one number for all, got {type(src).__name__}")
    src = cut_to(index, x, src, "scatter") if isinstance(src, Tensor) else filled(index, src, x)
    if reduce not in (None, "add", "multiply"):
        raise ValueError(f"scatter: reduce is None, 'add' or 'multiply', got {reduce!r}; see scatter_reduce "
                         "for others")
    if reduce is None:
        return assign(x, at(x, index, dim), src, "scatter")
    return reduced(x, at(x, index, dim), src, {"add": "sum", "multiply": "prod"}[reduce], True, "scatter")


@composed
def scatter_add(x, dim, index, src):
    """x with src[i][j] added at [index[i][j]][j] for dim 0, and so on; repeated places receive the sum."""
    index = places(x, dim, index, "scatter_add")
    src = cut_to(index, x, src, "scatter_add")
    return x + scatter_sum(src, dim=dim, index=index, shape=tuple(x.shape))


def cut_to(index, x, src, name):
    """The part of src that has index's shape; from the first elements on."""
    if src.ndim != x.ndim or any(n > m for n, m in zip(index.shape, src.shape)):
        raise ValueError(f"{name}: src {tuple(src.shape)} should be at least as large as index "
                         f"{tuple(index.shape)} along every axis")
    return subscript(src, tuple(slice(n) for n in index.shape))


@composed
def scatter_reduce(x, dim, index, src, reduce, *, include_self=True):
    """As scatter, where the sum, prod, mean, amax or amin of all that comes to a place is taken.

    With include_self of x's own element too. Elements that tie for the extreme share the gradient equally.
    """
    index = places(x, dim, index, "scatter_reduce")
    src = cut_to(index, x, src, "scatter_reduce")
    return reduced(x, at(x, index, dim), src, reduce, include_self, "scatter_reduce")


@composed
def index_reduce(x, dim, index, source, reduce, *, include_self=True):
    """As index_add, where the prod, mean, amax or amin of all slices that come to a place is taken."""
    place = named_slices(x, dim, index, source, "index_reduce")
    return reduced(x, place, source, reduce, include_self, "index_reduce")


def named_slices(x, dim, index, source, name):
    """The places of the slices that index names; source has one for each."""
    place = numbered(x)[slices(x, dim, index, name)]
    if tuple(place.shape) != tuple(source.shape):
        raise ValueError(f"{name}: source should be {tuple(place.shape)}, one slice of x {tuple(x.shape)} "
                         f"for each index, got {tuple(source.shape)}")
    return place


@composed
def index_copy(x, dim, index, source):
    """x with the slices of `source` at `index` along dim."""
    return assign(x, named_slices(x, dim, index, source, "index_copy"), source, "index_copy")


@composed
def index_fill(x, dim, index, value):
    """x with `value`, a number or a 0-d tensor, in the slices that index names along dim."""
    dim = axis_of(x, dim, "index_fill")
    index = index_array(x, index, "index_fill: index")
    size = x.shape[dim] if x.ndim else 1
    check_range(index, size, f"index_fill: an index along dim {dim} of {tuple(x.shape)}", -size)
    hit = MODULES[type(x.array)].zeros(tuple(x.shape), bool)
    hit[(slice(None),) * dim + (index,) if x.ndim else ...] = True
    return where(hit, one_value(x, value, "index_fill"), x)


def one_value(x, value, name):
    """A number as x's dtype holds it, or a 0-d tensor."""
    if not isinstance(value, Tensor):
        return x.dtype.type(value)
    if value.ndim:
        raise ValueError(f"{name}: value is a number or a 0-d tensor, got {tuple(value.shape)}")
    return value.to(x.dtype)


@composed
def index_add(x, dim, index, source, alpha=1):
    """x with the slices of `source` added at `index` along dim; repeated places receive the sum."""
    place = slices(x, dim, index, "index_add")
    expected = list(x.shape)
    expected[dim] = place[-1].size
    if list(source.shape) != expected:
        raise ValueError(f"index_add: source should be {tuple(expected)}, one slice of x {tuple(x.shape)} "
                         f"for each index, got {tuple(source.shape)}")
    return x + mul(indexing.put(source, index=place, shape=tuple(x.shape)), alpha)


# Several indices, flat indices, masks


@composed
def index_put(x, indices, values, accumulate=False):
    """x with x[indices] = values, for a tuple of tensors; with accumulate, x[indices] += values, also if
    repeated."""
    if not isinstance(indices, (tuple, list)):
        raise TypeError(f"index_put: indices is a tuple of tensors, got {type(indices).__name__}")
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
                raise ValueError(f"index_put: mask {each.shape} should have the sizes of x {tuple(x.shape)} "
                                 f"from dim {dim} on")
            dim += each.ndim
    place = numbered(x)[index]
    return put_at(x, place, values.expand(place.shape), accumulate, "index_put")


def put_at(x, place, values, adds, name):
    return accumulate(x, place, values) if adds else assign(x, place, values, name)


@composed
def put(x, index, source, accumulate=False):
    """x with the elements of source at the places that index names in the flattened tensor, or added
    there."""
    place = index_array(x, index, "put: index")
    if place.size != source.numel():
        raise ValueError(f"put: source {tuple(source.shape)} should have as many elements as index "
                         f"{place.shape}")
    check_range(place, x.numel(), f"put: an index into the {x.numel()} elements of {tuple(x.shape)}",
                -x.numel())
    return put_at(x, place % max(1, x.numel()), source, accumulate, "put")


@composed
def masked_scatter(x, mask, source):
    """x with the first elements of source, in order, where mask is True."""
    check_mask(x, mask, "masked_scatter")
    shape = np.broadcast_shapes(tuple(x.shape), tuple(mask.shape))
    x, mask = x.expand(shape), mask.expand(shape)
    place = numbered(x)[mask.array]
    if source.numel() < place.size:
        raise ValueError(f"masked_scatter: source {tuple(source.shape)} has {source.numel()} elements, mask "
                         f"is True at {place.size} places")
    return assign(x, place, narrow(flatten(source), 0, 0, place.size), "masked_scatter")


# The writing counterparts of views


def written(x, read, src, name):
    """x with src where `read` reads."""
    place = read(Tensor(numbered(x))).array
    if tuple(place.shape) != tuple(src.shape):
        raise ValueError(f"{name}: src should be {tuple(place.shape)}, as what it replaces in x "
                         f"{tuple(x.shape)}, got {tuple(src.shape)}")
    return assign(x, place, src.to(x.dtype), name)


@composed
def select_scatter(x, src, dim, index):
    """x with src as its slice at `index` along dim."""
    return written(x, lambda each: indexing.select(each, dim, index), src, "select_scatter")


@composed
def slice_scatter(x, src, dim=0, start=None, end=None, step=1):
    """x with src as its slices from start to end along dim, every step-th."""
    lead = (slice(None),) * axis_of(x, dim, "slice_scatter")
    return written(x, lambda each: subscript(each, lead + (slice(start, end, step),)), src, "slice_scatter")


@composed
def diagonal_scatter(x, src, offset=0, dim1=0, dim2=1):
    """x with src as its diagonal."""
    return written(x, lambda each: diagonal(each, offset, dim1, dim2), src, "diagonal_scatter")


# Reducing what comes to a place


def reduced(x, place, src, reduce, include_self, name):
    """The sum, mean, prod, amax or amin of the elements of src that come to each place, and of x's own."""
    if reduce not in ("sum", "mean", "prod", "amax", "amin"):
        raise ValueError(f"{name}: reduce is 'sum', 'mean', 'prod', 'amax' or 'amin', got {reduce!r}")
    if src.dtype != x.dtype:
        raise TypeError(f"{name}: x is {x.dtype} and src {src.dtype}; convert it with .to(x.dtype)")
    xp = MODULES[type(x.array)]
    count = xp.bincount(place.reshape(-1), None, x.numel()).reshape(tuple(x.shape))
    if not include_self:
        x = where(count > 0, NEUTRAL[reduce](x.dtype), x)
    if reduce == "prod":
        return product(x, place, src)
    if reduce in ("amax", "amin"):
        return extreme(x, src, place=place, largest=reduce == "amax")
    total = accumulate(x, place, src)
    if reduce == "sum":
        return total
    count = xp.maximum(count + 1 if include_self else count, 1)
    return true_divide(total, count) if x.dtype.kind == "f" else total // Tensor(count.astype(x.dtype))


def limit(dtype, end):
    if dtype.kind == "f":
        return math.inf if end == "max" else -math.inf
    return int(getattr(np.iinfo(dtype), end))


NEUTRAL = {     # what changes nothing: the element of x where it does not count
    "sum": lambda dtype: 0, "mean": lambda dtype: 0, "prod": lambda dtype: 1,
    "amax": lambda dtype: limit(dtype, "min"), "amin": lambda dtype: limit(dtype, "max"),
}


def in_pairs(combine, values, place):
    """combine() of all values of one place, in pairs, pairs of pairs, ...; in the order of the places.

    After k rounds every value stands for 2^k, so n values of one place take log2(n) rounds.
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
    """The product of x's own element and all of src that come to its place; exact derivatives also at
    zeros."""
    every = cat([flatten(x), flatten(src)])
    xp = MODULES[type(place)]
    values = in_pairs(lambda a, b, paired: mul(a, where(paired, b, 1)), every,
                      xp.concatenate((xp.arange(x.numel()), place.reshape(-1))))
    return reshape(values, shape=tuple(x.shape))


@primitive
def extreme(xp, x, src, *, place, largest):
    """The greatest or the least of x's own element and all of src that come to its place."""
    better = maximum if largest else minimum
    values = in_pairs(lambda a, b, paired: xp.where(paired, better(a, b), a),
                      xp.concatenate((x.reshape(-1), src.reshape(-1))),
                      xp.concatenate((xp.arange(x.size), place.reshape(-1))))
    return values.reshape(x.shape)


def shares(g, x, src, y, place):
    """g in equal parts for all elements that reach the extreme y of their place."""
    ties = accumulate(where(x == y, 1, 0), place, where(src == at_places(y, place), 1, 0))
    return true_divide(g, ties)


def at_places(x, place):
    return getitem(reshape(x, shape=(-1,)), index=(place,))


extreme.defvjp(
    lambda g, x, src, y, place: where(x == y, shares(g, x, src, y, place), 0.0),
    lambda g, x, src, y, place: where(
        src == at_places(y, place), at_places(shares(g, x, src, y, place), place), 0.0))
