"""Repeating and moving elements: repeat, tile, flip, roll, rot90."""

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import axis_of, index_select
from minigrad.ops.places.shapes import clone, flatten, reshape, sizes, transpose


@composed
def repeat(x, *sizes_):
    """x laid side by side: sizes tell how often along each axis, new axes come in front."""
    times = sizes(sizes_)
    if len(times) < x.ndim or any(n < 0 for n in times):
        raise ValueError(f"repeat: needs a number of at least 0 for each axis of {tuple(x.shape)}, "
                         f"got {times}")
    shape = (1,) * (len(times) - x.ndim) + tuple(x.shape)
    wide = [n for pair in zip(times, shape) for n in pair]
    if all(n == 1 for n in times):
        return reshape(clone(x), shape=shape)
    x = reshape(x, shape=tuple(n for size in shape for n in (1, size)))
    return reshape(broadcast_to(x, shape=tuple(wide)), shape=tuple(t * n for t, n in zip(times, shape)))


@composed
def tile(x, *sizes_):
    """As repeat, where missing numbers in front are 1."""
    times = sizes(sizes_)
    return repeat(x, (1,) * (x.ndim - len(times)) + times)


@composed
def repeat_interleave(x, repeats, dim=None):
    """Every slice along dim `repeats` times in a row; by default of the flattened tensor."""
    if dim is None:
        x, dim = flatten(x), 0
    xp, size = MODULES[type(x.array)], x.shape[axis_of(x, dim, "repeat_interleave")]
    if isinstance(repeats, Tensor):
        if tuple(repeats.shape) not in ((), (1,), (size,)):
            raise ValueError(f"repeat_interleave: repeats is a number or one for each of the {size} slices "
                             f"of dim {dim}, got {tuple(repeats.shape)}")
        repeats = repeats.array.tolist()
    return index_select(x, dim, Tensor(xp.repeat(xp.arange(size), repeats)))


@primitive
def flip(xp, x, *, dims):
    """The order of the elements reversed along dims."""
    return xp.flip(x, dims if isinstance(dims, int) else tuple(dims)).copy() if x.ndim else x.copy()


flip.defvjp(lambda g, dims: flip(g, dims=dims))


@primitive
def roll(xp, x, *, shifts, dims=None):
    """Elements moved on by `shifts` along dims; what leaves at one end comes in at the other."""
    return xp.roll(x, shifts, dims)


roll.defvjp(lambda g, shifts, dims: roll(
    g, shifts=-shifts if isinstance(shifts, int) else tuple(-s for s in shifts), dims=dims))


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
