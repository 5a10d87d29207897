"""torch.utils._foreach_utils: tensors sorted by their device and dtype."""

from typing import Any


def _group_tensors_by_device_and_dtype(tensorlistlist: list, with_indices: bool = False) -> dict[Any, Any]:
    """{(device, dtype): (lists of tensors, their places)} of parallel lists."""
    groups: dict[Any, Any] = {}
    for i, first in enumerate(tensorlistlist[0]):
        lists, places = groups.setdefault((first.device, first.dtype), ([[] for _ in tensorlistlist], []))
        for into, tensors in zip(lists, tensorlistlist):
            if tensors:
                into.append(tensors[i])
        places.append(i)
    return groups


def _get_foreach_kernels_supported_devices() -> list[str]:
    return []


_get_fused_kernels_supported_devices = _get_foreach_kernels_supported_devices


def _device_has_foreach_support(device: Any) -> bool:
    return False
