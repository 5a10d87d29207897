"""The GPUs that CuPy sees: how many, which one is current, its memory. Without CuPy or a GPU there are none.

    device = minigrad.device("cuda" if minigrad.cuda.is_available() else "cpu")
"""

from minigrad.backend.random import seed_devices
from minigrad.backend.seam import Device, module_on

__all__ = ["current_device", "device_count", "empty_cache", "get_device_name", "is_available", "manual_seed",
           "manual_seed_all", "memory_allocated", "set_device", "synchronize"]


def device_count() -> int:
    """The number of GPUs that CuPy can use. If it is 0, `python -m minigrad doctor` says what is missing."""
    try:
        return module_on("cuda").cuda.runtime.getDeviceCount()
    except (ImportError, RuntimeError):
        return 0


def is_available() -> bool:
    """Is there a GPU that CuPy can use?"""
    return device_count() > 0


def get_device_name(device: int = 0) -> str:
    """The name of GPU number `device`."""
    return module_on("cuda").cuda.runtime.getDeviceProperties(device)["name"].decode()


def current_device() -> int:
    """The number of the current GPU, the one that 'cuda' means."""
    return module_on("cuda").cuda.runtime.getDevice()


def set_device(device: int | str | Device) -> None:
    """Make another GPU the current one, by number or as 'cuda:1'."""
    index = device if isinstance(device, int) else Device(device).index
    if index is None:
        raise ValueError(f"set_device: expected a GPU's number or name, like 1 or 'cuda:1', got {device!r}")
    module_on("cuda").cuda.runtime.setDevice(index)


def synchronize() -> None:
    """Wait until the GPU has finished all its work. Call it before you read a clock."""
    module_on("cuda").cuda.runtime.deviceSynchronize()


def memory_allocated() -> int:
    """Bytes of GPU memory held by arrays."""
    return module_on("cuda").get_default_memory_pool().used_bytes() if is_available() else 0


def empty_cache() -> None:
    """Return memory that no array holds to the GPU."""
    if is_available():
        module_on("cuda").get_default_memory_pool().free_all_blocks()


def manual_seed_all(seed: int) -> None:
    """Seed the generators of all devices. minigrad.manual_seed(seed) also seeds the host's."""
    seed_devices(seed)


manual_seed = manual_seed_all
