"""Convolution layers: one small filter slides over a signal, an image or a volume.

W and b ~ U(-k, k) with k = 1 / sqrt(fan_in), where fan_in is the number of inputs of one output.
"""

import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.nn.linear import check_input, uniform_by
from minigrad.nn.module import Module
from minigrad.ops.creation import empty
from minigrad.ops.images import convolution as ops
from minigrad.ops.images.convolution import per_axis
from minigrad.ops.places.padding import pad

Sizes = int | Sequence[int]       # one number for all axes, or one per axis


class Convolution(Module):
    """The base of the convolutions in D = 1, 2 or 3 dimensions."""

    D: int
    function: Any

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Sizes, stride: Sizes = 1,
                 padding: Sizes | str = 0, dilation: Sizes = 1, groups: int = 1, bias: bool | None = True,
                 padding_mode: str = "zeros", device: str | None = None, dtype: Any = None):
        self.set_up(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode)
        shape = (out_channels, in_channels // groups) + self.kernel_size
        self.make_parameters(shape, bias, device, dtype)

    def set_up(self, in_channels: int, out_channels: int, kernel_size: Sizes, stride: Sizes,
               padding: Sizes | str, dilation: Sizes, groups: int, padding_mode: str) -> None:
        name = type(self).__name__
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(f"{name}: in_channels {in_channels} and out_channels {out_channels} must be "
                             f"divisible by groups {groups}")
        if padding_mode not in MODES:
            modes = ", ".join(map(repr, MODES))
            raise ValueError(f"{name}: padding_mode must be one of {modes}, got {padding_mode!r}")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"{name}: padding must be a number, 'same' or 'valid', got {padding!r}")
        if not isinstance(padding, str):
            padding = per_axis(padding, self.D, f"{name}: padding")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = per_axis(kernel_size, self.D, f"{name}: kernel_size")
        self.stride = per_axis(stride, self.D, f"{name}: stride")
        self.dilation = per_axis(dilation, self.D, f"{name}: dilation")
        self.padding: Any = padding         # 'same', 'valid', or a number per axis
        self.padding_mode = padding_mode

    def make_parameters(self, shape: tuple[int, ...], bias: bool | None, device: str | None,
                        dtype: Any) -> None:
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(self.out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        uniform_by(math.prod(self.weight.shape[1:]), self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        check_input(self, input, self.weight)
        padding = self.padding
        if self.padding_mode != "zeros":
            widths = ops.paddings(padding, self.D, self.kernel_size, self.stride, self.dilation,
                                  type(self).__name__)
            input = pad(input, [n for pair in reversed(widths) for n in pair], MODES[self.padding_mode])
            padding = 0
        return self.function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        text = (f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
                f"stride={self.stride}")
        for name, usual in (("padding", (0,) * self.D), ("dilation", (1,) * self.D),
                            ("output_padding", (0,) * self.D), ("groups", 1)):
            value = vars(self).get(name, usual)
            if value != usual:
                text += f", {name}={value}"
        if self.bias is None:
            text += ", bias=False"
        return text if self.padding_mode == "zeros" else text + f", padding_mode={self.padding_mode}"


MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


class Conv1d(Convolution):
    """(N, C, L) -> (N, O, L'); see Conv2d."""

    D, function = 1, staticmethod(ops.conv1d)


class Conv2d(Convolution):
    """A learned filter slides over an image.   (N, C, H, W) -> (N, O, H', W').

    H' = (H + 2 padding - dilation (K - 1) - 1) // stride + 1. Sizes are one number, or one per axis.
    padding may be 'same' or 'valid'. groups splits the channels into independent groups. padding_mode is
    'zeros', 'reflect', 'replicate' or 'circular'.
    weight (O, C/groups, K, K) and bias (O,) ~ U(-k, k), k = 1 / sqrt(C/groups K K).
    """

    D, function = 2, staticmethod(ops.conv2d)


class Conv3d(Convolution):
    """(N, C, D, H, W) -> (N, O, D', H', W'); see Conv2d."""

    D, function = 3, staticmethod(ops.conv3d)


class TransposedConvolution(Convolution):
    """The base of the transposed convolutions."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Sizes, stride: Sizes = 1,
                 padding: Sizes = 0, output_padding: Sizes = 0, groups: int = 1, bias: bool | None = True,
                 dilation: Sizes = 1, padding_mode: str = "zeros", device: str | None = None,
                 dtype: Any = None):
        if padding_mode != "zeros":
            raise ValueError(f"{type(self).__name__}: padding_mode must be 'zeros', "
                             f"got {padding_mode!r}")
        self.set_up(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode)
        self.output_padding = per_axis(output_padding, self.D, f"{type(self).__name__}: output_padding")
        shape = (in_channels, out_channels // groups) + self.kernel_size
        self.make_parameters(shape, bias, device, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """output_size: the spatial size of the output; it replaces output_padding."""
        check_input(self, input, self.weight)
        extra = self.output_padding if output_size is None else self.extra(input, output_size)
        return self.function(input, self.weight, self.bias, self.stride, self.padding, extra,
                             self.groups, self.dilation)

    def extra(self, x: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        """The output_padding that gives output_size."""
        least = tuple((n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in zip(
            x.shape[-self.D:], self.stride, self.padding, self.dilation, self.kernel_size))
        size = tuple(output_size)[-self.D:]
        most = tuple(n + s - 1 for n, s in zip(least, self.stride))
        if len(size) != self.D or any(not n <= m <= o for n, m, o in zip(least, size, most)):
            raise ValueError(f"{self!r}: output_size for x {tuple(x.shape)} must be from {least} to {most}, "
                             f"got {tuple(output_size)}")
        return tuple(m - n for n, m in zip(least, size))


class ConvTranspose1d(TransposedConvolution):
    """(N, C, L) -> (N, O, L'); see ConvTranspose2d."""

    D, function = 1, staticmethod(ops.conv_transpose1d)


class ConvTranspose2d(TransposedConvolution):
    """Each input adds a learned filter, scaled by its value, to the output; overlaps add up.

    (N, C, H, W) -> (N, O, H', W') with
    H' = (H - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.
    weight (C, O/groups, K, K) and bias (O,) ~ U(-k, k), k = 1 / sqrt(O/groups K K).
    """

    D, function = 2, staticmethod(ops.conv_transpose2d)


class ConvTranspose3d(TransposedConvolution):
    """(N, C, D, H, W) -> (N, O, D', H', W'); see ConvTranspose2d."""

    D, function = 3, staticmethod(ops.conv_transpose3d)
