"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as drop-in GPU backend.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from typing import Any

import numpy as np
from numpy import dtype as dtype, finfo as finfo, iinfo as iinfo

from minigrad import (
    amp as amp, autograd as autograd, backend as backend, backends as backends, cuda as cuda, data as data,
    distributions as distributions, func as func, io as io, kernels as kernels, linalg as linalg, nn as nn,
    ops as ops, optim as optim, parallel as parallel, profiler as profiler, train as train, utils as utils,
    visual as visual)
from minigrad.amp import autocast as autocast
from minigrad.autograd.anomaly import detect_anomaly as detect_anomaly
from minigrad.autograd.broadcast import broadcast_to as broadcast_to
from minigrad.autograd.fused import fused as fused
from minigrad.autograd.gradcheck import gradcheck as gradcheck, gradgradcheck as gradgradcheck
from minigrad.autograd.modes import (
    enable_grad as enable_grad, inference_mode as inference_mode, is_grad_enabled as is_grad_enabled,
    no_grad as no_grad, set_grad_enabled as set_grad_enabled, without_kernels as without_kernels)
from minigrad.autograd.op import Op, primitive as primitive, set_default_dtype as set_default_dtype
from minigrad.autograd.tensor import Parameter as Parameter, Shape as Size, Tensor as Tensor
from minigrad.backend.blas import get_blas_threads as get_num_threads, set_blas_threads as set_num_threads
from minigrad.backend.random import (
    Generator as Generator, initial_seed as initial_seed, manual_seed as manual_seed,
    random_state as get_rng_state, seed as seed, set_random_state as set_rng_state)
from minigrad.backend.seam import Device as device
from minigrad.func import vmap as vmap
from minigrad.io.pytorch import load as load, save as save
from minigrad.ops.activations import (
    celu as celu, hardshrink as hardshrink, prelu as prelu, relu as relu, rrelu as rrelu, selu as selu,
    sigmoid as sigmoid, threshold as threshold)
from minigrad.ops.convolution import (
    conv1d as conv1d, conv2d as conv2d, conv3d as conv3d, conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d, conv_transpose3d as conv_transpose3d)
from minigrad.ops.counting import (
    argwhere as argwhere, bincount as bincount, bucketize as bucketize, isin as isin, nonzero as nonzero,
    searchsorted as searchsorted, unique as unique, unique_consecutive as unique_consecutive,
    unravel_index as unravel_index, where as where)
from minigrad.ops.creation import (
    arange as arange, as_tensor as as_tensor, asarray as asarray, bartlett_window as bartlett_window,
    bernoulli as bernoulli, binomial as binomial, blackman_window as blackman_window, empty as empty,
    empty_like as empty_like, eye as eye, from_numpy as from_numpy, frombuffer as frombuffer, full as full,
    full_like as full_like, hamming_window as hamming_window, hann_window as hann_window,
    linspace as linspace, logspace as logspace, multinomial as multinomial, normal as normal, ones as ones,
    ones_like as ones_like, poisson as poisson, rand as rand, rand_like as rand_like, randint as randint,
    randint_like as randint_like, randn as randn, randn_like as randn_like, randperm as randperm,
    scalar_tensor as scalar_tensor, tensor as tensor, tril_indices as tril_indices,
    triu_indices as triu_indices, zeros as zeros, zeros_like as zeros_like)
from minigrad.ops.cumulative import (
    cummax as cummax, cummin as cummin, cumprod as cumprod, cumulative_trapezoid as cumulative_trapezoid,
    diff as diff, logcumsumexp as logcumsumexp, trapezoid as trapezoid, trapezoid as trapz, vander as vander)
from minigrad.ops.decompositions import (
    cholesky as cholesky, det as det, inverse as inverse, logdet as logdet, matrix_power as matrix_power,
    pinv as pinverse, slogdet as slogdet)
from minigrad.ops.dropout import (
    alpha_dropout as alpha_dropout, dropout as dropout, feature_alpha_dropout as feature_alpha_dropout)
from minigrad.ops.dtypes import (
    can_cast as can_cast, get_default_dtype as get_default_dtype, promote_types as promote_types,
    result_type as result_type, set_printoptions as set_printoptions)
