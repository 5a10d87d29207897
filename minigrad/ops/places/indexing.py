"""Indexing: select elements, and the reverse, add elements back where they came from.

    getitem(x, index)                   x[index]: slices, integers, integer and boolean arrays
    zeros_with(g, index, shape)         zeros with g added at index; repeated indices sum
    take_along(x, dim, index)           one element per index along one axis; gather without the checks
    scatter_sum(g, dim, index, shape)   zeros with g added where take_along reads

Both pairs are linear, and in each pair one op is the derivative rule of the other.
"""

import operator

import numpy as np

from minigrad.autograd import Part, Tensor, add_at, composed, mixed, primitive, view_primitive
from minigrad.backend import MODULES, array_on, device_of, library_of
from minigrad.hints import warn
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.dtypes import cast, number_for


@view_primitive
def getitem(xp, x, *, index):
    """x[index]."""
    y = x[index]
    return y if type(y) is type(x) else x[(*index, ...)]        # NumPy copies a single number; this views it


@primitive
def zeros_with(xp, g, *, index, shape):
    """Zeros of `shape` with g added at `index`."""
    out = xp.zeros(shape, g.dtype)
    add_at(out, index, g)
    return out


def put_back(g, index, shape):
    """zeros_with(g) as a Part, which the engine adds without making the zeros; under create_graph, the op."""
    return zeros_with(g, index=index, shape=shape) if isinstance(g, Tensor) else Part(g, index, shape)


getitem.defvjp(lambda g, x_shape, index: put_back(g, index, x_shape))
zeros_with.defvjp(lambda g, index: getitem(g, index=index))


def subscript(x, index):
    """x[index] for Tensor.__getitem__; an index may also hold tensors, lists and NumPy arrays."""
    return getitem(x, index=tuple([as_index(i, x) for i in items_of(index)]))


def items_of(index):
    """The items of an index, one after another.

    A list of fewer than 32 items counts as a tuple if one of them is a sequence, a tensor, a slice, None or
    `...`: x[[[0, 1], [1, 2]]] is x[[0, 1], [1, 2]]. NumPy has given up this rule, PyTorch has not.
    """
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and len(index) < 32 and any(
            each is None or each is Ellipsis or isinstance(each, SEVERAL) for each in index):
        warn("a list that holds lists, tensors or slices is taken as one index for each axis, as PyTorch "
             "still does, with a warning; write x[tuple(index)], or x[minigrad.tensor(index)] for an array "
             "of indices")
        return tuple(index)
    return (index,)


SEVERAL = (list, tuple, range, slice, np.ndarray, Tensor)


def as_index(item, x):
    """One item of an index; an array is checked and on x's device."""
    if item is None or item is Ellipsis or isinstance(item, (int, slice)):
        return item
    if isinstance(item, Tensor):
        if type(item.array) is type(x.array):
            item = item.array
        elif item.device == "cpu":      # indices on the CPU select on every device
            item = array_on(item.array, device_of(x.array))
        else:
            raise mixed("indexing", (x, item))
    elif isinstance(item, (list, tuple, range, np.ndarray, np.generic)):
        scalar = isinstance(item, np.generic)
        item = np.asarray(item)
        if item.ndim == 0 and item.dtype != bool and (scalar or item.dtype != np.uint8):
            return int(item)
        item = array_on(item, device_of(x.array), None if item.size else np.int64)
    elif hasattr(item, "__index__"):
        return operator.index(item)
    else:
        raise TypeError(f"cannot index a tensor with {type(item).__name__}; use integers, slices, None, "
                        "..., or tensors and lists of integers or booleans")
    if item.dtype.kind not in "iub":
        raise TypeError(f"an index tensor must hold integers or booleans, got {item.dtype}; "
                        "convert it with .long()")
    if item.dtype == np.uint8:
        if item.ndim:
            warn("an index of uint8 is a mask, as PyTorch still takes it, with a warning; convert it with "
                 ".bool(), or with .long() if it holds indices")
        return item != 0
    return item


def refuse_bytes(items, value, name):
    """Refuse to write one number where a mask of uint8 says, as PyTorch does."""
    if not (isinstance(value, Tensor) and value.array.size != 1):
        for item in items:
            if getattr(item, "dtype", None) == np.uint8:
                raise TypeError(f"{name}: a mask must be boolean, got uint8; convert it with .bool()")


def index_array(x, index, what):
    """The array of an integer tensor that indexes x; `what` names it in errors."""
    array = index.array if isinstance(index, Tensor) else index
    if type(array) not in MODULES:
        raise TypeError(f"{what} must be a tensor of integers, got {type(index).__name__}; "
                        "convert it with minigrad.tensor(...)")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what} must hold integers, got {array.dtype}; convert it with .long()")
    if type(array) is not type(x.array):
        raise mixed(what.partition(":")[0], (x, index))
    return array


