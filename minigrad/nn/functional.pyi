"""The functions of torch.nn.functional, with the same names and arguments.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

from minigrad.autograd.tensor import Tensor
from minigrad.nn.attention import multi_head_attention_forward
from minigrad.ops.images.adaptive_pooling import (
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool2d,
    adaptive_max_pool3d)
from minigrad.ops.images.convolution import (
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, fold, unfold)
from minigrad.ops.images.pooling import (
    avg_pool1d, avg_pool2d, avg_pool3d, fractional_max_pool2d, fractional_max_pool3d, lp_pool1d, lp_pool2d,
    lp_pool3d, max_pool1d, max_pool2d, max_pool3d, max_unpool1d, max_unpool2d, max_unpool3d)
from minigrad.ops.images.resize import channel_shuffle, interpolate, pixel_shuffle, pixel_unshuffle
from minigrad.ops.images.warp import affine_grid, grid_sample
from minigrad.ops.layers.activations import (
    gelu, glu, hardshrink, logsigmoid, prelu, softplus, softshrink, softsign, tanhshrink)
from minigrad.ops.layers.attention import scaled_dot_product_attention
from minigrad.ops.layers.embedding import embedding, embedding_bag, one_hot
from minigrad.ops.layers.linear import linear
from minigrad.ops.layers.normalisation import (
    batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm)
from minigrad.ops.layers.sampling import gumbel_softmax
from minigrad.ops.losses.classification import (
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, kl_div, linear_cross_entropy,
    nll_loss)
from minigrad.ops.losses.likelihoods import ctc_loss, gaussian_nll_loss, poisson_nll_loss
from minigrad.ops.losses.margins import (
    cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss, multi_margin_loss,
    multilabel_margin_loss, multilabel_soft_margin_loss, soft_margin_loss, triplet_margin_loss,
    triplet_margin_with_distance_loss)
from minigrad.ops.losses.regression import huber_loss, l1_loss, mse_loss, smooth_l1_loss
from minigrad.ops.matrices.distances import cosine_similarity, pairwise_distance, pdist
from minigrad.ops.matrices.norms import normalize
from minigrad.ops.numbers.powers import sigmoid
from minigrad.ops.numbers.trigonometry import tanh
from minigrad.ops.places.padding import pad

__all__ = [
    "Tensor", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "affine_grid", "alpha_dropout", "avg_pool1d", "avg_pool2d",
    "avg_pool3d", "batch_norm", "bilinear", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "celu", "celu_", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "cosine_embedding_loss", "cosine_similarity", "cross_entropy", "ctc_loss", "dropout",
    "dropout1d", "dropout2d", "dropout3d", "elu", "elu_", "embedding", "embedding_bag",
    "feature_alpha_dropout", "fold", "fractional_max_pool2d", "fractional_max_pool3d", "gaussian_nll_loss",
    "gelu", "glu", "grid_sample", "group_norm", "gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish",
    "hardtanh", "hardtanh_", "hinge_embedding_loss", "huber_loss", "instance_norm", "interpolate", "kl_div",
    "l1_loss", "layer_norm", "leaky_relu", "leaky_relu_", "linear", "linear_cross_entropy",
    "local_response_norm", "log_softmax", "logsigmoid", "lp_pool1d", "lp_pool2d", "lp_pool3d",
    "margin_ranking_loss", "max_pool1d", "max_pool2d", "max_pool3d", "max_unpool1d", "max_unpool2d",
    "max_unpool3d", "mish", "mse_loss", "multi_head_attention_forward", "multi_margin_loss",
    "multilabel_margin_loss", "multilabel_soft_margin_loss", "nll_loss", "normalize", "one_hot", "pad",
    "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss", "prelu", "relu",
    "relu6", "relu_", "rms_norm", "rrelu", "rrelu_", "scaled_dot_product_attention", "selu", "selu_",
    "sigmoid", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softplus", "softshrink",
    "softsign", "tanh", "tanhshrink", "threshold", "threshold_", "triplet_margin_loss",
    "triplet_margin_with_distance_loss", "unfold", "upsample", "upsample_bilinear", "upsample_nearest"]

def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for selu: dropped elements become selu's limit at -inf; mean 0 and variance 1 are kept."""

def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""

def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""

def celu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write celu(x, ...) into x; returns x."""

def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, zero each element with probability p and scale the others by 1 / (1 - p); else x."""

def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, L) or (C, L)."""

def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, H, W)."""

def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, D, H, W) or (C, D, H, W)."""

def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where positive, else alpha (e^x - 1)."""

def elu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write elu(x, ...) into x; returns x."""

def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False,
        inplace: bool = False) -> Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""

def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """relu6(x + 3) / 6."""

def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x relu6(x + 3) / 6."""

def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x limited to [min_val, max_val]."""

def hardtanh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write hardtanh(x, ...) into x; returns x."""

def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where positive, else negative_slope x."""

def leaky_relu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write leaky_relu(x, ...) into x; returns x."""

def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """log(softmax(x)) along dim; see softmax."""

def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x))."""

def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0)."""

def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6)."""

def relu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write relu(x, ...) into x; returns x."""

def rrelu(input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False,
        inplace: bool = False) -> Tensor:
    """leaky_relu with a random slope per element in training, uniform in [lower, upper]; else their mean."""

def rrelu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write rrelu(x, ...) into x; returns x."""

def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """A self-normalising elu."""

def selu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write selu(x, ...) into x; returns x."""

def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x sigmoid(x)."""

def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """e^x / sum(e^x) along dim. Without dim, which is deprecated: axis 0 of 1 or 3 axes, else axis 1."""

def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """softmax(-x) along dim; see softmax."""

def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else value."""

def threshold_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write threshold(x, ...) into x; returns x."""

def upsample(input: Tensor, size: int | tuple[int, ...] | None = None, scale_factor: float | tuple[float,
        ...] | None = None, mode: str = 'nearest', align_corners: bool | None = None) -> Tensor:
    """The former name of interpolate."""

def upsample_bilinear(input: Tensor, size: int | tuple[int, ...] | None = None,
        scale_factor: float | tuple[float, ...] | None = None) -> Tensor:
    """The former name of interpolate with mode 'bilinear' and align_corners=True."""

def upsample_nearest(input: Tensor, size: int | tuple[int, ...] | None = None,
        scale_factor: float | tuple[float, ...] | None = None) -> Tensor:
    """The former name of interpolate with mode 'nearest'."""
