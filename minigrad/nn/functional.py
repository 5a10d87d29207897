"""The functions of torch.nn.functional, under the names and with the arguments they have there.

    from minigrad.nn import functional as F

Nearly all are the ops of floor 3, gathered here. Where PyTorch's function has an argument more, it is
written out below; `inplace` is accepted and changes nothing, for every result is a new tensor.
"""

from minigrad.ops import activations as _activations, dropout as _dropout, reductions as _reductions
from minigrad.ops.activations import (  # noqa: F401
    gelu, glu, logsigmoid, prelu, sigmoid, softplus, softsign, tanhshrink)
from minigrad.ops.attention import scaled_dot_product_attention  # noqa: F401
from minigrad.ops.convolution import (  # noqa: F401
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, fold, unfold)
from minigrad.ops.elementwise import tanh  # noqa: F401
from minigrad.ops.indexing import embedding as _embedding, one_hot  # noqa: F401
from minigrad.ops.linalg import einsum as _einsum, linear  # noqa: F401
from minigrad.ops.losses import (  # noqa: F401
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, huber_loss, kl_div, l1_loss,
    mse_loss, nll_loss, smooth_l1_loss)
from minigrad.ops.normalisation import (  # noqa: F401
    batch_norm, cosine_similarity, group_norm, instance_norm, layer_norm, normalize, rms_norm)
from minigrad.ops.pooling import (  # noqa: F401
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool2d,
    adaptive_max_pool3d, avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d)
from minigrad.ops.shapes import pad  # noqa: F401


def relu(input, inplace=False):
    """max(x, 0)."""
    return _activations.relu(input)


def relu6(input, inplace=False):
    """min(max(x, 0), 6)."""
    return _activations.relu6(input)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """x where positive, else negative_slope x."""
    return _activations.leaky_relu(input, negative_slope=negative_slope)


def elu(input, alpha=1.0, inplace=False):
    """x where positive, else alpha (e^x - 1)."""
    return _activations.elu(input, alpha=alpha)


def selu(input, inplace=False):
    """A self-normalising elu."""
    return _activations.selu(input)


def celu(input, alpha=1.0, inplace=False):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""
    return _activations.celu(input, alpha)


def silu(input, inplace=False):
    """x sigmoid(x)."""
    return _activations.silu(input)


def mish(input, inplace=False):
    """x tanh(softplus(x))."""
    return _activations.mish(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """x limited to [min_val, max_val]."""
    return _activations.hardtanh(input, min_val=min_val, max_val=max_val)


def hardsigmoid(input, inplace=False):
    """relu6(x + 3) / 6."""
    return _activations.hardsigmoid(input)


def hardswish(input, inplace=False):
    """x relu6(x + 3) / 6."""
    return _activations.hardswish(input)


def threshold(input, threshold, value, inplace=False):
    """x where x > threshold, else value."""
    return _activations.threshold(input, threshold, value)


def softmax(input, dim, dtype=None):
    """e^x / sum(e^x) along dim."""
    return _reductions.softmax(input if dtype is None else input.to(dtype), dim=dim)


def log_softmax(input, dim, dtype=None):
    """log(softmax(x)) along dim."""
    return _reductions.log_softmax(input if dtype is None else input.to(dtype), dim=dim)


def softmin(input, dim, dtype=None):
    """softmax(-x) along dim."""
    return softmax(-input, dim, dtype)


def dropout(input, p=0.5, training=True, inplace=False):
    """In training each element becomes 0 with probability p, the others x / (1 - p); else x."""
    return _dropout.dropout(input, p, training)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, L)."""
    return _dropout.dropout2d(input, p, training)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, H, W)."""
    return _dropout.dropout2d(input, p, training)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, D, H, W)."""
    return _dropout.dropout2d(input, p, training)


def embedding(input, weight, padding_idx=None):
    """The rows of weight (V, D) that the integers (...) name -> (..., D)."""
    return _embedding(input, weight, padding_idx)


def bilinear(input1, input2, weight, bias=None):
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""
    y = _einsum("...i,kij,...j->...k", input1, weight, input2)
    return y if bias is None else y + bias
