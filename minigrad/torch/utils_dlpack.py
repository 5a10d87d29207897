"""torch.utils.dlpack: tensors shared with other libraries."""

from typing import Any

from minigrad.torch.names import from_dlpack as from_dlpack


def to_dlpack(tensor: Any) -> Any:
    """The tensor's memory as a capsule."""
    return tensor.detach().numpy().__dlpack__()
