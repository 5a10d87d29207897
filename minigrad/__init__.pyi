"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as a drop-in GPU backend.

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
from minigrad.autograd.arrays import Shape as Size, set_default_dtype as set_default_dtype
from minigrad.autograd.broadcast import broadcast_to as broadcast_to
from minigrad.autograd.checking import gradcheck as gradcheck, gradgradcheck as gradgradcheck
from minigrad.autograd.fused import fused as fused
from minigrad.autograd.modes import (
    enable_grad as enable_grad, inference_mode as inference_mode, is_grad_enabled as is_grad_enabled,
    no_grad as no_grad, set_grad_enabled as set_grad_enabled, without_kernels as without_kernels)
from minigrad.autograd.op import Op, primitive as primitive
from minigrad.autograd.tensor import Parameter as Parameter, Tensor as Tensor
from minigrad.backend.blas import get_blas_threads as get_num_threads, set_blas_threads as set_num_threads
from minigrad.backend.random import (
    Generator as Generator, initial_seed as initial_seed, manual_seed as manual_seed,
    random_state as get_rng_state, seed as seed, set_random_state as set_rng_state)
from minigrad.backend.seam import Device as device
from minigrad.func import vmap as vmap
from minigrad.io.pytorch import load as load, save as save
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
from minigrad.ops.images.adaptive_pooling import adaptive_avg_pool1d as adaptive_avg_pool1d
from minigrad.ops.images.convolution import (
    conv1d as conv1d, conv2d as conv2d, conv3d as conv3d, conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d, conv_transpose3d as conv_transpose3d)
from minigrad.ops.images.pooling import (
    avg_pool1d as avg_pool1d, max_pool1d as max_pool1d, max_pool2d as max_pool2d, max_pool3d as max_pool3d)
from minigrad.ops.images.resize import (
    channel_shuffle as channel_shuffle, pixel_shuffle as pixel_shuffle, pixel_unshuffle as pixel_unshuffle)
from minigrad.ops.layers.activations import (
    celu as celu, hardshrink as hardshrink, prelu as prelu, relu as relu, rrelu as rrelu, selu as selu,
    sigmoid as sigmoid, threshold as threshold)
from minigrad.ops.layers.dropout import (
    alpha_dropout as alpha_dropout, dropout as dropout, feature_alpha_dropout as feature_alpha_dropout)
from minigrad.ops.layers.normalisation import (
    group_norm as group_norm, layer_norm as layer_norm, rms_norm as rms_norm)
from minigrad.ops.matrices.distances import (
    cdist as cdist, cosine_similarity as cosine_similarity, dist as dist,
    pairwise_distance as pairwise_distance, pdist as pdist)
from minigrad.ops.matrices.einsum import einsum as einsum, inner as inner, tensordot as tensordot
from minigrad.ops.matrices.factors import cholesky as cholesky
from minigrad.ops.matrices.functions import matrix_exp as matrix_exp, matrix_power as matrix_power
from minigrad.ops.matrices.inverses import (
    det as det, inverse as inverse, logdet as logdet, slogdet as slogdet, trace as trace)
from minigrad.ops.matrices.norms import norm as norm, renorm as renorm
from minigrad.ops.matrices.products import (
    addbmm as addbmm, addmm as addmm, addmv as addmv, addr as addr, baddbmm as baddbmm, bmm as bmm,
    chain_matmul as chain_matmul, cross as cross, dot as dot, dot as vdot, kron as kron, matmul as matmul,
    mm as mm, mv as mv, outer as ger, outer as outer)
from minigrad.ops.matrices.systems import (
    cholesky_inverse as cholesky_inverse, cholesky_solve as cholesky_solve, pinv as pinverse)
