"""torch.cpu: the CPU with the questions that one asks a GPU."""

from typing import Any

from minigrad.torch.cuda import Stream as Stream, stream as stream


def is_available() -> bool:
    return True


def device_count() -> int:
    return 1


def current_device() -> str:
    return "cpu"


def synchronize(device: Any = None) -> None:
    pass


def set_device(device: Any) -> None:
    pass
