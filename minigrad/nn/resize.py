"""Upsampling layers: images with more pixels. They have no parameters."""

from minigrad.nn.applied import Applied
from minigrad.ops.images.resize import interpolate


class Upsample(Applied):
    """F.interpolate: (N, C, L), (N, C, H, W) or (N, C, D, H, W) to a `size`, or scale_factor times as large.

    mode: 'nearest', 'linear' (L), 'bilinear' or 'bicubic' (H, W), 'trilinear' (D, H, W).
    """

    function = staticmethod(interpolate)


class UpsamplingNearest2D(Applied):
    """Upsample of (N, C, H, W) with mode 'nearest'."""

    @staticmethod
    def function(x, size=None, scale_factor=None):
        return interpolate(x, size, scale_factor)


class UpsamplingBilinear2D(Applied):
    """Upsample of (N, C, H, W) with mode 'bilinear' and align_corners."""

    @staticmethod
    def function(x, size=None, scale_factor=None):
        return interpolate(x, size, scale_factor, "bilinear", True)
