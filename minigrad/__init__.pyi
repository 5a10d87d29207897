"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as a drop-in GPU backend.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

import numpy as np
from numpy import dtype, finfo, iinfo

from minigrad import (
    amp, autograd, backend, backends, cuda, data, distributions, fft, func, io, kernels, linalg, masked,
    metrics, models, nn, ops, optim, parallel, peft, profiler, signal, special, train, utils, visual)
from minigrad.amp import autocast
from minigrad.autograd.anomaly import detect_anomaly
from minigrad.autograd.arrays import Shape as Size, set_default_dtype
from minigrad.autograd.broadcast import broadcast_to
from minigrad.autograd.checking import gradcheck, gradgradcheck
from minigrad.autograd.complex import conj_physical
from minigrad.autograd.fused import fused, without_kernels
from minigrad.autograd.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from minigrad.autograd.op import Op, primitive
from minigrad.autograd.tensor import Parameter, Tensor
from minigrad.backend.blas import get_blas_threads as get_num_threads, set_blas_threads as set_num_threads
from minigrad.backend.generator import Generator
from minigrad.backend.random import initial_seed, manual_seed, seed
from minigrad.backend.seam import Device as device
from minigrad.func import vmap
from minigrad.io.pytorch import load, save
from minigrad.nn.functional import bilinear
from minigrad.ops.creation import (
    arange, as_tensor, asarray, bartlett_window, bernoulli, binomial, blackman_window, empty, empty_like,
    empty_permuted, empty_strided, eye, from_dlpack, from_file, from_numpy, frombuffer, full, full_like,
    get_rng_state, hamming_window, hann_window, kaiser_window, linspace, logspace, multinomial, normal, ones,
    ones_like, poisson, rand, rand_like, randint, randint_like, randn, randn_like, randperm, range,
    scalar_tensor, set_rng_state, tensor, tril_indices, triu_indices, zeros, zeros_like)
from minigrad.ops.images.adaptive_pooling import adaptive_avg_pool1d
from minigrad.ops.images.convolution import (
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d)
from minigrad.ops.images.pooling import avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from minigrad.ops.images.resize import (
    channel_shuffle, channel_shuffle as native_channel_shuffle, pixel_shuffle, pixel_unshuffle)
from minigrad.ops.layers.activations import celu, hardshrink, prelu, relu, rrelu, selu, threshold
from minigrad.ops.layers.dropout import alpha_dropout, dropout, feature_alpha_dropout
from minigrad.ops.layers.normalisation import group_norm, layer_norm, rms_norm
from minigrad.ops.matrices.distances import cdist, cosine_similarity, dist, pairwise_distance, pdist
from minigrad.ops.matrices.einsum import einsum, inner, tensordot
from minigrad.ops.matrices.elimination import lu_unpack
from minigrad.ops.matrices.factors import QR, SVD, cholesky
from minigrad.ops.matrices.functions import matrix_exp, matrix_power
from minigrad.ops.matrices.inverses import det, inverse, logdet, slogdet, trace
from minigrad.ops.matrices.lowrank import pca_lowrank, svd_lowrank
from minigrad.ops.matrices.norms import norm, renorm
from minigrad.ops.matrices.products import (
    addbmm, addmm, addmv, addr, baddbmm, bmm, chain_matmul, cross, dot, kron, matmul, mm, mv, outer,
    outer as ger, vdot)
from minigrad.ops.matrices.reflections import geqrf, householder_product as orgqr, ormqr
from minigrad.ops.matrices.systems import cholesky_inverse, cholesky_solve, pinverse, triangular_solve
from minigrad.ops.native import (
    affine_grid_generator, batch_norm, embedding, grid_sampler, grid_sampler_2d, grid_sampler_3d,
    instance_norm, max_pool1d_with_indices, native_batch_norm, native_dropout, native_group_norm,
    native_layer_norm)
from minigrad.ops.numbers.arithmetic import (
    abs, abs as absolute, add, addcdiv, addcmul, ceil, copysign, div, div as divide, floor, floor_divide,
    fmod, frac, gcd, lcm, lerp, mul, mul as multiply, neg, neg as negative, nextafter, positive, reciprocal,
    remainder, round, rsub, sign, sub, sub as subtract, true_divide, trunc, trunc as fix)