from minigrad.ops.elementwise import (
    abs as abs, abs as absolute, acos as acos, acos as arccos, acosh as acosh, acosh as arccosh, add as add,
    addcdiv as addcdiv, addcmul as addcmul, asin as arcsin, asin as asin, asinh as arcsinh, asinh as asinh,
    atan as arctan, atan as atan, atan2 as arctan2, atan2 as atan2, atanh as arctanh, atanh as atanh,
    bitwise_and as bitwise_and, bitwise_not as bitwise_not, bitwise_or as bitwise_or,
    bitwise_xor as bitwise_xor, ceil as ceil, clamp as clamp, clamp as clip, cos as cos, cosh as cosh,
    div as div, div as divide, eq as eq, erf as erf, exp as exp, exp2 as exp2, expm1 as expm1,
    floor as floor, floor_divide as floor_divide, fmod as fmod, frac as frac, ge as ge, gt as gt,
    hypot as hypot, isclose as isclose, isfinite as isfinite, isinf as isinf, isnan as isnan, le as le,
    lerp as lerp, log as log, log10 as log10, log1p as log1p, log2 as log2, logaddexp as logaddexp,
    logical_and as logical_and, logical_not as logical_not, logical_or as logical_or,
    logical_xor as logical_xor, lt as lt, maximum as maximum, minimum as minimum, mul as mul,
    mul as multiply, nan_to_num as nan_to_num, ne as ne, neg as neg, neg as negative, pow as pow,
    reciprocal as reciprocal, remainder as remainder, round as round, rsqrt as rsqrt, sign as sgn,
    sign as sign, sin as sin, sinh as sinh, sqrt as sqrt, square as square, sub as sub, sub as subtract,
    tan as tan, tanh as tanh, true_divide as true_divide, trunc as fix, trunc as trunc, xlogy as xlogy)
from minigrad.ops.indexing import (
    argmax as argmax, argmin as argmin, argsort as argsort, gather as gather, index_add as index_add,
    index_select as index_select, masked_fill as masked_fill, masked_select as masked_select, msort as msort,
    narrow as narrow, scatter_add as scatter_add, select as select, take as take,
    take_along_dim as take_along_dim)
from minigrad.ops.layouts import (
    channels_last as channels_last, channels_last_3d as channels_last_3d,
    contiguous_format as contiguous_format, preserve_format as preserve_format)
from minigrad.ops.linalg import (
    addmm as addmm, bmm as bmm, dot as dot, dot as vdot, einsum as einsum, matmul as matmul, mm as mm,
    outer as ger, outer as outer, tensordot as tensordot, trace as trace)
from minigrad.ops.margins import pairwise_distance as pairwise_distance
from minigrad.ops.matrices import (
    addbmm as addbmm, chain_matmul as chain_matmul, cholesky_inverse as cholesky_inverse,
    cholesky_solve as cholesky_solve, inner as inner, matrix_exp as matrix_exp, qr as qr, svd as svd)
from minigrad.ops.normalisation import (
    cosine_similarity as cosine_similarity, group_norm as group_norm, layer_norm as layer_norm,
    rms_norm as rms_norm)
from minigrad.ops.numbers import (
    clamp_max as clamp_max, clamp_min as clamp_min, copysign as copysign, deg2rad as deg2rad,
    float_power as float_power, fmax as fmax, fmin as fmin, frexp as frexp, heaviside as heaviside,
    isneginf as isneginf, isposinf as isposinf, ldexp as ldexp, logaddexp2 as logaddexp2,
    nextafter as nextafter, positive as positive, rad2deg as rad2deg)
from minigrad.ops.pooling import (
    adaptive_avg_pool1d as adaptive_avg_pool1d, avg_pool1d as avg_pool1d, max_pool1d as max_pool1d,
    max_pool2d as max_pool2d, max_pool3d as max_pool3d)
from minigrad.ops.products import (
    addmv as addmv, addr as addr, baddbmm as baddbmm, cdist as cdist, cross as cross, dist as dist,
    kron as kron, mv as mv, pdist as pdist)
