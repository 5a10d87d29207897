"""PyTorch's switches of cuDNN and of Apple's GPUs, for programs that set them. minigrad has neither: they change nothing."""

from minigrad.backends import cuda, cudnn, mps
from minigrad.hints import no_attribute as _no_attribute

__all__ = ["cuda", "cudnn", "mps"]


def __getattr__(name):
    raise _no_attribute(__name__, name)
