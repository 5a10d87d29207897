"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as drop-in GPU backend.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

import numpy as np
from numpy import dtype, finfo, iinfo

from minigrad import (
    amp, autograd, backend, backends, cuda, data, distributions, func, io, kernels, linalg, nn, ops, optim,
    parallel, profiler, train, utils, visual)
from minigrad.amp import autocast
from minigrad.autograd.anomaly import detect_anomaly
from minigrad.autograd.broadcast import broadcast_to
from minigrad.autograd.fused import fused
from minigrad.autograd.gradcheck import gradcheck, gradgradcheck
from minigrad.autograd.modes import (
    enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled, without_kernels)
from minigrad.autograd.op import Op, primitive, set_default_dtype
from minigrad.autograd.tensor import Parameter, Shape as Size, Tensor
from minigrad.backend.blas import get_blas_threads as get_num_threads, set_blas_threads as set_num_threads
from minigrad.backend.random import (
    Generator, initial_seed, manual_seed, random_state as get_rng_state, seed,
    set_random_state as set_rng_state)
from minigrad.backend.seam import Device as device
from minigrad.func import vmap
from minigrad.io.pytorch import load, save
from minigrad.ops.activations import celu, hardshrink, prelu, relu, rrelu, selu, sigmoid, threshold
from minigrad.ops.convolution import (
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d)
from minigrad.ops.counting import (
    argwhere, bincount, bucketize, isin, nonzero, searchsorted, unique, unique_consecutive, unravel_index,
    where)
from minigrad.ops.creation import (
    arange, as_tensor, asarray, bartlett_window, bernoulli, binomial, blackman_window, empty, empty_like,
    eye, from_numpy, frombuffer, full, full_like, hamming_window, hann_window, linspace, logspace,
    multinomial, normal, ones, ones_like, poisson, rand, rand_like, randint, randint_like, randn, randn_like,
    randperm, scalar_tensor, tensor, tril_indices, triu_indices, zeros, zeros_like)
from minigrad.ops.cumulative import (
    cummax, cummin, cumprod, cumulative_trapezoid, diff, logcumsumexp, trapezoid, trapezoid as trapz, vander)
from minigrad.ops.decompositions import (
    cholesky, det, inverse, logdet, matrix_power, pinv as pinverse, slogdet)
from minigrad.ops.dropout import alpha_dropout, dropout, feature_alpha_dropout
from minigrad.ops.dtypes import can_cast, get_default_dtype, promote_types, result_type, set_printoptions
from minigrad.ops.elementwise import (
    abs, abs as absolute, acos, acos as arccos, acosh, acosh as arccosh, add, addcdiv, addcmul, asin,
    asin as arcsin, asinh, asinh as arcsinh, atan, atan as arctan, atan2, atan2 as arctan2, atanh,
    atanh as arctanh, bitwise_and, bitwise_not, bitwise_or, bitwise_xor, ceil, clamp, clamp as clip, cos,
    cosh, div, div as divide, eq, erf, exp, exp2, expm1, floor, floor_divide, fmod, frac, ge, gt, hypot,
    isclose, isfinite, isinf, isnan, le, lerp, log, log10, log1p, log2, logaddexp, logical_and, logical_not,
    logical_or, logical_xor, lt, maximum, minimum, mul, mul as multiply, nan_to_num, ne, neg,
    neg as negative, pow, reciprocal, remainder, round, rsqrt, sign, sign as sgn, sin, sinh, sqrt, square,
    sub, sub as subtract, tan, tanh, true_divide, trunc, trunc as fix, xlogy)
from minigrad.ops.indexing import (
    argmax, argmin, argsort, gather, index_add, index_select, masked_fill, masked_select, msort, narrow,
    scatter_add, select, take, take_along_dim)
from minigrad.ops.layouts import channels_last, channels_last_3d, contiguous_format, preserve_format
from minigrad.ops.linalg import (
    addmm, bmm, dot, dot as vdot, einsum, matmul, mm, outer, outer as ger, tensordot, trace)
from minigrad.ops.margins import pairwise_distance
from minigrad.ops.matrices import (
    addbmm, chain_matmul, cholesky_inverse, cholesky_solve, inner, matrix_exp, qr, svd)
from minigrad.ops.normalisation import cosine_similarity, group_norm, layer_norm, rms_norm
from minigrad.ops.numbers import (
    clamp_max, clamp_min, copysign, deg2rad, float_power, fmax, fmin, frexp, heaviside, isneginf, isposinf,
    ldexp, logaddexp2, nextafter, positive, rad2deg)
