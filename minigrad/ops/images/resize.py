"""Resizing: change the number of pixels, by interpolation or by trading channels for pixels.

Interpolation handles one axis at a time. A pixel is a small square: pixel i covers i to i + 1, its centre is
i + 0.5, and old and new image cover the same area. With align_corners a pixel is a point, and the corner
points of both images coincide.
"""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES
from minigrad.ops.images.adaptive_pooling import adaptive_avg
from minigrad.ops.images.convolution import per_axis
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.indexing import index_select
from minigrad.ops.places.shapes import as_tuple, expand, permute, reshape, transpose, unsqueeze

MODES = {       # the number of spatial axes that each mode takes, and whether align_corners applies
    "nearest": ((1, 2, 3), False), "nearest-exact": ((1, 2, 3), False), "area": ((1, 2, 3), False),
    "linear": ((1,), True), "bilinear": ((2,), True), "trilinear": ((3,), True), "bicubic": ((2,), True)}


@composed
@in_single
def interpolate(input: Tensor, size: int | Sequence[int] | None = None,
                scale_factor: float | Sequence[float] | None = None, mode: str = "nearest",
                align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
                antialias: bool = False) -> Tensor:
    """Resize (N, C, L), (N, C, H, W) or (N, C, D, H, W) to a spatial `size`, or by a scale_factor.

    mode: 'nearest' (samples at a pixel's corner; 'nearest-exact' at its centre), 'linear', 'bilinear' or
    'trilinear' (linear between 2 pixels along each axis), 'bicubic' (cubic through 4), 'area' (means, as
    adaptive_avg_pool2d). A scaled size is rounded down; recompute_scale_factor derives the scale from the
    rounded size. antialias: shrinking by 'bilinear' or 'bicubic' takes the mean over all pixels that a new
    one covers, as Pillow does, with a = -0.5; otherwise it skips pixels.
    Source: cubic convolution, Keys 1981, IEEE Trans. ASSP 29, 1153-1160, eq. 15 with a = -0.75, as PyTorch's.
    """
    D = input.ndim - 2
    if mode not in MODES:
        raise ValueError(f"interpolate: mode must be one of {', '.join(map(repr, MODES))}, got {mode!r}")
    dims, corners = MODES[mode]
    if D not in dims:
        raise ValueError(f"interpolate: mode {mode!r} takes (N, C, ...) with {' or '.join(map(str, dims))} "
                         f"spatial axes, got {tuple(input.shape)}")
    if align_corners is not None and not corners:
        raise ValueError(f"interpolate: align_corners does not apply to mode {mode!r}; leave it out")
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError(f"interpolate: antialias applies to 'bilinear' and 'bicubic', not to {mode!r}")
    if (size is None) == (scale_factor is None):
        raise ValueError(f"interpolate: give either size or scale_factor, got size={size} and "
                         f"scale_factor={scale_factor}")
    old = tuple(input.shape[2:])
    if size is not None:
        new, scales = per_axis(size, D, "interpolate: size", 1), None
    else:
        scales = as_tuple(scale_factor)
        scales = scales * D if len(scales) == 1 else scales
        if len(scales) != D:
            raise ValueError(f"interpolate: scale_factor must be a number or {D} of them, got {scale_factor}")
        new = tuple(int(n * s) for n, s in zip(old, scales))
        new = per_axis(new, D, "interpolate: the size after scaling", 1)
    if mode == "area":
        return adaptive_avg(input, new, D)
    if input.dtype.kind in "iu" and corners:
        if input.dtype != "uint8":
            raise TypeError(f"interpolate: mode {mode!r} takes floats or uint8, got {input.dtype}; convert "
                            "it with .float()")
        y = interpolate(input.float(), size, scale_factor, mode, align_corners, recompute_scale_factor,
                        antialias)
        return y.round().clamp(0, 255).to(input.dtype)
    x = input
    for axis, (n, S) in enumerate(zip(old, new), start=2):
        step = n / S if scales is None or recompute_scale_factor else 1 / scales[axis - 2]
        if mode.startswith("nearest"):
            x = nearest(x, axis, S, step, 0.5 if mode == "nearest-exact" else 0.0)
        elif antialias:
            if align_corners:
                step = (n - 1) / (S - 1) if S > 1 else 0.0
            x = smooth(x, axis, S, step, mode == "bicubic")
        elif n != S or step != 1:
            x = blend(x, axis, S, step, mode == "bicubic", align_corners)
    return x


def resized(input: Tensor, size: int | Sequence[int] | None = None,
            scale_factor: float | Sequence[float] | None = None, mode: str = "nearest",
            align_corners: bool | None = None, recompute_scale_factor: bool | None = None) -> Tensor:
    """interpolate, with the settings of a layer."""
    return interpolate(input, size, scale_factor, mode, align_corners, recompute_scale_factor)


