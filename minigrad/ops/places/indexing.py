"""Indexing: choosing elements, and the reverse, adding them back where they came from.

    getitem  (x, index)        ->  x[index]                       slices, integers, integer and boolean arrays
    put      (g, index, shape) ->  zeros with g added at index    repeated places receive the sum
    gather   (x, dim, index)   ->  one element per index along one axis
    scatter_sum                ->  its reverse

Each pair is linear, each is the other's rule.
"""

import operator

import numpy as np

from minigrad.autograd import Part, Tensor, add_at, composed, mixed, primitive
from minigrad.backend import MODULES, array_on, device_of, library_of
from minigrad.ops.numbers.choosing import where


@primitive
def getitem(xp, x, *, index):
    """x[index]."""
    y = x[index]
    return y if type(y) is type(x) else x[(*index, ...)]        # where NumPy copies one number, view it


@primitive
def put(xp, g, *, index, shape):
    """Zeros of `shape` with g added at `index`."""
    out = xp.zeros(shape, g.dtype)
    add_at(out, index, g)
    return out


def put_back(g, index, shape):
    """put(g), for the engine to add up without making it; of a gradient to be differentiated again the op."""
    return put(g, index=index, shape=shape) if isinstance(g, Tensor) else Part(g, index, shape)


getitem.defvjp(lambda g, x_shape, index: put_back(g, index, x_shape))
put.defvjp(lambda g, index: getitem(g, index=index))


def subscript(x, index):
    """x[index] as Tensor.__getitem__ takes it: tensors, lists and NumPy arrays of indices too."""
    items = index if type(index) is tuple else (index,)
    return getitem(x, index=tuple([as_index(i, x) for i in items]))


def as_index(item, x):
    """One part of an index, with its arrays on x's device."""
    if item is None or item is Ellipsis or isinstance(item, (int, slice)):
        return item
    if isinstance(item, Tensor):
        if type(item.array) is not type(x.array):
            raise mixed("indexing", (x, item))
        item = item.array
    elif isinstance(item, (list, tuple, np.ndarray, np.generic)):
        item = np.asarray(item)
        if item.ndim == 0 and item.dtype != bool:
            return int(item)
        item = array_on(item, device_of(x.array), None if item.size else np.int64)
    else:
        raise TypeError(f"cannot index a tensor with {type(item).__name__}; use integers, slices, None, "
                        "..., or tensors and lists of integers or booleans")
    if item.dtype.kind not in "iub":
        raise TypeError(f"an index tensor holds integers or booleans, got {item.dtype}; "
                        "convert it with .long()")
    return item


def index_array(x, index, what):
    """The integer array inside a tensor of places in x."""
    array = index.array if isinstance(index, Tensor) else index
    if type(array) not in MODULES:
        raise TypeError(f"{what} is a tensor of integers, got {type(index).__name__}; "
                        "make it one with minigrad.tensor(...)")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what} holds integers, got {array.dtype}; convert it with .long()")
    if type(array) is not type(x.array):
        raise mixed(what.partition(":")[0], (x, index))
    return array


def axis_of(x, dim, name):
    """`dim` as a number from 0 on; a number counts as having one axis."""
    ndim = max(1, len(x.shape))
    if not -ndim <= dim < ndim:
        raise IndexError(f"{name}: dim {dim} is out of range, expected {-ndim} to {ndim - 1} for "
                         f"{tuple(x.shape)}")
    return dim % ndim


def check_range(ids, size, what, least=0):
    """Refuse ids outside [least, size), where looking at them costs no wait: on the CPU."""
    if on_host(ids) and ids.size and not (least <= ids.min() and ids.max() < size):
        bad = ids[(ids < least) | (ids >= size)].reshape(-1)[0]
        raise ValueError(f"{what} must lie in [{least}, {size}), got {bad}")


def on_host(array):
    """True where values can be looked at without waiting for a device."""
    return isinstance(array, np.ndarray)


# One element per index along an axis


def along(xp, index, dim):
    """The full index of a gather: every other axis counts through, axis `dim` takes `index`."""
    grid = []
    for axis, size in enumerate(index.shape):
        shape = [1] * index.ndim
        shape[axis] = size
        grid.append(index if axis == dim % index.ndim else xp.arange(size).reshape(shape))
    return tuple(grid)


@primitive
def take_along(xp, x, *, dim, index):
    return x[along(xp, index, dim)] if index.ndim else x


@primitive
def scatter_sum(xp, g, *, dim, index, shape):
    """Zeros of `shape` with g added where gather(dim, index) would read."""
    out = xp.zeros(shape, g.dtype)
    if not index.ndim:
        return out + g
    library_of(out).scatter_add(out, along(xp, index, dim), g)
    return out


take_along.defvjp(lambda g, x_shape, dim, index: scatter_sum(g, dim=dim, index=index, shape=x_shape))
scatter_sum.defvjp(lambda g, dim, index: take_along(g, dim=dim, index=index))


