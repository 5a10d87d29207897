"""Searching, counting and sets: integers about numbers, without gradients."""

import math

import numpy as np

from minigrad.autograd import Tensor, composed
from minigrad.backend import MODULES
from minigrad.ops.numbers import choosing
from minigrad.ops.places.indexing import axis_of, check_range, index_array


@composed
def nonzero(x, *, as_tuple=False):
    """The places of the elements that are not zero: (count, ndim), or one tensor of indices for each axis."""
    xp = MODULES[type(x.array)]
    places = xp.nonzero(x.array) if x.ndim else xp.nonzero(x.array.reshape(1))[:0]
    if as_tuple:
        return tuple(map(Tensor, places))
    if not x.ndim:
        return Tensor(xp.zeros((int(bool(x)), 0), np.int64))
    return Tensor(xp.stack(places, 1))


@composed
def where(condition, input=None, other=None):
    """input where condition is true, else other; of the condition alone, the places where it is, as nonzero
    gives them."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if isinstance(condition, Tensor) and condition.dtype.kind != "b" and condition.dtype != np.uint8:
        raise TypeError(f"where: condition holds booleans, got {condition.dtype}; compare, as in x > 0, or "
                        "convert it with .bool()")
    return choosing.where(condition, input, other)


@composed
def argwhere(x):
    """The places of the elements that are not zero, (count, ndim)."""
    return nonzero(x)


@composed
def unravel_index(indices, shape):
    """Numbers of elements in row-major order as one tensor of indices for each axis of `shape`."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    places = index_array(indices, indices, "unravel_index: indices")
    check_range(places, math.prod(shape),
                f"unravel_index: an index into the {math.prod(shape)} elements of {shape}")
    steps = [math.prod(shape[i + 1:]) for i in range(len(shape))]
    return tuple(Tensor(places // max(1, step) % max(1, n)) for step, n in zip(steps, shape))


@composed
def unique_consecutive(x, return_inverse=False, return_counts=False, dim=None):
    """x without the elements that equal the one before; with dim, without such slices along it.

    If asked, with them the number of each element's run, and how long the runs are.
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
def unique(x, sorted=True, return_inverse=False, return_counts=False):
    """The different elements in ascending order; if asked, also x as indices into them, and how often each
    is there."""
    xp = MODULES[type(x.array)]
    values, inverse, counts = xp.unique(x.array, return_inverse=True, return_counts=True)
    results = [Tensor(values)]
    if return_inverse:
        results.append(Tensor(inverse.reshape(x.array.shape)))
    if return_counts:
        results.append(Tensor(counts))
    return results[0] if len(results) == 1 else tuple(results)


@composed
def searchsorted(sorted_sequence, values, *, right=False):
    """Where each value belongs in a 1-D tensor in ascending order: before equal elements, or behind them."""
    if sorted_sequence.ndim != 1:
        raise ValueError(f"searchsorted: the sequence must be 1-D, got {tuple(sorted_sequence.shape)}")
    xp = MODULES[type(sorted_sequence.array)]
    values = values.array if isinstance(values, Tensor) else xp.asarray(values)
    return Tensor(xp.searchsorted(sorted_sequence.array, values, side="right" if right else "left"))


@composed
def bucketize(x, boundaries, *, right=False):
    """The number of the bucket that each element lies in, between ascending boundaries."""
    return searchsorted(boundaries, x, right=right)


@composed
def bincount(x, weights=None, minlength=0):
    """How often 0, 1, 2, ... are among the integers of x, or the sums of their weights."""
    ids = index_array(x, x, "bincount: the tensor")
    if ids.ndim != 1:
        raise ValueError(f"bincount takes a 1-D tensor, got {tuple(ids.shape)}")
    xp = MODULES[type(ids)]
    if weights is None:
        return Tensor(xp.bincount(ids, None, minlength))
    return Tensor(xp.bincount(ids, weights.array, minlength).astype(weights.dtype))  # NumPy sums in float64


@composed
def isin(x, elements):
    """True where an element of x is among `elements`."""
    xp = MODULES[type(x.array)]
    return Tensor(xp.isin(x.array, elements.array if isinstance(elements, Tensor) else xp.asarray(elements)))


@composed
def is_nonzero(x):
    """Is the only element of x not zero?"""
    return bool(x)
