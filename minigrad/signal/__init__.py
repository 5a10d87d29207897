"""torch.signal's names: the windows."""

from minigrad.hints import missing as _missing
from minigrad.signal import windows

__all__ = ["windows"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
