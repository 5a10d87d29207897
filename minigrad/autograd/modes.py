"""What the engine is told by `with` blocks: record a graph or not, run kernels or not."""

import functools
import threading


class Mode(threading.local):
    """The state of this thread."""

    recording = True        # do ops remember how they were computed?
    kernels = True          # do fused ops run their kernels?
    watching = True         # does anomaly mode, where it is on, look at what ops compute?


MODE = Mode()


class Switch:
    """Sets one mode inside a `with` block or a decorated function, and restores it after."""

    name, value = None, None

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
            with self.fresh():
                return function(*args, **kwargs)
        return wrapped

    def fresh(self):
        return type(self)()


class no_grad(Switch):
    """Ops inside record no graph: results do not require gradients and keep no memory."""

    name, value = "recording", False

    def __new__(cls, function=None):        # @no_grad decorates as @no_grad() does
        return super().__new__(cls) if function is None else cls()(function)


class enable_grad(Switch):
    """Ops inside record a graph again, also within `no_grad`."""

    name, value = "recording", True


class inference_mode(Switch):
    """no_grad by another name, as PyTorch has it; inference_mode(False) is enable_grad."""

    name = "recording"

    def __new__(cls, mode=True):            # @inference_mode decorates as @inference_mode() does
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode=True):
        super().__init__()
        self.value = not mode

    def fresh(self):
        return type(self)(not self.value)


class without_kernels(Switch):
    """Fused ops inside run their readable definitions instead of their kernels."""

    name, value = "kernels", False


class set_grad_enabled(Switch):
    """Record a graph if `mode`: at once; as a `with` block until its end; as a decorator inside alone."""

    name = "recording"

    def __init__(self, mode):
        super().__init__()
        self.value = bool(mode)
        super().__enter__()

    def __enter__(self):
        return self

    def __call__(self, function):
        self.__exit__()
        return super().__call__(function)

    def fresh(self):
        return type(self)(self.value)


def is_grad_enabled():
    return MODE.recording
