"""Floor 7: the profiler. Where do the time and the memory of a training step go?

    with minigrad.profile() as p:
        step()
    print(p)

flops.py counts an op's operations, recording.py holds and prints the measurements, watching.py takes them:
while a profiler is on, it replaces a few methods of the engine, layers and optimizers with versions that
read the clock. While none is on, those methods are untouched, so the profiler costs nothing.
"""

from minigrad.hints import missing as _missing
from minigrad.profiler.watching import profile

__all__ = ["profile"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
