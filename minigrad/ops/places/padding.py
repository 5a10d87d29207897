"""Padding: borders around a tensor, constant or taken from its elements."""

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import getitem, index_select


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
