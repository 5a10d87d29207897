"""Repeating and moving elements: repeat, tile, flip, roll, rot90."""

from collections.abc import Sequence

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import axis_of, index_select
from minigrad.ops.places.shapes import clone, flatten, reshape, sizes, transpose


@composed
def repeat(x: Tensor, *sizes_: int | Sequence[int]) -> Tensor:
    """Tile x: one repeat count per axis; extra counts add axes in front.

    >>> repeat(tensor([1, 2]), 2, 3).shape      # (2,) counts as (1, 2)
    minigrad.Size([2, 6])
    """
    times = sizes(sizes_)
    if len(times) < x.ndim or any(n < 0 for n in times):
        raise ValueError(f"repeat: needs a count of at least 0 for each axis of {tuple(x.shape)}, "
                         f"got {times}")
    shape = (1,) * (len(times) - x.ndim) + tuple(x.shape)
    wide = [n for pair in zip(times, shape) for n in pair]
    if all(n == 1 for n in times):
        return reshape(clone(x), shape=shape)
    x = reshape(x, shape=tuple(n for size in shape for n in (1, size)))
    y = reshape(broadcast_to(x, shape=tuple(wide)), shape=tuple(t * n for t, n in zip(times, shape)))
    return y if y.array.flags.writeable else clone(y)       # an array of its own, in which to write


@composed
def tile(x: Tensor, *sizes_: int | Sequence[int]) -> Tensor:
    """repeat, where missing counts in front are 1."""
    times = sizes(sizes_)
    return repeat(x, (1,) * (x.ndim - len(times)) + times)


@composed
def repeat_interleave(x: Tensor, repeats: int | Tensor | None = None, dim: int | None = None, *,
                      output_size: int | None = None) -> Tensor:
    """Repeat every slice along dim `repeats` times in a row; without dim, every element of the flattened x.

    repeats     a number, or a tensor with one count per slice
    output_size the size of the result along dim, if the caller knows it: it must be right

    repeat_interleave(repeats) alone gives the index of the slice for each place of the result.
    """
    if repeats is None:
        repeats, x, dim = x, Tensor(MODULES[type(x.array)].arange(x.numel())), 0
    if dim is None:
        x, dim = flatten(x), 0
    xp, size = MODULES[type(x.array)], x.shape[axis_of(x, dim, "repeat_interleave")]
    if isinstance(repeats, Tensor):
        if tuple(repeats.shape) not in ((), (1,), (size,)):
            raise ValueError(f"repeat_interleave: repeats must be a number or a vector of {size}, one per "
                             f"slice of dim {dim}, got shape {tuple(repeats.shape)}")
        repeats = repeats.array.tolist()
    places = xp.repeat(xp.arange(size), repeats)
    if output_size not in (None, places.size):
        raise ValueError(f"repeat_interleave: output_size is {output_size}, but the counts add up to "
                         f"{places.size}")
    return index_select(x, dim, Tensor(places))


@primitive
def flip(xp, x, *, dims: int | Sequence[int]):
    """x with the order of its elements reversed along dims."""
    return xp.flip(x, dims if isinstance(dims, int) else tuple(dims)).copy() if x.ndim else x.copy()


flip.defvjp(lambda g, dims: flip(g, dims=dims))


@primitive
def roll(xp, x, *, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None):
    """Shift elements by `shifts` along dims, cyclically; without dims, through the flattened tensor.

    Raises ValueError unless there is one shift for each of dims, or one alone without dims.
    """
    steps, axes = (1 if isinstance(n, int) else len(n) for n in (shifts, 0 if dims is None else dims))
    if steps != axes and (dims is None or axes or steps != 1):
        raise ValueError(f"roll: shifts and dims need equally many numbers, got {shifts} and {dims}")
    return xp.roll(x, shifts, dims)


roll.defvjp(lambda g, shifts, dims: roll(
    g, shifts=-shifts if isinstance(shifts, int) else tuple(-s for s in shifts), dims=dims))


@composed
def rot90(x: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Rotate x by k times 90 degrees in the plane of dims, from the first towards the second."""
    if len(dims) != 2 or x.ndim < 2 or axis_of(x, dims[0], "rot90") == axis_of(x, dims[1], "rot90"):
        raise ValueError(f"rot90: dims must be two different axes, got {tuple(dims)} for shape "
                         f"{tuple(x.shape)}")
    first, second = dims
    if k % 4 == 0:
        return clone(x)
    if k % 4 == 2:
        return flip(x, dims=(first, second))
    return flip(transpose(x, first, second), dims=(first if k % 4 == 1 else second,))


@composed
def fliplr(x: Tensor) -> Tensor:
    """Reverse the order of the columns, axis 1."""
    return flip(x, dims=(axis_of(x, 1, "fliplr"),))


@composed
def flipud(x: Tensor) -> Tensor:
    """Reverse the order of the rows, axis 0. Raises ValueError for a tensor without axes."""
    if not x.ndim:
        raise ValueError("flipud: x must have at least one axis, got a 0-d tensor")
    return flip(x, dims=(axis_of(x, 0, "flipud"),))
