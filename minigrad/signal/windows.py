"""torch.signal.windows' names: weights that fade a signal out at both ends."""

from minigrad.hints import missing as _missing
from minigrad.ops.signals.windows import (
    bartlett,
    blackman,
    cosine,
    exponential,
    gaussian,
    general_cosine,
    general_hamming,
    hamming,
    hann,
    kaiser,
    nuttall,
)

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming",
    "hamming", "hann", "kaiser", "nuttall"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
