"""Shapes: the same numbers in another arrangement. Every rule is the arrangement undone.

What views the memory of x in PyTorch does so here (a write reaches x), and what copies there copies here.
"""

import math
import operator

import numpy as np

from minigrad.autograd import Shape, Tensor, broadcast_to, composed, primitive, sum_to
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import axis_of, getitem


@primitive
def clone(xp, x):
    """A copy of x that the graph knows."""
    return x.copy()


clone.defvjp(lambda g: g)


@primitive
def reshape(xp, x, *, shape):
    """The same elements in row-major order in another shape; one size may be -1."""
    return xp.reshape(x, shape)


reshape.defvjp(lambda g, x_shape: reshape(g, shape=x_shape))


@primitive
def permute(xp, x, *, dims):
    """The axes in the order `dims`."""
    return xp.transpose(x, dims)


permute.defvjp(lambda g, dims: permute(g, dims=inverse(dims)))


def inverse(dims):
    """The permutation that undoes `dims`."""
    dims = [d % len(dims) for d in dims]
    return tuple(dims.index(i) for i in range(len(dims)))


@primitive
def transpose(xp, x, *, dim0, dim1):
    """Two axes exchanged."""
    return xp.swapaxes(x, dim0, dim1) if x.ndim else x


transpose.defvjp(lambda g, dim0, dim1: transpose(g, dim0=dim0, dim1=dim1))


@composed
def t(x):
    """The transpose of a matrix; a vector stays as it is."""
    if x.ndim > 2:
        raise ValueError(f"t() takes at most 2 dimensions, got {tuple(x.shape)}; use .mT or .transpose()")
    return transpose(x, 0, 1) if x.ndim == 2 else x


@composed
def movedim(x, source, destination):
    """Axes moved from `source` to `destination`, the others in their order."""
    source = [axis_of(x, d, "movedim") for d in as_tuple(source)]
    destination = [axis_of(x, d, "movedim") for d in as_tuple(destination)]
    if not len(source) == len(destination) == len(set(source)) == len(set(destination)):
        raise ValueError(f"movedim: source {source} and destination {destination} must be as many "
                         "different axes")
    order = [d for d in range(x.ndim) if d not in source]
    for to, d in sorted(zip(destination, source)):
        order.insert(to, d)
    return permute(x, tuple(order))


@composed
def adjoint(x):
    """Matrices transposed."""
    return transpose(x, -2, -1)


@composed
def unfold(x, dimension, size, step):
    """Windows of `size` slices along one axis, `step` apart: (..., L, ...) -> (..., windows, ..., size)."""
    dim = axis_of(x, dimension, "unfold")
    length = x.shape[dim] if x.ndim else 0
    if not 1 <= size <= length or step < 1:
        raise ValueError(f"unfold: size is 1 to {length}, the length of dim {dim} of {tuple(x.shape)}, and "
                         f"step at least 1, got size {size} and step {step}")
    xp = MODULES[type(x.array)]
    places = xp.arange(0, length - size + 1, step)[:, None] + xp.arange(size)
    return movedim(getitem(x, index=(slice(None),) * dim + (places,)), dim + 1, -1)


def as_tuple(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def sizes(args):
    """Sizes given as f(2, 3) or f((2, 3))."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = args[0]
    try:
        return tuple(map(operator.index, args))
    except TypeError:
        raise TypeError(f"sizes are integers, got {args}") from None


@composed
def expand(x, *size):
    """x repeated along axes of size 1, and along new axes in front, without a copy; -1 keeps a size."""
    size = sizes(size)
    lead = len(size) - x.ndim
    fits = all(m == 1 or n in (m, -1) for n, m in zip(size[lead:], x.shape))
    if lead < 0 or -1 in size[:lead] or not fits:
        raise ValueError(f"expand: {tuple(x.shape)} cannot become {size}: axes of size 1 can have any, "
                         "others keep theirs (-1 keeps it too), and new axes with a size come in front")
    kept = size[:lead] + tuple(m if n == -1 else n for n, m in zip(size[lead:], x.shape))
    return broadcast_to(x, shape=kept)


@composed
def squeeze(x, dim=None):
    """x without its axes of size 1, or without those among `dim`."""
    if dim is None:
        return reshape(x, shape=tuple(n for n in x.shape if n != 1))
    drop = {axis_of(x, d, "squeeze") for d in as_tuple(dim)}
    return reshape(x, shape=tuple(n for i, n in enumerate(x.shape) if not (i in drop and n == 1)))


@composed
def unsqueeze(x: Tensor, dim: int) -> Tensor:
    """x with a new axis of size 1 at `dim`."""
    ndim = x.ndim + 1
    if not -ndim <= dim < ndim:
        raise IndexError(f"unsqueeze: dim {dim} is out of range, expected {-ndim} to {ndim - 1} for "
                         f"{tuple(x.shape)}")
    return reshape(x, shape=tuple(x.shape[:dim % ndim]) + (1,) + tuple(x.shape[dim % ndim:]))


@composed
def flatten(x, start_dim=0, end_dim=-1):
    """The axes from start_dim to end_dim as one."""
    if not x.ndim:
        return reshape(x, shape=(1,))
    start, end = axis_of(x, start_dim, "flatten"), axis_of(x, end_dim, "flatten")
    if start > end:
        raise ValueError(f"flatten: start_dim {start_dim} lies behind end_dim {end_dim}")
    return reshape(x, shape=tuple(x.shape[:start]) + (math.prod(x.shape[start:end + 1]),)
                   + tuple(x.shape[end + 1:]))


@composed
def unflatten(x, dim, sizes):
    """Axis `dim` as several axes of `sizes`, of which one may be -1."""
    dim = axis_of(x, dim, "unflatten")
    sizes = list(sizes)
    if -1 in sizes:
        sizes[sizes.index(-1)] = x.shape[dim] // max(1, -math.prod(sizes))
    if math.prod(sizes) != x.shape[dim]:
        raise ValueError(f"unflatten: dim {dim} has size {x.shape[dim]}, which is not {sizes} multiplied")
    return reshape(x, shape=tuple(x.shape[:dim]) + tuple(sizes) + tuple(x.shape[dim + 1:]))


def several(tensors, name):
    """The tensors of a list that is not empty."""
    if isinstance(tensors, Tensor):
        raise TypeError(f"{name} takes a list of tensors, got one tensor of shape {tuple(tensors.shape)}; "
                        f"write {name}([a, b])")
    tensors = list(tensors)
    if not tensors:
        raise ValueError(f"{name}: needs at least one tensor, got an empty list")
    for x in tensors:
        if not isinstance(x, Tensor):
            raise TypeError(f"{name} takes a list of tensors, got one of {type(x).__name__}; "
                            "make them with minigrad.tensor(...)")
    return tensors


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


# Broadcasting


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
        raise ValueError(f"broadcast: {', '.join(map(str, shapes))} do not fit; counted from the last axis, "
                         "sizes must be equal or one of them 1") from None


@composed
def sum_to_size(x, *size):
    """x summed over the axes along which an array of that size would have been stretched to x's shape."""
    shape = sizes(size)
    lead = x.ndim - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, x.shape[lead:])):
        raise ValueError(f"sum_to_size: {shape} does not broadcast to {tuple(x.shape)}")
    return sum_to(x, shape=shape)


@composed
def is_same_size(x, other):
    """Do both have the same shape?"""
    return tuple(x.shape) == tuple(other.shape)
