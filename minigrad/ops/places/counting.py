"""Searching, counting and sets: integer and boolean results, without gradients.

A result is annotated `Tensor | Any` where a flag makes it a tuple.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, composed
from minigrad.backend import MODULES
from minigrad.ops.numbers import choosing
from minigrad.ops.places.indexing import axis_of, check_range, index_array


@composed
def nonzero(x: Tensor, *, as_tuple: bool = False) -> Tensor | Any:
    """The indices of the nonzero elements, (count, ndim); with as_tuple, a tuple of one (count,) per axis."""
    xp = MODULES[type(x.array)]
    places = xp.nonzero(x.array) if x.ndim else xp.nonzero(x.array.reshape(1))[:0]
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
    return choosing.where(condition, input, other)


@composed
def argwhere(x: Tensor) -> Tensor:
    """The indices of the nonzero elements, (count, ndim)."""
    return nonzero(x)


@composed
def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Turn flat row-major indices into one index tensor per axis of `shape`."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    places = index_array(indices, indices, "unravel_index: indices")
    check_range(places, math.prod(shape),
                f"unravel_index: an index into the {math.prod(shape)} elements of {shape}")
    steps = [math.prod(shape[i + 1:]) for i in range(len(shape))]
    return tuple(Tensor(places // max(1, step) % max(1, n)) for step, n in zip(steps, shape))


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
    first = xp.flatnonzero(starts)
    results = [Tensor(rows[first] if dim is None else xp.moveaxis(rows[first], 0, dim))]
    if return_inverse:
        inverse = xp.cumsum(starts) - 1
        results.append(Tensor(inverse.reshape(x.array.shape) if dim is None else inverse))
    if return_counts:
        ends = xp.concatenate((first[1:], xp.full(1, len(rows))))[:len(first)]
        results.append(Tensor(ends - first))
    return results[0] if len(results) == 1 else tuple(results)


@composed
def unique(x: Tensor, sorted: bool = True, return_inverse: bool = False,
           return_counts: bool = False) -> Tensor | Any:
    """The distinct elements in ascending order, whatever `sorted` says.

    return_inverse: also x as indices into them. return_counts: also how often each occurs.
    """
    xp = MODULES[type(x.array)]
    values, inverse, counts = xp.unique(x.array, return_inverse=True, return_counts=True)
    results = [Tensor(values)]
    if return_inverse:
        results.append(Tensor(inverse.reshape(x.array.shape)))
    if return_counts:
        results.append(Tensor(counts))
    return results[0] if len(results) == 1 else tuple(results)


@composed
def searchsorted(sorted_sequence: Tensor, values: Tensor | float, *, right: bool = False) -> Tensor:
    """The index at which to insert each value into an ascending 1-D tensor so that it stays sorted.

    A value goes before elements equal to it; with right, after them.
    """
    if sorted_sequence.ndim != 1:
        raise ValueError(f"searchsorted: sorted_sequence must be 1-D, got {tuple(sorted_sequence.shape)}")
    xp = MODULES[type(sorted_sequence.array)]
    wanted = values.array if isinstance(values, Tensor) else xp.asarray(values)
    return Tensor(xp.searchsorted(sorted_sequence.array, wanted, side="right" if right else "left"))


@composed
def bucketize(x: Tensor | float, boundaries: Tensor, *, right: bool = False) -> Tensor:
    """The index of the bucket that holds each element; `boundaries` ascend."""
    return searchsorted(boundaries, x, right=right)


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
        return Tensor(xp.bincount(ids, None, minlength))
    sums = xp.bincount(ids, weights.array, minlength)       # in float64
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
