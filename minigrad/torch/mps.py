"""torch.mps: Apple's GPUs, which minigrad does not use."""

from typing import Any


def is_available() -> bool:
    return False


def device_count() -> int:
    return 0


def empty_cache() -> None:
    pass


synchronize = empty_cache


def manual_seed(seed: Any) -> None:
    pass


manual_seed_all = manual_seed


def memory_allocated(device: Any = None) -> int:
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = current_allocated_memory = memory_allocated
driver_allocated_memory = recommended_max_memory = memory_allocated


def reset_peak_memory_stats(device: Any = None) -> None:
    pass


def is_bf16_supported() -> bool:
    return False


def current_device() -> int:
    """Raises RuntimeError: there is no such device."""
    raise RuntimeError("there is no such device; the devices are cpu and, with CuPy, cuda")


get_device_name = get_device_properties = get_device_capability = set_device = mem_get_info = current_device
