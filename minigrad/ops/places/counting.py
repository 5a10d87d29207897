"""Searching, counting and sets: integer and boolean results, without gradients.

A result is annotated `Tensor | Any` where a flag makes it a tuple.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, composed
from minigrad.backend import MODULES, bincount as count_each
from minigrad.hints import warn
from minigrad.ops.numbers import choosing
from minigrad.ops.places.indexing import axis_of, check_range, index_array


@composed
def nonzero(x: Tensor, *, as_tuple: bool = False) -> Tensor | Any:
    """The indices of the nonzero elements, (count, ndim); with as_tuple, a tuple of one (count,) per axis.

    With as_tuple, a 0-d tensor counts as having one axis.
    """
    xp = MODULES[type(x.array)]
    places = xp.nonzero(x.array if x.ndim else x.array.reshape(1))
    places = [each.astype(np.int64, copy=False) for each in places]
    if as_tuple:
        return tuple(map(Tensor, places))
    if not x.ndim:
        return Tensor(xp.zeros((int(bool(x)), 0), np.int64))
    return Tensor(xp.stack(places, 1))


@composed
def where(condition: Tensor, input: Tensor | float | None = None,
          other: Tensor | float | None = None) -> Tensor | Any:
    """input where condition is True, else other; all three broadcast.

    where(condition) alone is nonzero(condition, as_tuple=True).
    """
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if isinstance(condition, Tensor) and condition.dtype.kind != "b" and condition.dtype != np.uint8:
        raise TypeError(f"where: condition must be boolean, got {condition.dtype}; write a comparison such "
                        "as x > 0, or convert it with .bool()")
    if isinstance(condition, Tensor) and condition.dtype == np.uint8:
        warn("where: a condition of uint8 is taken as PyTorch still does, with a warning; convert it with "
             ".bool()")
    return choosing.where(condition, input, other)


@composed
def nonzero_static(x: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The first `size` indices of nonzero elements, (size, ndim); `fill_value` stands where there are fewer.

    Raises ValueError for a negative size.
    """
    if size < 0:
        raise ValueError(f"nonzero_static: size must be at least 0, got {size}")
    places = nonzero(x).array[:size]
    found = MODULES[type(places)].full((size, x.ndim), fill_value, np.int64)
    found[:len(places)] = places
    return Tensor(found)


@composed
def argwhere(x: Tensor) -> Tensor:
    """The indices of the nonzero elements, (count, ndim)."""
    return nonzero(x)


