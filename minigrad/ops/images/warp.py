"""Warping: read an image at arbitrary coordinates (x, y); the image spans -1 to 1 along both axes.

Source: Jaderberg et al. 2015, arXiv:1506.02025, sec. 3.2 and 3.3.
"""

import itertools
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES
from minigrad.ops.layers.activations import hardtanh
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.arithmetic import abs, floor, remainder, round
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.indexing import take_along
from minigrad.ops.places.joining import unbind
from minigrad.ops.places.shapes import flatten, reshape, transpose, unsqueeze

MODES, PADDINGS = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


@composed
@in_single
def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """A grid for grid_sample: theta (x, y, 1) for each pixel (x, y) of images of `size` (N, C, H, W).

    theta (N, 2, 3) -> (N, H, W, 2); for volumes (N, C, D, H, W), theta (N, 3, 4) -> (N, D, H, W, 3).
    align_corners as in grid_sample.
    """
    N, _, *shape = size if len(size) in (4, 5) else (0, 0)
    D = len(shape)
    if not D or tuple(theta.shape) != (N, D, D + 1):
        raise ValueError("affine_grid: size must be (N, C, H, W) and theta (N, 2, 3), or (N, C, D, H, W) "
                         f"and (N, 3, 4), got {tuple(size)} and {tuple(theta.shape)}")
    xp = MODULES[type(theta.array)]
    steps = [(2 * xp.arange(n) + 1) / n - 1 if n == 1 or not align_corners else xp.linspace(-1, 1, n)
             for n in shape]
    places = xp.stack([*xp.meshgrid(*steps, indexing="ij")[::-1], xp.ones(shape)], axis=-1)
    flat = Tensor(places.reshape(-1, D + 1).astype(theta.dtype))
    return reshape(matmul(flat, transpose(theta, 1, 2)), shape=(N, *shape, D))


@composed
@in_single
def grid_sample(input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool | None = None) -> Tensor:
    """Sample an image at the coordinates (x, y) of a grid, (N, C, H, W), (N, H', W', 2) -> (N, C, H', W').

    Or a volume at (x, y, z), (N, C, D, H, W), (N, D', H', W', 3) -> (N, C, D', H', W').
    mode: 'bilinear' (between the 4 pixels around), 'nearest' or, for images, 'bicubic' (between 16).
    padding_mode, for points outside: 'zeros', 'border' (the nearest pixel) or 'reflection'. align_corners:
    -1 and 1 are the centres of the corner pixels; otherwise their outer edges.
    Source: bicubic, Keys 1981, IEEE Trans. Acoustics, Speech, Signal Processing 29, eq. 4, with a = -0.75.
    """
    D = input.ndim - 2
    if D not in (2, 3) or grid.ndim != D + 2 or grid.shape[-1] != D or grid.shape[0] != input.shape[0]:
        raise ValueError("grid_sample: input must be (N, C, H, W) and grid (N, H', W', 2), or (N, C, D, H, "
                         f"W) and (N, D', H', W', 3), got {tuple(input.shape)} and {tuple(grid.shape)}")
    if mode not in MODES:
        raise ValueError(f"grid_sample: mode must be 'bilinear', 'nearest' or 'bicubic', got {mode!r}")
    if mode == "bicubic" and D == 3:
        raise ValueError("grid_sample: mode 'bicubic' takes images (N, C, H, W); use 'bilinear' for volumes")
    if padding_mode not in PADDINGS:
        raise ValueError(f"grid_sample: padding_mode must be 'zeros', 'border' or 'reflection', "
                         f"got {padding_mode!r}")
    N, C, *shape = input.shape
    xp, pixels = MODULES[type(input.array)], flatten(input, 2)
    neighbours = [around(flatten(g, 1), n, mode, padding_mode, align_corners)
                  for g, n in zip(unbind(grid, -1)[::-1], shape)]
    total: Tensor | float = 0.0
    for corner in itertools.product(*neighbours):
        inside, index, weight = xp.ones((), bool), 0, 1.0
        for (place, share), n in zip(corner, shape):
            inside = inside & (place.array >= 0) & (place.array < n)
            index, weight = index * n + place.array, share * weight
        index = xp.where(inside, index, 0).astype(xp.int64)
        found = take_along(pixels, dim=2, index=xp.broadcast_to(index[:, None], (N, C, index.shape[1])))
        total = total + found * unsqueeze(Tensor(inside.astype(input.dtype)) * weight, 1)
    return reshape(total, shape=(N, C, *grid.shape[1:-1]))


def around(coordinate, n, mode, padding_mode, align_corners):
    """The pixels around each coordinate (N, L) along an axis of n pixels, with their weights."""
    x = (coordinate + 1) * ((n - 1) / 2 if align_corners else n / 2) - (0 if align_corners else 0.5)

    def padded(x):
        if padding_mode == "reflection":
            x = reflected(x, *((0, n - 1) if align_corners else (-0.5, n - 0.5)))
        return x if padding_mode == "zeros" else hardtanh(x, 0, n - 1)

    if mode == "nearest":
        return [(round(padded(x).detach()), 1.0)]
    if mode == "bilinear":
        x = padded(x)
        first = floor(x.detach())
        return [(first, 1 - (x - first)), (first + 1, x - first)]
    first = floor(x.detach())
    return [(padded(first + k), cubic(abs(x - first - k), -0.75)) for k in (-1, 0, 1, 2)]


def reflected(x, low, high):
    """x mirrored at low and high until it lies between them."""
    if low == high:
        return x * 0.0 + low
    span, x = high - low, where(x < low, low - x, x - low)
    times = floor(x.detach() / span)
    rest = x - times * span
    return low + where(remainder(times, 2) == 0, rest, span - rest)


def cubic(x, a):
    """Keys' weight of a neighbour at the distance x in [0, 2]."""
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    return where(x <= 1, near, ((x - 5) * x + 8) * (x * a) - 4 * a)
