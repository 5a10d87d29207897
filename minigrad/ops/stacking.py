"""Stacking, parting and turning: PyTorch's names for arrangements that the ops of shapes.py make in a line or two."""

import itertools

import numpy as np

from minigrad.autograd import Shape, Tensor, broadcast_to, composed, sum_to
from minigrad.backend import array_on
from minigrad.ops.indexing import axis_of, getitem, put, subscript
from minigrad.ops.shapes import (
    cat, clone, diag, diagonal_places, flatten, flip, meshgrid, movedim, pad, several, sizes, split, stack,
    transpose, unsqueeze)

# At least so many axes


def at_least(axes, add):
    """A function of one or several tensors that adds the missing axes."""
    def function(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return add(tensors[0])
        tensors = tensors[0] if len(tensors) == 1 else tensors
        return tuple(map(add, several(tensors, function.__name__)))
    function.__name__ = function.__qualname__ = f"atleast_{axes}d"
    function.__doc__ = f"x, or each of several tensors, with axes of size 1 added until it has {axes}."
    return function


def three_axes(x):
    """() -> (1, 1, 1), (n,) -> (1, n, 1), (n, m) -> (n, m, 1)."""
    return x if x.ndim > 2 else unsqueeze(two_axes(x), -1)


def two_axes(x):
    """() -> (1, 1), (n,) -> (1, n)."""
    return x if x.ndim > 1 else unsqueeze(one_axis(x), 0)


def one_axis(x):
    return x if x.ndim else unsqueeze(x, 0)


atleast_1d, atleast_2d, atleast_3d = at_least(1, one_axis), at_least(2, two_axes), at_least(3, three_axes)


# Joining


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


@composed
def block_diag(*tensors):
    """Matrices along the diagonal of a great one, zeros elsewhere; vectors are rows."""
    blocks = [two_axes(x) for x in several(tensors, "block_diag")]
    if any(x.ndim > 2 for x in blocks):
        raise ValueError(f"block_diag takes tensors with at most 2 axes, got {[tuple(x.shape) for x in tensors]}")
    widths = [x.shape[1] for x in blocks]
    return cat([pad(x, (sum(widths[:i]), sum(widths[i + 1:]))) for i, x in enumerate(blocks)], 0)


@composed
def broadcast_tensors(*tensors):
    """The tensors, each expanded to the shape that all broadcast to."""
    tensors = several(tensors, "broadcast_tensors")
    shape = tuple(broadcast_shapes(*(x.shape for x in tensors)))
    return tuple(broadcast_to(x, shape=shape) for x in tensors)


def broadcast_shapes(*shapes):
    """The shape that all these shapes broadcast to."""
    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    try:
        return Shape(np.broadcast_shapes(*shapes))
    except ValueError:
        raise ValueError(f"broadcast: {', '.join(map(str, shapes))} do not fit; counted from the last axis, sizes "
                         "must be equal or one of them 1") from None


@composed
def cartesian_prod(*tensors):
    """All choices of one element from each vector: (n,), (m,) -> (n m, 2)."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(x) for x in meshgrid(*tensors, indexing="ij")], 1)


@composed
def combinations(x, r=2, with_replacement=False):
    """All choices of r elements of a vector in their order, (count, r); with_replacement, the same one again too."""
    if x.ndim != 1 or r < 1:
        raise ValueError(f"combinations takes a 1-D tensor and r of at least 1, got {tuple(x.shape)} and {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array([*choose(range(x.shape[0]), r)], np.int64).reshape(-1, r)
    return getitem(x, index=(array_on(places, x.device),))


# Parting


@composed
def tensor_split(x, indices_or_sections, dim=0):
    """x in so many parts along dim, the first ones greater by one where needed; or cut before each of several indices."""
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
            raise ValueError(f"{name}: dim {dim_of(x)} of {tuple(x.shape)} cannot be cut into {indices_or_sections} "
                             "equal parts; see tensor_split")
        return tensor_split(x, indices_or_sections, dim_of(x))
    function.__name__ = function.__qualname__ = name
    function.__doc__ = "As tensor_split, into equal parts along the " + {
        "hsplit": "second axis, of a vector the first.", "vsplit": "first axis.", "dsplit": "third axis."}[name]
    return composed(function)


hsplit = splitter("hsplit", 1, lambda x: min(1, x.ndim - 1))
vsplit = splitter("vsplit", 2, lambda x: 0)
dsplit = splitter("dsplit", 3, lambda x: 2)


# Turning


@composed
def rot90(x, k=1, dims=(0, 1)):
    """x turned k times by 90 degrees, from the first of dims to the second."""
    if len(dims) != 2 or x.ndim < 2 or axis_of(x, dims[0], "rot90") == axis_of(x, dims[1], "rot90"):
        raise ValueError(f"rot90: needs two different axes, got dims {tuple(dims)} of {tuple(x.shape)}")
    first, second = dims
    if k % 4 == 0:
        return clone(x)
    if k % 4 == 2:
        return flip(x, dims=(first, second))
    return flip(transpose(x, first, second), dims=(first if k % 4 == 1 else second,))


@composed
def fliplr(x):
    """The columns in reverse order."""
    return flip(x, dims=(axis_of(x, 1, "fliplr"),))


@composed
def flipud(x):
    """The rows in reverse order."""
    return flip(x, dims=(axis_of(x, 0, "flipud"),))


@composed
def adjoint(x):
    """Matrices transposed."""
    return transpose(x, -2, -1)


@composed
def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    """Matrices, along dim1 and dim2, with the last axis of x on a diagonal and zeros elsewhere."""
    n = x.shape[-1]
    size = n + abs(offset)
    rows, columns = diagonal_places(x, offset, n)
    y = put(x, index=(Ellipsis, rows, columns), shape=tuple(x.shape[:-1]) + (size, size))
    if axis_of(y, dim1, "diag_embed") == axis_of(y, dim2, "diag_embed"):
        raise ValueError(f"diag_embed: dim1 and dim2 must be different axes, got {dim1} and {dim2}")
    return movedim(y, (-2, -1), (dim1, dim2))


@composed
def diagflat(x, offset=0):
    """A matrix with the elements of x, flattened, on a diagonal."""
    return diag(flatten(x), offset)


# Sizes


@composed
def sum_to_size(x, *size):
    """x summed over the axes along which an array of that size would have been stretched to x's shape."""
    shape = sizes(size)
    lead = x.ndim - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, x.shape[lead:])):
        raise ValueError(f"sum_to_size: {shape} does not broadcast to {tuple(x.shape)}")
    return sum_to(x, shape=shape)


@composed
def is_nonzero(x):
    """Is the only element of x not zero?"""
    return bool(x)


@composed
def is_same_size(x, other):
    """Do both have the same shape?"""
    return tuple(x.shape) == tuple(other.shape)
