"""torch.nn's names for programs on several devices."""

from minigrad.torch.nn_parallel import DataParallel

__all__ = ["DataParallel"]