from minigrad.ops.pooling import adaptive_avg_pool1d, avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from minigrad.ops.products import addmv, addr, baddbmm, cdist, cross, dist, kron, mv, pdist
from minigrad.ops.reductions import (
    all, allclose, amax, amin, aminmax, any, count_nonzero, cumsum, equal, log_softmax, logsumexp, max, mean,
    median, min, nansum, norm, prod, softmax, sort, std, std_mean, sum, topk, var, var_mean)
from minigrad.ops.resize import channel_shuffle, pixel_shuffle, pixel_unshuffle
from minigrad.ops.scattering import (
    diagonal_scatter, index_copy, index_fill, index_put, index_reduce, masked_scatter, put, scatter,
    scatter_reduce, select_scatter, slice_scatter)
from minigrad.ops.shapes import (
    cat, cat as concat, cat as concatenate, chunk, clone, diag, diagonal, flatten, flatten as ravel, flip,
    meshgrid, movedim, movedim as moveaxis, permute, repeat_interleave, reshape, roll, split, squeeze, stack,
    t, tile, transpose, transpose as swapaxes, transpose as swapdims, tril, triu, unbind, unflatten,
    unsqueeze)
from minigrad.ops.special import digamma, erfc, erfinv, i0, lgamma, logit, mvlgamma, polygamma, sinc
from minigrad.ops.stacking import (
    adjoint, atleast_1d, atleast_2d, atleast_3d, block_diag, broadcast_shapes, broadcast_tensors,
    cartesian_prod, column_stack, combinations, diag_embed, diagflat, dsplit, dstack, fliplr, flipud, hsplit,
    hstack, is_nonzero, is_same_size, rot90, tensor_split, vsplit, vstack, vstack as row_stack)
from minigrad.ops.statistics import (
    corrcoef, cov, gradient, histc, histogram, kthvalue, mode, nanmean, nanmedian, nanquantile, quantile,
    renorm)
from minigrad.profiler.watching import profile

