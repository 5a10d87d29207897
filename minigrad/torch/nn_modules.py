"""torch.nn.modules' private names: bases, which programs ask about with isinstance and inherit from."""

from typing import Any

from minigrad.nn.activations import Applied as Applied
from minigrad.nn.convolution import Convolution as _ConvNd, TransposedConvolution as _ConvTransposeNd
from minigrad.nn.dropout import Dropout as _DropoutNd
from minigrad.nn.lazy import Lazy as LazyModuleMixin
from minigrad.nn.losses import Loss
from minigrad.nn.module import LoadResult as _IncompatibleKeys, Module
from minigrad.nn.normalisation import (
    BatchNorm as _BatchNorm,
    ChannelNorm as _NormBase,
    InstanceNorm as _InstanceNorm,
)
from minigrad.nn.pooling import MaxPooling as _MaxPoolNd
from minigrad.nn.recurrent import Cell as RNNCellBase, Recurrent as RNNBase
from minigrad.torch.nn_modules_utils import (
    _ntuple,
    _pair,
    _quadruple,
    _reverse_repeat_tuple,
    _single,
    _triple,
)

__all__ = ["LazyModuleMixin", "RNNBase", "RNNCellBase", "SyncBatchNorm", "_BatchNorm", "_ConvNd",
           "_ConvTransposeNd", "_DropoutNd", "_IncompatibleKeys", "_InstanceNorm", "_MaxPoolNd", "_NormBase",
           "_ntuple", "_pair", "_quadruple", "_reverse_repeat_tuple", "_single", "_triple"]

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class LossType(type(Module)):
    """The class of _Loss, of which every loss is an instance."""

    def __instancecheck__(cls, other: Any) -> bool:
        return super().__instancecheck__(other) or cls.__module__ == __name__ and isinstance(other, Loss)


class _Loss(Module, metaclass=LossType):
    """The base of a program's own losses."""

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean"):
        super().__init__()
        if size_average is not None or reduce is not None:
            mean = size_average is None or size_average
            reduction = "none" if reduce is False else "mean" if mean else "sum"
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """The base of losses with a weight per class."""

    def __init__(self, weight: Any = None, size_average: Any = None, reduce: Any = None,
                 reduction: str = "mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class SyncBatchNorm(_BatchNorm):
    """Batch norm over all processes: there is one, so it is batch norm of any number of axes."""

    ndims, takes = (2, 3, 4, 5), "(N, {C}, ...)"

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
                 affine: bool = True, track_running_stats: bool = True, process_group: Any = None,
                 device: Any = None, dtype: Any = None):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """`module`, with each of its batch norms as a SyncBatchNorm of the same weights."""
        result = module
        if isinstance(module, _BatchNorm):
            result = cls(module.num_features, module.eps, module.momentum, module.affine,
                         module.track_running_stats, process_group)
            result.weight, result.bias, result.training = module.weight, module.bias, module.training
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                setattr(result, name, getattr(module, name))
        for name, child in module.named_children():
            setattr(result, name, cls.convert_sync_batchnorm(child, process_group))
        return result
