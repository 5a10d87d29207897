"""Upsampling layers: images with more pixels. They have no parameters."""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.nn.applied import Applied
from minigrad.ops.images.resize import resized as interpolate


class Upsample(Applied):
    """F.interpolate: resize (N, C, L), (N, C, H, W) or (N, C, D, H, W) to `size`, or by scale_factor.

    mode: 'nearest', 'linear' (L), 'bilinear' or 'bicubic' (H, W), 'trilinear' (D, H, W).
    """

    function = staticmethod(interpolate)


class UpsamplingNearest2d(Applied):
    """Upsample (N, C, H, W) with mode 'nearest'."""

    @staticmethod
    def function(x: Tensor, size: int | Sequence[int] | None = None,
                 scale_factor: float | Sequence[float] | None = None) -> Tensor:
        return interpolate(x, size, scale_factor)


class UpsamplingBilinear2d(Applied):
    """Upsample (N, C, H, W) with mode 'bilinear' and align_corners=True."""

    @staticmethod
    def function(x: Tensor, size: int | Sequence[int] | None = None,
                 scale_factor: float | Sequence[float] | None = None) -> Tensor:
        return interpolate(x, size, scale_factor, "bilinear", True)
