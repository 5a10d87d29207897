"""Shapes: arrange the same elements differently. Each derivative rule undoes the arrangement.

What returns a view in PyTorch returns a view here, so a write reaches x; what copies there copies here.
"""

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Shape, Tensor, broadcast_to, composed, primitive, sum_to, view_primitive
from minigrad.autograd.complex import conj_physical
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import axis_of, getitem, zeros_with


@primitive
def clone(xp, x):
    """A copy of x that passes gradients on to x."""
    return x.copy()


clone.defvjp(lambda g: g)


@view_primitive
def reshape(xp, x, *, shape: Sequence[int]):
    """x in another shape, elements in row-major order; one size may be -1 and is computed."""
    return xp.reshape(x, shape)


reshape.defvjp(lambda g, x_shape: reshape(g, shape=x_shape))


@view_primitive
def permute(xp, x, *, dims: Sequence[int]):
    """x with its axes in the order `dims`."""
    return xp.transpose(x, dims)


permute.defvjp(lambda g, dims: permute(g, dims=inverse(dims)))


def inverse(dims):
    """The permutation that undoes `dims`."""
    dims = [d % len(dims) for d in dims]
    return tuple(dims.index(i) for i in range(len(dims)))


@view_primitive
def transpose(xp, x, *, dim0: int, dim1: int):
    """x with two axes swapped."""
    return xp.swapaxes(x, dim0, dim1) if x.ndim else x[...]


transpose.defvjp(lambda g, dim0, dim1: transpose(g, dim0=dim0, dim1=dim1))


@composed
def t(x: Tensor) -> Tensor:
    """The transpose of a matrix; a vector or a 0-d tensor itself."""
    if x.ndim > 2:
        raise ValueError(f"t() takes at most 2 dimensions, got {tuple(x.shape)}; use .mT or .transpose()")
    return transpose(x, 0, 1) if x.ndim == 2 else x


