"""Floor 8: the profiler. Where the time and memory of a training step go.

    with minigrad.profile() as p:
        step()
    print(p)

watching.py measures: while a profiler is on, it replaces a few methods of the engine, of layers and of
optimizers by versions that read the clock. When off, it costs nothing. recording.py stores and displays
the measurements, and flops.py counts floating-point operations.
"""

from minigrad.hints import missing as _missing
from minigrad.profiler.watching import profile

__all__ = ["profile"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
