"""Floor 5: layers, losses, and the Module they are made of.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.autograd.tensor import Parameter as Parameter
from minigrad.nn import functional as functional, init as init, utils as utils
from minigrad.nn.activations import (
    CELU as CELU, ELU as ELU, GELU as GELU, GLU as GLU, Hardshrink as Hardshrink, Hardsigmoid as Hardsigmoid,
    Hardswish as Hardswish, Hardtanh as Hardtanh, LeakyReLU as LeakyReLU, LogSigmoid as LogSigmoid,
    LogSoftmax as LogSoftmax, Mish as Mish, PReLU as PReLU, RReLU as RReLU, ReLU as ReLU, ReLU6 as ReLU6,
    SELU as SELU, SiLU as SiLU, Sigmoid as Sigmoid, Softmax as Softmax, Softmax2D as Softmax2D,
    Softmax2D as Softmax2d, Softmin as Softmin, Softplus as Softplus, Softshrink as Softshrink,
    Softsign as Softsign, Tanh as Tanh, Tanhshrink as Tanhshrink, Threshold as Threshold)
from minigrad.nn.adaptive import AdaptiveLogSoftmaxWithLoss as AdaptiveLogSoftmaxWithLoss
from minigrad.nn.attention import (
    KVCache as KVCache, MultiHeadAttention as MultiHeadAttention, MultiheadAttention as MultiheadAttention)
from minigrad.nn.containers import (
    ModuleDict as ModuleDict, ModuleList as ModuleList, ParameterDict as ParameterDict,
    ParameterList as ParameterList, Sequential as Sequential)
from minigrad.nn.convolution import (
    Conv1D as Conv1D, Conv1D as Conv1d, Conv2D as Conv2D, Conv2D as Conv2d, Conv3D as Conv3D,
    Conv3D as Conv3d, ConvTranspose1D as ConvTranspose1D, ConvTranspose1D as ConvTranspose1d,
    ConvTranspose2D as ConvTranspose2D, ConvTranspose2D as ConvTranspose2d,
    ConvTranspose3D as ConvTranspose3D, ConvTranspose3D as ConvTranspose3d)
from minigrad.nn.distances import CosineSimilarity as CosineSimilarity, PairwiseDistance as PairwiseDistance
from minigrad.nn.dropout import (
    AlphaDropout as AlphaDropout, Dropout as Dropout, Dropout1D as Dropout1D, Dropout1D as Dropout1d,
    Dropout2D as Dropout2D, Dropout2D as Dropout2d, Dropout3D as Dropout3D, Dropout3D as Dropout3d,
    FeatureAlphaDropout as FeatureAlphaDropout)
from minigrad.nn.embedding import Embedding as Embedding, EmbeddingBag as EmbeddingBag
from minigrad.nn.lazy import (
    LazyBatchNorm1D as LazyBatchNorm1D, LazyBatchNorm1D as LazyBatchNorm1d,
    LazyBatchNorm2D as LazyBatchNorm2D, LazyBatchNorm2D as LazyBatchNorm2d,
    LazyBatchNorm3D as LazyBatchNorm3D, LazyBatchNorm3D as LazyBatchNorm3d, LazyConv1D as LazyConv1D,
    LazyConv1D as LazyConv1d, LazyConv2D as LazyConv2D, LazyConv2D as LazyConv2d, LazyConv3D as LazyConv3D,
    LazyConv3D as LazyConv3d, LazyConvTranspose1D as LazyConvTranspose1D,
    LazyConvTranspose1D as LazyConvTranspose1d, LazyConvTranspose2D as LazyConvTranspose2D,
    LazyConvTranspose2D as LazyConvTranspose2d, LazyConvTranspose3D as LazyConvTranspose3D,
    LazyConvTranspose3D as LazyConvTranspose3d, LazyInstanceNorm1D as LazyInstanceNorm1D,
    LazyInstanceNorm1D as LazyInstanceNorm1d, LazyInstanceNorm2D as LazyInstanceNorm2D,
    LazyInstanceNorm2D as LazyInstanceNorm2d, LazyInstanceNorm3D as LazyInstanceNorm3D,
    LazyInstanceNorm3D as LazyInstanceNorm3d, LazyLinear as LazyLinear)
from minigrad.nn.linear import Bilinear as Bilinear, Identity as Identity, Linear as Linear
from minigrad.nn.losses import (
    BCELoss as BCELoss, BCEWithLogitsLoss as BCEWithLogitsLoss, CTCLoss as CTCLoss,
    CosineEmbeddingLoss as CosineEmbeddingLoss, CrossEntropyLoss as CrossEntropyLoss,
    GaussianNLLLoss as GaussianNLLLoss, HingeEmbeddingLoss as HingeEmbeddingLoss, HuberLoss as HuberLoss,
    KLDivLoss as KLDivLoss, L1Loss as L1Loss, MSELoss as MSELoss, MarginRankingLoss as MarginRankingLoss,
    MultiLabelMarginLoss as MultiLabelMarginLoss, MultiLabelSoftMarginLoss as MultiLabelSoftMarginLoss,
    MultiMarginLoss as MultiMarginLoss, NLLLoss as NLLLoss, PoissonNLLLoss as PoissonNLLLoss,
    SmoothL1Loss as SmoothL1Loss, SoftMarginLoss as SoftMarginLoss, TripletMarginLoss as TripletMarginLoss,
    TripletMarginWithDistanceLoss as TripletMarginWithDistanceLoss)
from minigrad.nn.module import Buffer as Buffer, Module as Module
from minigrad.nn.normalisation import (
    BatchNorm1D as BatchNorm1D, BatchNorm1D as BatchNorm1d, BatchNorm2D as BatchNorm2D,
    BatchNorm2D as BatchNorm2d, BatchNorm3D as BatchNorm3D, BatchNorm3D as BatchNorm3d,
    GroupNorm as GroupNorm, InstanceNorm1D as InstanceNorm1D, InstanceNorm1D as InstanceNorm1d,
    InstanceNorm2D as InstanceNorm2D, InstanceNorm2D as InstanceNorm2d, InstanceNorm3D as InstanceNorm3D,
    InstanceNorm3D as InstanceNorm3d, LayerNorm as LayerNorm, LocalResponseNorm as LocalResponseNorm,
    RMSNorm as RMSNorm)
from minigrad.nn.padding import (
    CircularPad1D as CircularPad1D, CircularPad1D as CircularPad1d, CircularPad2D as CircularPad2D,
    CircularPad2D as CircularPad2d, CircularPad3D as CircularPad3D, CircularPad3D as CircularPad3d,
    ConstantPad1D as ConstantPad1D, ConstantPad1D as ConstantPad1d, ConstantPad2D as ConstantPad2D,
    ConstantPad2D as ConstantPad2d, ConstantPad3D as ConstantPad3D, ConstantPad3D as ConstantPad3d,
    ReflectionPad1D as ReflectionPad1D, ReflectionPad1D as ReflectionPad1d,
    ReflectionPad2D as ReflectionPad2D, ReflectionPad2D as ReflectionPad2d,
    ReflectionPad3D as ReflectionPad3D, ReflectionPad3D as ReflectionPad3d,
    ReplicationPad1D as ReplicationPad1D, ReplicationPad1D as ReplicationPad1d,
    ReplicationPad2D as ReplicationPad2D, ReplicationPad2D as ReplicationPad2d,
    ReplicationPad3D as ReplicationPad3D, ReplicationPad3D as ReplicationPad3d, ZeroPad1D as ZeroPad1D,
    ZeroPad1D as ZeroPad1d, ZeroPad2D as ZeroPad2D, ZeroPad2D as ZeroPad2d, ZeroPad3D as ZeroPad3D,
    ZeroPad3D as ZeroPad3d)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1D as AdaptiveAvgPool1D, AdaptiveAvgPool1D as AdaptiveAvgPool1d,
    AdaptiveAvgPool2D as AdaptiveAvgPool2D, AdaptiveAvgPool2D as AdaptiveAvgPool2d,
    AdaptiveAvgPool3D as AdaptiveAvgPool3D, AdaptiveAvgPool3D as AdaptiveAvgPool3d,
    AdaptiveMaxPool1D as AdaptiveMaxPool1D, AdaptiveMaxPool1D as AdaptiveMaxPool1d,
    AdaptiveMaxPool2D as AdaptiveMaxPool2D, AdaptiveMaxPool2D as AdaptiveMaxPool2d,
    AdaptiveMaxPool3D as AdaptiveMaxPool3D, AdaptiveMaxPool3D as AdaptiveMaxPool3d, AvgPool1D as AvgPool1D,
    AvgPool1D as AvgPool1d, AvgPool2D as AvgPool2D, AvgPool2D as AvgPool2d, AvgPool3D as AvgPool3D,
    AvgPool3D as AvgPool3d, FractionalMaxPool2D as FractionalMaxPool2D,
    FractionalMaxPool2D as FractionalMaxPool2d, LPPool1D as LPPool1D, LPPool1D as LPPool1d,
    LPPool2D as LPPool2D, LPPool2D as LPPool2d, LPPool3D as LPPool3D, LPPool3D as LPPool3d,
    MaxPool1D as MaxPool1D, MaxPool1D as MaxPool1d, MaxPool2D as MaxPool2D, MaxPool2D as MaxPool2d,
    MaxPool3D as MaxPool3D, MaxPool3D as MaxPool3d, MaxUnpool1D as MaxUnpool1D, MaxUnpool1D as MaxUnpool1d,
    MaxUnpool2D as MaxUnpool2D, MaxUnpool2D as MaxUnpool2d, MaxUnpool3D as MaxUnpool3D,
    MaxUnpool3D as MaxUnpool3d)
from minigrad.nn.positions import PositionalEncoding as PositionalEncoding, RotaryEmbedding as RotaryEmbedding
from minigrad.nn.recurrent import (
    GRU as GRU, GRUCell as GRUCell, LSTM as LSTM, LSTMCell as LSTMCell, RNN as RNN, RNNCell as RNNCell)
from minigrad.nn.resize import (
    Upsample as Upsample, UpsamplingBilinear2D as UpsamplingBilinear2D,
    UpsamplingBilinear2D as UpsamplingBilinear2d, UpsamplingNearest2D as UpsamplingNearest2D,
    UpsamplingNearest2D as UpsamplingNearest2d)
from minigrad.nn.shapes import (
    ChannelShuffle as ChannelShuffle, Flatten as Flatten, Fold as Fold, PixelShuffle as PixelShuffle,
    PixelUnshuffle as PixelUnshuffle, Unflatten as Unflatten, Unfold as Unfold)
from minigrad.nn.summary import summary as summary
from minigrad.nn.transformer import (
    Transformer as Transformer, TransformerDecoder as TransformerDecoder,
    TransformerDecoderLayer as TransformerDecoderLayer, TransformerEncoder as TransformerEncoder,
    TransformerEncoderLayer as TransformerEncoderLayer)
