"""torch.utils' names: utils.data is minigrad.data, utils.checkpoint is func.checkpoint."""

from minigrad.hints import missing as _missing
from minigrad.utils import checkpoint, data

__all__ = ["checkpoint", "data"]

_INSTEAD = {"tensorboard": "print the losses, or plot them with minigrad.visual"}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
