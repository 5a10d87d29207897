"""torch.cuda's names for streams, memory statistics and graphs of a GPU, which minigrad leaves to CuPy."""

import contextlib
import time
from typing import Any

from minigrad import cuda
from minigrad.torch.names import legacy_types

globals().update(legacy_types("cuda"))
_initialized = False


class Stream:
    """A queue of work. Work runs in the order of the calls, so that waiting is done already."""

    def __init__(self, device: Any = None, priority: int = 0, **settings: Any):
        self.device = device

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def query(self) -> bool:
        return True

    def wait_stream(self, stream: Any) -> None:
        pass

    wait_event = wait_stream

    def synchronize(self) -> None:
        cuda.synchronize()

    def record_event(self, event: Any = None) -> "Event":
        event = event or Event()
        event.record()
        return event


class Event:
    """A point in time; `elapsed_time` gives milliseconds between two."""

    def __init__(self, enable_timing: bool = False, **settings: Any):
        self.time = 0.0

    def record(self, stream: Any = None) -> None:
        cuda.synchronize()
        self.time = time.perf_counter()

    def elapsed_time(self, end: "Event") -> float:
        return 1000 * (end.time - self.time)

    def query(self) -> bool:
        return True

    def wait(self, stream: Any = None) -> None:
        pass

    def synchronize(self) -> None:
        cuda.synchronize()


def stream(stream: Any) -> Any:
    return stream or contextlib.nullcontext()


def current_stream(device: Any = None) -> Stream:
    return Stream(device)


default_stream = current_stream


class device(contextlib.nullcontext):
    """Make a GPU the current one in a block: there is no choice without a GPU."""


device_of = device


def is_bf16_supported(including_emulation: bool = True) -> bool:
    return False


def is_initialized() -> bool:
    return cuda.is_available()


def init() -> None:
    pass


ipc_collect = reset_peak_memory_stats = init


def get_arch_list() -> list[str]:
    return []