from minigrad.ops.numbers.choosing import (
    clamp, clamp as clip, clamp_max, clamp_min, fill, fmax, fmin, heaviside, maximum, minimum, nan_to_num)
from minigrad.ops.numbers.comparisons import (
    bitwise_and, bitwise_left_shift, bitwise_not, bitwise_or, bitwise_right_shift, bitwise_xor, eq, ge, gt,
    isclose, isfinite, isinf, isnan, isneginf, isposinf, isreal, le, logical_and, logical_not, logical_or,
    logical_xor, lt, ne, signbit)
from minigrad.ops.numbers.complex import (
    angle, complex, conj, imag, is_complex, is_conj, is_neg, polar, real, resolve_conj, resolve_neg, sgn,
    view_as_complex, view_as_real)
from minigrad.ops.numbers.dtypes import (
    can_cast, get_default_dtype, promote_types, result_type, set_printoptions)
from minigrad.ops.numbers.gammas import igamma, igammac
from minigrad.ops.numbers.powers import (
    exp, exp2, expm1, float_power, frexp, ldexp, log, log10, log1p, log2, logaddexp, logaddexp2, pow, rsqrt,
    sigmoid, sqrt, square, xlogy)
from minigrad.ops.numbers.special import (
    digamma, erf, erfc, erfinv, i0, lgamma, logit, mvlgamma, polygamma, sinc)
from minigrad.ops.numbers.trigonometry import (
    acos, acos as arccos, acosh, acosh as arccosh, asin, asin as arcsin, asinh, asinh as arcsinh, atan,
    atan as arctan, atan2, atan2 as arctan2, atanh, atanh as arctanh, cos, cosh, deg2rad, hypot, rad2deg,
    sin, sinh, tan, tanh)
from minigrad.ops.places.counting import (
    argwhere, bincount, bucketize, is_nonzero, isin, nonzero, nonzero_static, searchsorted, unique,
    unique_consecutive, unravel_index, where)
from minigrad.ops.places.diagonals import block_diag, diag, diag_embed, diagflat, diagonal, tril, triu
from minigrad.ops.places.indexing import (
    gather, index_select, masked_fill, masked_select, narrow, select, take, take_along_dim)
from minigrad.ops.places.joining import (
    cartesian_prod, cat, cat as concat, cat as concatenate, chunk, chunk as unsafe_chunk, column_stack,
    combinations, dsplit, dstack, hsplit, hstack, meshgrid, split, split as unsafe_split, stack,
    tensor_split, unbind, vsplit, vstack, vstack as row_stack)
from minigrad.ops.places.layouts import (
    channels_last, channels_last_3d, clone, contiguous_format, preserve_format, strided)
from minigrad.ops.places.memory import (
    alias_copy, as_strided, as_strided_copy, as_strided_scatter, diagonal_copy, expand_copy, narrow_copy,
    permute_copy, select_copy, slice_copy, split_copy, split_with_sizes,
    split_with_sizes as unsafe_split_with_sizes, split_with_sizes_copy, squeeze_copy, t_copy, transpose_copy,
    unbind_copy, unfold_copy, unsqueeze_copy, view_copy)
from minigrad.ops.places.moving import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from minigrad.ops.places.padding import constant_pad_nd
from minigrad.ops.places.scattering import (
    diagonal_scatter, index_add, index_copy, index_fill, index_put, index_reduce, masked_scatter, put,
    scatter, scatter_add, scatter_reduce, segment_reduce, select_scatter, slice_scatter)
from minigrad.ops.places.shapes import (
    adjoint, atleast_1d, atleast_2d, atleast_3d, broadcast_shapes, broadcast_tensors, flatten,
    flatten as ravel, is_same_size, movedim, movedim as moveaxis, permute, reshape, squeeze, t, transpose,
    transpose as swapaxes, transpose as swapdims, unflatten, unsqueeze)
