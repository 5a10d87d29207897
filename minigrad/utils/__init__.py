"""Where PyTorch keeps data and checkpoint: utils.data is minigrad.data, utils.checkpoint has func.checkpoint."""

from minigrad.utils import checkpoint, data

__all__ = ["checkpoint", "data"]