def places(x, dim, index, name):
    """The checked index of gather or scatter_add: x's number of axes, none longer than x's but along dim."""
    dim = axis_of(x, dim, name)
    array = index_array(x, index, f"{name}: index")
    if array.ndim != x.ndim or any(n > m for i, (n, m) in enumerate(zip(array.shape, x.shape)) if i != dim):
        raise ValueError(f"{name}: index {tuple(array.shape)} should have the {x.ndim} axes of x "
                         f"{tuple(x.shape)}, none longer but along dim {dim}")
    if x.ndim:
        check_range(array, x.shape[dim], f"{name}: an index along dim {dim} of {tuple(x.shape)}")
    return array


@composed
def gather(x, dim, index):
    """out[i][j][k] = x[index[i][j][k]][j][k] for dim 0, and so on; index has x's number of axes."""
    return take_along(x, dim=dim, index=places(x, dim, index, "gather"))


@composed
def take_along_dim(x, indices, dim=None):
    """As gather, where the axes of x and indices but dim broadcast; without dim from the flattened tensor."""
    if dim is None:
        return take_along_dim(x.flatten(), indices.flatten(), 0)
    dim = axis_of(x, dim, "take_along_dim")
    array = index_array(x, indices, "take_along_dim: indices")
    fits = array.ndim == x.ndim and all(
        i == dim or 1 in (n, m) or n == m for i, (n, m) in enumerate(zip(array.shape, x.shape)))
    if not fits:
        raise ValueError(f"take_along_dim: indices {tuple(array.shape)} should have the {x.ndim} axes of x "
                         f"{tuple(x.shape)}, with sizes that are equal or 1 but along dim {dim}")
    check_range(array, x.shape[dim], f"take_along_dim: an index along dim {dim} of {tuple(x.shape)}")
    shape = [max(n, m) for n, m in zip(array.shape, x.shape)]
    wide = x.expand(shape[:dim] + [x.shape[dim]] + shape[dim + 1:])
    shape[dim] = array.shape[dim]
    return take_along(wide, dim=dim, index=MODULES[type(array)].broadcast_to(array, shape))


def slices(x, dim, index, name):
    """The index of the slices along dim that a vector of integers names."""
    dim = axis_of(x, dim, name)
    if not x.ndim:
        raise ValueError(f"{name}: x should have an axis along which to take slices, got (); see "
                         "x.reshape(1)")
    array = index_array(x, index, f"{name}: index")
    if array.ndim > 1:
        raise ValueError(f"{name}: index is a vector, got {tuple(array.shape)}")
    check_range(array, x.shape[dim], f"{name}: an index along dim {dim} of {tuple(x.shape)}")
    return (slice(None),) * dim + (array.reshape(-1),)


@composed
def index_select(x, dim, index):
    """The slices of x along dim that `index`, a vector of integers, names."""
    return getitem(x, index=slices(x, dim, index, "index_select"))


def check_mask(x, mask, name):
    """Refuse a mask that holds no booleans or does not broadcast to x."""
    if mask.dtype.kind != "b":
        raise TypeError(f"{name}: mask holds booleans, got {mask.dtype}; convert it with .bool()")
    if any(n not in (m, 1) and m != 1 for n, m in zip(mask.shape[::-1], x.shape[::-1])):
        raise ValueError(f"{name}: mask {tuple(mask.shape)} should broadcast to x {tuple(x.shape)}")


@composed
def masked_fill(x, mask, value):
    """x with `value` where mask is True."""
    check_mask(x, mask, "masked_fill")
    return where(mask, value, x)


@composed
def masked_select(x, mask):
    """The elements of x where mask is True, as a 1-D tensor."""
    check_mask(x, mask, "masked_select")
    shape = np.broadcast_shapes(tuple(x.shape), tuple(mask.shape))
    return subscript(x.expand(shape), mask.expand(shape))


@composed
def narrow(x, dim, start, length):
    """x from `start` on, `length` long, along dim."""
    dim = axis_of(x, dim, "narrow")
    size = x.shape[dim]
    start = start + size if start < 0 else start
    if not (0 <= start <= start + length <= size):
        raise IndexError(f"narrow: {start} to {start + length} lies outside dim {dim} of {tuple(x.shape)}")
    return getitem(x, index=(slice(None),) * dim + (slice(start, start + length),))


@composed
def select(x, dim, index):
    """The slice of x at `index` along dim, without that axis."""
    dim = axis_of(x, dim, "select")
    size = x.shape[dim] if x.ndim else 0
    if not -size <= index < size:
        raise IndexError(f"select: index {index} is out of range, expected {-size} to {size - 1} along dim "
                         f"{dim} of {tuple(x.shape)}")
    return getitem(x, index=(slice(None),) * dim + (operator.index(index),))


@composed
def take(x, index):
    """The elements that `index` names in the flattened tensor, in index's shape; negative ones count from
    the end."""
    array = index_array(x, index, "take: index")
    check_range(array, x.numel(), f"take: an index into the {x.numel()} elements of {tuple(x.shape)}",
                -x.numel())
    return getitem(x.flatten(), index=(array,))