from minigrad.ops.reductions.cumulative import (
    cummax, cummin, cumprod, cumsum, cumulative_trapezoid, diff, logcumsumexp, trapezoid, trapezoid as trapz,
    vander)
from minigrad.ops.reductions.logic import all, allclose, any, count_nonzero, equal, hash_tensor
from minigrad.ops.reductions.order import (
    amax, amin, aminmax, argmax, argmin, argsort, kthvalue, max, median, min, msort, nanmedian, sort, topk)
from minigrad.ops.reductions.softmax import log_softmax, logsumexp, softmax
from minigrad.ops.reductions.statistics import (
    corrcoef, cov, gradient, histc, histogram, histogramdd, mode, nanquantile, quantile)
from minigrad.ops.reductions.sums import mean, nanmean, nansum, prod, std, std_mean, sum, var, var_mean
from minigrad.ops.signals.frames import istft, stft
from minigrad.profiler.watching import profile
from minigrad.torch.finder import as_torch

__all__ = [
    "Generator", "Parameter", "Size", "Tensor", "__version__", "abs", "abs_", "absolute", "acos", "acos_",
    "acosh", "acosh_", "adaptive_avg_pool1d", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv",
    "addmv_", "addr", "adjoint", "affine_grid_generator", "alias_copy", "all", "allclose", "alpha_dropout",
    "amax", "amin", "aminmax", "amp", "angle", "any", "arange", "arccos", "arccos_", "arccosh", "arccosh_",
    "arcsin", "arcsin_", "arcsinh", "arcsinh_", "arctan", "arctan2", "arctan_", "arctanh", "arctanh_",
    "argmax", "argmin", "argsort", "argwhere", "as_strided", "as_strided_copy", "as_strided_scatter",
    "as_tensor", "as_torch", "asarray", "asin", "asin_", "asinh", "asinh_", "atan", "atan2", "atan_",
    "atanh", "atanh_", "atleast_1d", "atleast_2d", "atleast_3d", "autocast", "autograd", "avg_pool1d",
    "backend", "backends", "baddbmm", "bartlett_window", "batch_norm", "bernoulli", "bfloat16", "bilinear",
    "bincount", "binomial", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "blackman_window", "block_diag", "bmm", "bool", "broadcast_shapes",
    "broadcast_tensors", "broadcast_to", "bucketize", "can_cast", "cartesian_prod", "cat", "cdist",
    "cdouble", "ceil", "ceil_", "celu", "celu_", "cfloat", "chain_matmul", "channel_shuffle",
    "channels_last", "channels_last_3d", "cholesky", "cholesky_inverse", "cholesky_solve", "chunk", "clamp",
    "clamp_", "clamp_max", "clamp_max_", "clamp_min", "clamp_min_", "clip", "clip_", "clone", "column_stack",
    "combinations", "complex", "complex128", "complex64", "concat", "concatenate", "conj", "conj_physical",
    "constant_pad_nd", "contiguous_format", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "copysign", "corrcoef", "cos", "cos_", "cosh", "cosh_",
    "cosine_similarity", "count_nonzero", "cov", "cross", "cuda", "cummax", "cummin", "cumprod", "cumsum",
    "cumulative_trapezoid", "data", "deg2rad", "deg2rad_", "det", "detach", "detach_", "detect_anomaly",
    "device", "diag", "diag_embed", "diagflat", "diagonal", "diagonal_copy", "diagonal_scatter", "diff",
    "digamma", "dist", "distributions", "div", "divide", "dot", "double", "dropout", "dsplit", "dstack",
    "dtype", "e", "einsum", "embedding", "empty", "empty_like", "empty_permuted", "empty_strided",
    "enable_grad", "eq", "equal", "erf", "erf_", "erfc", "erfc_", "erfinv", "exp", "exp2", "exp2_", "exp_",
    "expand_copy", "expm1", "expm1_", "eye", "feature_alpha_dropout", "fft", "fill", "fill_", "finfo", "fix",
    "fix_", "flatten", "flip", "fliplr", "flipud", "float", "float16", "float32", "float64", "float_power",
    "floor", "floor_", "floor_divide", "fmax", "fmin", "fmod", "frac", "frac_", "frexp", "from_dlpack",
    "from_file", "from_numpy", "frombuffer", "full", "full_like", "func", "fused", "gather", "gcd", "gcd_",
    "ge", "geqrf", "ger", "get_default_dtype", "get_device", "get_num_threads", "get_rng_state", "gradcheck",
    "gradgradcheck", "gradient", "greater", "greater_equal", "grid_sampler", "grid_sampler_2d",
    "grid_sampler_3d", "group_norm", "gt", "half", "hamming_window", "hann_window", "hardshrink",
    "hash_tensor", "heaviside", "histc", "histogram", "histogramdd", "hsplit", "hstack", "hypot", "i0",
    "i0_", "igamma", "igammac", "iinfo", "imag", "index_add", "index_copy", "index_fill", "index_put",
    "index_put_", "index_reduce", "index_select", "inf", "inference_mode", "initial_seed", "inner",
    "instance_norm", "int", "int16", "int32", "int64", "int8", "inverse", "io", "is_complex", "is_conj",
    "is_floating_point", "is_grad_enabled", "is_neg", "is_nonzero", "is_same_size", "is_signed", "is_tensor",
    "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "isreal", "istft",
    "kaiser_window", "kernels", "kron", "kthvalue", "layer_norm", "lcm", "lcm_", "ldexp", "ldexp_", "le",
    "lerp", "less", "less_equal", "lgamma", "linalg", "linspace", "load", "log", "log10", "log10_", "log1p",
    "log1p_", "log2", "log2_", "log_", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logdet",
    "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "logit_", "logspace", "logsumexp",
    "long", "lt", "lu", "lu_solve", "lu_unpack", "manual_seed", "masked", "masked_fill", "masked_scatter",
    "masked_select", "matmul", "matrix_exp", "matrix_power", "max", "max_pool1d", "max_pool1d_with_indices",
    "max_pool2d", "max_pool3d", "maximum", "mean", "median", "meshgrid", "metrics", "min", "minimum", "mm",
    "mode", "models", "moveaxis", "movedim", "msort", "mul", "multinomial", "multiply", "mv", "mvlgamma",
    "nan", "nan_to_num", "nan_to_num_", "nanmean", "nanmedian", "nanquantile", "nansum", "narrow",
    "narrow_copy", "native_batch_norm", "native_channel_shuffle", "native_dropout", "native_group_norm",
    "native_layer_norm", "ne", "neg", "neg_", "negative", "negative_", "newaxis", "nextafter", "nn",
    "no_grad", "nonzero", "nonzero_static", "norm", "normal", "not_equal", "numel", "ones", "ones_like",
    "ops", "optim", "orgqr", "ormqr", "outer", "pairwise_distance", "parallel", "pca_lowrank", "pdist",
    "peft", "permute", "permute_copy", "pi", "pinverse", "pixel_shuffle", "pixel_unshuffle", "poisson",
    "polar", "polygamma", "positive", "pow", "prelu", "preserve_format", "primitive", "prod", "profile",
    "profiler", "promote_types", "put", "qr", "quantile", "rad2deg", "rad2deg_", "rand", "rand_like",
    "randint", "randint_like", "randn", "randn_like", "randperm", "range", "ravel", "real", "reciprocal",
    "reciprocal_", "relu", "relu_", "remainder", "renorm", "repeat_interleave", "reshape", "resize_as_",
    "resolve_conj", "resolve_neg", "result_type", "rms_norm", "roll", "rot90", "round", "round_",
    "row_stack", "rrelu", "rrelu_", "rsqrt", "rsqrt_", "rsub", "save", "scalar_tensor", "scatter",
    "scatter_add", "scatter_reduce", "searchsorted", "seed", "segment_reduce", "select", "select_copy",
    "select_scatter", "selu", "selu_", "set_default_dtype", "set_float32_matmul_precision",
    "set_grad_enabled", "set_num_threads", "set_printoptions", "set_rng_state", "sgn", "sigmoid", "sigmoid_",
    "sign", "signal", "signbit", "sin", "sin_", "sinc", "sinc_", "sinh", "sinh_", "slice_copy",
    "slice_scatter", "slogdet", "softmax", "sort", "special", "split", "split_copy", "split_with_sizes",
    "split_with_sizes_copy", "sqrt", "sqrt_", "square", "square_", "squeeze", "squeeze_copy", "stack", "std",
    "std_mean", "stft", "strided", "sub", "subtract", "sum", "svd", "svd_lowrank", "swapaxes", "swapdims",
    "t", "t_copy", "take", "take_along_dim", "tan", "tan_", "tanh", "tanh_", "tensor", "tensor_split",
    "tensordot", "threshold", "threshold_", "tile", "topk", "trace", "train", "transpose", "transpose_copy",
    "trapezoid", "trapz", "triangular_solve", "tril", "tril_indices", "triu", "triu_indices", "true_divide",
    "trunc", "trunc_", "uint8", "unbind", "unbind_copy", "unflatten", "unfold_copy", "unique",
    "unique_consecutive", "unravel_index", "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes",
    "unsqueeze", "unsqueeze_copy", "use_deterministic_algorithms", "utils", "vander", "var", "var_mean",
    "vdot", "view_as_complex", "view_as_real", "view_copy", "visual", "vmap", "vsplit", "vstack", "where",
    "without_kernels", "xlogy", "xlogy_", "zero_", "zeros", "zeros_like"]

