"""torch.profiler: minigrad.profile() with PyTorch's arguments. Its table shows minigrad's ops."""

import enum
from collections.abc import Callable
from typing import Any

import minigrad
from minigrad.torch.absent import absent


class ProfilerActivity(enum.Enum):
    """What is measured: all of it is, on the CPU and the GPU."""

    CPU, CUDA, XPU, MTIA, HPU, PrivateUse1 = range(6)


class ProfilerAction(enum.Enum):
    """What a schedule says of a step."""

    NONE, WARMUP, RECORD, RECORD_AND_SAVE = range(4)


def schedule(*, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0,
             **settings: Any) -> Callable[[int], ProfilerAction]:
    """A function that says what happens in a step: wait, warm up, record, and this `repeat` times."""
    def action(step: int) -> ProfilerAction:
        step -= skip_first
        length = wait + warmup + active
        if step < 0 or repeat and step >= repeat * length:
            return ProfilerAction.NONE
        place = step % length
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < length - 1 else ProfilerAction.RECORD_AND_SAVE
    return action


class profile:
    """A block that is measured from its first to its last line; `on_trace_ready` is called at its end."""

    def __init__(self, *, activities: Any = None, schedule: Any = None, on_trace_ready: Any = None,
                 **settings: Any):
        self.on_trace_ready, self.step_num = on_trace_ready, 0
        self.inner: Any = None
        self.recording: Any = None

    def start(self) -> None:
        self.inner = minigrad.profile()
        self.recording = self.inner.__enter__()

    def stop(self) -> None:
        self.inner.__exit__(None, None, None)
        if self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def __enter__(self) -> "profile":
        self.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def step(self) -> None:
        self.step_num += 1

    def key_averages(self, **settings: Any) -> "profile":
        return self

    def table(self, sort_by: Any = None, row_limit: int = 100, **settings: Any) -> str:
        return self.recording.table(rows=max(row_limit, 1))

    def export_chrome_trace(self, path: str) -> None:
        self.recording.export_chrome_trace(path)

    def add_metadata(self, key: str, value: str) -> None:
        pass


class record_function:
    """A named part of the program; also a decorator. The name appears nowhere."""

    def __init__(self, name: str, args: Any = None):
        self.name = name

    def __enter__(self) -> "record_function":
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def __call__(self, function: Any) -> Any:
        return function


def tensorboard_trace_handler(dir_name: str, *settings: Any, **named: Any) -> Callable[[Any], None]:
    """A handler that writes the trace into this folder."""
    def handle(measured: profile) -> None:
        import os
        os.makedirs(dir_name, exist_ok=True)
        measured.export_chrome_trace(os.path.join(dir_name, f"trace{measured.step_num}.json"))
    return handle


def kineto_available() -> bool:
    return False


class emit_nvtx(record_function):
    """Marks for NVIDIA's profiler: there are none."""

    def __init__(self, *settings: Any, **named: Any):
        self.name = ""


emit_itt = emit_nvtx
EventList = absent("torch.autograd.profiler.EventList", "use minigrad.profile()")
