"""Layers that only arrange the numbers anew."""

from minigrad.nn.applied import Applied
from minigrad.ops.images import convolution, resize
from minigrad.ops.places import shapes


class Flatten(Applied):
    """All axes but the first as one, (N, C, H, W) -> (N, C H W); or those from start_dim to end_dim."""

    @staticmethod
    def function(x, start_dim=1, end_dim=-1):
        return shapes.flatten(x, start_dim, end_dim)


class Unflatten(Applied):
    """Axis `dim` as several of the sizes unflattened_size, of which one may be -1."""

    @staticmethod
    def function(x, dim, unflattened_size):
        return shapes.unflatten(x, dim, unflattened_size)


class PixelShuffle(Applied):
    """(..., C r^2, H, W) -> (..., C, r H, r W): r^2 channels become r x r pixels, r = upscale_factor.

    Source: Shi et al. 2016, arXiv:1609.05158, eq. 4.
    """

    function = staticmethod(resize.pixel_shuffle)


class PixelUnshuffle(Applied):
    """(..., C, r H, r W) -> (..., C r^2, H, W): the reverse of PixelShuffle, r = downscale_factor."""

    function = staticmethod(resize.pixel_unshuffle)


class ChannelShuffle(Applied):
    """(N, C, ...) -> the same: channel j of group i becomes channel i of group j.

    Source: Zhang et al. 2017, arXiv:1707.01083, sec. 3.1.
    """

    function = staticmethod(resize.channel_shuffle)


class Unfold(Applied):
    """(N, C, H, W) -> (N, C K K, L): the patches under a kernel as columns, L places in row order."""

    function = staticmethod(convolution.unfold)


class Fold(Applied):
    """(N, C K K, L) -> (N, C, H, W): columns added up where Unfold took them from."""

    function = staticmethod(convolution.fold)
