"""Shapes: the same numbers in another arrangement. Every rule is the arrangement undone.

What views the memory of x in PyTorch does so here (a write reaches x), and what copies there copies here.
"""

import math
import operator
from itertools import accumulate

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.indexing import axis_of, getitem, index_select, narrow


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
def unfold(x, dimension, size, step):
    """Windows of `size` slices along one axis, `step` apart: (..., L, ...) -> (..., windows, ..., size)."""
    dim = axis_of(x, dimension, "unfold")
    length = x.shape[dim] if x.ndim else 0
    if not 1 <= size <= length or step < 1:
        raise ValueError(f"unfold: size is 1 to {length}, the length of dim {dim} of {tuple(x.shape)}, and step at "
                         f"least 1, got size {size} and step {step}")
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
def unsqueeze(x, dim):
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


# Joining and parting


@primitive
def concatenate(xp, *tensors, dim=0):
    return xp.concatenate(tensors, axis=dim)


def part_of(g, which, shapes, dim):
    start = sum(shape[dim] for shape in shapes[:which])
    return narrow(g, dim, start, shapes[which][dim])


concatenate.defvjp(part_of)


concatenate.name = "cat"        # as graphs and errors call it


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
    return tuple(narrow(x, dim, end - length, length) for end, length in zip(accumulate(lengths), lengths))


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


# Repeating and moving


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


@primitive
def tril(xp, x, *, diagonal=0):
    """The lower triangle of the last two axes, zeros above."""
    return xp.tril(matrices(x), diagonal)


@primitive
def triu(xp, x, *, diagonal=0):
    """The upper triangle of the last two axes, zeros below."""
    return xp.triu(matrices(x), diagonal)


def matrices(x):
    if x.ndim < 2:
        raise ValueError("needs at least two axes")
    return x


tril.defvjp(lambda g, diagonal: tril(g, diagonal=diagonal))
triu.defvjp(lambda g, diagonal: triu(g, diagonal=diagonal))


@composed
def diagonal(x, offset=0, dim1=0, dim2=1):
    """The diagonal of each matrix that dim1 and dim2 span, as the last axis; offset: places above the main one."""
    if axis_of(x, dim1, "diagonal") == axis_of(x, dim2, "diagonal") or x.ndim < 2:
        raise ValueError("diagonal: needs two different axes of a matrix or more, "
                         f"got {dim1} and {dim2} of {tuple(x.shape)}")
    x = movedim(x, (dim1, dim2), (-2, -1))
    rows, columns = x.shape[-2:]
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    top, left = max(0, -offset), max(0, offset)
    return diagonal_of_squares(x[..., top:top + length, left:left + length])


@primitive
def diagonal_of_squares(xp, x):
    """The main diagonals of the last two axes, of one size."""
    return xp.einsum("...ii->...i", x)      # a view that can be written to, which NumPy's diagonal() is not


@primitive
def squares_of_diagonal(xp, x):
    """Zeros with x on the main diagonal of the last two axes."""
    y = xp.zeros((*x.shape, x.shape[-1]), x.dtype)
    steps = xp.arange(x.shape[-1])
    y[..., steps, steps] = x
    return y


diagonal_of_squares.defvjp(lambda g: squares_of_diagonal(g))
squares_of_diagonal.defvjp(lambda g: diagonal_of_squares(g))


def diagonal_places(x, offset, length):
    """The rows and the columns of `length` places on a diagonal, on x's device."""
    steps = MODULES[type(x.array)].arange(length)
    return steps + max(0, -offset), steps + max(0, offset)


@composed
def diag(x, diagonal=0):
    """A vector becomes a matrix with it on the diagonal; of a matrix, its diagonal."""
    if x.ndim == 2:
        return clone(x.diagonal(diagonal))
    if x.ndim != 1:
        raise ValueError(f"diag takes a vector or a matrix, got {tuple(x.shape)}")
    above, below = max(0, diagonal), max(0, -diagonal)
    return pad(squares_of_diagonal(x), (above, below, below, above))


@primitive
def pad_constant(xp, x, *, widths, value):
    return xp.pad(x, widths, constant_values=value)


pad_constant.defvjp(lambda g, x_shape, widths: getitem(
    g, index=tuple(slice(before, before + n) for (before, after), n in zip(widths, x_shape))))


@composed
def pad(x, pad, mode="constant", value=0.0):
    """x with borders: pad = (left, right) for the last axis, (left, right, top, bottom) for the last two...

    mode: 'constant' (value), 'reflect', 'replicate' or 'circular'. Negative numbers crop.
    """
    if not isinstance(pad, (tuple, list)) or len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ValueError(f"pad: needs a pair of numbers for each of the last axes of {tuple(x.shape)}, "
                         f"got {pad}")
    pairs = [(0, 0)] * (x.ndim - len(pad) // 2) + [
        (pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    if any(n < 0 for pair in pairs for n in pair):
        x = getitem(x, index=tuple(slice(max(0, -a), n - max(0, -b)) for (a, b), n in zip(pairs, x.shape)))
        pairs = [(max(a, 0), max(b, 0)) for a, b in pairs]
    if mode == "constant":
        return pad_constant(x, widths=tuple(pairs), value=value)
    if mode not in BORDERS:
        raise ValueError(f"pad: mode is 'constant', 'reflect', 'replicate' or 'circular', got {mode!r}")
    for dim, (before, after) in enumerate(pairs):
        if before or after:
            size = x.shape[dim]
            limit = {"reflect": size - 1, "circular": size}.get(mode)
            if limit is not None and max(before, after) > limit:
                raise ValueError(f"pad: {mode} of {max(before, after)} needs more than the {size} elements "
                                 f"of dim {dim} of {tuple(x.shape)}")
            place = MODULES[type(x.array)].arange(-before, size + after)
            x = index_select(x, dim, Tensor(BORDERS[mode](MODULES[type(place)], place, size)))
    return x


BORDERS = {     # where an element outside [0, size) is taken from
    "replicate": lambda xp, place, size: xp.clip(place, 0, size - 1),
    "circular": lambda xp, place, size: place % size,
    "reflect": lambda xp, place, size: size - 1 - xp.abs(size - 1 - xp.abs(place)),
}


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
