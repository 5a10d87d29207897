"""Layers that only rearrange the elements."""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.nn.applied import Applied
from minigrad.ops.images import convolution, resize
from minigrad.ops.places import shapes


class Flatten(Applied):
    """Merge the axes start_dim to end_dim, by default all but the first: (N, C, H, W) -> (N, C H W)."""

    @staticmethod
    def function(input: Tensor, start_dim: int = 1, end_dim: int = -1) -> Tensor:
        return shapes.flatten(input, start_dim, end_dim)


class Unflatten(Applied):
    """Split axis `dim` into axes of the sizes unflattened_size, one of which may be -1."""

    @staticmethod
    def function(input: Tensor, dim: int, unflattened_size: Sequence[int]) -> Tensor:
        return shapes.unflatten(input, dim, unflattened_size)


class PixelShuffle(Applied):
    """(..., C r^2, H, W) -> (..., C, r H, r W): r^2 channels become r x r pixels, r = upscale_factor.

    Source: Shi et al. 2016, arXiv:1609.05158, eq. 4.
    """

    function = staticmethod(resize.pixel_shuffle)


class PixelUnshuffle(Applied):
    """(..., C, r H, r W) -> (..., C r^2, H, W): the inverse of PixelShuffle, r = downscale_factor."""

    function = staticmethod(resize.pixel_unshuffle)


class ChannelShuffle(Applied):
    """(N, C, ...) -> the same: channel j of group i becomes channel i of group j.

    Source: Zhang et al. 2017, arXiv:1707.01083, sec. 3.1.
    """

    function = staticmethod(resize.channel_shuffle)


class Unfold(Applied):
    """(N, C, H, W) -> (N, C K K, L): the L patches under a kernel as columns, in row order."""

    function = staticmethod(convolution.unfold)
    shown = ("kernel_size", "dilation", "padding", "stride")


class Fold(Applied):
    """(N, C K K, L) -> (N, C, H, W): add each column back where Unfold took it from."""

    function = staticmethod(convolution.fold)
    shown = ("output_size", "kernel_size", "dilation", "padding", "stride")
