"""PyTorch's name for minigrad.data."""

from minigrad import data
from minigrad.data import *  # noqa: F403


def __getattr__(name):
    return getattr(data, name)
