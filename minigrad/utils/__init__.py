"""Where PyTorch keeps data and checkpoint: utils.data is minigrad.data, utils.checkpoint has func.checkpoint."""

from minigrad.hints import no_attribute as _no_attribute
from minigrad.utils import checkpoint, data

__all__ = ["checkpoint", "data"]


def __getattr__(name):
    raise _no_attribute(__name__, name)
