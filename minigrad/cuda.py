"""torch.cuda's names: the functions of backend/cuda.py."""

from minigrad.backend.cuda import *  # noqa: F403
from minigrad.backend.cuda import __all__
from minigrad.hints import missing as _missing

_INSTEAD = {
    "Event": "call minigrad.cuda.synchronize(), then time.perf_counter()",
    "Stream": "drop it: the GPU runs its work in the order of the calls",
    "amp": "use minigrad.amp",
    "device": "use minigrad.device('cuda:1'), or minigrad.cuda.set_device(1) to change the current GPU",
    "is_bf16_supported": "NumPy has no bfloat16; use minigrad.float16 to save memory",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
