"""Upsampling layers: images with more pixels. They have no parameters."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn.applied import Applied
from minigrad.ops.images.resize import resized as interpolate


class Upsample(Applied):
    """F.interpolate: resize (N, C, L), (N, C, H, W) or (N, C, D, H, W) to `size`, or by scale_factor.

    mode: 'nearest', 'linear' (L), 'bilinear' or 'bicubic' (H, W), 'trilinear' (D, H, W).
    """

    scale_factor: Any
    function: Any = staticmethod(interpolate)

    def __init__(self, *args: Any, **settings: Any):
        super().__init__(*args, **settings)
        if self.scale_factor is not None:
            many = isinstance(self.scale_factor, (tuple, list))
            self.scale_factor = tuple(map(float, self.scale_factor)) if many else float(self.scale_factor)

    def extra_repr(self) -> str:
        wanted = "size" if self.scale_factor is None else "scale_factor"
        return f"{wanted}={getattr(self, wanted)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Upsample (N, C, H, W) with mode 'nearest'."""

    mode = "nearest"

    @staticmethod
    def function(input: Tensor, size: int | Sequence[int] | None = None,
                 scale_factor: float | Sequence[float] | None = None) -> Tensor:
        return interpolate(input, size, scale_factor)


class UpsamplingBilinear2d(Upsample):
    """Upsample (N, C, H, W) with mode 'bilinear' and align_corners=True."""

    mode = "bilinear"

    @staticmethod
    def function(input: Tensor, size: int | Sequence[int] | None = None,
                 scale_factor: float | Sequence[float] | None = None) -> Tensor:
        return interpolate(input, size, scale_factor, "bilinear", True)
