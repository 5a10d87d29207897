"""Padding layers: borders around the last one, two or three axes.

padding: one number for all sides, or one per side: (left, right, top, bottom, front, back). Negative
numbers crop.
"""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.nn.module import Module
from minigrad.ops.places.padding import pad


class Padding(Module):
    """The base of the padding layers: D axes, and the mode of F.pad."""

    D: int
    mode, value = "constant", 0.0

    def __init__(self, padding: int | Sequence[int]):
        sides = (padding,) * 2 * self.D if isinstance(padding, int) else tuple(padding)
        if len(sides) != 2 * self.D or not all(isinstance(n, int) for n in sides):
            raise ValueError(f"{type(self).__name__}: padding must be an integer or {2 * self.D} integers, "
                             f"got {padding}")
        self.padding = sides

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (self.D + 1, self.D + 2):
            raise ValueError(f"{self!r} takes (N, C) and {self.D} more axes, or no N, "
                             f"got {tuple(input.shape)}")
        return pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ConstantPadding(Padding):
    """The base of the layers that pad with `value`."""

    def __init__(self, padding: int | Sequence[int], value: float):
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(ConstantPadding):
    """(N, C, L) with `value` at both ends."""

    D = 1


class ConstantPad2d(ConstantPadding):
    """(N, C, H, W) with `value` around it."""

    D = 2


class ConstantPad3d(ConstantPadding):
    """(N, C, D, H, W) with `value` around it."""

    D = 3


class Zeros(Padding):
    """The base of the layers that pad with zeros."""

    def __init__(self, padding: int | Sequence[int]):
        Padding.__init__(self, padding)

    def extra_repr(self) -> str:
        return str(self.padding)


class ZeroPad1d(Zeros, ConstantPad1d):
    """(N, C, L) with zeros at both ends."""


class ZeroPad2d(Zeros, ConstantPad2d):
    """(N, C, H, W) with zeros around it."""


class ZeroPad3d(Zeros, ConstantPad3d):
    """(N, C, D, H, W) with zeros around it."""


class ReflectionPad1d(Padding):
    """(N, C, L) mirrored at both ends: c b [a b c] b a."""

    D, mode = 1, "reflect"


class ReflectionPad2d(Padding):
    """(N, C, H, W) mirrored at its edges; see ReflectionPad1d."""

    D, mode = 2, "reflect"


class ReflectionPad3d(Padding):
    """(N, C, D, H, W) mirrored at its faces; see ReflectionPad1d."""

    D, mode = 3, "reflect"


class ReplicationPad1d(Padding):
    """(N, C, L) with its ends repeated: a a [a b c] c c."""

    D, mode = 1, "replicate"


class ReplicationPad2d(Padding):
    """(N, C, H, W) with its edges repeated; see ReplicationPad1d."""

    D, mode = 2, "replicate"


class ReplicationPad3d(Padding):
    """(N, C, D, H, W) with its faces repeated; see ReplicationPad1d."""

    D, mode = 3, "replicate"


class CircularPad1d(Padding):
    """(N, C, L) repeated periodically: b c [a b c] a b."""

    D, mode = 1, "circular"


class CircularPad2d(Padding):
    """(N, C, H, W) repeated periodically; see CircularPad1d."""

    D, mode = 2, "circular"


class CircularPad3d(Padding):
    """(N, C, D, H, W) repeated periodically; see CircularPad1d."""

    D, mode = 3, "circular"
