"""PyTorch's spellings: nn.Conv2d is nn.Conv2D, so PyTorch model code runs unchanged."""

from minigrad.nn.activations import Softmax2D
from minigrad.nn.convolution import (
    Conv1D, Conv2D, Conv3D, ConvTranspose1D, ConvTranspose2D, ConvTranspose3D)
from minigrad.nn.dropout import Dropout1D, Dropout2D, Dropout3D
from minigrad.nn.lazy import (
    LazyBatchNorm1D, LazyBatchNorm2D, LazyBatchNorm3D, LazyConv1D, LazyConv2D, LazyConv3D,
    LazyConvTranspose1D, LazyConvTranspose2D, LazyConvTranspose3D, LazyInstanceNorm1D,
    LazyInstanceNorm2D, LazyInstanceNorm3D)
from minigrad.nn.normalisation import (
    BatchNorm1D, BatchNorm2D, BatchNorm3D, InstanceNorm1D, InstanceNorm2D, InstanceNorm3D)
from minigrad.nn.padding import (
    CircularPad1D, CircularPad2D, CircularPad3D, ConstantPad1D, ConstantPad2D, ConstantPad3D,
    ReflectionPad1D, ReflectionPad2D, ReflectionPad3D, ReplicationPad1D, ReplicationPad2D, ReplicationPad3D,
    ZeroPad1D, ZeroPad2D, ZeroPad3D)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1D, AdaptiveAvgPool2D, AdaptiveAvgPool3D, AdaptiveMaxPool1D, AdaptiveMaxPool2D,
    AdaptiveMaxPool3D, AvgPool1D, AvgPool2D, AvgPool3D, FractionalMaxPool2D, LPPool1D, LPPool2D, LPPool3D,
    MaxPool1D, MaxPool2D, MaxPool3D, MaxUnpool1D, MaxUnpool2D, MaxUnpool3D)
from minigrad.nn.resize import UpsamplingBilinear2D, UpsamplingNearest2D

Conv1d, Conv2d, Conv3d = Conv1D, Conv2D, Conv3D
ConvTranspose1d, ConvTranspose2d, ConvTranspose3d = ConvTranspose1D, ConvTranspose2D, ConvTranspose3D
MaxPool1d, MaxPool2d, MaxPool3d = MaxPool1D, MaxPool2D, MaxPool3D
MaxUnpool1d, MaxUnpool2d, MaxUnpool3d = MaxUnpool1D, MaxUnpool2D, MaxUnpool3D
LPPool1d, LPPool2d, LPPool3d = LPPool1D, LPPool2D, LPPool3D
FractionalMaxPool2d = FractionalMaxPool2D
AvgPool1d, AvgPool2d, AvgPool3d = AvgPool1D, AvgPool2D, AvgPool3D
AdaptiveAvgPool1d, AdaptiveMaxPool1d = AdaptiveAvgPool1D, AdaptiveMaxPool1D
AdaptiveAvgPool2d, AdaptiveMaxPool2d = AdaptiveAvgPool2D, AdaptiveMaxPool2D
AdaptiveAvgPool3d, AdaptiveMaxPool3d = AdaptiveAvgPool3D, AdaptiveMaxPool3D
BatchNorm1d, BatchNorm2d, BatchNorm3d = BatchNorm1D, BatchNorm2D, BatchNorm3D
InstanceNorm1d, InstanceNorm2d, InstanceNorm3d = InstanceNorm1D, InstanceNorm2D, InstanceNorm3D
Dropout1d, Dropout2d, Dropout3d = Dropout1D, Dropout2D, Dropout3D
ZeroPad1d, ZeroPad2d, ZeroPad3d = ZeroPad1D, ZeroPad2D, ZeroPad3D
ConstantPad1d, ConstantPad2d, ConstantPad3d = ConstantPad1D, ConstantPad2D, ConstantPad3D
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = ReflectionPad1D, ReflectionPad2D, ReflectionPad3D
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = ReplicationPad1D, ReplicationPad2D, ReplicationPad3D
CircularPad1d, CircularPad2d, CircularPad3d = CircularPad1D, CircularPad2D, CircularPad3D
Softmax2d, UpsamplingNearest2d, UpsamplingBilinear2d = Softmax2D, UpsamplingNearest2D, UpsamplingBilinear2D
LazyConv1d, LazyConv2d, LazyConv3d = LazyConv1D, LazyConv2D, LazyConv3D
LazyConvTranspose1d, LazyConvTranspose2d = LazyConvTranspose1D, LazyConvTranspose2D
LazyConvTranspose3d = LazyConvTranspose3D
LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d = LazyBatchNorm1D, LazyBatchNorm2D, LazyBatchNorm3D
LazyInstanceNorm1d, LazyInstanceNorm2d = LazyInstanceNorm1D, LazyInstanceNorm2D
LazyInstanceNorm3d = LazyInstanceNorm3D
