"""PyTorch's questions about the GPU, answered by CuPy; without a GPU, and without CuPy, there are none.

    device = minigrad.device("cuda" if minigrad.cuda.is_available() else "cpu")
"""

from minigrad.backend import Device, module_on, seed_devices
from minigrad.hints import no_attribute as _no_attribute

__all__ = ["current_device", "device_count", "empty_cache", "get_device_name", "is_available", "manual_seed",
           "manual_seed_all", "memory_allocated", "set_device", "synchronize"]

__path__ = []       # so that `import minigrad.cuda.amp` asks the finder of hints, as it asks of packages only


def device_count():
    """The number of GPUs that CuPy can use; `python -m minigrad doctor` tells what is missing."""
    try:
        return module_on("cuda").cuda.runtime.getDeviceCount()
    except (ImportError, RuntimeError):
        return 0


def is_available():
    """Is there a GPU, and a CuPy that can use it?"""
    return device_count() > 0


def get_device_name(device=0):
    """The name of a GPU, given by its number."""
    return module_on("cuda").cuda.runtime.getDeviceProperties(device)["name"].decode()


def current_device():
    """The number of the GPU on which 'cuda' is."""
    return module_on("cuda").cuda.runtime.getDevice()


def set_device(device):
    """Let 'cuda' be another GPU, given by its number or as 'cuda:1'."""
    index = device if isinstance(device, int) else Device(device).index
    if index is None:
        raise ValueError(f"set_device: a GPU's number or name, as 1 or 'cuda:1', got {device!r}")
    module_on("cuda").cuda.runtime.setDevice(index)


def synchronize():
    """Wait until the GPU has done what it was asked for; to be called before a clock is read."""
    module_on("cuda").cuda.runtime.deviceSynchronize()


def memory_allocated():
    """Bytes of the GPU's memory that arrays hold."""
    return module_on("cuda").get_default_memory_pool().used_bytes() if is_available() else 0


def empty_cache():
    """Give memory that no array holds back to the GPU."""
    if is_available():
        module_on("cuda").get_default_memory_pool().free_all_blocks()


def manual_seed_all(seed):
    """Start the generators of all devices again; minigrad.manual_seed(seed) does this and the host's too."""
    seed_devices(seed)


manual_seed = manual_seed_all


def __getattr__(name):
    raise _no_attribute(__name__, name)
