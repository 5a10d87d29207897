"""Pooling layers: one number per patch. They have no parameters."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn.applied import Applied
from minigrad.nn.module import Module
from minigrad.ops.images import adaptive_pooling, pooling
from minigrad.ops.images.convolution import per_axis
from minigrad.ops.places.shapes import as_tuple

Sizes = int | Sequence[int]       # one number for all axes, or one per axis


class MaxPooling(Module):
    """The base of max pooling in 1, 2 and 3 dimensions."""

    function: Any

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
                 dilation: Sizes = 1, return_indices: bool = False, ceil_mode: bool = False):
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return self.function(input, self.kernel_size, self.stride, self.padding, self.dilation,
                             self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        return (f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
                f"dilation={self.dilation}, ceil_mode={self.ceil_mode}")


class MaxPool1d(MaxPooling):
    """(N, C, L) -> (N, C, L'); see MaxPool2d."""

    function = staticmethod(pooling.max_pool1d)


class MaxPool2d(MaxPooling):
    """The maximum of each patch, (N, C, H, W) -> (N, C, H', W'); stride is kernel_size by default.

    H' = (H + 2 padding - dilation (K - 1) - 1) // stride + 1; ceil_mode rounds up. return_indices: also
    return the positions of the maxima, i W + j, for MaxUnpool2d.
    """

    function = staticmethod(pooling.max_pool2d)


class MaxPool3d(MaxPooling):
    """(N, C, D, H, W) -> (N, C, D', H', W'); see MaxPool2d."""

    function = staticmethod(pooling.max_pool3d)


class MaxUnpooling(Module):
    """The base of max unpooling in D dimensions; forward(x, indices, output_size=None)."""

    D: int
    function: Any

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0):
        name, stride = type(self).__name__, kernel_size if stride is None else stride
        self.kernel_size = per_axis(kernel_size, self.D, f"{name}: kernel_size")
        self.stride = per_axis(stride, self.D, f"{name}: stride")
        self.padding = per_axis(padding, self.D, f"{name}: padding")

    def forward(self, input: Tensor, indices: Tensor, output_size: Sizes | None = None) -> Tensor:
        return self.function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(MaxUnpooling):
    """(N, C, L') -> (N, C, L); see MaxUnpool2d."""

    D, function = 1, staticmethod(pooling.max_unpool1d)


class MaxUnpool2d(MaxUnpooling):
    """Put maxima back where MaxPool2d(..., return_indices=True) found them, with zeros elsewhere.

    (N, C, H', W') -> (N, C, H, W), H = (H' - 1) stride - 2 padding + K, or output_size.
    """

    D, function = 2, staticmethod(pooling.max_unpool2d)


class MaxUnpool3d(MaxUnpooling):
    """(N, C, D', H', W') -> (N, C, D, H, W); see MaxUnpool2d."""

    D, function = 3, staticmethod(pooling.max_unpool3d)


class LPPool1d(Applied):
    """(sum of x^p)^(1/p) of each patch, (N, C, L) -> (N, C, L'), p = norm_type."""

    function = staticmethod(pooling.lp_pool1d)


class LPPool2d(Applied):
    """(N, C, H, W) -> (N, C, H', W'); see LPPool1d."""

    function = staticmethod(pooling.lp_pool2d)


class LPPool3d(Applied):
    """(N, C, D, H, W) -> (N, C, D', H', W'); see LPPool1d."""

    function = staticmethod(pooling.lp_pool3d)


class FractionalMaxPooling(Applied):
    """The base of fractional max pooling in 2 and 3 dimensions."""

    shown = ()

    def __init__(self, *args: Any, **settings: Any):
        super().__init__(*args, **settings)
        name, ratio = type(self).__name__, self.output_ratio
        if (self.output_size is None) == (ratio is None):
            raise ValueError(f"{name}: give either output_size or output_ratio, got {self.output_size} "
                             f"and {ratio}")
        if ratio is not None and not all(0 < each < 1 for each in as_tuple(ratio)):
            raise ValueError(f"{name}: output_ratio must lie between 0 and 1, got {ratio}")


