"""The functions of torch.nn.functional, under the names and with the arguments they have there.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.nn.attention import multi_head_attention_forward
from minigrad.ops.activations import (
    gelu, glu, hardshrink, logsigmoid, prelu, sigmoid, softplus, softshrink, softsign, tanhshrink)
from minigrad.ops.attention import scaled_dot_product_attention
from minigrad.ops.bags import embedding_bag
from minigrad.ops.convolution import (
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, fold, unfold)
from minigrad.ops.elementwise import tanh
from minigrad.ops.indexing import one_hot
from minigrad.ops.likelihoods import ctc_loss, gaussian_nll_loss, poisson_nll_loss
from minigrad.ops.linalg import linear
from minigrad.ops.losses import (
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, huber_loss, kl_div, l1_loss,
    mse_loss, nll_loss, smooth_l1_loss)
from minigrad.ops.margins import (
    cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss, multi_margin_loss,
    multilabel_margin_loss, multilabel_soft_margin_loss, pairwise_distance, soft_margin_loss,
    triplet_margin_loss, triplet_margin_with_distance_loss)
from minigrad.ops.normalisation import (
    batch_norm, cosine_similarity, group_norm, instance_norm, layer_norm, local_response_norm, normalize,
    rms_norm)
from minigrad.ops.pooling import (
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool2d,
    adaptive_max_pool3d, avg_pool1d, avg_pool2d, avg_pool3d, fractional_max_pool2d, lp_pool1d, lp_pool2d,
    lp_pool3d, max_pool1d, max_pool2d, max_pool3d, max_unpool1d, max_unpool2d, max_unpool3d)
from minigrad.ops.products import pdist
from minigrad.ops.resize import channel_shuffle, interpolate, pixel_shuffle, pixel_unshuffle
from minigrad.ops.sampling import gumbel_softmax
from minigrad.ops.shapes import pad
from minigrad.ops.warp import affine_grid, grid_sample

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "affine_grid", "alpha_dropout", "avg_pool1d", "avg_pool2d",
    "avg_pool3d", "batch_norm", "bilinear", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "celu", "celu_", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "cosine_embedding_loss", "cosine_similarity", "cross_entropy", "ctc_loss", "dropout",
    "dropout1d", "dropout2d", "dropout3d", "elu", "elu_", "embedding", "embedding_bag",
    "feature_alpha_dropout", "fold", "fractional_max_pool2d", "gaussian_nll_loss", "gelu", "glu",
    "grid_sample", "group_norm", "gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish", "hardtanh",
    "hardtanh_", "hinge_embedding_loss", "huber_loss", "instance_norm", "interpolate", "kl_div", "l1_loss",
    "layer_norm", "leaky_relu", "leaky_relu_", "linear", "local_response_norm", "log_softmax", "logsigmoid",
    "lp_pool1d", "lp_pool2d", "lp_pool3d", "margin_ranking_loss", "max_pool1d", "max_pool2d", "max_pool3d",
    "max_unpool1d", "max_unpool2d", "max_unpool3d", "mish", "mse_loss", "multi_head_attention_forward",
    "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "nll_loss", "normalize",
    "one_hot", "pad", "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss",
    "prelu", "relu", "relu6", "relu_", "rms_norm", "rrelu", "rrelu_", "scaled_dot_product_attention", "selu",
    "selu_", "sigmoid", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softplus",
    "softshrink", "softsign", "tanh", "tanhshrink", "threshold", "threshold_", "triplet_margin_loss",
    "triplet_margin_with_distance_loss", "unfold", "upsample", "upsample_bilinear", "upsample_nearest"]

def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout for selu: elements become its limit at -inf, then all keep mean 0 and variance 1."""

def bilinear(input1, input2, weight, bias=None):
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""

def celu(input, alpha=1.0, inplace=False):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""

def celu_(x, *args, **settings):
    """x becomes celu(x, ...), in place."""

def dropout(input, p=0.5, training=True, inplace=False):
    """In training each element becomes 0 with probability p, the others x / (1 - p); else x."""

def dropout1d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, L)."""

def dropout2d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, H, W)."""

def dropout3d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, D, H, W)."""

def elu(input, alpha=1.0, inplace=False):
    """x where positive, else alpha (e^x - 1)."""

def elu_(x, *args, **settings):
    """x becomes elu(x, ...), in place."""

def embedding(input, weight, padding_idx=None):
    """The rows of weight (V, D) that the integers (...) name -> (..., D)."""

def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """As alpha_dropout, for whole channels of (N, C, ...)."""

def hardsigmoid(input, inplace=False):
    """relu6(x + 3) / 6."""

def hardswish(input, inplace=False):
    """x relu6(x + 3) / 6."""

def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """x limited to [min_val, max_val]."""

def hardtanh_(x, *args, **settings):
    """x becomes hardtanh(x, ...), in place."""

def leaky_relu(input, negative_slope=0.01, inplace=False):
    """x where positive, else negative_slope x."""

def leaky_relu_(x, *args, **settings):
    """x becomes leaky_relu(x, ...), in place."""

def log_softmax(input, dim, dtype=None):
    """log(softmax(x)) along dim."""

def mish(input, inplace=False):
    """x tanh(softplus(x))."""

def relu(input, inplace=False):
    """max(x, 0)."""

def relu6(input, inplace=False):
    """min(max(x, 0), 6)."""

def relu_(x, *args, **settings):
    """x becomes relu(x, ...), in place."""

def rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False):
    """leaky_relu whose slope is random in training, evenly in [lower, upper] for each element; else the middle."""

def rrelu_(x, *args, **settings):
    """x becomes rrelu(x, ...), in place."""

def selu(input, inplace=False):
    """A self-normalising elu."""

def selu_(x, *args, **settings):
    """x becomes selu(x, ...), in place."""

def silu(input, inplace=False):
    """x sigmoid(x)."""

def softmax(input, dim, dtype=None):
    """e^x / sum(e^x) along dim."""

def softmin(input, dim, dtype=None):
    """softmax(-x) along dim."""

def threshold(input, threshold, value, inplace=False):
    """x where x > threshold, else value."""

def threshold_(x, *args, **settings):
    """x becomes threshold(x, ...), in place."""

def upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None):
    """interpolate, under its former name."""

def upsample_bilinear(input, size=None, scale_factor=None):
    """interpolate with mode 'bilinear' and align_corners=True."""

def upsample_nearest(input, size=None, scale_factor=None):
    """interpolate with mode 'nearest'."""
