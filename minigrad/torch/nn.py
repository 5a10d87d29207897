"""torch.nn's names for programs on several devices, and the bases of layers that programs subclass."""

from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn.convolution import Convolution, TransposedConvolution as _ConvTransposeNd
from minigrad.nn.dropout import Dropping as _DropoutNd
from minigrad.nn.losses import LinearCrossEntropyLoss, Loss
from minigrad.nn.module import Module
from minigrad.nn.normalisation import (
    BatchNorm as _BatchNorm,
    ChannelNorm as _NormBase,
    InstanceNorm as _InstanceNorm,
)
from minigrad.nn.pooling import AveragePooling as _AvgPoolNd, MaxPooling as _MaxPoolNd
from minigrad.nn.recurrent import Cell, RNNBase as RNNBase
from minigrad.torch.nn_parallel import DataParallel

__all__ = ["DataParallel", "RNNBase", "RNNCellBase", "_BatchNorm", "_ConvNd", "_ConvTransposeNd",
           "_DropoutNd", "_InstanceNorm", "_Loss",
           "_NormBase", "_WeightedLoss", "_AvgPoolNd", "_MaxPoolNd"]


class Covering(type):
    """The class of a base that also covers minigrad's own layers, for isinstance() and issubclass()."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return cls.__subclasscheck__(type(instance))

    def __subclasscheck__(cls, subclass: type) -> bool:
        if type.__subclasscheck__(cls, subclass):
            return True
        covers = vars(cls).get("covers")
        return covers is not None and covers(subclass)


class _Loss(Module, metaclass=Covering):
    """The base of losses with a `reduction`: 'mean', 'sum' or 'none'."""

    covers = staticmethod(lambda kind: issubclass(kind, (Loss, LinearCrossEntropyLoss)))

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean"):
        super().__init__()
        if size_average is not None or reduce is not None:
            reduce = True if reduce is None else reduce
            reduction = "none" if not reduce else "mean" if size_average in (None, True) else "sum"
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """The base of losses with a weight for each class, a buffer."""

    covers = staticmethod(lambda kind: issubclass(kind, LinearCrossEntropyLoss) or issubclass(kind, Loss)
                          and "weight" in kind.settings and "pos_weight" not in kind.settings)

    def __init__(self, weight: Tensor | None = None, size_average: Any = None, reduce: Any = None,
                 reduction: str = "mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class _ConvNd(Convolution, metaclass=Covering):
    """The base of convolutions; a subclass defines forward. kernel_size has a number for each axis."""

    covers = staticmethod(lambda kind: issubclass(kind, Convolution))

    def __init__(self, in_channels: int, out_channels: int, kernel_size: tuple, stride: tuple, padding: Any,
                 dilation: tuple, transposed: bool, output_padding: tuple, groups: int, bias: bool,
                 padding_mode: str, device: Any = None, dtype: Any = None):
        Module.__init__(self)
        self.D = len(kernel_size)
        self.set_up(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode)
        self.transposed, self.output_padding = transposed, output_padding
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.make_parameters((first, second // groups, *self.kernel_size), bias, device, dtype)


class RNNCellBase(Cell, metaclass=Covering):
    """The base of RNNCell, LSTMCell and GRUCell with num_chunks times hidden_size rows in each weight."""

    covers = staticmethod(lambda kind: issubclass(kind, Cell))

    def __init__(self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None,
                 dtype: Any = None):
        self.gates = num_chunks
        super().__init__(input_size, hidden_size, bias, device, dtype)
