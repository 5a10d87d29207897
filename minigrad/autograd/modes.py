"""What the engine is told by `with` blocks: record a graph or not, run kernels or not."""

import functools
import threading


class Mode(threading.local):
    """The state of this thread."""

    recording = True        # do ops remember how they were computed?
    kernels = True          # do fused ops run their kernels?


class Writes:
    """The writes into arrays of tensors. `count` numbers them; `last` maps an array's memory to its latest.

    Every node remembers the count at which it saved its arrays, so backward sees at the price of one
    comparison whether anything was written since, and only then looks closer.
    """

    count = 0
    last = {}


MODE = Mode()


class Switch:
    """Sets one mode inside a `with` block or a decorated function, and restores it after."""

    name, value = None, None

    def __enter__(self):
        self.before = getattr(MODE, self.name)
        setattr(MODE, self.name, self.value)
        return self

    def __exit__(self, *error):
        setattr(MODE, self.name, self.before)

    def __call__(self, function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            with type(self)():
                return function(*args, **kwargs)
        return wrapped


class no_grad(Switch):
    """Ops inside record no graph: results do not require gradients and keep no memory."""

    name, value = "recording", False


class enable_grad(Switch):
    """Ops inside record a graph again, also within `no_grad`."""

    name, value = "recording", True


class without_kernels(Switch):
    """Fused ops inside run their readable definitions instead of their kernels."""

    name, value = "kernels", False


class set_grad_enabled(Switch):
    """Record a graph if `mode`, at once; as a `with` block, until its end."""

    name = "recording"

    def __init__(self, mode):
        self.value = bool(mode)
        self.before = MODE.recording
        MODE.recording = self.value

    def __enter__(self):
        MODE.recording = self.value
        return self


def is_grad_enabled():
    return MODE.recording
