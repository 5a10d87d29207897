"""The functions of torch.nn.functional, with the same names and arguments.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.autograd.tensor import Tensor as Tensor
from minigrad.nn.attention import multi_head_attention_forward as multi_head_attention_forward
from minigrad.ops.images.adaptive_pooling import (
    adaptive_avg_pool1d as adaptive_avg_pool1d, adaptive_avg_pool2d as adaptive_avg_pool2d,
    adaptive_avg_pool3d as adaptive_avg_pool3d, adaptive_max_pool1d as adaptive_max_pool1d,
    adaptive_max_pool2d as adaptive_max_pool2d, adaptive_max_pool3d as adaptive_max_pool3d)
from minigrad.ops.images.convolution import (
    conv1d as conv1d, conv2d as conv2d, conv3d as conv3d, conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d, conv_transpose3d as conv_transpose3d, fold as fold,
    unfold as unfold)
from minigrad.ops.images.pooling import (
    avg_pool1d as avg_pool1d, avg_pool2d as avg_pool2d, avg_pool3d as avg_pool3d,
    fractional_max_pool2d as fractional_max_pool2d, lp_pool1d as lp_pool1d, lp_pool2d as lp_pool2d,
    lp_pool3d as lp_pool3d, max_pool1d as max_pool1d, max_pool2d as max_pool2d, max_pool3d as max_pool3d,
    max_unpool1d as max_unpool1d, max_unpool2d as max_unpool2d, max_unpool3d as max_unpool3d)
from minigrad.ops.images.resize import (
    channel_shuffle as channel_shuffle, interpolate as interpolate, pixel_shuffle as pixel_shuffle,
    pixel_unshuffle as pixel_unshuffle)
from minigrad.ops.images.warp import affine_grid as affine_grid, grid_sample as grid_sample
from minigrad.ops.layers.activations import (
    gelu as gelu, glu as glu, hardshrink as hardshrink, logsigmoid as logsigmoid, prelu as prelu,
    sigmoid as sigmoid, softplus as softplus, softshrink as softshrink, softsign as softsign,
    tanhshrink as tanhshrink)
from minigrad.ops.layers.attention import scaled_dot_product_attention as scaled_dot_product_attention
from minigrad.ops.layers.embedding import embedding_bag as embedding_bag, one_hot as one_hot
from minigrad.ops.layers.linear import linear as linear
from minigrad.ops.layers.normalisation import (
    batch_norm as batch_norm, group_norm as group_norm, instance_norm as instance_norm,
    layer_norm as layer_norm, local_response_norm as local_response_norm, rms_norm as rms_norm)
from minigrad.ops.layers.sampling import gumbel_softmax as gumbel_softmax
from minigrad.ops.losses.classification import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits, cross_entropy as cross_entropy,
    kl_div as kl_div, nll_loss as nll_loss)
from minigrad.ops.losses.likelihoods import (
    ctc_loss as ctc_loss, gaussian_nll_loss as gaussian_nll_loss, poisson_nll_loss as poisson_nll_loss)
from minigrad.ops.losses.margins import (
    cosine_embedding_loss as cosine_embedding_loss, hinge_embedding_loss as hinge_embedding_loss,
    margin_ranking_loss as margin_ranking_loss, multi_margin_loss as multi_margin_loss,
    multilabel_margin_loss as multilabel_margin_loss,
    multilabel_soft_margin_loss as multilabel_soft_margin_loss, soft_margin_loss as soft_margin_loss,
    triplet_margin_loss as triplet_margin_loss,
    triplet_margin_with_distance_loss as triplet_margin_with_distance_loss)
from minigrad.ops.losses.regression import (
    huber_loss as huber_loss, l1_loss as l1_loss, mse_loss as mse_loss, smooth_l1_loss as smooth_l1_loss)
from minigrad.ops.matrices.distances import (
    cosine_similarity as cosine_similarity, pairwise_distance as pairwise_distance, pdist as pdist)
from minigrad.ops.matrices.norms import normalize as normalize
from minigrad.ops.numbers.trigonometry import tanh as tanh
from minigrad.ops.places.padding import pad as pad

def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0)."""

def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6)."""

def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where positive, else negative_slope x."""

def rrelu(input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False,
        inplace: bool = False) -> Tensor:
    """leaky_relu with a random slope per element in training, uniform in [lower, upper]; else their mean."""

def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where positive, else alpha (e^x - 1)."""

def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """A self-normalising elu."""

def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""

def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x sigmoid(x)."""

def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x))."""

def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x limited to [min_val, max_val]."""

def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """relu6(x + 3) / 6."""

def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x relu6(x + 3) / 6."""

def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else value."""

def softmax(input: Tensor, dim: int, dtype=None) -> Tensor:
    """e^x / sum(e^x) along dim."""

def log_softmax(input: Tensor, dim: int, dtype=None) -> Tensor:
    """log(softmax(x)) along dim."""

def softmin(input: Tensor, dim: int, dtype=None) -> Tensor:
    """softmax(-x) along dim."""

def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, zero each element with probability p and scale the others by 1 / (1 - p); else x."""

def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, L)."""

def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, H, W)."""

def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, D, H, W)."""

def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Row i of weight (V, D) for every integer i: (...) -> (..., D)."""

def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for selu: dropped elements become selu's limit at -inf; mean 0 and variance 1 are kept."""

def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) ->
        Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""

def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""

def upsample(input: Tensor, size: int | tuple[int, ...] | None = None, scale_factor: float | tuple[float, ...]
        | None = None, mode: str = 'nearest', align_corners: bool | None = None) -> Tensor:
    """The old name of interpolate."""

def upsample_nearest(input: Tensor, size: int | tuple[int, ...] | None = None, scale_factor: float |
        tuple[float, ...] | None = None) -> Tensor:
    """interpolate with mode 'nearest'."""

def upsample_bilinear(input: Tensor, size: int | tuple[int, ...] | None = None, scale_factor: float |
        tuple[float, ...] | None = None) -> Tensor:
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