def abs_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write abs(x, ...) into x; returns x."""

def acos_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write acos(x, ...) into x; returns x."""

def acosh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write acosh(x, ...) into x; returns x."""

def addmv_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write addmv(x, ...) into x; returns x."""

def arccos_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write acos(x, ...) into x; returns x."""

def arccosh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write acosh(x, ...) into x; returns x."""

def arcsin_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write asin(x, ...) into x; returns x."""

def arcsinh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write asinh(x, ...) into x; returns x."""

def arctan_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write atan(x, ...) into x; returns x."""

def arctanh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write atanh(x, ...) into x; returns x."""

def asin_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write asin(x, ...) into x; returns x."""

def asinh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write asinh(x, ...) into x; returns x."""

def atan_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write atan(x, ...) into x; returns x."""

def atanh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write atanh(x, ...) into x; returns x."""

def ceil_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write ceil(x, ...) into x; returns x."""

def celu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write celu(x, ...) into x; returns x."""

def clamp_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write clamp(x, ...) into x; returns x."""

def clamp_max_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write clamp_max(x, ...) into x; returns x."""

def clamp_min_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write clamp_min(x, ...) into x; returns x."""

def clip_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write clamp(x, ...) into x; returns x."""

def cos_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write cos(x, ...) into x; returns x."""

def cosh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write cosh(x, ...) into x; returns x."""

