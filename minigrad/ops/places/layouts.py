"""Memory layout: the order in which elements are stored. Shapes and indices do not depend on it.

    contiguous_format   row-major: neighbours along the last axis are adjacent in memory
    channels_last       (N, C, H, W) stored as (N, H, W, C)
    channels_last_3d    (N, C, D, H, W) stored as (N, D, H, W, C)
    preserve_format     leave the layout as it is

All tensors are `strided`, dense arrays with a step along each axis: PyTorch's name for their kind.
"""

from typing import Any

from minigrad.autograd import Tensor, composed
from minigrad.autograd.arrays import Naming
from minigrad.ops.places import shapes
from minigrad.ops.places.shapes import permute


class MemoryFormat:
    """A memory layout: contiguous_format, channels_last, channels_last_3d or preserve_format."""

    def __init__(self, name: str, order: tuple[int, ...] | None = None):
        self.name, self.order = name, order         # order: the axes, outermost in memory first

    def __repr__(self) -> str:
        return f"{Naming.library}.{self.name}"

    def __reduce__(self):
        return self.name


class Layout:
    """The kind of storage of a tensor; `strided` is the only one."""

    def __repr__(self) -> str:
        return f"{Naming.library}.strided"

    def __reduce__(self):
        return "strided"


strided = Layout()
contiguous_format, preserve_format = MemoryFormat("contiguous_format"), MemoryFormat("preserve_format")
channels_last = MemoryFormat("channels_last", (0, 2, 3, 1))
channels_last_3d = MemoryFormat("channels_last_3d", (0, 2, 3, 4, 1))


def is_contiguous(x: Tensor, memory_format: MemoryFormat = contiguous_format) -> bool:
    """Whether x is stored without gaps, in the order of the format."""
    array, order = x.array, memory_format.order
    if order:
        return array.ndim == len(order) and array.transpose(order).flags.c_contiguous
    return array.flags.c_contiguous


def contiguous(x: Tensor, memory_format: MemoryFormat = contiguous_format) -> Tensor:
    """x itself where it is contiguous in the format, else a copy that is."""
    if not isinstance(memory_format, MemoryFormat):
        raise TypeError("memory_format must be contiguous_format, preserve_format, channels_last or "
                        f"channels_last_3d, got {memory_format!r}")
    order = memory_format.order
    if order and x.ndim != len(order):
        raise ValueError(f"{memory_format!r} needs a tensor of {len(order)} axes, got shape {tuple(x.shape)}")
    if memory_format is preserve_format or is_contiguous(x, memory_format):
        return x
    if order is None:
        return shapes.clone(x)
    back = [order.index(axis) for axis in range(x.ndim)]
    return permute(shapes.clone(permute(x, dims=order)), dims=back)


@composed
def clone(x: Tensor, *, memory_format: Any = preserve_format) -> Tensor:
    """A copy of x that passes gradients on to x."""
    y = contiguous(x, memory_format)
    return shapes.clone(x) if y is x else y
