"""Where the elements of a tensor lie in memory; shapes and indices never change by it.

    contiguous_format       (N, C, H, W) row by row: W is the axis whose neighbours lie side by side
    channels_last           (N, C, H, W) lies in memory as (N, H, W, C); channels_last_3d as (N, D, H, W, C)
    preserve_format         as it is
"""

from minigrad.ops.places.shapes import permute


class MemoryFormat:
    """One of the four."""

    def __init__(self, name, order=None):
        self.name, self.order = name, order         # order: of the axes, the outermost in memory first

    def __repr__(self):
        return f"minigrad.{self.name}"

    def __reduce__(self):
        return self.name


contiguous_format, preserve_format = MemoryFormat("contiguous_format"), MemoryFormat("preserve_format")
channels_last = MemoryFormat("channels_last", (0, 2, 3, 1))
channels_last_3d = MemoryFormat("channels_last_3d", (0, 2, 3, 4, 1))


def is_contiguous(x, memory_format=contiguous_format):
    """Is x one piece of memory, its elements in the order of the format?"""
    array, order = x.array, memory_format.order
    if order:
        return array.ndim == len(order) and array.transpose(order).flags.c_contiguous
    return array.flags.c_contiguous


def contiguous(x, memory_format=contiguous_format):
    """x, in one piece of memory, its elements in the order of the format."""
    order = memory_format.order
    if order and x.ndim != len(order):
        raise ValueError(f"{memory_format!r} is for tensors of {len(order)} axes, got shape {tuple(x.shape)}")
    if memory_format is preserve_format or is_contiguous(x, memory_format):
        return x
    if order is None:
        return x.clone()
    back = [order.index(axis) for axis in range(x.ndim)]
    return permute(permute(x, dims=order).clone(), dims=back)
