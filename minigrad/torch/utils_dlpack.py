"""torch.utils.dlpack: memory shared with other libraries."""

from typing import Any

from minigrad import Tensor, from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule that another library takes."""
    return tensor.array.__dlpack__(max_version=(1, 0))
