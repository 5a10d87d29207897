"""Padding: add borders around a tensor, constant or copied from its elements."""

from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import getitem, index_select


@primitive
def pad_constant(xp, x, *, widths, value):
    return xp.pad(x, widths, constant_values=value)


pad_constant.defvjp(lambda g, x_shape, widths: getitem(
    g, index=tuple(slice(before, before + n) for (before, after), n in zip(widths, x_shape))))


@composed
def pad(x: Tensor, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """x with borders, listed from the last axis: (left, right), then (left, right, top, bottom), and so on.

    mode: 'constant' (`value`), 'reflect' (mirrored without the edge), 'replicate' (the edge element) or
    'circular' (from the other end). Negative widths crop.

    >>> pad(Tensor([1, 2, 3]), (2, 1), "reflect").tolist()
    [3, 2, 1, 2, 3, 2]
    """
    if not isinstance(pad, (tuple, list)) or len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ValueError(f"pad: pad must be a list of pairs, (before, after) from the last axis of "
                         f"{tuple(x.shape)} forwards, got {pad}")
    pairs = [(0, 0)] * (x.ndim - len(pad) // 2) + [
        (pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    if mode not in ("constant", *BORDERS):
        raise ValueError(f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got {mode!r}")
    if any(n < 0 for pair in pairs for n in pair):
        crops, pairs = pairs, [(max(a, 0), max(b, 0)) for a, b in pairs]
        if mode in ("reflect", "replicate"):        # what is cropped may stand in the border at the other end
            return cropped(bordered(x, mode, pairs), crops)
        x = cropped(x, crops)
    if mode == "constant":
        return pad_constant(x, widths=tuple(pairs), value=value)
    return bordered(x, mode, pairs)


with_borders = pad      # below, `pad` is an argument


@composed
def constant_pad_nd(x: Tensor, pad: Sequence[int], value: float = 0.0) -> Tensor:
    """nn.functional.pad with a constant."""
    return with_borders(x, pad, "constant", value)


def cropped(x, pairs):
    """x without as many elements at both ends of each axis as its negative widths say."""
    return getitem(x, index=tuple(slice(max(0, -a), n - max(0, -b)) for (a, b), n in zip(pairs, x.shape)))


def bordered(x, mode, pairs):
    """x with borders of its own elements; pairs: (before, after) for each axis, none negative."""
    for dim, (before, after) in enumerate(pairs):
        if before or after:
            size = x.shape[dim]
            limit = {"reflect": size - 1, "circular": size}.get(mode)
            if limit is not None and max(before, after) > limit:
                raise ValueError(f"pad: mode {mode!r} can pad dim {dim} of {tuple(x.shape)} by at most "
                                 f"{limit}, got {max(before, after)}")
            place = MODULES[type(x.array)].arange(-before, size + after)
            x = index_select(x, dim, Tensor(BORDERS[mode](MODULES[type(place)], place, size)))
    return x


BORDERS = {     # the index in [0, size) that an index outside is read from
    "replicate": lambda xp, place, size: xp.clip(place, 0, size - 1),
    "circular": lambda xp, place, size: place % size,
    "reflect": lambda xp, place, size: size - 1 - xp.abs(size - 1 - xp.abs(place)),
}
