"""Floor 5: layers, losses, and the Module they are made of.

Read module.py first, then any layer. Each class whose name ends in 1d, 2d or 3d also has the spelling with a
capital D: nn.Conv2D is nn.Conv2d. MultiheadAttention is MultiHeadAttention with PyTorch's signature.
"""

from minigrad.autograd import Parameter
from minigrad.hints import missing as _missing, names_in as _names_in
from minigrad.nn import functional, init, utils
from minigrad.nn.activations import (
    CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax,
    Mish, PReLU, ReLU, ReLU6, RReLU, SELU, Sigmoid, SiLU, Softmax, Softmax2d, Softmin, Softplus, Softshrink,
    Softsign, Tanh, Tanhshrink, Threshold)
from minigrad.nn.adaptive import AdaptiveLogSoftmaxWithLoss
from minigrad.nn.attention import KVCache, MultiHeadAttention, MultiheadAttention
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.convolution import (
    Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
from minigrad.nn.distances import CosineSimilarity, PairwiseDistance
from minigrad.nn.dropout import (
    AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout)
from minigrad.nn.embedding import Embedding, EmbeddingBag
from minigrad.nn.lazy import (
    LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyConv1d, LazyConv2d, LazyConv3d,
    LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d, LazyInstanceNorm1d,
    LazyInstanceNorm2d, LazyInstanceNorm3d, LazyLinear)
from minigrad.nn.linear import Bilinear, Identity, Linear
from minigrad.nn.losses import (
    BCELoss, BCEWithLogitsLoss, CosineEmbeddingLoss, CrossEntropyLoss, CTCLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, LinearCrossEntropyLoss, LinearCrossEntropyOptions,
    MarginRankingLoss, MSELoss, MultiLabelMarginLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss,
    NLLLoss2d, PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss, TripletMarginLoss,
    TripletMarginWithDistanceLoss)
from minigrad.nn.module import Buffer, Module
from minigrad.nn.normalisation import (
    BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d,
    LayerNorm, LocalResponseNorm, RMSNorm, SyncBatchNorm)
from minigrad.nn.padding import (
    CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d,
    ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d, ReplicationPad3d,
    ZeroPad1d, ZeroPad2d, ZeroPad3d)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d,
    AdaptiveMaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, FractionalMaxPool2d, FractionalMaxPool3d, LPPool1d,
    LPPool2d, LPPool3d, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d)
from minigrad.nn.positions import PositionalEncoding, RotaryEmbedding
from minigrad.nn.recurrent import GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell
from minigrad.nn.resize import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d
from minigrad.nn.shapes import (
    ChannelShuffle, Flatten, Fold, PixelShuffle, PixelUnshuffle, Unflatten, Unfold)
from minigrad.nn.summary import summary
from minigrad.nn.transformer import (
    Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer)
from minigrad.ops import creation as _creation

globals().update({name[:-1] + "D": value for name, value in list(globals().items())
                  if name.endswith(("1d", "2d", "3d"))})

_INSTEAD = {
    **{name: f"use minigrad.nn.{meant}1d, {meant}2d or {meant}3d, by the number of spatial axes"
       for name, meant in (("Conv", "Conv"), ("Convolution", "Conv"), ("ConvTranspose", "ConvTranspose"),
                           ("BatchNorm", "BatchNorm"), ("BatchNormalization", "BatchNorm"),
                           ("InstanceNorm", "InstanceNorm"), ("MaxPool", "MaxPool"), ("AvgPool", "AvgPool"),
                           ("ZeroPad", "ZeroPad"))},
    **{f"{name}{d}D": f"use minigrad.nn.{meant.format(d)}" for d in (1, 2, 3) for name, meant in (
        ("MaxPooling", "MaxPool{}d"), ("AveragePooling", "AvgPool{}d"),
        ("GlobalAveragePooling", "AdaptiveAvgPool{}d(1)"), ("GlobalMaxPooling", "AdaptiveMaxPool{}d(1)"),
        ("UpSampling", "Upsample"))},
    **{f"Conv{d}DTranspose": f"use minigrad.nn.ConvTranspose{d}d" for d in (1, 2, 3)},
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
    "Container": "use minigrad.nn.Module",
    "parameter": "use minigrad.nn.Parameter",
    "modules": "use minigrad.nn.Module",
    "parallel": "use minigrad.parallel, or the model itself on one device",
    "CrossMapLRN2d": "use minigrad.nn.LocalResponseNorm; in PyTorch's CrossMapLRN2d the squares of the first "
                     "channel stay in all later sums",
    "DataParallel": "use minigrad.parallel.Team for several processes, or the model itself on one GPU",
}


def __getattr__(name):
    known = [*_names_in(globals()), "functional", "init", "utils"]
    elsewhere = [(place.__name__, _names_in(vars(place))) for place in (functional, init, utils)]
    creation = [each for each, value in vars(_creation).items() if hasattr(value, "__wrapped__")]
    raise _missing(__name__, name, known, _INSTEAD, [*elsewhere, ("minigrad", creation)])
