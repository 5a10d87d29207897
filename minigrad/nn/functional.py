"""The functions of torch.nn.functional, under the names and with the arguments they have there.

    from minigrad.nn import functional as F

Nearly all are the ops of floor 3, gathered here. Where PyTorch's function has an argument more, it is
written out below; `inplace` is accepted and changes nothing, for every result is a new tensor.
"""

from minigrad.autograd import composed as _composed
from minigrad.hints import no_attribute as _no_attribute
from minigrad.nn.attention import multi_head_attention_forward  # noqa: F401
from minigrad.ops import (
    activations as _activations, dropout as _dropout, inplace as _inplace, reductions as _reductions)
from minigrad.ops.activations import (  # noqa: F401
    gelu, glu, hardshrink, logsigmoid, prelu, sigmoid, softplus, softshrink, softsign, tanhshrink)
from minigrad.ops.attention import scaled_dot_product_attention  # noqa: F401
from minigrad.ops.bags import embedding_bag  # noqa: F401
from minigrad.ops.convolution import (  # noqa: F401
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, fold, unfold)
from minigrad.ops.elementwise import tanh  # noqa: F401
from minigrad.ops.indexing import embedding as _embedding, one_hot  # noqa: F401
from minigrad.ops.likelihoods import ctc_loss, gaussian_nll_loss, poisson_nll_loss  # noqa: F401
from minigrad.ops.linalg import einsum as _einsum, linear  # noqa: F401
from minigrad.ops.losses import (  # noqa: F401
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, huber_loss, kl_div, l1_loss,
    mse_loss, nll_loss, smooth_l1_loss)
from minigrad.ops.margins import (  # noqa: F401
    cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss, multi_margin_loss,
    multilabel_margin_loss, multilabel_soft_margin_loss, pairwise_distance, soft_margin_loss,
    triplet_margin_loss, triplet_margin_with_distance_loss)
from minigrad.ops.normalisation import (  # noqa: F401
    batch_norm, cosine_similarity, group_norm, instance_norm, layer_norm, local_response_norm, normalize,
    rms_norm)
from minigrad.ops.pooling import (  # noqa: F401
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool2d,
    adaptive_max_pool3d, avg_pool1d, avg_pool2d, avg_pool3d, fractional_max_pool2d, lp_pool1d, lp_pool2d,
    lp_pool3d, max_pool1d, max_pool2d, max_pool3d, max_unpool1d, max_unpool2d, max_unpool3d)
from minigrad.ops.products import pdist  # noqa: F401
from minigrad.ops.resize import channel_shuffle, interpolate, pixel_shuffle, pixel_unshuffle  # noqa: F401
from minigrad.ops.sampling import gumbel_softmax  # noqa: F401
from minigrad.ops.shapes import pad  # noqa: F401
from minigrad.ops.warp import affine_grid, grid_sample  # noqa: F401


@_composed
def relu(input, inplace=False):
    """max(x, 0)."""
    return _activations.relu(input)


@_composed
def relu6(input, inplace=False):
    """min(max(x, 0), 6)."""
    return _activations.relu6(input)


@_composed
def leaky_relu(input, negative_slope=0.01, inplace=False):
    """x where positive, else negative_slope x."""
    return _activations.leaky_relu(input, negative_slope=negative_slope)


@_composed
def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    """leaky_relu whose slope is random in training, evenly in [lower, upper] for each element; else the middle."""
    return _activations.rrelu(input, lower, upper, training)


@_composed
def elu(input, alpha=1.0, inplace=False):
    """x where positive, else alpha (e^x - 1)."""
    return _activations.elu(input, alpha=alpha)


@_composed
def selu(input, inplace=False):
    """A self-normalising elu."""
    return _activations.selu(input)


@_composed
def celu(input, alpha=1.0, inplace=False):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""
    return _activations.celu(input, alpha)


@_composed
def silu(input, inplace=False):
    """x sigmoid(x)."""
    return _activations.silu(input)


@_composed
def mish(input, inplace=False):
    """x tanh(softplus(x))."""
    return _activations.mish(input)


@_composed
def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """x limited to [min_val, max_val]."""
    return _activations.hardtanh(input, min_val=min_val, max_val=max_val)


@_composed
def hardsigmoid(input, inplace=False):
    """relu6(x + 3) / 6."""
    return _activations.hardsigmoid(input)


@_composed
def hardswish(input, inplace=False):
    """x relu6(x + 3) / 6."""
    return _activations.hardswish(input)


@_composed
def threshold(input, threshold, value, inplace=False):
    """x where x > threshold, else value."""
    return _activations.threshold(input, threshold, value)


@_composed
def softmax(input, dim, dtype=None):
    """e^x / sum(e^x) along dim."""
    return _reductions.softmax(input if dtype is None else input.to(dtype), dim=dim)


@_composed
def log_softmax(input, dim, dtype=None):
    """log(softmax(x)) along dim."""
    return _reductions.log_softmax(input if dtype is None else input.to(dtype), dim=dim)


@_composed
def softmin(input, dim, dtype=None):
    """softmax(-x) along dim."""
    return softmax(-input, dim, dtype)


@_composed
def dropout(input, p=0.5, training=True, inplace=False):
    """In training each element becomes 0 with probability p, the others x / (1 - p); else x."""
    return _dropout.dropout(input, p, training)


@_composed
def dropout1d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, L)."""
    return _dropout.dropout2d(input, p, training)


@_composed
def dropout2d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, H, W)."""
    return _dropout.dropout2d(input, p, training)


@_composed
def dropout3d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, D, H, W)."""
    return _dropout.dropout2d(input, p, training)


@_composed
def embedding(input, weight, padding_idx=None):
    """The rows of weight (V, D) that the integers (...) name -> (..., D)."""
    return _embedding(input, weight, padding_idx)


@_composed
def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout for selu: elements become its limit at -inf, then all keep mean 0 and variance 1."""
    return _dropout.alpha_dropout(input, p, training)


@_composed
def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """As alpha_dropout, for whole channels of (N, C, ...)."""
    return _dropout.feature_alpha_dropout(input, p, training)


@_composed
def bilinear(input1, input2, weight, bias=None):
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""
    y = _einsum("...i,kij,...j->...k", input1, weight, input2)
    return y if bias is None else y + bias


@_composed
def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """interpolate, under its former name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


@_composed
def upsample_nearest(input, size=None, scale_factor=None):
    """interpolate with mode 'nearest'."""
    return interpolate(input, size, scale_factor)


@_composed
def upsample_bilinear(input, size=None, scale_factor=None):
    """interpolate with mode 'bilinear' and align_corners=True."""
    return interpolate(input, size, scale_factor, "bilinear", True)


# In place, for tensors that no graph records
relu_, leaky_relu_, rrelu_, elu_, selu_, celu_, hardtanh_, threshold_ = (
    _composed(_inplace.inplace(f"{function.__name__}_", function))
    for function in (relu, leaky_relu, rrelu, elu, selu, celu, hardtanh, threshold))


def __getattr__(name):
    raise _no_attribute(__name__, name)