from minigrad.ops.reductions import (
    all as all, allclose as allclose, amax as amax, amin as amin, aminmax as aminmax, any as any,
    count_nonzero as count_nonzero, cumsum as cumsum, equal as equal, log_softmax as log_softmax,
    logsumexp as logsumexp, max as max, mean as mean, median as median, min as min, nansum as nansum,
    norm as norm, prod as prod, softmax as softmax, sort as sort, std as std, std_mean as std_mean,
    sum as sum, topk as topk, var as var, var_mean as var_mean)
from minigrad.ops.resize import (
    channel_shuffle as channel_shuffle, pixel_shuffle as pixel_shuffle, pixel_unshuffle as pixel_unshuffle)
from minigrad.ops.scattering import (
    diagonal_scatter as diagonal_scatter, index_copy as index_copy, index_fill as index_fill,
    index_put as index_put, index_reduce as index_reduce, masked_scatter as masked_scatter, put as put,
    scatter as scatter, scatter_reduce as scatter_reduce, select_scatter as select_scatter,
    slice_scatter as slice_scatter)
from minigrad.ops.shapes import (
    cat as cat, cat as concat, cat as concatenate, chunk as chunk, clone as clone, diag as diag,
    diagonal as diagonal, flatten as flatten, flatten as ravel, flip as flip, meshgrid as meshgrid,
    movedim as moveaxis, movedim as movedim, permute as permute, repeat_interleave as repeat_interleave,
    reshape as reshape, roll as roll, split as split, squeeze as squeeze, stack as stack, t as t,
    tile as tile, transpose as swapaxes, transpose as swapdims, transpose as transpose, tril as tril,
    triu as triu, unbind as unbind, unflatten as unflatten, unsqueeze as unsqueeze)
from minigrad.ops.special import (
    digamma as digamma, erfc as erfc, erfinv as erfinv, i0 as i0, lgamma as lgamma, logit as logit,
    mvlgamma as mvlgamma, polygamma as polygamma, sinc as sinc)
from minigrad.ops.stacking import (
    adjoint as adjoint, atleast_1d as atleast_1d, atleast_2d as atleast_2d, atleast_3d as atleast_3d,
    block_diag as block_diag, broadcast_shapes as broadcast_shapes, broadcast_tensors as broadcast_tensors,
    cartesian_prod as cartesian_prod, column_stack as column_stack, combinations as combinations,
    diag_embed as diag_embed, diagflat as diagflat, dsplit as dsplit, dstack as dstack, fliplr as fliplr,
    flipud as flipud, hsplit as hsplit, hstack as hstack, is_nonzero as is_nonzero,
    is_same_size as is_same_size, rot90 as rot90, tensor_split as tensor_split, vsplit as vsplit,
    vstack as row_stack, vstack as vstack)
from minigrad.ops.statistics import (
    corrcoef as corrcoef, cov as cov, gradient as gradient, histc as histc, histogram as histogram,
    kthvalue as kthvalue, mode as mode, nanmean as nanmean, nanmedian as nanmedian,
    nanquantile as nanquantile, quantile as quantile, renorm as renorm)
from minigrad.profiler.watching import profile as profile

def is_tensor(obj):
    """Is it a Tensor?"""

def is_floating_point(x):
    """Does the tensor hold floating-point numbers?"""

def is_complex(x):
    """Does the tensor hold complex numbers? None does."""

def numel(x):
    """The number of elements of the tensor."""

def use_deterministic_algorithms(mode, *, warn_only=False):
    """Changes nothing: on the CPU, a seed gives the same numbers every time."""

def set_float32_matmul_precision(precision):
    """Changes nothing: float32 is multiplied as float32, 'highest', which the others allow."""

bitwise_left_shift: Op
bitwise_right_shift: Op
gcd: Op
isreal: Op
lcm: Op
signbit: Op
__version__: str
float16: np.dtype
float32: np.dtype
float64: np.dtype
int8: np.dtype
int16: np.dtype
int32: np.dtype
int64: np.dtype
uint8: np.dtype
bool: np.dtype
half: np.dtype
float: np.dtype
double: np.dtype
int: np.dtype
long: np.dtype
greater: Op
greater_equal: Op
less: Op
less_equal: Op
not_equal: Op
inf: builtins.float
nan: builtins.float
pi: builtins.float
e: builtins.float
newaxis: None