@composed
def movedim(x: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Move axes from `source` to `destination`; the others keep their order."""
    old = [axis_of(x, d, "movedim") for d in as_tuple(source)]
    new = [axis_of(x, d, "movedim") for d in as_tuple(destination)]
    if not len(old) == len(new) == len(set(old)) == len(set(new)):
        raise ValueError(f"movedim: source {old} and destination {new} must name equally many axes, "
                         "each once")
    order = [d for d in range(x.ndim) if d not in old]
    for to, d in sorted(zip(new, old)):
        order.insert(to, d)
    return permute(x, tuple(order))


@composed
def adjoint(x: Tensor) -> Tensor:
    """The conjugate of x with its last two axes swapped; for real numbers, the transpose."""
    y = transpose(x, -2, -1)
    return conj_physical(y) if x.dtype.kind == "c" else y


def conjugate_transpose(x: Tensor) -> Tensor:
    """x.H: the conjugate transpose of a matrix. Raises ValueError unless x is a matrix, or 0-d."""
    if x.ndim not in (0, 2):
        raise ValueError(f"x.H takes a matrix, got {tuple(x.shape)}; x.mH takes batches of matrices")
    return adjoint(x) if x.ndim else x


@composed
def unfold(x: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of length `size` along one axis, `step` apart: (..., L, ...) -> (..., windows, ..., size).

    A view. It can be written to if no windows overlap. A 0-d tensor has one window, its number.
    """
    dim = axis_of(x, dimension, "unfold")
    length = x.shape[dim] if x.ndim else 1
    if not 0 <= size <= length or step < 1:
        raise ValueError(f"unfold: size must be 0 to {length}, the size of dim {dim} of {tuple(x.shape)}, "
                         f"and step at least 1, got size {size} and step {step}")
    if not x.ndim:
        return reshape(x, shape=(1,)) if size else getitem(reshape(x, shape=(1,)), index=(slice(0),))
    return windows_along(x, dim=dim, size=size, step=step)


@view_primitive
def windows_along(xp, x, *, dim, size, step):
    """The windows along the axis `dim`, their elements as the last axis."""
    count, strides = (x.shape[dim] - size) // step + 1, x.strides
    y = xp.lib.stride_tricks.as_strided(
        x, (*x.shape[:dim], count, *x.shape[dim + 1:], size),
        (*strides[:dim], strides[dim] * step, *strides[dim + 1:], strides[dim]))
    return y if step >= size else xp.broadcast_to(y, y.shape)       # NumPy's broadcast_to is read-only


def windows_back(g, shape, dim, step):
    """Zeros of `shape` with each window of g added where windows_along() read it."""
    xp = MODULES[type(g.array if isinstance(g, Tensor) else g)]
    places = xp.arange(g.shape[dim])[:, None] * step + xp.arange(g.shape[-1])
    dims = (*range(dim + 1), g.ndim - 1, *range(dim + 1, g.ndim - 1))
    return zeros_with(permute(g, dims=dims), index=(slice(None),) * dim + (places,), shape=shape)


windows_along.defvjp(lambda g, x_shape, dim, step: windows_back(g, x_shape, dim, step))


def as_tuple(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def sizes(args, name=""):
    """The sizes of a call f(2, 3) or f((2, 3)), as a tuple; f's name for errors outside its own door."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        args = args[0]
    try:
        if bool not in map(type, args):
            return tuple(map(operator.index, args))
        raise TypeError
    except TypeError:
        raise TypeError(f"{name}{name and ': '}sizes must be integers, got {args}") from None


@composed
def expand(x: Tensor, *size: int | Sequence[int]) -> Tensor:
    """Broadcast x to `size` without a copy: axes of size 1 and new axes in front repeat; -1 keeps a size."""
    wanted = sizes(size)
    lead = len(wanted) - x.ndim
    fits = all(m == 1 or n in (m, -1) for n, m in zip(wanted[lead:], x.shape))
    if lead < 0 or -1 in wanted[:lead] or not fits:
        raise ValueError(f"expand: {tuple(x.shape)} cannot become {wanted}; only axes of size 1 can change, "
                         "new axes go in front, and -1 keeps the size of an existing axis")
    shape = wanted[:lead] + tuple(m if n == -1 else n for n, m in zip(wanted[lead:], x.shape))
    if math.prod(shape) == x.numel():
        return reshape(x, shape=shape)          # no element repeats: a view that can be written to
    return broadcast_to(x, shape=shape)


@composed
def squeeze(x: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """x without its axes of size 1; with dim, only those axes are removed."""
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
def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """x with the axes start_dim to end_dim (inclusive) merged into one."""
    if not x.ndim:
        return reshape(x, shape=(1,))
    start, end = axis_of(x, start_dim, "flatten"), axis_of(x, end_dim, "flatten")
    if start > end:
        raise ValueError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
    return reshape(x, shape=tuple(x.shape[:start]) + (math.prod(x.shape[start:end + 1]),)
                   + tuple(x.shape[end + 1:]))


@composed
def unflatten(x: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Split axis `dim` into several axes of `sizes`, one of which may be -1: the reverse of flatten."""
    dim, parts = axis_of(x, dim, "unflatten"), list(sizes)
    if -1 in parts:
        parts[parts.index(-1)] = x.shape[dim] // max(1, -math.prod(parts))
    if math.prod(parts) != x.shape[dim]:
        raise ValueError(f"unflatten: dim {dim} has size {x.shape[dim]}, not the product of {parts}")
    return reshape(x, shape=tuple(x.shape[:dim]) + tuple(parts) + tuple(x.shape[dim + 1:]))


def several(tensors, name):
    """A non-empty list of tensors, checked."""
    if isinstance(tensors, Tensor):
        raise TypeError(f"{name} takes a list of tensors, got one tensor of shape {tuple(tensors.shape)}; "
                        f"write {name}([a, b])")
    tensors = list(tensors)
    if not tensors:
        raise ValueError(f"{name}: needs at least one tensor, got an empty list")
    for x in tensors:
        if not isinstance(x, Tensor):
            raise TypeError(f"{name} takes a list of tensors, got an element of type {type(x).__name__}; "
                            "convert it with minigrad.tensor(...)")
    return tensors


# A minimum number of axes


def at_least(axes, add):
    """The function atleast_{axes}d; add() gives one tensor its missing axes."""
    def function(*tensors: Tensor) -> Tensor | Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return add(tensors[0])
        given = tensors[0] if len(tensors) == 1 else tensors
        return tuple(map(add, several(given, function.__name__))) if len(given) else ()
    function.__name__ = function.__qualname__ = f"atleast_{axes}d"
    function.__doc__ = f"x with axes of size 1 added until it has {axes}; for several tensors, a tuple."
    return composed(function)


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
def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Each tensor expanded to the shape to which they all broadcast."""
    given = several(tensors, "broadcast_tensors")
    shape = tuple(broadcast_shapes(*(x.shape for x in given)))
    return tuple(expand(x, shape) for x in given)


@composed
def broadcast_shapes(*shapes: int | Sequence[int]) -> Shape:
    """The shape to which all these shapes broadcast."""
    given = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    try:
        return Shape(np.broadcast_shapes(*given))
    except ValueError:
        raise ValueError(f"broadcast_shapes: {', '.join(map(str, given))} do not broadcast; from the last "
                         "axis back, sizes must be equal or one of them 1") from None


@composed
def sum_to_size(x: Tensor, *size: int | Sequence[int]) -> Tensor:
    """Sum x to `size`, which must broadcast to x's shape: the gradient of expand."""
    shape = sizes(size)
    lead = x.ndim - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, x.shape[lead:])):
        raise ValueError(f"sum_to_size: {shape} does not broadcast to {tuple(x.shape)}")
    if x.dtype.kind not in "fc" and (shape != tuple(x.shape) or not shape):
        x = x.long()
    return sum_to(x, shape=shape)


@composed
def is_same_size(x: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape."""
    return tuple(x.shape) == tuple(other.shape)
