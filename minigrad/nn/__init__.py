"""Floor 5: layers, losses, and the Module they are made of.

Read module.py first, then any layer. PyTorch's spellings (Conv2d for Conv2D, ...) are in
torch_names.py; MultiheadAttention is MultiHeadAttention with PyTorch's signature.
"""

from minigrad.autograd import Parameter
from minigrad.hints import missing as _missing, names_in as _names_in
from minigrad.nn import functional, init, utils
from minigrad.nn.activations import (
    CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax,
    Mish, PReLU, ReLU, ReLU6, RReLU, SELU, Sigmoid, SiLU, Softmax, Softmax2D, Softmin, Softplus, Softshrink,
    Softsign, Tanh, Tanhshrink, Threshold)
from minigrad.nn.adaptive import AdaptiveLogSoftmaxWithLoss
from minigrad.nn.attention import KVCache, MultiHeadAttention, MultiheadAttention
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.convolution import (
    Conv1D, Conv2D, Conv3D, ConvTranspose1D, ConvTranspose2D, ConvTranspose3D)
from minigrad.nn.distances import CosineSimilarity, PairwiseDistance
from minigrad.nn.dropout import (
    AlphaDropout, Dropout, Dropout1D, Dropout2D, Dropout3D, FeatureAlphaDropout)
from minigrad.nn.embedding import Embedding, EmbeddingBag
from minigrad.nn.lazy import (
    LazyBatchNorm1D, LazyBatchNorm2D, LazyBatchNorm3D, LazyConv1D, LazyConv2D, LazyConv3D,
    LazyConvTranspose1D, LazyConvTranspose2D, LazyConvTranspose3D, LazyInstanceNorm1D,
    LazyInstanceNorm2D, LazyInstanceNorm3D, LazyLinear)
from minigrad.nn.linear import Bilinear, Identity, Linear
from minigrad.nn.losses import (
    BCELoss, BCEWithLogitsLoss, CosineEmbeddingLoss, CrossEntropyLoss, CTCLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MarginRankingLoss, MSELoss, MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss, PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss,
    TripletMarginLoss, TripletMarginWithDistanceLoss)
from minigrad.nn.module import Buffer, Module
from minigrad.nn.normalisation import (
    BatchNorm1D, BatchNorm2D, BatchNorm3D, GroupNorm, InstanceNorm1D, InstanceNorm2D, InstanceNorm3D,
    LayerNorm, LocalResponseNorm, RMSNorm)
from minigrad.nn.padding import (
    CircularPad1D, CircularPad2D, CircularPad3D, ConstantPad1D, ConstantPad2D, ConstantPad3D,
    ReflectionPad1D, ReflectionPad2D, ReflectionPad3D, ReplicationPad1D, ReplicationPad2D, ReplicationPad3D,
    ZeroPad1D, ZeroPad2D, ZeroPad3D)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1D, AdaptiveAvgPool2D, AdaptiveAvgPool3D, AdaptiveMaxPool1D, AdaptiveMaxPool2D,
    AdaptiveMaxPool3D, AvgPool1D, AvgPool2D, AvgPool3D, FractionalMaxPool2D, LPPool1D, LPPool2D, LPPool3D,
    MaxPool1D, MaxPool2D, MaxPool3D, MaxUnpool1D, MaxUnpool2D, MaxUnpool3D)
from minigrad.nn.positions import PositionalEncoding, RotaryEmbedding
from minigrad.nn.recurrent import GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell
from minigrad.nn.resize import Upsample, UpsamplingBilinear2D, UpsamplingNearest2D
from minigrad.nn.shapes import (
    ChannelShuffle, Flatten, Fold, PixelShuffle, PixelUnshuffle, Unflatten, Unfold)
from minigrad.nn.summary import summary
from minigrad.nn.torch_names import *  # noqa: F403
from minigrad.nn.transformer import (
    Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer)
from minigrad.ops import creation as _creation

_INSTEAD = {
    **{name: f"use minigrad.nn.{meant}1D, {meant}2D or {meant}3D, by the number of spatial axes"
       for name, meant in (("Conv", "Conv"), ("Convolution", "Conv"), ("ConvTranspose", "ConvTranspose"),
                           ("BatchNorm", "BatchNorm"), ("BatchNormalization", "BatchNorm"),
                           ("InstanceNorm", "InstanceNorm"), ("MaxPool", "MaxPool"), ("AvgPool", "AvgPool"),
                           ("ZeroPad", "ZeroPad"))},
    **{f"{name}{d}D": f"use minigrad.nn.{meant.format(d)}" for d in (1, 2, 3) for name, meant in (
        ("MaxPooling", "MaxPool{}D"), ("AveragePooling", "AvgPool{}D"),
        ("GlobalAveragePooling", "AdaptiveAvgPool{}D(1)"), ("GlobalMaxPooling", "AdaptiveMaxPool{}D(1)"),
        ("UpSampling", "Upsample"))},
    **{f"Conv{d}DTranspose": f"use minigrad.nn.ConvTranspose{d}D" for d in (1, 2, 3)},
    "Dense": "use minigrad.nn.Linear(in_features, out_features)",
    "Embed": "use minigrad.nn.Embedding",
    "Input": "drop it: a layer states its input size, as in nn.Linear(in_features, out_features)",
    "InputLayer": "drop it: a layer states its input size, as in nn.Linear(in_features, out_features)",
    "Model": "use minigrad.nn.Module or nn.Sequential",
    "Layer": "use minigrad.nn.Module",
    "Activation": "use the layer of the activation, such as minigrad.nn.ReLU()",
    "Concatenate": "use minigrad.cat in forward",
    "Add": "write x + y in forward",
    "Reshape": "use minigrad.nn.Unflatten, or x.reshape in forward",
    "Lambda": "call the function in forward",
    "SimpleRNN": "use minigrad.nn.RNN",
    "compact": "drop it: make the layers in __init__ and call them in forward",
    "MeanSquaredError": "use minigrad.nn.MSELoss()",
    "MeanAbsoluteError": "use minigrad.nn.L1Loss()",
    "BinaryCrossentropy": "use minigrad.nn.BCELoss(), or BCEWithLogitsLoss() for raw scores",
    "CategoricalCrossentropy": "use minigrad.nn.CrossEntropyLoss(), which takes raw scores",
    "SparseCategoricalCrossentropy": "use minigrad.nn.CrossEntropyLoss(), for raw scores and class ids",
    "parameter": "use minigrad.nn.Parameter",
    "modules": "use minigrad.nn.Module",
    "parallel": "use minigrad.parallel, or the model itself on one device",
    "DataParallel": "use minigrad.parallel.Team for several processes, or the model itself on one GPU",
}


def __getattr__(name):
    known = [*_names_in(globals()), "functional", "init", "utils"]
    elsewhere = [(place.__name__, _names_in(vars(place))) for place in (functional, init, utils)]
    creation = [each for each, value in vars(_creation).items() if hasattr(value, "__wrapped__")]
    raise _missing(__name__, name, known, _INSTEAD, [*elsewhere, ("minigrad", creation)])