from minigrad.ops.numbers.arithmetic import (
    abs as abs, abs as absolute, add as add, addcdiv as addcdiv, addcmul as addcmul, ceil as ceil,
    copysign as copysign, div as div, div as divide, floor as floor, floor_divide as floor_divide,
    fmod as fmod, frac as frac, lerp as lerp, mul as mul, mul as multiply, neg as neg, neg as negative,
    nextafter as nextafter, positive as positive, reciprocal as reciprocal, remainder as remainder,
    round as round, sign as sgn, sign as sign, sub as sub, sub as subtract, true_divide as true_divide,
    trunc as fix, trunc as trunc)
from minigrad.ops.numbers.choosing import (
    clamp as clamp, clamp as clip, clamp_max as clamp_max, clamp_min as clamp_min, fmax as fmax,
    fmin as fmin, heaviside as heaviside, maximum as maximum, minimum as minimum, nan_to_num as nan_to_num)
from minigrad.ops.numbers.comparisons import (
    bitwise_and as bitwise_and, bitwise_left_shift as bitwise_left_shift, bitwise_not as bitwise_not,
    bitwise_or as bitwise_or, bitwise_right_shift as bitwise_right_shift, bitwise_xor as bitwise_xor,
    eq as eq, ge as ge, gt as gt, isclose as isclose, isfinite as isfinite, isinf as isinf, isnan as isnan,
    isneginf as isneginf, isposinf as isposinf, isreal as isreal, le as le, logical_and as logical_and,
    logical_not as logical_not, logical_or as logical_or, logical_xor as logical_xor, lt as lt, ne as ne,
    signbit as signbit)
from minigrad.ops.numbers.dtypes import (
    can_cast as can_cast, get_default_dtype as get_default_dtype, promote_types as promote_types,
    result_type as result_type, set_printoptions as set_printoptions)
from minigrad.ops.numbers.powers import (
    exp as exp, exp2 as exp2, expm1 as expm1, float_power as float_power, frexp as frexp, ldexp as ldexp,
    log as log, log10 as log10, log1p as log1p, log2 as log2, logaddexp as logaddexp,
    logaddexp2 as logaddexp2, pow as pow, rsqrt as rsqrt, sqrt as sqrt, square as square, xlogy as xlogy)
from minigrad.ops.numbers.special import (
    digamma as digamma, erf as erf, erfc as erfc, erfinv as erfinv, i0 as i0, lgamma as lgamma,
    logit as logit, mvlgamma as mvlgamma, polygamma as polygamma, sinc as sinc)
from minigrad.ops.numbers.trigonometry import (
    acos as acos, acos as arccos, acosh as acosh, acosh as arccosh, asin as arcsin, asin as asin,
    asinh as arcsinh, asinh as asinh, atan as arctan, atan as atan, atan2 as arctan2, atan2 as atan2,
    atanh as arctanh, atanh as atanh, cos as cos, cosh as cosh, deg2rad as deg2rad, hypot as hypot,
    rad2deg as rad2deg, sin as sin, sinh as sinh, tan as tan, tanh as tanh)
from minigrad.ops.places.counting import (
    argwhere as argwhere, bincount as bincount, bucketize as bucketize, is_nonzero as is_nonzero,
    isin as isin, nonzero as nonzero, searchsorted as searchsorted, unique as unique,
    unique_consecutive as unique_consecutive, unravel_index as unravel_index, where as where)
from minigrad.ops.places.diagonals import (
    block_diag as block_diag, diag as diag, diag_embed as diag_embed, diagflat as diagflat,
    diagonal as diagonal, tril as tril, triu as triu)
from minigrad.ops.places.indexing import (
    gather as gather, index_select as index_select, masked_fill as masked_fill,
    masked_select as masked_select, narrow as narrow, select as select, take as take,
    take_along_dim as take_along_dim)
from minigrad.ops.places.joining import (
    cartesian_prod as cartesian_prod, cat as cat, cat as concat, cat as concatenate, chunk as chunk,
    column_stack as column_stack, combinations as combinations, dsplit as dsplit, dstack as dstack,
    hsplit as hsplit, hstack as hstack, meshgrid as meshgrid, split as split, stack as stack,
    tensor_split as tensor_split, unbind as unbind, vsplit as vsplit, vstack as row_stack, vstack as vstack)
