"""Warping: read an image at arbitrary coordinates (x, y); the image spans -1 to 1 along both axes.

Source: Jaderberg et al. 2015, arXiv:1506.02025, sec. 3.2 and 3.3.
"""

from collections.abc import Sequence

from minigrad.autograd import Tensor, composed
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.arithmetic import floor, round
from minigrad.ops.numbers.choosing import clamp
from minigrad.ops.places.indexing import take_along
from minigrad.ops.places.joining import unbind
from minigrad.ops.places.shapes import flatten, reshape, transpose, unsqueeze


@composed
@in_single
def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """A grid for grid_sample: theta (x, y, 1) for each pixel (x, y) of images of `size` (N, C, H, W).

    theta (N, 2, 3) -> (N, H, W, 2). align_corners as in grid_sample.
    """
    size = tuple(size)
    if len(size) != 4 or tuple(theta.shape) != (size[0], 2, 3):
        raise ValueError(f"affine_grid: size must be (N, C, H, W) and theta (N, 2, 3), got {size} and "
                         f"{tuple(theta.shape)}")
    N, _, H, W = size
    xp = MODULES[type(theta.array)]
    y, x = ((2 * xp.arange(n) + 1) / n - 1 if n == 1 or not align_corners else xp.linspace(-1, 1, n)
            for n in (H, W))
    places = xp.stack([*xp.meshgrid(x, y), xp.ones((H, W))], axis=-1).astype(theta.dtype)
    grid = matmul(Tensor(places.reshape(H * W, 3)), transpose(theta, 1, 2))
    return reshape(grid, shape=(N, H, W, 2))


@composed
@in_single
def grid_sample(input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool | None = None) -> Tensor:
    """Sample an image at the coordinates (x, y) of a grid, (N, C, H, W), (N, H', W', 2) -> (N, C, H', W').

    mode: 'bilinear' (between the 4 pixels around) or 'nearest'. padding_mode, for points outside: 'zeros' or
    'border' (the nearest pixel). align_corners: -1 and 1 are the centres of the corner pixels; otherwise
    their outer edges.
    """
    if input.ndim != 4 or grid.ndim != 4 or grid.shape[3] != 2 or grid.shape[0] != input.shape[0]:
        raise ValueError(f"grid_sample: input must be (N, C, H, W) and grid (N, H', W', 2), "
                         f"got {tuple(input.shape)} and {tuple(grid.shape)}")
    if mode not in ("bilinear", "nearest"):
        raise ValueError(f"grid_sample: mode must be 'bilinear' or 'nearest', got {mode!r}")
    if padding_mode not in ("zeros", "border"):
        raise ValueError(f"grid_sample: padding_mode must be 'zeros' or 'border', got {padding_mode!r}")
    N, C, H, W = input.shape
    xp, pixels = MODULES[type(input.array)], flatten(input, 2)
    x, y = ((flatten(g, 1) + 1) * ((n - 1) / 2 if align_corners else n / 2) - (0 if align_corners else 0.5)
            for g, n in zip(unbind(grid, -1), (W, H)))                              # (N, L), in pixels
    if padding_mode == "border":
        x, y = clamp(x, 0, W - 1), clamp(y, 0, H - 1)
    if mode == "nearest":
        corners = [(round(x.detach()), round(y.detach()), 1.0)]
    else:
        left, top = floor(x.detach()), floor(y.detach())
        right, low = x - left, y - top
        corners = [(left, top, (1 - right) * (1 - low)), (left + 1, top, right * (1 - low)),
                   (left, top + 1, (1 - right) * low), (left + 1, top + 1, right * low)]
    total: Tensor | float = 0.0
    for i, j, weight in corners:
        inside = (i.array >= 0) & (i.array < W) & (j.array >= 0) & (j.array < H)
        index = xp.where(inside, j.array * W + i.array, 0).astype(xp.int64)
        found = take_along(pixels, dim=2, index=xp.broadcast_to(index[:, None], (N, C, index.shape[1])))
        total = total + found * unsqueeze(Tensor(inside.astype(input.dtype)) * weight, 1)
    return reshape(total, shape=(N, C, *grid.shape[1:3]))