def axis_of(x, dim, name):
    """`dim` as a number of at least 0; a 0-d tensor counts as having one axis."""
    ndim = max(1, len(x.shape))
    if dim is True or dim is False:
        raise TypeError(f"{name}: dim must be an integer, got {dim}")
    if not -ndim <= dim < ndim:
        raise IndexError(f"{name}: dim {dim} is out of range, expected {-ndim} to {ndim - 1} for "
                         f"{tuple(x.shape)}")
    return dim % ndim


def check_range(ids, size, what, least=0):
    """Raise ValueError for ids outside [least, size), on the CPU only: elsewhere reading them would wait."""
    if on_host(ids) and ids.size and not (least <= ids.min() and ids.max() < size):
        bad = ids[(ids < least) | (ids >= size)].reshape(-1)[0]
        raise ValueError(f"{what} must lie in [{least}, {size}), got {bad}")


def on_host(array):
    """Whether values can be read without waiting for a device."""
    return isinstance(array, np.ndarray)


# One element per index along an axis


def along(xp, index, dim):
    """The full index of a gather: `index` for axis `dim`, 0, 1, 2, ... for every other axis."""
    grid = []
    for axis, size in enumerate(index.shape):
        shape = [1] * index.ndim
        shape[axis] = size
        grid.append(index if axis == dim % index.ndim else xp.arange(size).reshape(shape))
    return tuple(grid)


@primitive
def take_along(xp, x, *, dim, index):
    """gather with an index array that is already checked."""
    return x[along(xp, index, dim)] if index.ndim else x


@primitive
def scatter_sum(xp, g, *, dim, index, shape):
    """Zeros of `shape` with g added where take_along(dim, index) reads."""
    out = xp.zeros(shape, g.dtype)
    if not index.ndim:
        return out + g
    library_of(out).scatter_add(out, along(xp, index, dim), g)
    return out


take_along.defvjp(lambda g, x_shape, dim, index: scatter_sum(g, dim=dim, index=index, shape=x_shape))
scatter_sum.defvjp(lambda g, dim, index: take_along(g, dim=dim, index=index))


def checked_index(x, dim, index, name):
    """The index array of gather or scatter, checked: as many axes as x, none longer than x's except dim.

    One index of a vector, or a vector with one index of a 0-d tensor, takes the number of axes of x.
    """
    dim = axis_of(x, dim, name)
    array = index_array(x, index, f"{name}: index")
    if array.ndim != x.ndim and array.size == 1 and max(array.ndim, x.ndim) == 1:
        array = array.reshape((1,) * x.ndim)
    if array.ndim != x.ndim or any(n > m for i, (n, m) in enumerate(zip(array.shape, x.shape)) if i != dim):
        raise ValueError(f"{name}: index {tuple(array.shape)} must have {x.ndim} axes like x "
                         f"{tuple(x.shape)}, none longer than x's except dim {dim}")
    if x.ndim:
        check_range(array, x.shape[dim], f"{name}: an index along dim {dim} of {tuple(x.shape)}")
    return array


@composed
def gather(x: Tensor, dim: int, index: Tensor) -> Tensor:
    """Pick one element along dim per index: for dim 0, out[i][j][k] = x[index[i][j][k]][j][k].

    index has as many axes as x, except where it is empty; the result has its shape.

    >>> gather(tensor([[1, 2], [3, 4]]), 1, tensor([[0], [1]])).tolist()     # one element of each row
    [[1], [4]]
    """
    if isinstance(index, Tensor) and not index.numel() and index.ndim != x.ndim:
        return getitem(x.flatten(), index=(index_array(x, index, "gather: index"),))
    places = checked_index(x, dim, index, "gather")
    y = take_along(x, dim=dim, index=places)
    return y if places.ndim == index.ndim else y.reshape(tuple(index.shape))