@composed
def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Turn flat row-major indices into one index tensor per axis of `shape`."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    places = index_array(indices, indices, "unravel_index: indices").astype(np.int64)
    check_range(places, math.prod(shape),
                f"unravel_index: an index into the {math.prod(shape)} elements of {shape}")
    steps = [math.prod(shape[i + 1:]) for i in range(len(shape))]
    xp = MODULES[type(places)]          # asarray: NumPy makes scalars of 0-d arrays
    return tuple(Tensor(xp.asarray(places // max(1, step) % max(1, n))) for step, n in zip(steps, shape))


@composed
def unique_consecutive(x: Tensor, return_inverse: bool = False, return_counts: bool = False,
                       dim: int | None = None) -> Tensor | Any:
    """x without the elements that equal their predecessor; with dim, without such slices along it.

    return_inverse: also the index of each element's run in the result. return_counts: also the run lengths.
    """
    xp = MODULES[type(x.array)]
    rows = (x.array.reshape(-1) if dim is None
            else xp.moveaxis(x.array, axis_of(x, dim, "unique_consecutive"), 0))
    differs = (rows[1:] != rows[:-1]).any(tuple(range(1, rows.ndim)))
    starts = xp.concatenate((xp.ones(1, bool), differs))[:len(rows)]
    first = xp.flatnonzero(starts).astype(np.int64, copy=False)
    results = [Tensor(rows[first] if dim is None else xp.moveaxis(rows[first], 0, dim))]
    if return_inverse:
        inverse = xp.cumsum(starts, dtype=np.int64) - 1
        results.append(Tensor(inverse.reshape(x.array.shape) if dim is None else inverse))
    if return_counts:
        ends = xp.concatenate((first[1:], xp.full(1, len(rows), np.int64)))[:len(first)]
        results.append(Tensor(ends - first))
    return results[0] if len(results) == 1 else tuple(results)


@composed
def unique(x: Tensor, sorted: bool = True, return_inverse: bool = False,
           return_counts: bool = False, dim: int | None = None) -> Tensor | Any:
    """The distinct elements in ascending order, whatever `sorted` says; with dim, the distinct slices.

    return_inverse: also x as indices into them. return_counts: also how often each occurs. Every NaN is
    distinct. Raises ValueError for a dim of size 0 beside other axes of size 0.
    """
    xp = MODULES[type(x.array)]
    axis = None if dim is None else axis_of(x, dim, "unique")
    given = x.array if x.ndim else x.array.reshape(1)
    if axis is not None and not given.size:
        if given.shape.count(0) > 1 or given.shape[axis]:
            raise ValueError(f"unique: dim {dim} of {tuple(x.shape)} has slices without elements")
        values, inverse = given, xp.zeros(0, np.int64)
        counts = inverse
    else:
        values, inverse, counts = xp.unique(given, return_inverse=True, return_counts=True, axis=axis,
                                            equal_nan=False)
        inverse, counts = inverse.astype(np.int64, copy=False), counts.astype(np.int64, copy=False)
    results = [Tensor(values)]
    if return_inverse:
        results.append(Tensor(inverse.reshape(x.array.shape if axis is None else -1)))
    if return_counts:
        results.append(Tensor(counts))
    return results[0] if len(results) == 1 else tuple(results)


@composed
def searchsorted(sorted_sequence: Tensor, input: Tensor | float, *, out_int32: bool = False,
                 right: bool = False, side: str | None = None, sorter: Tensor | None = None) -> Tensor:
    """The index at which to insert each value into an ascending sequence so that it stays sorted.

    sorted_sequence     (N,) for values of any shape, or (..., N) for values (..., M), row by row
    right, side         a value goes before elements equal to it; with right or side="right", after them
    sorter              the indices that sort a sequence which does not ascend, in its shape
    out_int32           the result is int32 instead of int64
    """
    check_side(right, side)
    values = input if isinstance(input, Tensor) else None
    if sorted_sequence.ndim != 1 and (
            values is None or not values.ndim or sorted_sequence.shape[:-1] != values.shape[:-1]):
        shape = () if values is None else tuple(values.shape)
        raise ValueError("searchsorted: sorted_sequence must be 1-D or have the axes of the values but for "
                         f"the last one, got {tuple(sorted_sequence.shape)} for values {shape}")
    xp, sequence = MODULES[type(sorted_sequence.array)], sorted_sequence.array
    if sorter is not None:
        if sorter.shape != sorted_sequence.shape:
            raise ValueError(f"searchsorted: sorter must have the shape of sorted_sequence "
                             f"{tuple(sorted_sequence.shape)}, got {tuple(sorter.shape)}")
        order = index_array(sorted_sequence, sorter, "searchsorted: sorter")
        check_range(order, sequence.shape[-1], "searchsorted: sorter")
        sequence = xp.take_along_axis(sequence, order, -1)
    wanted = xp.asarray(input) if values is None else values.array
    after, found = "right" if right or side == "right" else "left", xp.zeros(wanted.shape, np.int64)
    if sequence.ndim == 1:
        found[...] = xp.searchsorted(sequence, wanted, side=after)
    else:
        for row in np.ndindex(found.shape[:-1]):
            found[row] = xp.searchsorted(sequence[row], wanted[row], side=after)
    return Tensor(found.astype(np.int32) if out_int32 else found)


def check_side(right, side):
    if side not in (None, "left", "right"):
        raise ValueError(f"searchsorted: side must be 'left' or 'right', got {side!r}")
    if right and side == "left":
        raise ValueError("searchsorted: right=True and side='left' contradict each other")


@composed
def bucketize(x: Tensor | float, boundaries: Tensor, *, out_int32: bool = False,
              right: bool = False) -> Tensor:
    """The index of the bucket that holds each element; `boundaries` ascend.

    An element goes before a boundary equal to it; with right, after it. out_int32: int32 instead of int64.
    """
    if boundaries.ndim != 1:
        raise ValueError(f"bucketize: boundaries must be 1-D, got {tuple(boundaries.shape)}")
    return searchsorted(boundaries, x, out_int32=out_int32, right=right)


@composed
def bincount(x: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, ... occurs in x, a 1-D integer tensor; with weights, their sums.

    The result has max(x) + 1 elements, at least `minlength`; sums of integers are float64.
    """
    ids = index_array(x, x, "bincount: x")
    if ids.ndim != 1:
        raise ValueError(f"bincount: x must be 1-D, got {tuple(ids.shape)}")
    xp = MODULES[type(ids)]
    if weights is None:
        return Tensor(count_each(xp, ids, None, minlength))
    sums = count_each(xp, ids, weights.array, minlength)       # in float64
    return Tensor(sums.astype(weights.dtype) if weights.dtype.kind == "f" else sums)


@composed
def isin(x: Tensor, elements: Tensor | Sequence[float] | float) -> Tensor:
    """True where an element of x is among `elements`."""
    xp = MODULES[type(x.array)]
    return Tensor(xp.isin(x.array, elements.array if isinstance(elements, Tensor) else xp.asarray(elements)))


@composed
def is_nonzero(x: Tensor) -> bool:
    """Whether the only element of x is nonzero."""
    return bool(x)
