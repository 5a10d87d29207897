"""Floor 5: layers, losses, and the Module they are made of.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.autograd.tensor import Parameter
from minigrad.nn import functional, init, utils
from minigrad.nn.activations import (
    CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax,
    Mish, PReLU, RReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmax2D, Softmax2D as Softmax2d,
    Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold)
from minigrad.nn.adaptive import AdaptiveLogSoftmaxWithLoss
from minigrad.nn.attention import KVCache, MultiHeadAttention, MultiheadAttention
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.convolution import (
    Conv1D, Conv1D as Conv1d, Conv2D, Conv2D as Conv2d, Conv3D, Conv3D as Conv3d, ConvTranspose1D,
    ConvTranspose1D as ConvTranspose1d, ConvTranspose2D, ConvTranspose2D as ConvTranspose2d, ConvTranspose3D,
    ConvTranspose3D as ConvTranspose3d)
from minigrad.nn.distances import CosineSimilarity, PairwiseDistance
from minigrad.nn.dropout import (
    AlphaDropout, Dropout, Dropout1D, Dropout1D as Dropout1d, Dropout2D, Dropout2D as Dropout2d, Dropout3D,
    Dropout3D as Dropout3d, FeatureAlphaDropout)
from minigrad.nn.embedding import Embedding, EmbeddingBag
from minigrad.nn.lazy import (
    LazyBatchNorm1D, LazyBatchNorm1D as LazyBatchNorm1d, LazyBatchNorm2D, LazyBatchNorm2D as LazyBatchNorm2d,
    LazyBatchNorm3D, LazyBatchNorm3D as LazyBatchNorm3d, LazyConv1D, LazyConv1D as LazyConv1d, LazyConv2D,
    LazyConv2D as LazyConv2d, LazyConv3D, LazyConv3D as LazyConv3d, LazyConvTranspose1D,
    LazyConvTranspose1D as LazyConvTranspose1d, LazyConvTranspose2D,
    LazyConvTranspose2D as LazyConvTranspose2d, LazyConvTranspose3D,
    LazyConvTranspose3D as LazyConvTranspose3d, LazyInstanceNorm1D, LazyInstanceNorm1D as LazyInstanceNorm1d,
    LazyInstanceNorm2D, LazyInstanceNorm2D as LazyInstanceNorm2d, LazyInstanceNorm3D,
    LazyInstanceNorm3D as LazyInstanceNorm3d, LazyLinear)
from minigrad.nn.linear import Bilinear, Identity, Linear
from minigrad.nn.losses import (
    BCELoss, BCEWithLogitsLoss, CTCLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, MarginRankingLoss, MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss, PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss,
    TripletMarginLoss, TripletMarginWithDistanceLoss)
from minigrad.nn.module import Buffer, Module
from minigrad.nn.normalisation import (
    BatchNorm1D, BatchNorm1D as BatchNorm1d, BatchNorm2D, BatchNorm2D as BatchNorm2d, BatchNorm3D,
    BatchNorm3D as BatchNorm3d, GroupNorm, InstanceNorm1D, InstanceNorm1D as InstanceNorm1d, InstanceNorm2D,
    InstanceNorm2D as InstanceNorm2d, InstanceNorm3D, InstanceNorm3D as InstanceNorm3d, LayerNorm,
    LocalResponseNorm, RMSNorm)
from minigrad.nn.padding import (
    CircularPad1D, CircularPad1D as CircularPad1d, CircularPad2D, CircularPad2D as CircularPad2d,
    CircularPad3D, CircularPad3D as CircularPad3d, ConstantPad1D, ConstantPad1D as ConstantPad1d,
    ConstantPad2D, ConstantPad2D as ConstantPad2d, ConstantPad3D, ConstantPad3D as ConstantPad3d,
    ReflectionPad1D, ReflectionPad1D as ReflectionPad1d, ReflectionPad2D, ReflectionPad2D as ReflectionPad2d,
    ReflectionPad3D, ReflectionPad3D as ReflectionPad3d, ReplicationPad1D,
    ReplicationPad1D as ReplicationPad1d, ReplicationPad2D, ReplicationPad2D as ReplicationPad2d,
    ReplicationPad3D, ReplicationPad3D as ReplicationPad3d, ZeroPad1D, ZeroPad1D as ZeroPad1d, ZeroPad2D,
    ZeroPad2D as ZeroPad2d, ZeroPad3D, ZeroPad3D as ZeroPad3d)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1D, AdaptiveAvgPool1D as AdaptiveAvgPool1d, AdaptiveAvgPool2D,
    AdaptiveAvgPool2D as AdaptiveAvgPool2d, AdaptiveAvgPool3D, AdaptiveAvgPool3D as AdaptiveAvgPool3d,
    AdaptiveMaxPool1D, AdaptiveMaxPool1D as AdaptiveMaxPool1d, AdaptiveMaxPool2D,
    AdaptiveMaxPool2D as AdaptiveMaxPool2d, AdaptiveMaxPool3D, AdaptiveMaxPool3D as AdaptiveMaxPool3d,
    AvgPool1D, AvgPool1D as AvgPool1d, AvgPool2D, AvgPool2D as AvgPool2d, AvgPool3D, AvgPool3D as AvgPool3d,
    FractionalMaxPool2D, FractionalMaxPool2D as FractionalMaxPool2d, LPPool1D, LPPool1D as LPPool1d,
    LPPool2D, LPPool2D as LPPool2d, LPPool3D, LPPool3D as LPPool3d, MaxPool1D, MaxPool1D as MaxPool1d,
    MaxPool2D, MaxPool2D as MaxPool2d, MaxPool3D, MaxPool3D as MaxPool3d, MaxUnpool1D,
    MaxUnpool1D as MaxUnpool1d, MaxUnpool2D, MaxUnpool2D as MaxUnpool2d, MaxUnpool3D,
    MaxUnpool3D as MaxUnpool3d)
from minigrad.nn.positions import PositionalEncoding, RotaryEmbedding
from minigrad.nn.recurrent import GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell
from minigrad.nn.resize import (
    Upsample, UpsamplingBilinear2D, UpsamplingBilinear2D as UpsamplingBilinear2d, UpsamplingNearest2D,
    UpsamplingNearest2D as UpsamplingNearest2d)
from minigrad.nn.shapes import ChannelShuffle, Flatten, Fold, PixelShuffle, PixelUnshuffle, Unflatten, Unfold
from minigrad.nn.summary import summary
from minigrad.nn.transformer import (
    Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer)

__all__ = [
    "AdaptiveAvgPool1D", "AdaptiveAvgPool1d", "AdaptiveAvgPool2D", "AdaptiveAvgPool2d", "AdaptiveAvgPool3D",
    "AdaptiveAvgPool3d", "AdaptiveLogSoftmaxWithLoss", "AdaptiveMaxPool1D", "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2D", "AdaptiveMaxPool2d", "AdaptiveMaxPool3D", "AdaptiveMaxPool3d", "AlphaDropout",
    "AvgPool1D", "AvgPool1d", "AvgPool2D", "AvgPool2d", "AvgPool3D", "AvgPool3d", "BCELoss",
    "BCEWithLogitsLoss", "BatchNorm1D", "BatchNorm1d", "BatchNorm2D", "BatchNorm2d", "BatchNorm3D",
    "BatchNorm3d", "Bilinear", "Buffer", "CELU", "CTCLoss", "ChannelShuffle", "CircularPad1D",
    "CircularPad1d", "CircularPad2D", "CircularPad2d", "CircularPad3D", "CircularPad3d", "ConstantPad1D",
    "ConstantPad1d", "ConstantPad2D", "ConstantPad2d", "ConstantPad3D", "ConstantPad3d", "Conv1D", "Conv1d",
    "Conv2D", "Conv2d", "Conv3D", "Conv3d", "ConvTranspose1D", "ConvTranspose1d", "ConvTranspose2D",
    "ConvTranspose2d", "ConvTranspose3D", "ConvTranspose3d", "CosineEmbeddingLoss", "CosineSimilarity",
    "CrossEntropyLoss", "Dropout", "Dropout1D", "Dropout1d", "Dropout2D", "Dropout2d", "Dropout3D",
    "Dropout3d", "ELU", "Embedding", "EmbeddingBag", "FeatureAlphaDropout", "Flatten", "Fold",
    "FractionalMaxPool2D", "FractionalMaxPool2d", "GELU", "GLU", "GRU", "GRUCell", "GaussianNLLLoss",
    "GroupNorm", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "HingeEmbeddingLoss", "HuberLoss",
    "Identity", "InstanceNorm1D", "InstanceNorm1d", "InstanceNorm2D", "InstanceNorm2d", "InstanceNorm3D",
    "InstanceNorm3d", "KLDivLoss", "KVCache", "L1Loss", "LPPool1D", "LPPool1d", "LPPool2D", "LPPool2d",
    "LPPool3D", "LPPool3d", "LSTM", "LSTMCell", "LayerNorm", "LazyBatchNorm1D", "LazyBatchNorm1d",
    "LazyBatchNorm2D", "LazyBatchNorm2d", "LazyBatchNorm3D", "LazyBatchNorm3d", "LazyConv1D", "LazyConv1d",
    "LazyConv2D", "LazyConv2d", "LazyConv3D", "LazyConv3d", "LazyConvTranspose1D", "LazyConvTranspose1d",
    "LazyConvTranspose2D", "LazyConvTranspose2d", "LazyConvTranspose3D", "LazyConvTranspose3d",
    "LazyInstanceNorm1D", "LazyInstanceNorm1d", "LazyInstanceNorm2D", "LazyInstanceNorm2d",
    "LazyInstanceNorm3D", "LazyInstanceNorm3d", "LazyLinear", "LeakyReLU", "Linear", "LocalResponseNorm",
    "LogSigmoid", "LogSoftmax", "MSELoss", "MarginRankingLoss", "MaxPool1D", "MaxPool1d", "MaxPool2D",
    "MaxPool2d", "MaxPool3D", "MaxPool3d", "MaxUnpool1D", "MaxUnpool1d", "MaxUnpool2D", "MaxUnpool2d",
    "MaxUnpool3D", "MaxUnpool3d", "Mish", "Module", "ModuleDict", "ModuleList", "MultiHeadAttention",
    "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "MultiheadAttention", "NLLLoss",
    "PReLU", "PairwiseDistance", "Parameter", "ParameterDict", "ParameterList", "PixelShuffle",
    "PixelUnshuffle", "PoissonNLLLoss", "PositionalEncoding", "RMSNorm", "RNN", "RNNCell", "RReLU", "ReLU",
    "ReLU6", "ReflectionPad1D", "ReflectionPad1d", "ReflectionPad2D", "ReflectionPad2d", "ReflectionPad3D",
    "ReflectionPad3d", "ReplicationPad1D", "ReplicationPad1d", "ReplicationPad2D", "ReplicationPad2d",
    "ReplicationPad3D", "ReplicationPad3d", "RotaryEmbedding", "SELU", "Sequential", "SiLU", "Sigmoid",
    "SmoothL1Loss", "SoftMarginLoss", "Softmax", "Softmax2D", "Softmax2d", "Softmin", "Softplus",
    "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold", "Transformer", "TransformerDecoder",
    "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer", "TripletMarginLoss",
    "TripletMarginWithDistanceLoss", "Unflatten", "Unfold", "Upsample", "UpsamplingBilinear2D",
    "UpsamplingBilinear2d", "UpsamplingNearest2D", "UpsamplingNearest2d", "ZeroPad1D", "ZeroPad1d",
    "ZeroPad2D", "ZeroPad2d", "ZeroPad3D", "ZeroPad3d", "functional", "init", "summary", "utils"]