def deg2rad_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write deg2rad(x, ...) into x; returns x."""

def detach(input: Tensor) -> Tensor:
    """The same array, outside the graph."""

def detach_(x: Tensor) -> Tensor:
    """Cut x off from the graph that computed it; returns x. Raises RuntimeError for a view."""

def erf_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write erf(x, ...) into x; returns x."""

def erfc_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write erfc(x, ...) into x; returns x."""

def exp2_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write exp2(x, ...) into x; returns x."""

def exp_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write exp(x, ...) into x; returns x."""

def expm1_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write expm1(x, ...) into x; returns x."""

def fill_(x: Tensor, value: Tensor | builtins.float) -> Tensor:
    """Set every element to value; returns x. Raises ValueError for a number beyond the range of integers."""

def fix_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write trunc(x, ...) into x; returns x."""

def floor_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write floor(x, ...) into x; returns x."""

def frac_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write frac(x, ...) into x; returns x."""

def gcd_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write gcd(x, ...) into x; returns x."""

def get_device(input: Tensor) -> builtins.int:
    """The number of the GPU that holds the tensor; -1 for the CPU."""

def i0_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write i0(x, ...) into x; returns x."""

def index_put_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write index_put(x, ...) into x; returns x."""

def is_floating_point(input: Tensor) -> builtins.bool:
    """Does the tensor have a floating-point dtype?"""