from minigrad.ops.places.layouts import (
    channels_last as channels_last, channels_last_3d as channels_last_3d,
    contiguous_format as contiguous_format, preserve_format as preserve_format)
from minigrad.ops.places.moving import (
    flip as flip, fliplr as fliplr, flipud as flipud, repeat_interleave as repeat_interleave, roll as roll,
    rot90 as rot90, tile as tile)
from minigrad.ops.places.scattering import (
    diagonal_scatter as diagonal_scatter, index_add as index_add, index_copy as index_copy,
    index_fill as index_fill, index_put as index_put, index_reduce as index_reduce,
    masked_scatter as masked_scatter, put as put, scatter as scatter, scatter_add as scatter_add,
    scatter_reduce as scatter_reduce, select_scatter as select_scatter, slice_scatter as slice_scatter)
from minigrad.ops.places.shapes import (
    adjoint as adjoint, atleast_1d as atleast_1d, atleast_2d as atleast_2d, atleast_3d as atleast_3d,
    broadcast_shapes as broadcast_shapes, broadcast_tensors as broadcast_tensors, clone as clone,
    flatten as flatten, flatten as ravel, is_same_size as is_same_size, movedim as moveaxis,
    movedim as movedim, permute as permute, reshape as reshape, squeeze as squeeze, t as t,
    transpose as swapaxes, transpose as swapdims, transpose as transpose, unflatten as unflatten,
    unsqueeze as unsqueeze)
from minigrad.ops.reductions.cumulative import (
    cummax as cummax, cummin as cummin, cumprod as cumprod, cumsum as cumsum,
    cumulative_trapezoid as cumulative_trapezoid, diff as diff, logcumsumexp as logcumsumexp,
    trapezoid as trapezoid, trapezoid as trapz, vander as vander)
from minigrad.ops.reductions.logic import (
    all as all, allclose as allclose, any as any, count_nonzero as count_nonzero, equal as equal)
from minigrad.ops.reductions.order import (
    amax as amax, amin as amin, aminmax as aminmax, argmax as argmax, argmin as argmin, argsort as argsort,
    kthvalue as kthvalue, max as max, median as median, min as min, msort as msort, nanmedian as nanmedian,
    sort as sort, topk as topk)
from minigrad.ops.reductions.softmax import (
    log_softmax as log_softmax, logsumexp as logsumexp, softmax as softmax)
from minigrad.ops.reductions.statistics import (
    corrcoef as corrcoef, cov as cov, gradient as gradient, histc as histc, histogram as histogram,
    mode as mode, nanquantile as nanquantile, quantile as quantile)
from minigrad.ops.reductions.sums import (
    mean as mean, nanmean as nanmean, nansum as nansum, prod as prod, std as std, std_mean as std_mean,
    sum as sum, var as var, var_mean as var_mean)
from minigrad.profiler.watching import profile as profile

def qr(x, some=True):
    """(Q, R): x = Q R. See linalg.qr."""

def svd(x, some=True, compute_uv=True):
    """(U, S, V): x = U diag(S) Vᵀ; of min(m, n) columns, or of all where some is False. See linalg.svd."""

def is_tensor(obj: object) -> Any:
    """Is obj a Tensor?"""

def is_floating_point(input: Tensor) -> Any:
    """Does the tensor have a floating-point dtype?"""

def is_complex(input: Tensor) -> Any:
    """Does the tensor have a complex dtype? Always False: all tensors are real."""

def numel(input: Tensor) -> Any:
    """The number of elements of the tensor."""

def use_deterministic_algorithms(mode: Any, *, warn_only: Any = False) -> None:
    """Do nothing: on the CPU, the same seed always gives the same numbers."""

def set_float32_matmul_precision(precision: str) -> None:
    """Do nothing: float32 products are always computed in float32, PyTorch's 'highest'."""

gcd: Op
lcm: Op
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
