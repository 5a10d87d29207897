"""Joining tensors along an axis, parting them again, and combining each element with each."""

import itertools

import numpy as np

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import array_on
from minigrad.ops.places.indexing import axis_of, getitem, narrow, subscript
from minigrad.ops.places.shapes import (
    flatten, one_axis, reshape, several, three_axes, transpose, two_axes, unsqueeze)


@primitive
def concatenate(xp, *tensors, dim=0):
    return xp.concatenate(tensors, axis=dim)


def part_of(g, which, shapes, dim):
    start = sum(shape[dim] for shape in shapes[:which])
    return narrow(g, dim, start, shapes[which][dim])


concatenate.defvjp(part_of)


concatenate.name = "cat"        # as graphs and errors call it


@composed
def cat(tensors, dim=0):
    """Tensors joined along an axis they have; their other sizes are equal."""
    tensors = several(tensors, "cat")
    dim = axis_of(tensors[0], dim, "cat")
    if len({(x.ndim, x.shape[:dim], x.shape[dim + 1:]) for x in tensors}) > 1 or not tensors[0].ndim:
        raise ValueError(f"cat: shapes {[tuple(x.shape) for x in tensors]} must be equal but for dim {dim}")
    return concatenate(*tensors, dim=dim)


@composed
def stack(tensors, dim=0):
    """Tensors of one shape joined along a new axis."""
    tensors = several(tensors, "stack")
    shapes = {tuple(x.shape) for x in tensors}
    if len(shapes) > 1:
        raise ValueError(f"stack: all tensors must have one shape, got {sorted(shapes)}")
    return cat([unsqueeze(x, dim) for x in tensors], dim)


@composed
def hstack(tensors):
    """Tensors side by side: vectors joined along their only axis, others along the second."""
    tensors = [one_axis(x) for x in several(tensors, "hstack")]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@composed
def vstack(tensors):
    """Tensors below each other: joined along the first axis, vectors as rows."""
    return cat([two_axes(x) for x in several(tensors, "vstack")], 0)


@composed
def dstack(tensors):
    """Tensors behind each other: joined along the third axis."""
    return cat([three_axes(x) for x in several(tensors, "dstack")], 2)


@composed
def column_stack(tensors):
    """Tensors side by side, vectors as columns."""
    return cat([x if x.ndim > 1 else unsqueeze(one_axis(x), 1) for x in several(tensors, "column_stack")], 1)


# Parting


@composed
def split(x, split_size, dim=0):
    """Parts of `split_size` along dim, the last maybe smaller; or of the sizes in a list."""
    size = x.shape[axis_of(x, dim, "split")]
    if isinstance(split_size, int):
        if split_size <= 0:
            raise ValueError(f"split: split_size is at least 1, got {split_size}")
        lengths = [min(split_size, size - i) for i in range(0, size, split_size)] or [0]
    else:
        lengths = list(split_size)
        if sum(lengths) != size:
            raise ValueError(f"split: sizes {lengths} add up to {sum(lengths)}, dim {dim} has {size}")
    ends = itertools.accumulate(lengths)
    return tuple(narrow(x, dim, end - length, length) for end, length in zip(ends, lengths))


@composed
def chunk(x, chunks, dim=0):
    """At most `chunks` parts of equal size along dim, the last maybe smaller."""
    if chunks < 1:
        raise ValueError(f"chunk: chunks is at least 1, got {chunks}")
    return split(x, max(1, -(-x.shape[axis_of(x, dim, "chunk")] // chunks)), dim)


@composed
def unbind(x, dim=0):
    """The slices along dim, without that axis."""
    lead = (slice(None),) * axis_of(x, dim, "unbind")
    return tuple(getitem(x, index=lead + (i,)) for i in range(x.shape[dim]))


@composed
def tensor_split(x, indices_or_sections, dim=0):
    """x in so many parts along dim, the first ones greater by one where needed; or cut before each of
    several indices."""
    dim, cuts = axis_of(x, dim, "tensor_split"), indices_or_sections
    if isinstance(cuts, Tensor):
        cuts = cuts.tolist()
    if isinstance(cuts, int):
        if cuts < 1:
            raise ValueError(f"tensor_split: sections is at least 1, got {cuts}")
        least, more = divmod(x.shape[dim], cuts)
        return split(x, [least + 1] * more + [least] * (cuts - more), dim)
    lead = (slice(None),) * dim
    return tuple(subscript(x, lead + (slice(*ends),)) for ends in zip([0, *cuts], [*cuts, None]))


def splitter(name, least, dim_of):
    def function(x, indices_or_sections):
        if x.ndim < least:
            raise ValueError(f"{name} takes tensors with at least {least} axes, got {tuple(x.shape)}")
        size = x.shape[dim_of(x)]
        if isinstance(indices_or_sections, int) and (indices_or_sections < 1 or size % indices_or_sections):
            raise ValueError(f"{name}: dim {dim_of(x)} of {tuple(x.shape)} cannot be cut into "
                             f"{indices_or_sections} equal parts; see tensor_split")
        return tensor_split(x, indices_or_sections, dim_of(x))
    function.__name__ = function.__qualname__ = name
    function.__doc__ = "As tensor_split, into equal parts along the " + {
        "hsplit": "second axis, of a vector the first.", "vsplit": "first axis.",
        "dsplit": "third axis."}[name]
    return composed(function)


hsplit = splitter("hsplit", 1, lambda x: min(1, x.ndim - 1))
vsplit = splitter("vsplit", 2, lambda x: 0)
dsplit = splitter("dsplit", 3, lambda x: 2)


# Each with each


@composed
def meshgrid(*tensors, indexing="ij"):
    """1-D tensors (n,), (m,) -> coordinates (n, m), (n, m); with 'xy' the first two axes exchanged."""
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    if any(x.ndim != 1 for x in tensors) or not tensors:
        raise ValueError(f"meshgrid takes vectors, got shapes {[tuple(x.shape) for x in tensors]}")
    if indexing not in ("ij", "xy"):
        raise ValueError(f"meshgrid: indexing is 'ij' or 'xy', got {indexing!r}")
    shape = tuple(x.shape[0] for x in tensors)
    out = [broadcast_to(reshape(x, shape=tuple(n if i == k else 1 for k, n in enumerate(shape))), shape=shape)
           for i, x in enumerate(tensors)]
    if indexing == "xy" and len(out) > 1:
        out = [transpose(x, 0, 1) for x in out]
    return tuple(out)


@composed
def cartesian_prod(*tensors):
    """All choices of one element from each vector: (n,), (m,) -> (n m, 2)."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(x) for x in meshgrid(*tensors, indexing="ij")], 1)


@composed
def combinations(x, r=2, with_replacement=False):
    """All choices of r elements of a vector in their order, (count, r); with_replacement, the same one
    again too."""
    if x.ndim != 1 or r < 1:
        raise ValueError(f"combinations takes a 1-D tensor and r of at least 1, got {tuple(x.shape)} and {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array([*choose(range(x.shape[0]), r)], np.int64).reshape(-1, r)
    return getitem(x, index=(array_on(places, x.device),))
