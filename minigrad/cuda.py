"""torch.cuda's names: the functions of backend/cuda.py."""

from minigrad.backend.cuda import *  # noqa: F403
from minigrad.backend.cuda import __all__
from minigrad.hints import missing as _missing

_INSTEAD = {
    "Event": "call minigrad.cuda.synchronize(), then time.perf_counter()",
    "Stream": "drop it: the GPU runs its work in the order of the calls",
    "amp": "use minigrad.amp",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
