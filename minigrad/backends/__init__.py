"""torch.backends' names: switches for cuDNN and Apple's GPUs. They change nothing: minigrad uses neither."""

from minigrad.backends import cuda, cudnn, mps
from minigrad.hints import missing as _missing

__all__ = ["cuda", "cudnn", "mps"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