class FractionalMaxPool2d(FractionalMaxPooling):
    """Maxima of windows at random positions, about H/H' apart, (N, C, H, W) -> (N, C, H', W').

    output_size is (H', W'); or output_ratio is one or two numbers in (0, 1): H' = ratio H.
    Source: Graham 2014, arXiv:1412.6071.
    """

    function = staticmethod(pooling.fractional_max_pool2d)


class FractionalMaxPool3d(FractionalMaxPooling):
    """(N, C, D, H, W) -> (N, C, D', H', W'); see FractionalMaxPool2d."""

    function = staticmethod(pooling.fractional_max_pool3d)


class AveragePooling(Module):
    """The base of the pools of means."""

    function: Any

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
                 ceil_mode: bool = False, count_include_pad: bool = True):
        self.kernel_size, self.stride = (
            per_axis(size, 1, f"AvgPool1d: {what}") for what, size in (
                ("kernel_size", kernel_size), ("stride", kernel_size if stride is None else stride)))
        self.padding = per_axis(padding, 1, "AvgPool1d: padding")
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                             self.count_include_pad)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(AveragePooling):
    """The mean of each patch, (N, C, L) -> (N, C, L'); see AvgPool2d."""

    function = staticmethod(pooling.avg_pool1d)


class DividedPooling(AveragePooling):
    """The base of the pools of means that take their divisor."""

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
                 ceil_mode: bool = False, count_include_pad: bool = True,
                 divisor_override: int | None = None):
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                             self.count_include_pad, self.divisor_override)


class AvgPool2d(DividedPooling):
    """The mean of each patch, (N, C, H, W) -> (N, C, H', W'); stride is kernel_size by default.

    Padding counts as zeros, or not at all with count_include_pad=False. divisor_override: the divisor, in
    place of the number of elements.
    """

    function = staticmethod(pooling.avg_pool2d)


class AvgPool3d(DividedPooling):
    """(N, C, D, H, W) -> (N, C, D', H', W'); see AvgPool2d."""

    function = staticmethod(pooling.avg_pool3d)


class AdaptivePooling(Module):
    """The base of the pools that take the size of their output."""

    function: Any

    def __init__(self, output_size: int | Sequence[int | None]):
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptivePooling):
    """(N, C, L) -> (N, C, output_size); see AdaptiveAvgPool2d."""

    function = staticmethod(adaptive_pooling.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(AdaptivePooling):
    """Means of patches of about equal size, (N, C, H, W) -> (N, C, *output_size); None keeps a size."""

    function = staticmethod(adaptive_pooling.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(AdaptivePooling):
    """(N, C, D, H, W) -> (N, C, *output_size); see AdaptiveAvgPool2d."""

    function = staticmethod(adaptive_pooling.adaptive_avg_pool3d)


class AdaptiveMaxPooling(AdaptivePooling):
    """The base of adaptive max pooling; return_indices: also return where the maxima are."""

    def __init__(self, output_size: int | Sequence[int | None], return_indices: bool = False):
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:     # type: ignore[override]
        return self.function(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(AdaptiveMaxPooling):
    """(N, C, L) -> (N, C, output_size); see AdaptiveMaxPool2d."""

    function = staticmethod(adaptive_pooling.adaptive_max_pool1d)


class AdaptiveMaxPool2d(AdaptiveMaxPooling):
    """Maxima of patches of about equal size, (N, C, H, W) -> (N, C, *output_size); None keeps a size."""

    function = staticmethod(adaptive_pooling.adaptive_max_pool2d)


class AdaptiveMaxPool3d(AdaptiveMaxPooling):
    """(N, C, D, H, W) -> (N, C, *output_size); see AdaptiveMaxPool2d."""

    function = staticmethod(adaptive_pooling.adaptive_max_pool3d)
