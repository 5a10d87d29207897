"""Joining: concatenate tensors, split them, and form grids and combinations of their elements."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import array_on
from minigrad.ops.numbers.dtypes import cast, dtype_of_all
from minigrad.ops.places.indexing import axis_of, getitem, narrow, subscript
from minigrad.ops.places.shapes import (
    flatten,
    one_axis,
    reshape,
    several,
    three_axes,
    transpose,
    two_axes,
    unsqueeze,
)


@primitive
def concatenate(xp, *tensors, dim=0):
    return xp.concatenate(tensors, axis=dim)


def part_of(g, which, shapes, dim):
    start = sum(shape[dim] for shape in shapes[:which])
    return narrow(g, dim, start, shapes[which][dim])


concatenate.defvjp(part_of)


concatenate.name = "cat"        # the name that graphs and errors show


@composed
def cat(tensors: Iterable[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along an existing axis; all their other sizes must be equal.

    An empty vector joins tensors of any shape; only its dtype counts.
    """
    parts = several(tensors, "cat")
    if len({x.ndim for x in parts}) > 1:
        given, parts = parts, [x for x in parts if tuple(x.shape) != (0,)]
        if len(parts) < len(given):
            y = cat(parts, dim)
            dtype = dtype_of_all(y, *(x for x in given if tuple(x.shape) == (0,)))
            return y if y.dtype == dtype else cast(y, dtype=dtype, source=y.dtype)
    dim = axis_of(parts[0], dim, "cat")
    if len({(x.ndim, x.shape[:dim], x.shape[dim + 1:]) for x in parts}) > 1 or not parts[0].ndim:
        raise ValueError(f"cat: shapes {[tuple(x.shape) for x in parts]} must be equal except along "
                         f"dim {dim}")
    return concatenate(*parts, dim=dim)


