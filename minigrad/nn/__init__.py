"""Floor 5: layers, losses, and the Module they are made of.

Read module.py first, then any layer. PyTorch's spellings (Conv2d for Conv2D, ...) are in
torch_names.py; MultiheadAttention is MultiHeadAttention with PyTorch's signature.
"""

import difflib as _difflib

from minigrad.autograd import Parameter
from minigrad.nn import functional, init, utils
from minigrad.nn.activations import (
    CELU, ELU, GELU, GLU, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax, Mish,
    PReLU, ReLU, ReLU6, SELU, Sigmoid, SiLU, Softmax, Softmin, Softplus, Softsign, Tanh, Tanhshrink,
    Threshold)
from minigrad.nn.attention import MultiHeadAttention, MultiheadAttention
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.convolution import (
    Conv1D, Conv2D, Conv3D, ConvTranspose1D, ConvTranspose2D, ConvTranspose3D)
from minigrad.nn.dropout import Dropout, Dropout1D, Dropout2D, Dropout3D
from minigrad.nn.embedding import Embedding
from minigrad.nn.linear import Bilinear, Identity, Linear
from minigrad.nn.losses import (
    BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, NLLLoss,
    SmoothL1Loss)
from minigrad.nn.module import Module
from minigrad.nn.normalisation import (
    BatchNorm1D, BatchNorm2D, BatchNorm3D, GroupNorm, InstanceNorm1D, InstanceNorm2D, InstanceNorm3D,
    LayerNorm, RMSNorm)
from minigrad.nn.pooling import (
    AdaptiveAvgPool1D, AdaptiveAvgPool2D, AdaptiveAvgPool3D, AdaptiveMaxPool1D, AdaptiveMaxPool2D,
    AdaptiveMaxPool3D, AvgPool1D, AvgPool2D, AvgPool3D, MaxPool1D, MaxPool2D, MaxPool3D)
from minigrad.nn.recurrent import GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell
from minigrad.nn.shapes import Flatten, Unflatten
from minigrad.nn.summary import summary
from minigrad.nn.torch_names import *  # noqa: F403
from minigrad.nn.transformer import (
    Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer)


def __getattr__(name):
    close = _difflib.get_close_matches(name, globals(), n=1)
    hint = f"; did you mean nn.{close[0]}?" if close else ""
    raise AttributeError(f"minigrad.nn has no {name!r}{hint}")
