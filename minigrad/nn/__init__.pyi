"""Floor 5: layers, losses, and the Module they are made of.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.autograd.tensor import Parameter
from minigrad.nn import functional, init, utils
from minigrad.nn.activations import (
    CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax,
    Mish, PReLU, RReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmax2d, Softmax2d as Softmax2D,
    Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold)
from minigrad.nn.adaptive import AdaptiveLogSoftmaxWithLoss
from minigrad.nn.attention import KVCache, MultiHeadAttention, MultiheadAttention
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.convolution import (
    Conv1d, Conv1d as Conv1D, Conv2d, Conv2d as Conv2D, Conv3d, Conv3d as Conv3D, ConvTranspose1d,
    ConvTranspose1d as ConvTranspose1D, ConvTranspose2d, ConvTranspose2d as ConvTranspose2D, ConvTranspose3d,
    ConvTranspose3d as ConvTranspose3D)
from minigrad.nn.distances import CosineSimilarity, PairwiseDistance
from minigrad.nn.dropout import (
    AlphaDropout, Dropout, Dropout1d, Dropout1d as Dropout1D, Dropout2d, Dropout2d as Dropout2D, Dropout3d,
    Dropout3d as Dropout3D, FeatureAlphaDropout)
from minigrad.nn.embedding import Embedding, EmbeddingBag
from minigrad.nn.lazy import (
    LazyBatchNorm1d, LazyBatchNorm1d as LazyBatchNorm1D, LazyBatchNorm2d, LazyBatchNorm2d as LazyBatchNorm2D,
    LazyBatchNorm3d, LazyBatchNorm3d as LazyBatchNorm3D, LazyConv1d, LazyConv1d as LazyConv1D, LazyConv2d,
    LazyConv2d as LazyConv2D, LazyConv3d, LazyConv3d as LazyConv3D, LazyConvTranspose1d,
    LazyConvTranspose1d as LazyConvTranspose1D, LazyConvTranspose2d,
    LazyConvTranspose2d as LazyConvTranspose2D, LazyConvTranspose3d,
    LazyConvTranspose3d as LazyConvTranspose3D, LazyInstanceNorm1d, LazyInstanceNorm1d as LazyInstanceNorm1D,
    LazyInstanceNorm2d, LazyInstanceNorm2d as LazyInstanceNorm2D, LazyInstanceNorm3d,
    LazyInstanceNorm3d as LazyInstanceNorm3D, LazyLinear)
from minigrad.nn.linear import Bilinear, Identity, Linear
from minigrad.nn.losses import (
    BCELoss, BCEWithLogitsLoss, CTCLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, LinearCrossEntropyLoss, LinearCrossEntropyOptions,
    MSELoss, MarginRankingLoss, MultiLabelMarginLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss,
    NLLLoss2d, NLLLoss2d as NLLLoss2D, PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss, TripletMarginLoss,
    TripletMarginWithDistanceLoss)
from minigrad.nn.module import Buffer, Module
from minigrad.nn.normalisation import (
    BatchNorm1d, BatchNorm1d as BatchNorm1D, BatchNorm2d, BatchNorm2d as BatchNorm2D, BatchNorm3d,
    BatchNorm3d as BatchNorm3D, GroupNorm, InstanceNorm1d, InstanceNorm1d as InstanceNorm1D, InstanceNorm2d,
    InstanceNorm2d as InstanceNorm2D, InstanceNorm3d, InstanceNorm3d as InstanceNorm3D, LayerNorm,
    LocalResponseNorm, RMSNorm)
from minigrad.nn.padding import (
    CircularPad1d, CircularPad1d as CircularPad1D, CircularPad2d, CircularPad2d as CircularPad2D,
    CircularPad3d, CircularPad3d as CircularPad3D, ConstantPad1d, ConstantPad1d as ConstantPad1D,
    ConstantPad2d, ConstantPad2d as ConstantPad2D, ConstantPad3d, ConstantPad3d as ConstantPad3D,
    ReflectionPad1d, ReflectionPad1d as ReflectionPad1D, ReflectionPad2d, ReflectionPad2d as ReflectionPad2D,
    ReflectionPad3d, ReflectionPad3d as ReflectionPad3D, ReplicationPad1d,
    ReplicationPad1d as ReplicationPad1D, ReplicationPad2d, ReplicationPad2d as ReplicationPad2D,
    ReplicationPad3d, ReplicationPad3d as ReplicationPad3D, ZeroPad1d, ZeroPad1d as ZeroPad1D, ZeroPad2d,
    ZeroPad2d as ZeroPad2D, ZeroPad3d, ZeroPad3d as ZeroPad3D)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1d, AdaptiveAvgPool1d as AdaptiveAvgPool1D, AdaptiveAvgPool2d,
    AdaptiveAvgPool2d as AdaptiveAvgPool2D, AdaptiveAvgPool3d, AdaptiveAvgPool3d as AdaptiveAvgPool3D,
    AdaptiveMaxPool1d, AdaptiveMaxPool1d as AdaptiveMaxPool1D, AdaptiveMaxPool2d,
    AdaptiveMaxPool2d as AdaptiveMaxPool2D, AdaptiveMaxPool3d, AdaptiveMaxPool3d as AdaptiveMaxPool3D,
    AvgPool1d, AvgPool1d as AvgPool1D, AvgPool2d, AvgPool2d as AvgPool2D, AvgPool3d, AvgPool3d as AvgPool3D,
    FractionalMaxPool2d, FractionalMaxPool2d as FractionalMaxPool2D, FractionalMaxPool3d,
    FractionalMaxPool3d as FractionalMaxPool3D, LPPool1d, LPPool1d as LPPool1D, LPPool2d,
    LPPool2d as LPPool2D, LPPool3d, LPPool3d as LPPool3D, MaxPool1d, MaxPool1d as MaxPool1D, MaxPool2d,
    MaxPool2d as MaxPool2D, MaxPool3d, MaxPool3d as MaxPool3D, MaxUnpool1d, MaxUnpool1d as MaxUnpool1D,
    MaxUnpool2d, MaxUnpool2d as MaxUnpool2D, MaxUnpool3d, MaxUnpool3d as MaxUnpool3D)
from minigrad.nn.positions import PositionalEncoding, RotaryEmbedding
from minigrad.nn.recurrent import GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell
from minigrad.nn.resize import (
    Upsample, UpsamplingBilinear2d, UpsamplingBilinear2d as UpsamplingBilinear2D, UpsamplingNearest2d,
    UpsamplingNearest2d as UpsamplingNearest2D)
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
    "FractionalMaxPool2D", "FractionalMaxPool2d", "FractionalMaxPool3D", "FractionalMaxPool3d", "GELU",
    "GLU", "GRU", "GRUCell", "GaussianNLLLoss", "GroupNorm", "Hardshrink", "Hardsigmoid", "Hardswish",
    "Hardtanh", "HingeEmbeddingLoss", "HuberLoss", "Identity", "InstanceNorm1D", "InstanceNorm1d",
    "InstanceNorm2D", "InstanceNorm2d", "InstanceNorm3D", "InstanceNorm3d", "KLDivLoss", "KVCache", "L1Loss",
    "LPPool1D", "LPPool1d", "LPPool2D", "LPPool2d", "LPPool3D", "LPPool3d", "LSTM", "LSTMCell", "LayerNorm",
    "LazyBatchNorm1D", "LazyBatchNorm1d", "LazyBatchNorm2D", "LazyBatchNorm2d", "LazyBatchNorm3D",
    "LazyBatchNorm3d", "LazyConv1D", "LazyConv1d", "LazyConv2D", "LazyConv2d", "LazyConv3D", "LazyConv3d",
    "LazyConvTranspose1D", "LazyConvTranspose1d", "LazyConvTranspose2D", "LazyConvTranspose2d",
    "LazyConvTranspose3D", "LazyConvTranspose3d", "LazyInstanceNorm1D", "LazyInstanceNorm1d",
    "LazyInstanceNorm2D", "LazyInstanceNorm2d", "LazyInstanceNorm3D", "LazyInstanceNorm3d", "LazyLinear",
    "LeakyReLU", "Linear", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions", "LocalResponseNorm",
    "LogSigmoid", "LogSoftmax", "MSELoss", "MarginRankingLoss", "MaxPool1D", "MaxPool1d", "MaxPool2D",
    "MaxPool2d", "MaxPool3D", "MaxPool3d", "MaxUnpool1D", "MaxUnpool1d", "MaxUnpool2D", "MaxUnpool2d",
    "MaxUnpool3D", "MaxUnpool3d", "Mish", "Module", "ModuleDict", "ModuleList", "MultiHeadAttention",
    "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "MultiheadAttention", "NLLLoss",
    "NLLLoss2D", "NLLLoss2d", "PReLU", "PairwiseDistance", "Parameter", "ParameterDict", "ParameterList",
    "PixelShuffle", "PixelUnshuffle", "PoissonNLLLoss", "PositionalEncoding", "RMSNorm", "RNN", "RNNCell",
    "RReLU", "ReLU", "ReLU6", "ReflectionPad1D", "ReflectionPad1d", "ReflectionPad2D", "ReflectionPad2d",
    "ReflectionPad3D", "ReflectionPad3d", "ReplicationPad1D", "ReplicationPad1d", "ReplicationPad2D",
    "ReplicationPad2d", "ReplicationPad3D", "ReplicationPad3d", "RotaryEmbedding", "SELU", "Sequential",
    "SiLU", "Sigmoid", "SmoothL1Loss", "SoftMarginLoss", "Softmax", "Softmax2D", "Softmax2d", "Softmin",
    "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold", "Transformer",
    "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer",
    "TripletMarginLoss", "TripletMarginWithDistanceLoss", "Unflatten", "Unfold", "Upsample",
    "UpsamplingBilinear2D", "UpsamplingBilinear2d", "UpsamplingNearest2D", "UpsamplingNearest2d",
    "ZeroPad1D", "ZeroPad1d", "ZeroPad2D", "ZeroPad2d", "ZeroPad3D", "ZeroPad3d", "functional", "init",
    "summary", "utils"]