def nearest(x, axis, S, step, centre):
    """S of x's slices along axis, at floor((i + centre) step) for i = 0, 1, ..., S - 1."""
    n, xp = x.shape[axis], MODULES[type(x.array)]
    if step * S == n and S % n == 0:        # repeat each slice S/n times, without an index
        x = expand(unsqueeze(x, axis + 1), *x.shape[:axis + 1], S // n, *x.shape[axis + 1:])
        return reshape(x, shape=(*x.shape[:axis], S, *x.shape[axis + 2:]))
    places = xp.floor((xp.arange(S, dtype="float32") + centre) * xp.float32(step)).astype(xp.int64)
    return index_select(x, axis, Tensor(xp.minimum(places, n - 1)))


def blend(x, axis, S, step, cubic, align_corners):
    """S weighted means of nearby slices of x along axis: a product with an (n, S) matrix."""
    n, xp = x.shape[axis], MODULES[type(x.array)]
    if align_corners:
        place = xp.arange(S) * ((n - 1) / (S - 1) if S > 1 else 0.0)
    else:
        place = (xp.arange(S) + 0.5) * step - 0.5
    if not cubic:
        place = xp.maximum(place, 0.0)
    base = xp.floor(place)
    t = place - base
    if cubic:
        taps = [(-1, outer_cubic(1 + t)), (0, inner_cubic(t)),
                (1, inner_cubic(1 - t)), (2, outer_cubic(2 - t))]
    else:
        taps = [(0, 1 - t), (1, t)]
    steps = xp.arange(n).reshape(-1, 1)
    weights = sum((steps == xp.clip(base + offset, 0, n - 1)) * weight for offset, weight in taps)
    return transpose(matmul(transpose(x, axis, -1), Tensor(weights.astype(x.dtype))), axis, -1)


def smooth(x, axis, S, step, cubic):
    """S weighted means of slices of x along axis, each of all slices near its place.

    The kernel is as wide as a new pixel where the image shrinks, and as an old one where it grows.
    """
    n, xp = x.shape[axis], MODULES[type(x.array)]
    width = max(step, 1.0)
    centre, radius = (xp.arange(S) + 0.5) * step, (2.0 if cubic else 1.0) * width
    first = xp.maximum(xp.floor(centre - radius + 0.5), 0)
    last = xp.minimum(xp.floor(centre + radius + 0.5), n)
    steps = xp.arange(n).reshape(-1, 1)
    d = xp.abs(steps - centre + 0.5) / width
    if cubic:
        weights = xp.where(d < 1, inner_cubic(d, -0.5), xp.where(d < 2, outer_cubic(d, -0.5), 0.0))
    else:
        weights = xp.maximum(1 - d, 0.0)
    weights = weights * ((steps >= first) & (steps < last))
    weights = weights / weights.sum(0)
    return transpose(matmul(transpose(x, axis, -1), Tensor(weights.astype(x.dtype))), axis, -1)


A = -0.75       # the slope of the cubics at distance 1


def inner_cubic(d, a=A):
    """The weight of a pixel at distance d, 0 <= d <= 1."""
    return ((a + 2) * d - (a + 3)) * d * d + 1


def outer_cubic(d, a=A):
    """The weight of a pixel at distance d, 1 <= d <= 2."""
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a


# Channels to pixels and back


@composed
def pixel_shuffle(x: Tensor, upscale_factor: int) -> Tensor:
    """(..., C r^2, H, W) -> (..., C, r H, r W): r^2 channels become r x r pixels, r = upscale_factor.

    Source: Shi et al. 2016, arXiv:1609.05158, eq. 4.
    """
    r = upscale_factor
    if r < 1 or x.ndim < 3 or x.shape[-3] % r**2:
        raise ValueError(f"pixel_shuffle: x must be (..., C * {r**2}, H, W), got {tuple(x.shape)}")
    *lead, C, H, W = x.shape
    x = reshape(x, shape=(*lead, C // r**2, r, r, H, W))
    return reshape(permute(x, dims=last(x, -5, -2, -4, -1, -3)), shape=(*lead, C // r**2, H * r, W * r))


@composed
def pixel_unshuffle(x: Tensor, downscale_factor: int) -> Tensor:
    """(..., C, r H, r W) -> (..., C r^2, H, W): the reverse of pixel_shuffle, r = downscale_factor."""
    r = downscale_factor
    if r < 1 or x.ndim < 3 or x.shape[-2] % r or x.shape[-1] % r:
        raise ValueError(f"pixel_unshuffle: x must be (..., C, H * {r}, W * {r}), got {tuple(x.shape)}")
    *lead, C, H, W = x.shape
    x = reshape(x, shape=(*lead, C, H // r, r, W // r, r))
    return reshape(permute(x, dims=last(x, -5, -3, -1, -4, -2)), shape=(*lead, C * r**2, H // r, W // r))


@composed
def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """(N, C, ...) -> the same shape: channel j of group i becomes channel i of group j.

    Source: Zhang et al. 2017, arXiv:1707.01083, sec. 3.1.
    """
    if groups < 1 or x.ndim < 2 or x.shape[1] % groups:
        raise ValueError(f"channel_shuffle: x must be (N, C, ...), with C divisible by groups={groups}, "
                         f"got {tuple(x.shape)}")
    N, C, *size = x.shape
    x = reshape(x, shape=(N, groups, C // groups, math.prod(size)))
    return reshape(transpose(x, 1, 2), shape=(N, C, *size))


def last(x, *order):
    """The axes of x for permute, the last ones in this order."""
    return tuple(range(x.ndim - len(order))) + tuple(x.ndim + d for d in order)
