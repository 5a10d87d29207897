"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as drop-in GPU backend.

    import minigrad
    from minigrad import nn, optim

    x = minigrad.tensor([[1.0, 2.0]], requires_grad=True)
    y = (x ** 2).sum()
    y.backward()
    x.grad                      # tensor([[2., 4.]])

Names shared with PyTorch mean what they mean there. The source is made to be read, floor by floor:
backend, autograd, ops, kernels; then nn, optim and data; io, train, demos.
"""

import importlib as _importlib

import numpy as _np

from minigrad import kernels as _kernels    # registers the fast ways  # noqa: F401
from minigrad.autograd import (
    Parameter, Shape as Size, Tensor, detect_anomaly, enable_grad, fused, gradcheck, gradgradcheck,
    inference_mode, is_grad_enabled, no_grad, primitive, set_default_dtype, set_grad_enabled, without_kernels)
from minigrad.backend import (
    Device as device, Generator, get_blas_threads as get_num_threads, initial_seed, manual_seed,
    random_state as get_rng_state, seed, set_blas_threads as set_num_threads,
    set_random_state as set_rng_state)
from minigrad.hints import no_attribute as _no_attribute
from minigrad.ops.activations import celu, hardshrink, prelu, relu, rrelu, selu, sigmoid, threshold
from minigrad.ops.convolution import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from minigrad.ops.creation import (
    arange, as_tensor, asarray, bartlett_window, bernoulli, binomial, blackman_window, empty,
    empty_like, eye, from_numpy, frombuffer, full, full_like, hamming_window, hann_window, linspace,
    logspace, multinomial, normal, ones, ones_like, poisson, rand, rand_like, randint, randint_like,
    randn, randn_like, randperm, scalar_tensor, tensor, tril_indices, triu_indices, zeros,
    zeros_like)
from minigrad.ops.counting import (
    argwhere, bincount, bucketize, isin, nonzero, searchsorted, unique, unique_consecutive, unravel_index,
    where)
from minigrad.ops.cumulative import (
    cummax, cummin, cumprod, cumulative_trapezoid, diff, logcumsumexp, trapezoid, vander)
from minigrad.ops.decompositions import cholesky, det, inverse, logdet, matrix_power, pinv as pinverse, slogdet
from minigrad.ops.dtypes import can_cast, get_default_dtype, promote_types, result_type, set_printoptions
from minigrad.ops.elementwise import (
    abs, acos, acosh, add, addcdiv, addcmul, asin, asinh, atan, atan2, atanh, bitwise_and, bitwise_not,
    bitwise_or, bitwise_xor, ceil, clamp, cos, cosh, div, eq, erf, exp, exp2, expm1, floor, floor_divide,
    fmod, frac, ge, gt, hypot, isclose, isfinite, isinf, isnan, le, lerp, log, log1p, log2, log10, logaddexp,
    logical_and, logical_not, logical_or, logical_xor, lt, maximum, minimum, mul, nan_to_num, ne, neg,
    pow, reciprocal, remainder, round, rsqrt, sign, sin, sinh, sqrt, square, sub, tan, tanh, true_divide,
    trunc, xlogy)
from minigrad.ops.indexing import (
    argmax, argmin, argsort, gather, index_add, index_select, masked_fill, masked_select, msort, narrow,
    scatter_add, select, take, take_along_dim)
from minigrad.ops.layouts import channels_last, channels_last_3d, contiguous_format, preserve_format
from minigrad.ops.linalg import addmm, bmm, dot, einsum, matmul, mm, outer, tensordot, trace
from minigrad.ops.dropout import alpha_dropout, dropout, feature_alpha_dropout
from minigrad.ops.margins import pairwise_distance
from minigrad.ops.normalisation import cosine_similarity, group_norm, layer_norm, rms_norm
from minigrad.ops.pooling import adaptive_avg_pool1d, avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from minigrad.ops.resize import channel_shuffle, pixel_shuffle, pixel_unshuffle
from minigrad.ops.matrices import (
    addbmm, chain_matmul, cholesky_inverse, cholesky_solve, inner, matrix_exp, qr, svd)
from minigrad.ops.numbers import (
    ALIASES as _ALIASES, bitwise_left_shift, bitwise_right_shift, clamp_max, clamp_min, copysign, deg2rad,
    float_power, fmax, fmin, frexp, gcd, heaviside, isneginf, isposinf, isreal, lcm, ldexp, logaddexp2,
    nextafter, positive, rad2deg, signbit)
from minigrad.ops.products import addmv, addr, baddbmm, cdist, cross, dist, kron, mv, pdist
from minigrad.ops.reductions import (
    all, allclose, amax, amin, aminmax, any, count_nonzero, cumsum, equal, log_softmax, logsumexp, max,
    mean, median, min, nansum, norm, prod, softmax, sort, std, std_mean, sum, topk, var, var_mean)
from minigrad.ops.scattering import (
    diagonal_scatter, index_copy, index_fill, index_put, index_reduce, masked_scatter, put, scatter,
    scatter_reduce, select_scatter, slice_scatter)
from minigrad.ops.shapes import (
    broadcast_to, cat, chunk, clone, diag, diagonal, flatten, flip, meshgrid, movedim, permute,
    repeat_interleave, reshape, roll, split, squeeze, stack, t, tile, transpose, tril, triu, unbind,
    unflatten, unsqueeze)
from minigrad.ops.stacking import (
    adjoint, atleast_1d, atleast_2d, atleast_3d, block_diag, broadcast_shapes, broadcast_tensors,
    cartesian_prod, column_stack, combinations, diag_embed, diagflat, dsplit, dstack, fliplr, flipud,
    hsplit, hstack, is_nonzero, is_same_size, rot90, tensor_split, vsplit, vstack)
from minigrad.ops.special import digamma, erfc, erfinv, i0, lgamma, logit, mvlgamma, polygamma, sinc
from minigrad.ops.statistics import (
    corrcoef, cov, gradient, histc, histogram, kthvalue, mode, nanmean, nanmedian, nanquantile, quantile,
    renorm)

__version__ = "0.1.0"

float16, float32, float64 = _np.dtype("float16"), _np.dtype("float32"), _np.dtype("float64")
int8, int16, int32, int64 = (_np.dtype(name) for name in ("int8", "int16", "int32", "int64"))
uint8, bool = _np.dtype("uint8"), _np.dtype("bool")
half, float, double, int, long = float16, float32, float64, int32, int64
concat = concatenate = cat
ravel, moveaxis, swapaxes, swapdims, row_stack = flatten, movedim, transpose, transpose, vstack
ger, vdot, trapz = outer, dot, trapezoid
globals().update({alias: globals()[name] for alias, name in _ALIASES.items()})
inf, nan, pi, e, newaxis = _np.inf, _np.nan, _np.pi, _np.e, None
dtype, finfo, iinfo = _np.dtype, _np.finfo, _np.iinfo


def is_tensor(obj):
    """Is it a Tensor?"""
    return isinstance(obj, Tensor)


def is_floating_point(input):
    """Does the tensor hold floating-point numbers?"""
    return input.is_floating_point()


def is_complex(input):
    """Does the tensor hold complex numbers? None does."""
    return False


def numel(input):
    """The number of elements of the tensor."""
    return input.numel()


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Changes nothing: on the CPU, a seed gives the same numbers every time."""


def set_float32_matmul_precision(precision):
    """Changes nothing: float32 is multiplied as float32, 'highest', which the others allow."""
    if precision not in ("highest", "high", "medium"):
        raise ValueError(f"set_float32_matmul_precision: 'highest', 'high' or 'medium', got {precision!r}")


_MODULES = ("amp", "autograd", "backend", "backends", "cuda", "data", "distributions", "func", "io", "kernels", "linalg", "nn", "ops", "optim", "parallel",
            "profiler", "train", "utils", "visual")


# Names from modules that load on first use.
_LATER = {"autocast": "amp", "load": "io.pytorch", "profile": "profiler", "save": "io.pytorch", "vmap": "func"}


def __getattr__(name):
    """Submodules on first use, and an answer to names that are not there."""
    if name in _LATER:
        return getattr(_importlib.import_module(f"minigrad.{_LATER[name]}"), name)
    if name in _MODULES:
        return _importlib.import_module(f"minigrad.{name}")
    raise _no_attribute(__name__, name)
