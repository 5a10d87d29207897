"""Modes, set by `with` blocks: whether ops record a graph, and whether fused ops run kernels."""

import functools
import threading


class Mode(threading.local):
    """The modes of the current thread."""

    recording = True        # ops record the graph
    kernels = True          # fused ops run their kernels
    watching = True         # anomaly mode, if it is on, checks what ops compute


MODE = Mode()


class Switch:
    """Sets one mode inside a `with` block or a decorated function, and restores it afterwards."""

    name, value = "", False     # every subclass sets both

    def __init__(self):
        self.before = []        # a stack: one object may be entered twice

    def __enter__(self):
        self.before.append(getattr(MODE, self.name))
        setattr(MODE, self.name, self.value)
        return self

    def __exit__(self, *error):
        setattr(MODE, self.name, self.before.pop())

    def __call__(self, function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            with self.again():
                return function(*args, **kwargs)
        return wrapped

    def again(self) -> "Switch":
        return type(self)()


class no_grad(Switch):
    """Do not record a graph: results require no gradient, and nothing is kept for backward()."""

    name, value = "recording", False

    def __new__(cls, function=None):        # @no_grad decorates as @no_grad() does
        return super().__new__(cls) if function is None else cls()(function)


class enable_grad(Switch):
    """Record a graph, also inside `no_grad`."""

    name, value = "recording", True


class inference_mode(Switch):
    """The same as no_grad, under PyTorch's other name; inference_mode(False) is enable_grad."""

    name = "recording"

    def __new__(cls, mode=True):            # @inference_mode decorates as @inference_mode() does
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode: bool = True):
        super().__init__()
        self.value = not mode

    def again(self) -> "inference_mode":
        return type(self)(not self.value)


class set_grad_enabled(Switch):
    """Record a graph only if `mode` is True: globally, for a `with` block, or for one function."""

    name = "recording"

    def __init__(self, mode: bool):
        super().__init__()
        self.value = bool(mode)
        super().__enter__()

    def __enter__(self):
        return self

    def __call__(self, function):
        self.__exit__()
        return super().__call__(function)

    def again(self) -> "set_grad_enabled":
        return type(self)(self.value)


def is_grad_enabled() -> bool:
    """True if ops record a graph in this thread."""
    return MODE.recording
