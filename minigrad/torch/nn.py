"""torch.nn's names for programs on several devices, and its bases."""

from minigrad.torch.nn_modules import RNNBase, RNNCellBase, SyncBatchNorm
from minigrad.torch.nn_parallel import DataParallel
from minigrad.torch.nn_parameter import UninitializedBuffer, UninitializedParameter

__all__ = ["DataParallel", "RNNBase", "RNNCellBase", "SyncBatchNorm", "UninitializedBuffer",
           "UninitializedParameter"]
