"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as a drop-in GPU backend.

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
from minigrad.autograd.arrays import Shape as Size, set_default_dtype
from minigrad.autograd.broadcast import broadcast_to
from minigrad.autograd.checking import gradcheck, gradgradcheck
from minigrad.autograd.fused import fused, without_kernels
from minigrad.autograd.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from minigrad.autograd.op import Op, primitive
from minigrad.autograd.tensor import Parameter, Tensor
from minigrad.backend.blas import get_blas_threads as get_num_threads, set_blas_threads as set_num_threads
from minigrad.backend.generator import Generator
from minigrad.backend.random import (
    initial_seed, manual_seed, random_state as get_rng_state, seed, set_random_state as set_rng_state)
from minigrad.backend.seam import Device as device
from minigrad.func import vmap
from minigrad.io.pytorch import load, save
from minigrad.ops.creation import (
    arange, as_tensor, asarray, bartlett_window, bernoulli, binomial, blackman_window, empty, empty_like,
    eye, from_numpy, frombuffer, full, full_like, hamming_window, hann_window, linspace, logspace,
    multinomial, normal, ones, ones_like, poisson, rand, rand_like, randint, randint_like, randn, randn_like,
    randperm, scalar_tensor, tensor, tril_indices, triu_indices, zeros, zeros_like)
from minigrad.ops.images.adaptive_pooling import adaptive_avg_pool1d
from minigrad.ops.images.convolution import (
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d)
from minigrad.ops.images.pooling import avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from minigrad.ops.images.resize import channel_shuffle, pixel_shuffle, pixel_unshuffle
from minigrad.ops.layers.activations import celu, hardshrink, prelu, relu, rrelu, selu, threshold
from minigrad.ops.layers.dropout import alpha_dropout, dropout, feature_alpha_dropout
from minigrad.ops.layers.normalisation import group_norm, layer_norm, rms_norm
from minigrad.ops.matrices.distances import cdist, cosine_similarity, dist, pairwise_distance, pdist
from minigrad.ops.matrices.einsum import einsum, inner, tensordot
from minigrad.ops.matrices.factors import QR, SVD, cholesky
from minigrad.ops.matrices.functions import matrix_exp, matrix_power
from minigrad.ops.matrices.inverses import det, inverse, logdet, slogdet, trace
from minigrad.ops.matrices.norms import norm, renorm
from minigrad.ops.matrices.products import (
    addbmm, addmm, addmv, addr, baddbmm, bmm, chain_matmul, cross, dot, dot as vdot, kron, matmul, mm, mv,
    outer, outer as ger)
from minigrad.ops.matrices.systems import cholesky_inverse, cholesky_solve, pinv as pinverse
from minigrad.ops.numbers.arithmetic import (
    abs, abs as absolute, add, addcdiv, addcmul, ceil, copysign, div, div as divide, floor, floor_divide,
    fmod, frac, gcd, lcm, lerp, mul, mul as multiply, neg, neg as negative, nextafter, positive, reciprocal,
    remainder, round, sign, sign as sgn, sub, sub as subtract, true_divide, trunc, trunc as fix)
from minigrad.ops.numbers.choosing import (
    clamp, clamp as clip, clamp_max, clamp_min, fmax, fmin, heaviside, maximum, minimum, nan_to_num)
from minigrad.ops.numbers.comparisons import (
    bitwise_and, bitwise_left_shift, bitwise_not, bitwise_or, bitwise_right_shift, bitwise_xor, eq, ge, gt,
    isclose, isfinite, isinf, isnan, isneginf, isposinf, isreal, le, logical_and, logical_not, logical_or,
    logical_xor, lt, ne, signbit)
from minigrad.ops.numbers.dtypes import (
    can_cast, get_default_dtype, promote_types, result_type, set_printoptions)
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
    argwhere, bincount, bucketize, is_nonzero, isin, nonzero, searchsorted, unique, unique_consecutive,
    unravel_index, where)