@composed
def stack(tensors: Iterable[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of equal shape along a new axis."""
    tensors = several(tensors, "stack")
    shapes = {tuple(x.shape) for x in tensors}
    if len(shapes) > 1:
        raise ValueError(f"stack: all tensors must have the same shape, got {sorted(shapes)}")
    return cat([unsqueeze(x, dim) for x in tensors], dim)


@composed
def hstack(tensors: Iterable[Tensor]) -> Tensor:
    """Join tensors side by side: vectors along their only axis, others along the second."""
    tensors = [one_axis(x) for x in several(tensors, "hstack")]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@composed
def vstack(tensors: Iterable[Tensor]) -> Tensor:
    """Join tensors along the first axis; vectors count as rows."""
    return cat([two_axes(x) for x in several(tensors, "vstack")], 0)


@composed
def dstack(tensors: Iterable[Tensor]) -> Tensor:
    """Join tensors along the third axis, after atleast_3d."""
    return cat([three_axes(x) for x in several(tensors, "dstack")], 2)


@composed
def column_stack(tensors: Iterable[Tensor]) -> Tensor:
    """Join tensors along the second axis; vectors count as columns."""
    return cat([x if x.ndim > 1 else unsqueeze(one_axis(x), 1) for x in several(tensors, "column_stack")], 1)


# Splitting


@composed
def split(x: Tensor, split_size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of size `split_size` along dim, the last possibly smaller; a list gives the size of each part."""
    size = x.shape[axis_of(x, dim, "split")]
    if isinstance(split_size, int):
        if split_size <= 0:
            raise ValueError(f"split: split_size must be at least 1, got {split_size}")
        lengths = [min(split_size, size - i) for i in range(0, size, split_size)] or [0]
    else:
        lengths = list(split_size)
        if sum(lengths) != size:
            raise ValueError(f"split: sizes {lengths} add up to {sum(lengths)}, dim {dim} has size {size}")
    ends = itertools.accumulate(lengths)
    return tuple(narrow(x, dim, end - length, length) for end, length in zip(ends, lengths))


@composed
def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` parts of equal size along dim, the last possibly smaller."""
    if chunks < 1:
        raise ValueError(f"chunk: chunks must be at least 1, got {chunks}")
    return split(x, max(1, -(-x.shape[axis_of(x, dim, "chunk")] // chunks)), dim)


@composed
def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The slices along dim, without that axis."""
    lead = (slice(None),) * axis_of(x, dim, "unbind")
    return tuple(getitem(x, index=lead + (i,)) for i in range(x.shape[dim]))


@composed
def tensor_split(x: Tensor, indices_or_sections: int | Sequence[int] | Tensor | None = None, dim: int = 0, *,
                 indices: Sequence[int] | None = None, sections: int | None = None) -> tuple[Tensor, ...]:
    """n parts along dim whose sizes differ by at most 1, larger ones first; a list cuts before each index.

    PyTorch also calls the list indices= and the number sections=.
    """
    dim = axis_of(x, dim, "tensor_split")
    given = [each for each in (indices_or_sections, indices, sections) if each is not None]
    if len(given) != 1:
        raise TypeError("tensor_split: give either the number of parts or the indices before which to cut")
    cuts: Any = given[0]
    if isinstance(cuts, Tensor):
        cuts = cuts.tolist()
    if isinstance(cuts, int):
        if cuts < 1:
            raise ValueError(f"tensor_split: indices_or_sections must be at least 1, got {cuts}")
        least, more = divmod(x.shape[dim], cuts)
        return split(x, [least + 1] * more + [least] * (cuts - more), dim)
    lead = (slice(None),) * dim
    return tuple(subscript(x, lead + (slice(*ends),)) for ends in zip([0, *cuts], [*cuts, None]))


def splitter(name, least, dim_of):
    def function(x: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
        if x.ndim < least:
            raise ValueError(f"{name} takes tensors of at least {least} axes, got {tuple(x.shape)}")
        size = x.shape[dim_of(x)]
        if isinstance(indices_or_sections, int) and (indices_or_sections < 1 or size % indices_or_sections):
            raise ValueError(f"{name}: dim {dim_of(x)} of {tuple(x.shape)} cannot be split into "
                             f"{indices_or_sections} equal parts; use tensor_split")
        return tensor_split(x, indices_or_sections, dim_of(x))
    function.__name__ = function.__qualname__ = name
    function.__doc__ = "tensor_split into equal parts along the " + {
        "hsplit": "second axis, for a vector the first.", "vsplit": "first axis.",
        "dsplit": "third axis."}[name]
    return composed(function)


hsplit = splitter("hsplit", 1, lambda x: min(1, x.ndim - 1))
vsplit = splitter("vsplit", 2, lambda x: 0)
dsplit = splitter("dsplit", 3, lambda x: 2)


# Grids and combinations


@composed
def meshgrid(*tensors: Tensor, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Coordinates of a grid, (n,), (m,) -> (n, m), (n, m); indexing 'xy' swaps the first two axes.

    Takes the vectors one by one or in a list; a 0-d tensor counts as a vector.
    """
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    tensors = tuple(map(one_axis, tensors))
    if any(x.ndim != 1 for x in tensors) or not tensors:
        raise ValueError(f"meshgrid takes vectors, got shapes {[tuple(x.shape) for x in tensors]}")
    if indexing not in ("ij", "xy"):
        raise ValueError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    shape = tuple(x.shape[0] for x in tensors)
    out = [broadcast_to(reshape(x, shape=tuple(n if i == k else 1 for k, n in enumerate(shape))), shape=shape)
           for i, x in enumerate(tensors)]
    if indexing == "xy" and len(out) > 1:
        out = [transpose(x, 0, 1) for x in out]
    return tuple(out)


@composed
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Every combination of one element from each vector: (n,), (m,) -> (n m, 2)."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(x) for x in meshgrid(*tensors, indexing="ij")], 1)


@composed
def combinations(x: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every combination of r elements of a vector, in order: (n,) -> (count, r).

    with_replacement: an element may occur more than once.
    """
    if x.ndim != 1 or r < 1:
        raise ValueError(f"combinations: x must be 1-D and r at least 1, got {tuple(x.shape)} and {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array([*choose(range(x.shape[0]), r)], np.int64).reshape(-1, r)
    return getitem(x, index=(array_on(places, x.device),))
