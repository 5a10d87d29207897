"""The functions of torch.nn.functional, with the same names and arguments.

    from minigrad.nn import functional as F

Nearly all are ops, imported from minigrad.ops. A function that has one more argument in PyTorch is
defined below. With inplace=True the result is written into the input, which is returned.
"""

from typing import Any as _Any

from minigrad.autograd import Tensor, composed as _composed, dtype_of as _dtype_of
from minigrad.hints import missing as _missing, warn as _warn
from minigrad.nn.attention import multi_head_attention_forward  # noqa: F401
from minigrad.ops.inplace import inplace as _inplace, written_over as _write
from minigrad.ops.images.adaptive_pooling import (  # noqa: F401
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool2d,
    adaptive_max_pool3d)
from minigrad.ops.images.convolution import (  # noqa: F401
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, fold, unfold)
from minigrad.ops.images.pooling import (  # noqa: F401
    avg_pool1d, avg_pool2d, avg_pool3d, fractional_max_pool2d, fractional_max_pool3d, lp_pool1d, lp_pool2d,
    lp_pool3d, max_pool1d, max_pool2d, max_pool3d, max_unpool1d, max_unpool2d, max_unpool3d)
from minigrad.ops.images.resize import (  # noqa: F401
    channel_shuffle, channel_shuffle as native_channel_shuffle, interpolate, pixel_shuffle, pixel_unshuffle)
from minigrad.ops.images.warp import affine_grid, grid_sample  # noqa: F401
from minigrad.ops.layers import activations as _activations, dropout as _dropout
from minigrad.ops.layers.activations import (  # noqa: F401
    gelu, glu, hardshrink, logsigmoid, prelu, sigmoid, softplus, softshrink, softsign, tanhshrink)
from minigrad.ops.layers.attention import scaled_dot_product_attention  # noqa: F401
from minigrad.ops.layers.embedding import embedding, embedding_bag, one_hot  # noqa: F401
from minigrad.ops.layers.linear import linear  # noqa: F401
from minigrad.ops.layers.normalisation import (  # noqa: F401
    batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm)
from minigrad.ops.layers.sampling import gumbel_softmax  # noqa: F401
from minigrad.ops.losses.classification import (  # noqa: F401
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, kl_div, linear_cross_entropy,
    nll_loss)
from minigrad.ops.losses.likelihoods import ctc_loss, gaussian_nll_loss, poisson_nll_loss  # noqa: F401
from minigrad.ops.losses.margins import (  # noqa: F401
    cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss, multi_margin_loss,
    multilabel_margin_loss, multilabel_soft_margin_loss, soft_margin_loss, triplet_margin_loss,
    triplet_margin_with_distance_loss)
from minigrad.ops.losses.regression import huber_loss, l1_loss, mse_loss, smooth_l1_loss  # noqa: F401
from minigrad.ops.matrices.distances import cosine_similarity, pairwise_distance, pdist  # noqa: F401
from minigrad.ops.matrices.einsum import einsum as _einsum  # noqa: F401
from minigrad.ops.matrices.norms import normalize  # noqa: F401
from minigrad.ops.numbers.trigonometry import tanh  # noqa: F401
from minigrad.ops.places.padding import pad  # noqa: F401
from minigrad.ops.reductions import softmax as _softmax


@_composed
def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0)."""
    return _write(_activations.relu, input) if inplace else _activations.relu(input)


@_composed
def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6)."""
    return _write(_activations.relu6, input) if inplace else _activations.relu6(input)


@_composed
def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where positive, else negative_slope x."""
    if inplace:
        return _write(_activations.leaky_relu, input, negative_slope=negative_slope)
    return _activations.leaky_relu(input, negative_slope=negative_slope)


@_composed
def rrelu(input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False,
          inplace: bool = False) -> Tensor:
    """leaky_relu with a random slope per element in training, uniform in [lower, upper]; else their mean."""
    if inplace:
        return _write(_activations.rrelu, input, lower, upper, training)
    return _activations.rrelu(input, lower, upper, training)


@_composed
def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where positive, else alpha (e^x - 1)."""
    return _write(_activations.elu, input, alpha=alpha) if inplace else _activations.elu(input, alpha=alpha)


@_composed
def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """A self-normalising elu."""
    return _write(_activations.selu, input) if inplace else _activations.selu(input)


@_composed
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1))."""
    return _write(_activations.celu, input, alpha) if inplace else _activations.celu(input, alpha)


@_composed
def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x sigmoid(x)."""
    return _write(_activations.silu, input) if inplace else _activations.silu(input)


@_composed
def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x))."""
    return _write(_activations.mish, input) if inplace else _activations.mish(input)


@_composed
def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x limited to [min_val, max_val]. Raises ValueError for min_val > max_val."""
    if min_val > max_val:
        raise ValueError(f"hardtanh: min_val must not exceed max_val, got {min_val} and {max_val}")
    if inplace:
        return _write(_activations.hardtanh, input, min_val=min_val, max_val=max_val)
    return _activations.hardtanh(input, min_val=min_val, max_val=max_val)


