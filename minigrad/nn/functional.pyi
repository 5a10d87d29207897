"""The functions of torch.nn.functional, under the names and with the arguments they have there.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.nn.attention import multi_head_attention_forward as multi_head_attention_forward
from minigrad.ops.activations import (
    gelu as gelu, glu as glu, hardshrink as hardshrink, logsigmoid as logsigmoid, prelu as prelu,
    sigmoid as sigmoid, softplus as softplus, softshrink as softshrink, softsign as softsign,
    tanhshrink as tanhshrink)
from minigrad.ops.attention import scaled_dot_product_attention as scaled_dot_product_attention
from minigrad.ops.bags import embedding_bag as embedding_bag
from minigrad.ops.convolution import (
    conv1d as conv1d, conv2d as conv2d, conv3d as conv3d, conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d, conv_transpose3d as conv_transpose3d, fold as fold,
    unfold as unfold)
from minigrad.ops.elementwise import tanh as tanh
from minigrad.ops.indexing import one_hot as one_hot
from minigrad.ops.likelihoods import (
    ctc_loss as ctc_loss, gaussian_nll_loss as gaussian_nll_loss, poisson_nll_loss as poisson_nll_loss)
from minigrad.ops.linalg import linear as linear
from minigrad.ops.losses import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits, cross_entropy as cross_entropy,
    huber_loss as huber_loss, kl_div as kl_div, l1_loss as l1_loss, mse_loss as mse_loss,
    nll_loss as nll_loss, smooth_l1_loss as smooth_l1_loss)
from minigrad.ops.margins import (
    cosine_embedding_loss as cosine_embedding_loss, hinge_embedding_loss as hinge_embedding_loss,
    margin_ranking_loss as margin_ranking_loss, multi_margin_loss as multi_margin_loss,
    multilabel_margin_loss as multilabel_margin_loss,
    multilabel_soft_margin_loss as multilabel_soft_margin_loss, pairwise_distance as pairwise_distance,
    soft_margin_loss as soft_margin_loss, triplet_margin_loss as triplet_margin_loss,
    triplet_margin_with_distance_loss as triplet_margin_with_distance_loss)
from minigrad.ops.normalisation import (
    batch_norm as batch_norm, cosine_similarity as cosine_similarity, group_norm as group_norm,
    instance_norm as instance_norm, layer_norm as layer_norm, local_response_norm as local_response_norm,
    normalize as normalize, rms_norm as rms_norm)
from minigrad.ops.pooling import (
    adaptive_avg_pool1d as adaptive_avg_pool1d, adaptive_avg_pool2d as adaptive_avg_pool2d,
    adaptive_avg_pool3d as adaptive_avg_pool3d, adaptive_max_pool1d as adaptive_max_pool1d,
    adaptive_max_pool2d as adaptive_max_pool2d, adaptive_max_pool3d as adaptive_max_pool3d,
    avg_pool1d as avg_pool1d, avg_pool2d as avg_pool2d, avg_pool3d as avg_pool3d,
    fractional_max_pool2d as fractional_max_pool2d, lp_pool1d as lp_pool1d, lp_pool2d as lp_pool2d,
    lp_pool3d as lp_pool3d, max_pool1d as max_pool1d, max_pool2d as max_pool2d, max_pool3d as max_pool3d,
    max_unpool1d as max_unpool1d, max_unpool2d as max_unpool2d, max_unpool3d as max_unpool3d)
from minigrad.ops.products import pdist as pdist
from minigrad.ops.resize import (
    channel_shuffle as channel_shuffle, interpolate as interpolate, pixel_shuffle as pixel_shuffle,
    pixel_unshuffle as pixel_unshuffle)
from minigrad.ops.sampling import gumbel_softmax as gumbel_softmax
from minigrad.ops.shapes import pad as pad
from minigrad.ops.warp import affine_grid as affine_grid, grid_sample as grid_sample

def relu(input, inplace=False):
    """max(x, 0)."""

def relu6(input, inplace=False):
    """min(max(x, 0), 6)."""

def leaky_relu(input, negative_slope=0.01, inplace=False):
    """x where positive, else negative_slope x."""

def rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False):
    """leaky_relu whose slope is random in training, evenly in [lower, upper] for each element; else the middle."""

def elu(input, alpha=1.0, inplace=False):
    """x where positive, else alpha (e^x - 1)."""

def selu(input, inplace=False):
    """A self-normalising elu."""

def celu(input, alpha=1.0, inplace=False):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""

def silu(input, inplace=False):
    """x sigmoid(x)."""

def mish(input, inplace=False):
    """x tanh(softplus(x))."""

def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """x limited to [min_val, max_val]."""

def hardsigmoid(input, inplace=False):
    """relu6(x + 3) / 6."""

def hardswish(input, inplace=False):
    """x relu6(x + 3) / 6."""

def threshold(input, threshold, value, inplace=False):
    """x where x > threshold, else value."""

def softmax(input, dim, dtype=None):
    """e^x / sum(e^x) along dim."""

def log_softmax(input, dim, dtype=None):
    """log(softmax(x)) along dim."""

def softmin(input, dim, dtype=None):
    """softmax(-x) along dim."""

def dropout(input, p=0.5, training=True, inplace=False):
    """In training each element becomes 0 with probability p, the others x / (1 - p); else x."""

def dropout1d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, L)."""

def dropout2d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, H, W)."""

def dropout3d(input, p=0.5, training=True, inplace=False):
    """As dropout, for whole channels of (N, C, D, H, W)."""

def embedding(input, weight, padding_idx=None):
    """The rows of weight (V, D) that the integers (...) name -> (..., D)."""

def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout for selu: elements become its limit at -inf, then all keep mean 0 and variance 1."""

def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """As alpha_dropout, for whole channels of (N, C, ...)."""

def bilinear(input1, input2, weight, bias=None):
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""

def upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None):
    """interpolate, under its former name."""

def upsample_nearest(input, size=None, scale_factor=None):
    """interpolate with mode 'nearest'."""

def upsample_bilinear(input, size=None, scale_factor=None):
    """interpolate with mode 'bilinear' and align_corners=True."""

def relu_(x, *args, **settings):
    """x becomes relu(x, ...), in place."""

def leaky_relu_(x, *args, **settings):
    """x becomes leaky_relu(x, ...), in place."""

def rrelu_(x, *args, **settings):
    """x becomes rrelu(x, ...), in place."""

def elu_(x, *args, **settings):
    """x becomes elu(x, ...), in place."""

def selu_(x, *args, **settings):
    """x becomes selu(x, ...), in place."""

def celu_(x, *args, **settings):
    """x becomes celu(x, ...), in place."""

def hardtanh_(x, *args, **settings):
    """x becomes hardtanh(x, ...), in place."""

def threshold_(x, *args, **settings):
    """x becomes threshold(x, ...), in place."""