from minigrad.ops.places.diagonals import block_diag, diag, diag_embed, diagflat, diagonal, tril, triu
from minigrad.ops.places.indexing import (
    gather, index_select, masked_fill, masked_select, narrow, select, take, take_along_dim)
from minigrad.ops.places.joining import (
    cartesian_prod, cat, cat as concat, cat as concatenate, chunk, column_stack, combinations, dsplit,
    dstack, hsplit, hstack, meshgrid, split, stack, tensor_split, unbind, vsplit, vstack, vstack as row_stack)
from minigrad.ops.places.layouts import channels_last, channels_last_3d, contiguous_format, preserve_format
from minigrad.ops.places.moving import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from minigrad.ops.places.scattering import (
    diagonal_scatter, index_add, index_copy, index_fill, index_put, index_reduce, masked_scatter, put,
    scatter, scatter_add, scatter_reduce, select_scatter, slice_scatter)
from minigrad.ops.places.shapes import (
    adjoint, atleast_1d, atleast_2d, atleast_3d, broadcast_shapes, broadcast_tensors, clone, flatten,
    flatten as ravel, is_same_size, movedim, movedim as moveaxis, permute, reshape, squeeze, t, transpose,
    transpose as swapaxes, transpose as swapdims, unflatten, unsqueeze)
from minigrad.ops.reductions.cumulative import (
    cummax, cummin, cumprod, cumsum, cumulative_trapezoid, diff, logcumsumexp, trapezoid, trapezoid as trapz,
    vander)
from minigrad.ops.reductions.logic import all, allclose, any, count_nonzero, equal
from minigrad.ops.reductions.order import (
    amax, amin, aminmax, argmax, argmin, argsort, kthvalue, max, median, min, msort, nanmedian, sort, topk)
from minigrad.ops.reductions.softmax import log_softmax, logsumexp, softmax
from minigrad.ops.reductions.statistics import (
    corrcoef, cov, gradient, histc, histogram, mode, nanquantile, quantile)
from minigrad.ops.reductions.sums import mean, nanmean, nansum, prod, std, std_mean, sum, var, var_mean
from minigrad.profiler.watching import profile
from minigrad.torch.finder import as_torch

