"""torch.accelerator: the GPU, if there is one."""

from typing import Any

import minigrad
from minigrad import cuda


def is_available() -> bool:
    return cuda.is_available()


def device_count() -> int:
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> Any:
    return minigrad.device("cuda") if cuda.is_available() else None


def current_device_index() -> int:
    return cuda.current_device()


def synchronize(device: Any = None) -> None:
    cuda.synchronize()


def empty_cache() -> None:
    cuda.empty_cache()
