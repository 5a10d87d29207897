"""Floor 6: the profiler. Where do the time and the memory of a training step go?

    with minigrad.profile() as p:
        step()
    print(p)

flops.py says how many operations an op needs, recording.py what was measured and how it is shown,
watching.py how it is measured: while a profiler is on, a few methods of the engine, of layers and of
optimizers are replaced by versions that look at the clock. While none is on nothing is different, so it
costs nothing.
"""

from minigrad.hints import no_attribute as _no_attribute
from minigrad.profiler.watching import profile

__all__ = ["profile"]


def __getattr__(name):
    raise _no_attribute(__name__, name)