__all__ = [
    "Generator", "Parameter", "Size", "Tensor", "__version__", "abs", "absolute", "acos", "acosh",
    "adaptive_avg_pool1d", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "adjoint", "all",
    "allclose", "alpha_dropout", "amax", "amin", "aminmax", "amp", "any", "arange", "arccos", "arccosh",
    "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort", "argwhere",
    "as_tensor", "as_torch", "asarray", "asin", "asinh", "atan", "atan2", "atanh", "atleast_1d",
    "atleast_2d", "atleast_3d", "autocast", "autograd", "avg_pool1d", "backend", "backends", "baddbmm",
    "bartlett_window", "bernoulli", "bfloat16", "bincount", "binomial", "bitwise_and", "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "blackman_window", "block_diag",
    "bmm", "bool", "broadcast_shapes", "broadcast_tensors", "broadcast_to", "bucketize", "can_cast",
    "cartesian_prod", "cat", "cdist", "ceil", "celu", "chain_matmul", "channel_shuffle", "channels_last",
    "channels_last_3d", "cholesky", "cholesky_inverse", "cholesky_solve", "chunk", "clamp", "clamp_max",
    "clamp_min", "clip", "clone", "column_stack", "combinations", "concat", "concatenate",
    "contiguous_format", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "copysign", "corrcoef", "cos", "cosh", "cosine_similarity", "count_nonzero", "cov",
    "cross", "cuda", "cummax", "cummin", "cumprod", "cumsum", "cumulative_trapezoid", "data", "deg2rad",
    "det", "detect_anomaly", "device", "diag", "diag_embed", "diagflat", "diagonal", "diagonal_scatter",
    "diff", "digamma", "dist", "distributions", "div", "divide", "dot", "double", "dropout", "dsplit",
    "dstack", "dtype", "e", "einsum", "empty", "empty_like", "enable_grad", "eq", "equal", "erf", "erfc",
    "erfinv", "exp", "exp2", "expm1", "eye", "feature_alpha_dropout", "finfo", "fix", "flatten", "flip",
    "fliplr", "flipud", "float", "float16", "float32", "float64", "float_power", "floor", "floor_divide",
    "fmax", "fmin", "fmod", "frac", "frexp", "from_numpy", "frombuffer", "full", "full_like", "func",
    "fused", "gather", "gcd", "ge", "ger", "get_default_dtype", "get_num_threads", "get_rng_state",
    "gradcheck", "gradgradcheck", "gradient", "greater", "greater_equal", "group_norm", "gt", "half",
    "hamming_window", "hann_window", "hardshrink", "heaviside", "histc", "histogram", "hsplit", "hstack",
    "hypot", "i0", "iinfo", "index_add", "index_copy", "index_fill", "index_put", "index_reduce",
    "index_select", "inf", "inference_mode", "initial_seed", "inner", "int", "int16", "int32", "int64",
    "int8", "inverse", "io", "is_complex", "is_floating_point", "is_grad_enabled", "is_nonzero",
    "is_same_size", "is_tensor", "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf",
    "isreal", "kernels", "kron", "kthvalue", "layer_norm", "lcm", "ldexp", "le", "lerp", "less",
    "less_equal", "lgamma", "linalg", "linspace", "load", "log", "log10", "log1p", "log2", "log_softmax",
    "logaddexp", "logaddexp2", "logcumsumexp", "logdet", "logical_and", "logical_not", "logical_or",
    "logical_xor", "logit", "logspace", "logsumexp", "long", "lt", "manual_seed", "masked_fill",
    "masked_scatter", "masked_select", "matmul", "matrix_exp", "matrix_power", "max", "max_pool1d",
    "max_pool2d", "max_pool3d", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mm", "mode",
    "moveaxis", "movedim", "msort", "mul", "multinomial", "multiply", "mv", "mvlgamma", "nan", "nan_to_num",
    "nanmean", "nanmedian", "nanquantile", "nansum", "narrow", "ne", "neg", "negative", "newaxis",
    "nextafter", "nn", "no_grad", "nonzero", "norm", "normal", "not_equal", "numel", "ones", "ones_like",
    "ops", "optim", "outer", "pairwise_distance", "parallel", "pdist", "permute", "pi", "pinverse",
    "pixel_shuffle", "pixel_unshuffle", "poisson", "polygamma", "positive", "pow", "prelu",
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

def is_complex(input: Tensor) -> builtins.bool:
    """Does the tensor have a complex dtype? Always False: all tensors are real."""

def is_floating_point(input: Tensor) -> builtins.bool:
    """Does the tensor have a floating-point dtype?"""

def is_tensor(obj: object) -> builtins.bool:
    """Is obj a Tensor?"""

def numel(input: Tensor) -> builtins.int:
    """The number of elements of the tensor."""

def qr(x: Tensor, some: builtins.bool = True) -> QR:
    """(Q, R) with x = Q R; some=False asks for all columns of Q. See linalg.qr."""

def set_float32_matmul_precision(precision: str) -> None:
    """Do nothing: float32 products are always computed in float32, PyTorch's 'highest'."""

def svd(x: Tensor, some: builtins.bool = True, compute_uv: builtins.bool = True) -> SVD:
    """(U, S, V) with x = U diag(S) Vᵀ: min(m, n) columns in U and V, or all with some=False. See linalg.svd."""

def use_deterministic_algorithms(mode: builtins.bool, *, warn_only: builtins.bool = False) -> None:
    """Do nothing: on the CPU, the same seed always gives the same numbers."""

__version__: str
bfloat16: np.dtype
bool: np.dtype
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
