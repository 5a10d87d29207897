"""Memory: views at any places of a tensor's memory, and copies of views.

The memory of a tensor is that of its base, counted in elements. A tensor begins at its `storage_offset`, and
one step along an axis is as many elements as its `stride` says.
"""

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from minigrad.autograd import Op, Tensor, composed, view_primitive
from minigrad.backend import MODULES, bincount, library_of, owner
from minigrad.ops.numbers.arithmetic import true_divide
from minigrad.ops.places import joining, shapes
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.indexing import axis_of, getitem, narrow, select, subscript, zeros_with
from minigrad.ops.places.scattering import replaced
from minigrad.ops.places.shapes import sizes


def begin(x):
    """How many elements of its memory lie before the first element of x."""
    array, memory = x.array, owner(x.array)
    return (library_of(array).address(array) - library_of(memory).address(memory)) // array.itemsize


def steps_of(x):
    return tuple(n // x.array.itemsize for n in x.array.strides)


@composed
def as_strided(x: Tensor, size: Sequence[int], stride: Sequence[int],
               storage_offset: int | None = None) -> Tensor:
    """A view of the memory of x: element (i, j, ...) lies i stride[0] + j stride[1] + ... after its start.

    storage_offset: where in the memory it starts, by default where x does. Raises ValueError where it would
    leave the memory.

    >>> as_strided(tensor([1, 2, 3, 4]), (2, 3), (1, 1)).tolist()       # windows that overlap
    [[1, 2, 3], [2, 3, 4]]
    """
    size, stride, here = sizes((size,)), sizes((stride,)), begin(x)
    start = here if storage_offset is None else storage_offset
    end = start + reach(size, stride)
    if len(size) != len(stride) or min((start, *size, *stride)) < 0 or end > owner(x.array).size:
        raise ValueError(f"as_strided: size {size} and stride {stride} from element {start} on must have "
                         f"equal lengths and stay in the memory of x, {owner(x.array).size} elements")
    return strided(x, size=size, stride=stride, offset=start - here, steps=steps_of(x))


def reach(size, stride):
    """How many elements of memory a tensor of this size spans."""
    return 1 + sum((n - 1) * step for n, step in zip(size, stride)) if math.prod(size) else 0


@view_primitive
def strided(xp, x, *, size, stride, offset, steps):
    """The view whose first element lies `offset` elements behind that of x; steps: the stride of x."""
    if not math.prod(size):
        return xp.empty(size, x.dtype)
    width, along = x.itemsize, xp.lib.stride_tricks.as_strided
    line = along(x, (abs(offset) + 1,), (width if offset >= 0 else -width,))
    return along(line[abs(offset):], size, tuple(width * step for step in stride))


def strided_back(g, shape, size, stride, offset, steps):
    """The gradient of x: what arrives at each of its elements, shared by those that lie at one place."""
    xp = MODULES[type(g.array if isinstance(g, Tensor) else g)]
    own, read = places(xp, shape, steps), places(xp, size, stride) + offset
    low, high = min(0, offset), max(reach(shape, steps), reach(size, stride) + offset)
    own, read = own - low, read - low
    memory = zeros_with(g, index=(read,), shape=(high - low,))
    there = getitem(memory, index=(own,))
    count = bincount(xp, own.reshape(-1))
    return there if not own.size or int(count.max()) == 1 else true_divide(there, count[own])


def places(xp, size, stride):
    """How far behind the first element each one lies."""
    total = xp.zeros(size, xp.int64)
    for axis, (n, step) in enumerate(zip(size, stride)):
        total = total + xp.arange(n).reshape((n,) + (1,) * (len(size) - axis - 1)) * step
    return total


strided.defvjp(lambda g, x_shape, size, stride, offset, steps: strided_back(
    g, x_shape, size, stride, offset, steps))
strided.name = "as_strided"


@composed
def as_strided_scatter(x: Tensor, src: Tensor, size: Sequence[int], stride: Sequence[int],
                       storage_offset: int | None = None) -> Tensor:
    """A copy of x whose as_strided(x, size, stride, storage_offset) is src."""
    return replaced(x, lambda each: as_strided(each, size, stride, storage_offset), src, "as_strided_scatter")


# Copies of views


def copying(view: Any, name: str = "") -> Callable[..., Any]:
    """The function named {view}_copy, whose results are new tensors that share no memory with x."""
    name = name or view.__name__ + "_copy"
    if isinstance(view, Op):
        parameters = list(inspect.signature(view.forward).parameters.values())[1:]
        signature = inspect.Signature(
            [p.replace(kind=p.POSITIONAL_OR_KEYWORD, annotation=Any) for p in parameters],
            return_annotation=Tensor)
    else:
        signature = inspect.signature(view)

    @functools.wraps(view, updated=())
    def function(*args, **settings):
        y = view(*args, **settings)
        return shapes.clone(y) if isinstance(y, Tensor) else [shapes.clone(each) for each in y]
    del function.__wrapped__       # its signature is the one below
    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = f"Like {name.removesuffix('_copy')}, but each result is a new tensor, not a view of x."
    function.__signature__ = signature  # type: ignore[attr-defined]
    return composed(function)


def alias(x: Tensor) -> Tensor:
    return x


def slice_of(x: Tensor, dim: int = 0, start: int | None = None, end: int | None = None,
             step: int = 1) -> Tensor:
    return subscript(x, (slice(None),) * axis_of(x, dim, "slice_copy") + (slice(start, end, step),))


@composed
def split_with_sizes(x: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of the given sizes along dim; see split."""
    return joining.split(x, list(split_sizes), dim)


def expanded(x: Tensor, size: Sequence[int]) -> Tensor:
    return shapes.expand(x, size)


alias_copy, slice_copy = copying(alias, "alias_copy"), copying(slice_of, "slice_copy")
as_strided_copy, diagonal_copy, narrow_copy = copying(as_strided), copying(diagonal), copying(narrow)
select_copy, view_copy = copying(select), copying(shapes.reshape, "view_copy")
expand_copy = copying(expanded, "expand_copy")
permute_copy, squeeze_copy, t_copy, transpose_copy, unfold_copy, unsqueeze_copy = (
    copying(view) for view in (shapes.permute, shapes.squeeze, shapes.t, shapes.transpose,
                               shapes.unfold, shapes.unsqueeze))
split_copy, split_with_sizes_copy = copying(joining.split), copying(split_with_sizes)
unbind_copy = copying(joining.unbind)