@_composed
def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """relu6(x + 3) / 6."""
    return _write(_activations.hardsigmoid, input) if inplace else _activations.hardsigmoid(input)


@_composed
def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x relu6(x + 3) / 6."""
    return _write(_activations.hardswish, input) if inplace else _activations.hardswish(input)


@_composed
def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else value."""
    if inplace:
        return _write(_activations.threshold, input, threshold, value)
    return _activations.threshold(input, threshold, value)


@_composed
def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: _Any = None) -> Tensor:
    """e^x / sum(e^x) along dim. Without dim, which is deprecated: axis 0 of 1 or 3 axes, else axis 1."""
    dim = _former_axis("softmax", input) if dim is None else dim
    return _softmax.softmax(input if dtype is None else input.to(_dtype_of(dtype)), dim=dim)


@_composed
def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: _Any = None) -> Tensor:
    """log(softmax(x)) along dim; see softmax."""
    dim = _former_axis("log_softmax", input) if dim is None else dim
    return _softmax.log_softmax(input if dtype is None else input.to(_dtype_of(dtype)), dim=dim)


@_composed
def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: _Any = None) -> Tensor:
    """softmax(-x) along dim; see softmax."""
    return softmax(-input, _former_axis("softmin", input) if dim is None else dim, dtype=dtype)


def _former_axis(name, input):
    """The axis of a softmax without dim, with a warning."""
    dim = 0 if input.ndim in (0, 1, 3) else 1
    _warn(f"{name}: a call without dim is deprecated; write dim={dim}")
    return dim


@_composed
def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, zero each element with probability p and scale the others by 1 / (1 - p); else x."""
    if inplace and training:
        return _write(_dropout.dropout, input, p, training)
    return _dropout.dropout(input, p, training)


@_composed
def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, L) or (C, L)."""
    if inplace and training:
        return _write(_dropout.dropout1d, input, p, training)
    return _dropout.dropout1d(input, p, training)


@_composed
def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, H, W)."""
    if inplace and training:
        return _write(_dropout.dropout2d, input, p, training)
    return _dropout.dropout2d(input, p, training)


@_composed
def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """dropout of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    if inplace and training:
        return _write(_dropout.dropout3d, input, p, training)
    return _dropout.dropout3d(input, p, training)


@_composed
def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for selu: dropped elements become selu's limit at -inf; mean 0 and variance 1 are kept."""
    if inplace and training:
        return _write(_dropout.alpha_dropout, input, p, training)
    return _dropout.alpha_dropout(input, p, training)


@_composed
def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False,
                          inplace: bool = False) -> Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""
    if inplace and training:
        return _write(_dropout.feature_alpha_dropout, input, p, training)
    return _dropout.feature_alpha_dropout(input, p, training)


@_composed
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(..., in1), (..., in2), weight (out, in1, in2), bias (out,) -> (..., out): x1ᵀ W_k x2 + b_k."""
    y = _einsum("...i,kij,...j->...k", input1, weight, input2)
    return y if bias is None else y + bias


@_composed
def upsample(input: Tensor, size: int | tuple[int, ...] | None = None,
             scale_factor: float | tuple[float, ...] | None = None, mode: str = "nearest",
             align_corners: bool | None = None) -> Tensor:
    """The former name of interpolate."""
    _warn("F.upsample is deprecated; write F.interpolate")
    return interpolate(input, size, scale_factor, mode, align_corners)


@_composed
def upsample_nearest(input: Tensor, size: int | tuple[int, ...] | None = None,
                     scale_factor: float | tuple[float, ...] | None = None) -> Tensor:
    """The former name of interpolate with mode 'nearest'."""
    _warn("F.upsample_nearest is deprecated; write F.interpolate")
    return interpolate(input, size, scale_factor)


@_composed
def upsample_bilinear(input: Tensor, size: int | tuple[int, ...] | None = None,
                      scale_factor: float | tuple[float, ...] | None = None) -> Tensor:
    """The former name of interpolate with mode 'bilinear' and align_corners=True."""
    _warn("F.upsample_bilinear is deprecated; write F.interpolate(..., mode='bilinear', align_corners=True)")
    return interpolate(input, size, scale_factor, "bilinear", True)


# In place
relu_, leaky_relu_, rrelu_, elu_, selu_, celu_, hardtanh_, threshold_ = (
    _composed(_inplace(f"{function.__name__}_", function))
    for function in (relu, leaky_relu, rrelu, elu, selu, celu, hardtanh, threshold))


_INSTEAD = {
    "bce": "use functional.binary_cross_entropy, or binary_cross_entropy_with_logits for raw scores",
    "dense": "use functional.linear(x, weight, bias)",
    **{name: f"use functional.{name}1d, {name}2d or {name}3d, by the number of spatial axes"
       for name in ("conv", "max_pool", "avg_pool", "conv_transpose")},
}


def __getattr__(name):
    raise _missing(__name__, name, globals(), _INSTEAD)