def is_signed(input: Tensor) -> builtins.bool:
    """Can the dtype of the tensor hold negative numbers?"""

def is_tensor(obj: object) -> builtins.bool:
    """Is obj a Tensor?"""

def lcm_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write lcm(x, ...) into x; returns x."""

def ldexp_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write ldexp(x, ...) into x; returns x."""

def log10_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write log10(x, ...) into x; returns x."""

def log1p_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write log1p(x, ...) into x; returns x."""

def log2_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write log2(x, ...) into x; returns x."""

def log_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write log(x, ...) into x; returns x."""

def logit_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write logit(x, ...) into x; returns x."""

def lu(A: Tensor, pivot: builtins.bool = True, get_infos: builtins.bool = False) -> tuple:
    """(LU, pivots), with get_infos also info; see linalg.lu_factor_ex. Raises ValueError as lu_factor."""

def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """The X with A X = b, b (..., n, k); see linalg.lu_solve."""

def nan_to_num_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write nan_to_num(x, ...) into x; returns x."""

def neg_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write neg(x, ...) into x; returns x."""

def negative_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write neg(x, ...) into x; returns x."""

def numel(input: Tensor) -> builtins.int:
    """The number of elements of the tensor."""

def qr(x: Tensor, some: builtins.bool = True) -> QR:
    """(Q, R) with x = Q R; some=False asks for all columns of Q. See linalg.qr."""

def rad2deg_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write rad2deg(x, ...) into x; returns x."""

def reciprocal_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write reciprocal(x, ...) into x; returns x."""

def relu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write relu(x, ...) into x; returns x."""

def resize_as_(x: Tensor, other: Tensor, memory_format: Any = None) -> Tensor:
    """Give x the size of other in place; returns x. See resize_."""

def round_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write round(x, ...) into x; returns x."""

def rrelu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write rrelu(x, ...) into x; returns x."""

def rsqrt_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write rsqrt(x, ...) into x; returns x."""

def selu_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write selu(x, ...) into x; returns x."""

def set_float32_matmul_precision(precision: str) -> None:
    """Do nothing: float32 products are always computed in float32, PyTorch's 'highest'."""

def sigmoid_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write sigmoid(x, ...) into x; returns x."""

def sin_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write sin(x, ...) into x; returns x."""

def sinc_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write sinc(x, ...) into x; returns x."""

def sinh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write sinh(x, ...) into x; returns x."""

def sqrt_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write sqrt(x, ...) into x; returns x."""

def square_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write square(x, ...) into x; returns x."""

def svd(x: Tensor, some: builtins.bool = True, compute_uv: builtins.bool = True) -> SVD:
    """(U, S, V) with x = U diag(S) Vᵀ: min(m, n) columns in U and V, or all with some=False. See linalg.svd."""

def tan_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write tan(x, ...) into x; returns x."""

def tanh_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write tanh(x, ...) into x; returns x."""

def threshold_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write threshold(x, ...) into x; returns x."""

def trunc_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write trunc(x, ...) into x; returns x."""

def use_deterministic_algorithms(mode: builtins.bool, *, warn_only: builtins.bool = False) -> None:
    """Do nothing: on the CPU, the same seed always gives the same numbers."""

def xlogy_(x: Tensor, *args: Any, **settings: Any) -> Tensor:
    """Write xlogy(x, ...) into x; returns x."""

def zero_(x: Tensor) -> Tensor:
    """Set every element to 0; returns x."""

__version__: str
bfloat16: np.dtype
bool: np.dtype
cdouble: np.dtype
cfloat: np.dtype
complex128: np.dtype
complex64: np.dtype
double: np.dtype
e: builtins.float
float: np.dtype
float16: np.dtype
float32: np.dtype
float64: np.dtype
greater: Op
greater_equal: Op
half: np.dtype
inf: builtins.float
int: np.dtype
int16: np.dtype
int32: np.dtype
int64: np.dtype
int8: np.dtype
less: Op
less_equal: Op
long: np.dtype
nan: builtins.float
newaxis: None
not_equal: Op
pi: builtins.float
uint8: np.dtype