@composed
def take_along_dim(x: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """gather, but x and indices broadcast along every axis except dim; without dim, both are flattened.

    Negative indices count from the end.
    """
    if dim is None:
        return take_along_dim(x.flatten(), indices.flatten(), 0)
    dim = axis_of(x, dim, "take_along_dim")
    array = index_array(x, indices, "take_along_dim: indices")
    fits = array.ndim == x.ndim and all(
        i == dim or 1 in (n, m) or n == m for i, (n, m) in enumerate(zip(array.shape, x.shape)))
    if not fits:
        raise ValueError(f"take_along_dim: indices {tuple(array.shape)} must have {x.ndim} axes like x "
                         f"{tuple(x.shape)}, with sizes equal or 1 except along dim {dim}")
    size = x.shape[dim] if x.ndim else 1
    check_range(array, size, f"take_along_dim: an index along dim {dim} of {tuple(x.shape)}", -size)
    if not x.ndim:
        return x.clone()
    array = array % max(1, size)
    shape = [max(n, m) for n, m in zip(array.shape, x.shape)]
    wide = x.expand(shape[:dim] + [x.shape[dim]] + shape[dim + 1:])
    shape[dim] = array.shape[dim]
    return take_along(wide, dim=dim, index=MODULES[type(array)].broadcast_to(array, shape))


def slices(x, dim, index, name):
    """The full index of the slices along dim at `index`, a vector of integers; a 0-d tensor is one slice."""
    dim = axis_of(x, dim, name)
    array = index_array(x, index, f"{name}: index")
    if array.ndim > 1 or not x.ndim and array.size != 1:
        expected = "be a vector" if x.ndim else "have one element, as x is 0-d"
        raise ValueError(f"{name}: index must {expected}, got {tuple(array.shape)}")
    size = x.shape[dim] if x.ndim else 1
    check_range(array, size, f"{name}: an index along dim {dim} of {tuple(x.shape)}")
    return (slice(None),) * dim + (array.reshape(-1),) if x.ndim else (...,)


@composed
def index_select(x: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of x along dim at `index`, a vector of integers."""
    index = slices(x, dim, index, "index_select")
    return getitem(x, index=index) if x.ndim else x.clone()


def check_mask(x, mask, name):
    """Raise where mask is not boolean or does not broadcast with x."""
    if mask.dtype.kind != "b":
        raise TypeError(f"{name}: mask must be boolean, got {mask.dtype}; convert it with .bool()")
    if any(n not in (m, 1) and m != 1 for n, m in zip(mask.shape[::-1], x.shape[::-1])):
        raise ValueError(f"{name}: mask {tuple(mask.shape)} does not broadcast with x {tuple(x.shape)}")


@composed
def masked_fill(x: Tensor, mask: Tensor, value: Tensor | float) -> Tensor:
    """x with `value`, converted to x's dtype, where mask is True.

    Raises ValueError for a number beyond the range of x's integers, or a value with axes; TypeError for
    complex numbers where x is real.
    """
    check_mask(x, mask, "masked_fill")
    if isinstance(value, Tensor):
        if value.ndim:
            raise ValueError(f"masked_fill: value must be a number or a tensor without axes, got shape "
                             f"{tuple(value.shape)}; see masked_scatter and where")
        if value.dtype.kind == "c" != x.dtype.kind:
            raise TypeError(f"masked_fill: {x.dtype} cannot hold a complex value; convert with .cfloat()")
    if not isinstance(value, Tensor):
        value = number_for(value, x.dtype, "masked_fill")
    y = where(mask, value, x)
    return y if y.dtype == x.dtype else cast(y, dtype=x.dtype, source=y.dtype)


@composed
def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    """The elements of x where mask is True, as a 1-D tensor."""
    check_mask(x, mask, "masked_select")
    shape = np.broadcast_shapes(tuple(x.shape), tuple(mask.shape))
    return subscript(x.expand(shape), mask.expand(shape))


@composed
def narrow(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    """x[start:start + length] along dim; a negative start counts from the end."""
    dim = axis_of(x, dim, "narrow")
    size = x.shape[dim]
    start = start + size if start < 0 else start
    if not (0 <= start <= start + length <= size):
        raise IndexError(f"narrow: {start} to {start + length} is outside dim {dim} of {tuple(x.shape)}")
    return getitem(x, index=(slice(None),) * dim + (slice(start, start + length),))


@composed
def select(x: Tensor, dim: int, index: int) -> Tensor:
    """The slice of x at `index` along dim, without that axis: x[index] for dim 0."""
    dim = axis_of(x, dim, "select")
    size = x.shape[dim] if x.ndim else 0
    if not -size <= index < size:
        raise IndexError(f"select: index {index} is out of range, expected {-size} to {size - 1} along dim "
                         f"{dim} of {tuple(x.shape)}")
    return getitem(x, index=(slice(None),) * dim + (operator.index(index),))


@composed
def take(x: Tensor, index: Tensor) -> Tensor:
    """The elements at `index` in the flattened x, in index's shape; negative indices count from the end."""
    array = index_array(x, index, "take: index")
    check_range(array, x.numel(), f"take: an index into the {x.numel()} elements of {tuple(x.shape)}",
                -x.numel())
    return getitem(x.flatten(), index=(array,))