__all__ = [
    "Generator", "Parameter", "Size", "Tensor", "__version__", "abs", "absolute", "acos", "acosh",
    "adaptive_avg_pool1d", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "adjoint", "all",
    "allclose", "alpha_dropout", "amax", "amin", "aminmax", "amp", "any", "arange", "arccos", "arccosh",
    "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort", "argwhere",
    "as_tensor", "asarray", "asin", "asinh", "atan", "atan2", "atanh", "atleast_1d", "atleast_2d",
    "atleast_3d", "autocast", "autograd", "avg_pool1d", "backend", "backends", "baddbmm", "bartlett_window",
    "bernoulli", "bincount", "binomial", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "blackman_window", "block_diag", "bmm", "bool", "broadcast_shapes",
    "broadcast_tensors", "broadcast_to", "bucketize", "can_cast", "cartesian_prod", "cat", "cdist", "ceil",
    "celu", "chain_matmul", "channel_shuffle", "channels_last", "channels_last_3d", "cholesky",
    "cholesky_inverse", "cholesky_solve", "chunk", "clamp", "clamp_max", "clamp_min", "clip", "clone",
    "column_stack", "combinations", "concat", "concatenate", "contiguous_format", "conv1d", "conv2d",
    "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "copysign", "corrcoef", "cos",
    "cosh", "cosine_similarity", "count_nonzero", "cov", "cross", "cuda", "cummax", "cummin", "cumprod",
    "cumsum", "cumulative_trapezoid", "data", "deg2rad", "det", "detect_anomaly", "device", "diag",
    "diag_embed", "diagflat", "diagonal", "diagonal_scatter", "diff", "digamma", "dist", "distributions",
    "div", "divide", "dot", "double", "dropout", "dsplit", "dstack", "dtype", "e", "einsum", "empty",
    "empty_like", "enable_grad", "eq", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "eye",
    "feature_alpha_dropout", "finfo", "fix", "flatten", "flip", "fliplr", "flipud", "float", "float16",
    "float32", "float64", "float_power", "floor", "floor_divide", "fmax", "fmin", "fmod", "frac", "frexp",
    "from_numpy", "frombuffer", "full", "full_like", "func", "fused", "gather", "gcd", "ge", "ger",
    "get_default_dtype", "get_num_threads", "get_rng_state", "gradcheck", "gradgradcheck", "gradient",
    "greater", "greater_equal", "group_norm", "gt", "half", "hamming_window", "hann_window", "hardshrink",
    "heaviside", "histc", "histogram", "hsplit", "hstack", "hypot", "i0", "iinfo", "index_add", "index_copy",
    "index_fill", "index_put", "index_reduce", "index_select", "inf", "inference_mode", "initial_seed",
    "inner", "int", "int16", "int32", "int64", "int8", "inverse", "io", "is_complex", "is_floating_point",
    "is_grad_enabled", "is_nonzero", "is_same_size", "is_tensor", "isclose", "isfinite", "isin", "isinf",
    "isnan", "isneginf", "isposinf", "isreal", "kernels", "kron", "kthvalue", "layer_norm", "lcm", "ldexp",
    "le", "lerp", "less", "less_equal", "lgamma", "linalg", "linspace", "load", "log", "log10", "log1p",
    "log2", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logdet", "logical_and", "logical_not",
    "logical_or", "logical_xor", "logit", "logspace", "logsumexp", "long", "lt", "manual_seed",
    "masked_fill", "masked_scatter", "masked_select", "matmul", "matrix_exp", "matrix_power", "max",
    "max_pool1d", "max_pool2d", "max_pool3d", "maximum", "mean", "median", "meshgrid", "min", "minimum",
    "mm", "mode", "moveaxis", "movedim", "msort", "mul", "multinomial", "multiply", "mv", "mvlgamma", "nan",
    "nan_to_num", "nanmean", "nanmedian", "nanquantile", "nansum", "narrow", "ne", "neg", "negative",
    "newaxis", "nextafter", "nn", "no_grad", "nonzero", "norm", "normal", "not_equal", "numel", "ones",
    "ones_like", "ops", "optim", "outer", "pairwise_distance", "parallel", "pdist", "permute", "pi",
    "pinverse", "pixel_shuffle", "pixel_unshuffle", "poisson", "polygamma", "positive", "pow", "prelu",
    "preserve_format", "primitive", "prod", "profile", "profiler", "promote_types", "put", "qr", "quantile",
    "rad2deg", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "ravel",
    "reciprocal", "relu", "remainder", "renorm", "repeat_interleave", "reshape", "result_type", "rms_norm",
    "roll", "rot90", "round", "row_stack", "rrelu", "rsqrt", "save", "scalar_tensor", "scatter",
    "scatter_add", "scatter_reduce", "searchsorted", "seed", "select", "select_scatter", "selu",
    "set_default_dtype", "set_float32_matmul_precision", "set_grad_enabled", "set_num_threads",
    "set_printoptions", "set_rng_state", "sgn", "sigmoid", "sign", "signbit", "sin", "sinc", "sinh",
    "slice_scatter", "slogdet", "softmax", "sort", "split", "sqrt", "square", "squeeze", "stack", "std",
    "std_mean", "sub", "subtract", "sum", "svd", "swapaxes", "swapdims", "t", "take", "take_along_dim",
    "tan", "tanh", "tensor", "tensor_split", "tensordot", "threshold", "tile", "topk", "trace", "train",
    "transpose", "trapezoid", "trapz", "tril", "tril_indices", "triu", "triu_indices", "true_divide",
    "trunc", "uint8", "unbind", "unflatten", "unique", "unique_consecutive", "unravel_index", "unsqueeze",
    "use_deterministic_algorithms", "utils", "vander", "var", "var_mean", "vdot", "visual", "vmap", "vsplit",
    "vstack", "where", "without_kernels", "xlogy", "zeros", "zeros_like"]

def is_complex(x):
    """Does the tensor hold complex numbers? None does."""

def is_floating_point(x):
    """Does the tensor hold floating-point numbers?"""

def is_tensor(obj):
    """Is it a Tensor?"""

def numel(x):
    """The number of elements of the tensor."""

def set_float32_matmul_precision(precision):
    """Changes nothing: float32 is multiplied as float32, 'highest', which the others allow."""

def use_deterministic_algorithms(mode, *, warn_only=False):
    """Changes nothing: on the CPU, a seed gives the same numbers every time."""

__version__: str
bitwise_left_shift: Op
bitwise_right_shift: Op
bool: np.dtype
double: np.dtype
e: builtins.float
float: np.dtype
float16: np.dtype
float32: np.dtype
float64: np.dtype
gcd: Op
greater: Op
greater_equal: Op
half: np.dtype
inf: builtins.float
int: np.dtype
int16: np.dtype
int32: np.dtype
int64: np.dtype
int8: np.dtype
isreal: Op
lcm: Op
less: Op
less_equal: Op
long: np.dtype
nan: builtins.float
newaxis: None
not_equal: Op
pi: builtins.float
signbit: Op
uint8: np.dtype
