"""torch.cuda's names for streams, memory statistics and graphs of a GPU, which minigrad leaves to CuPy."""

import contextlib
import time
from types import SimpleNamespace
from typing import Any

import minigrad
from minigrad import cuda
from minigrad.torch.absent import absent
from minigrad.torch.names import OutOfMemoryError as OutOfMemoryError, legacy_types

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


def no_gpu(*settings: Any, **named: Any) -> Any:
    """Raises RuntimeError without a GPU."""
    raise RuntimeError("torch.cuda: there is no such GPU; ask torch.cuda.is_available() first")


def get_device_properties(device: Any = None) -> Any:
    """The name, total_memory, multi_processor_count, major and minor of a GPU."""
    if not cuda.is_available():
        no_gpu()
    import cupy
    index = minigrad.device(device).index if isinstance(device, str) else device
    found = cupy.cuda.runtime.getDeviceProperties(cuda.current_device() if index is None else int(index))
    return SimpleNamespace(name=found["name"].decode(), total_memory=found["totalGlobalMem"],
                           major=found["major"], minor=found["minor"],
                           multi_processor_count=found["multiProcessorCount"])


def get_device_capability(device: Any = None) -> tuple[int, int]:
    properties = get_device_properties(device)
    return properties.major, properties.minor


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """The free and the total bytes of a GPU."""
    if not cuda.is_available():
        no_gpu()
    import cupy
    return cupy.cuda.runtime.memGetInfo()


def max_memory_allocated(device: Any = None) -> int:
    """The bytes in use now; there is no record of the largest number."""
    return cuda.memory_allocated()


max_memory_reserved = memory_reserved = memory_cached = max_memory_cached = max_memory_allocated


def memory_stats(device: Any = None) -> dict:
    return {}


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    return f"{cuda.memory_allocated()} bytes allocated"


reset_max_memory_allocated = reset_max_memory_cached = set_per_process_memory_fraction = init


def is_current_stream_capturing() -> bool:
    return False


def get_rng_state_all() -> list:
    """The states of the GPUs' generators: CuPy keeps them."""
    return []


def set_rng_state_all(new_states: Any) -> None:
    pass


get_rng_state = no_gpu


def set_rng_state(new_state: Any, device: Any = None) -> None:
    pass


def can_device_access_peer(device: Any, peer_device: Any) -> bool:
    return False


def seed() -> None:
    pass


seed_all, default_generators = seed, ()
StreamContext = stream
CUDAGraph, graph, make_graphed_callables = (
    absent(f"torch.cuda.{name}", "a GPU runs the ops one by one") for name in (
        "CUDAGraph", "graph", "make_graphed_callables"))
