"""minigrad: a deep learning framework written from scratch on NumPy, with CuPy as a drop-in GPU backend.

    import minigrad
    from minigrad import nn, optim

    x = minigrad.tensor([[1.0, 2.0]], requires_grad=True)
    y = (x ** 2).sum()
    y.backward()
    x.grad                      # tensor([[2., 4.]])

A name shared with PyTorch means what it means there. Read the source floor by floor: backend, autograd, ops,
kernels; then nn, data and optim; then io, train and demos. README.md has the whole table.
"""

import builtins as _builtins        # here bool, int and float are dtypes
import importlib as _importlib
import importlib.util as _util

import numpy as _np

from minigrad.autograd import (
    Parameter, Shape as Size, Tensor, broadcast_to, detect_anomaly, enable_grad, fused, gradcheck,
    gradgradcheck, inference_mode, is_grad_enabled, no_grad, primitive, set_default_dtype,
    set_grad_enabled, without_kernels)
from minigrad.autograd.arrays import BFLOAT16 as _BFLOAT16
from minigrad.autograd.errors import composed as _composed
from minigrad.backend import (
    Device as device, Generator, get_blas_threads as get_num_threads, initial_seed, manual_seed,
    seed, set_blas_threads as set_num_threads)
from minigrad.hints import missing as _missing, names_in as _names_in
from minigrad.ops.creation import (
    arange, as_tensor, asarray, bartlett_window, bernoulli, binomial, blackman_window, empty, empty_like,
    empty_permuted, empty_strided, eye, from_dlpack, from_file, from_numpy, frombuffer, full, full_like,
    get_rng_state, hamming_window, hann_window, kaiser_window, linspace, logspace, multinomial,
    normal, ones, ones_like, poisson, rand, rand_like, randint, randint_like, randn, randn_like, randperm,
    range, scalar_tensor, set_rng_state, tensor, tril_indices, triu_indices, zeros, zeros_like)
from minigrad.ops.images.adaptive_pooling import adaptive_avg_pool1d
from minigrad.ops.images.convolution import (
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d)
from minigrad.ops.images.pooling import avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from minigrad.ops.images.resize import channel_shuffle, pixel_shuffle, pixel_unshuffle
from minigrad.ops.layers.activations import celu, hardshrink, prelu, relu, rrelu, selu, sigmoid, threshold
from minigrad.ops.layers.dropout import alpha_dropout, dropout, feature_alpha_dropout
from minigrad.ops.layers.normalisation import group_norm, layer_norm, rms_norm
from minigrad.ops.matrices.distances import cdist, cosine_similarity, dist, pairwise_distance, pdist
from minigrad.ops.matrices.einsum import einsum, inner, tensordot
from minigrad.ops.matrices.elimination import lu_unpack, older_lu as lu, older_lu_solve as lu_solve
from minigrad.ops.matrices.factors import cholesky, older_qr as qr, older_svd as svd
from minigrad.ops.matrices.functions import matrix_exp, matrix_power
from minigrad.ops.matrices.inverses import det, inverse, logdet, slogdet, trace
from minigrad.ops.matrices.lowrank import pca_lowrank, svd_lowrank
from minigrad.ops.matrices.norms import norm, renorm
from minigrad.ops.matrices.products import (
    addbmm, addmm, addmv, addr, baddbmm, bmm, chain_matmul, cross, dot, kron, matmul, mm, mv, outer,
    vdot)
from minigrad.ops.matrices.reflections import geqrf, householder_product as orgqr, ormqr
from minigrad.ops.matrices.systems import cholesky_inverse, cholesky_solve, pinverse, triangular_solve
from minigrad.ops.methods import ALIASES as _ALIASES
from minigrad.ops.native import (
    affine_grid_generator, batch_norm, embedding, grid_sampler, grid_sampler_2d, grid_sampler_3d,
    instance_norm, max_pool1d_with_indices, native_batch_norm, native_dropout, native_group_norm,
    native_layer_norm)
from minigrad.ops.numbers.arithmetic import (
    abs, add, addcdiv, addcmul, ceil, copysign, div, floor, floor_divide, fmod, frac, gcd, lcm, lerp, mul,
    neg, nextafter, positive, reciprocal, remainder, round, rsub, sign, sub, true_divide, trunc)
from minigrad.ops.numbers.choosing import (
    clamp, clamp_max, clamp_min, fill, fmax, fmin, heaviside, maximum, minimum, nan_to_num)
from minigrad.ops.numbers.comparisons import (
    bitwise_and, bitwise_left_shift, bitwise_not, bitwise_or, bitwise_right_shift, bitwise_xor, eq, ge, gt,
    isclose, isfinite, isinf, isnan, isneginf, isposinf, isreal, le, logical_and, logical_not, logical_or,
    logical_xor, lt, ne, signbit)
from minigrad.ops.numbers.complex import (
    angle, complex, conj, conj_physical, imag, is_complex, is_conj, is_neg, polar, real, resolve_conj,
    resolve_neg, sgn, view_as_complex, view_as_real)
from minigrad.ops.numbers.dtypes import (
    can_cast, get_default_dtype, promote_types, result_type, set_printoptions)
from minigrad.ops.numbers.gammas import igamma, igammac
from minigrad.ops.numbers.powers import (
    exp, exp2, expm1, float_power, frexp, ldexp, log, log10, log1p, log2, logaddexp, logaddexp2, pow, rsqrt,
    sqrt, square, xlogy)
from minigrad.ops.numbers.special import (
    digamma, erf, erfc, erfinv, i0, lgamma, logit, mvlgamma, polygamma, sinc)
from minigrad.ops.numbers.trigonometry import (
    acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, deg2rad, hypot, rad2deg, sin, sinh, tan, tanh)
from minigrad.ops.places.counting import (
    argwhere, bincount, bucketize, is_nonzero, isin, nonzero, nonzero_static, searchsorted, unique,
    unique_consecutive, unravel_index, where)
from minigrad.ops.places.diagonals import block_diag, diag, diag_embed, diagflat, diagonal, tril, triu
from minigrad.ops.places.indexing import (
    gather, index_select, masked_fill, masked_select, narrow, select, take, take_along_dim)
from minigrad.ops.places.joining import (
    cartesian_prod, cat, chunk, column_stack, combinations, dsplit, dstack, hsplit, hstack, meshgrid, split,
    stack, tensor_split, unbind, vsplit, vstack)
from minigrad.ops.places.layouts import (
    channels_last, channels_last_3d, clone, contiguous_format, preserve_format, strided)
from minigrad.ops.places.memory import (
    alias_copy, as_strided, as_strided_copy, as_strided_scatter, diagonal_copy, expand_copy, narrow_copy,
    permute_copy, select_copy, slice_copy, split_copy, split_with_sizes, split_with_sizes_copy,
    squeeze_copy, t_copy, transpose_copy, unbind_copy, unfold_copy, unsqueeze_copy, view_copy)
from minigrad.ops.places.moving import flip, fliplr, flipud, repeat_interleave, roll, rot90, tile
from minigrad.ops.places.padding import constant_pad_nd
from minigrad.ops.places.scattering import (
    diagonal_scatter, index_add, index_copy, index_fill, index_put, index_reduce, masked_scatter, put,
    scatter, scatter_add, scatter_reduce, segment_reduce, select_scatter, slice_scatter)
from minigrad.ops.places.shapes import (
    adjoint, atleast_1d, atleast_2d, atleast_3d, broadcast_shapes, broadcast_tensors, flatten,
    is_same_size, movedim, permute, reshape, squeeze, t, transpose, unflatten, unsqueeze)
from minigrad.ops.reductions.cumulative import (
    cummax, cummin, cumprod, cumsum, cumulative_trapezoid, diff, logcumsumexp, trapezoid, vander)
from minigrad.ops.reductions.logic import all, allclose, any, count_nonzero, equal, hash_tensor
from minigrad.ops.reductions.order import (
    amax, amin, aminmax, argmax, argmin, argsort, kthvalue, max, median, min, msort, nanmedian, sort, topk)
from minigrad.ops.reductions.softmax import log_softmax, logsumexp, softmax
from minigrad.ops.reductions.statistics import (
    corrcoef, cov, gradient, histc, histogram, histogramdd, mode, nanquantile, quantile)
from minigrad.ops.reductions.sums import mean, nanmean, nansum, prod, std, std_mean, sum, var, var_mean

from minigrad.ops.signals.frames import istft, stft

if _util.find_spec("minigrad.kernels"):     # without the folder the definitions run
    _importlib.import_module("minigrad.kernels")

__version__ = "0.1.0"

float16, float32, float64 = _np.dtype("float16"), _np.dtype("float32"), _np.dtype("float64")
int8, int16, int32, int64 = (_np.dtype(name) for name in ("int8", "int16", "int32", "int64"))
uint8, bool, bfloat16 = _np.dtype("uint8"), _np.dtype("bool"), _BFLOAT16
complex64, complex128 = _np.dtype("complex64"), _np.dtype("complex128")
cfloat, cdouble = complex64, complex128
half, float, double, int, long = float16, float32, float64, int32, int64
concat = concatenate = cat
unsafe_chunk, unsafe_split, unsafe_split_with_sizes = chunk, split, split_with_sizes
ravel, moveaxis, swapaxes, swapdims, row_stack = flatten, movedim, transpose, transpose, vstack
ger, trapz, native_channel_shuffle = outer, trapezoid, channel_shuffle
globals().update({alias: globals()[name] for alias, name in _ALIASES.items()})
# Methods in place that PyTorch also offers as functions.
globals().update({f"{name}_": _composed(vars(Tensor)[f"{name}_"]) for name in """
    abs acos acosh addmv arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil clamp
    clamp_max clamp_min clip cos cosh deg2rad detach erf erfc exp exp2 expm1 fill fix floor frac gcd i0
    index_put lcm ldexp log log10 log1p log2 logit nan_to_num neg negative rad2deg reciprocal relu
    resize_as round rsqrt sigmoid sin sinc sinh sqrt square tan tanh trunc xlogy zero""".split()})
inf, nan, pi, e, newaxis = _np.inf, _np.nan, _np.pi, _np.e, None
dtype, finfo, iinfo = _np.dtype, _np.finfo, _np.iinfo


@_composed
def is_tensor(obj: object) -> _builtins.bool:
    """Is obj a Tensor?"""
    return isinstance(obj, Tensor)


@_composed
def is_floating_point(input: Tensor) -> _builtins.bool:
    """Does the tensor have a floating-point dtype?"""
    return input.is_floating_point()


@_composed
def is_signed(input: Tensor) -> _builtins.bool:
    """Can the dtype of the tensor hold negative numbers?"""
    return input.dtype.kind in "ifc"


@_composed
def detach(input: Tensor) -> Tensor:
    """The same array, outside the graph."""
    return input.detach()


@_composed
def get_device(input: Tensor) -> _builtins.int:
    """The number of the GPU that holds the tensor; -1 for the CPU."""
    return input.get_device()


@_composed
def numel(input: Tensor) -> _builtins.int:
    """The number of elements of the tensor."""
    return input.numel()


@_composed
def use_deterministic_algorithms(
        mode: _builtins.bool, *, warn_only: _builtins.bool = False) -> None:  # noqa: F811 - mode is an argument
    """Do nothing: on the CPU, the same seed always gives the same numbers."""


@_composed
def set_float32_matmul_precision(precision: str) -> None:
    """Do nothing: float32 products are always computed in float32, PyTorch's 'highest'."""
    if precision not in ("highest", "high", "medium"):
        raise ValueError(f"set_float32_matmul_precision: expected 'highest', 'high' or 'medium', "
                         f"got {precision!r}")


# Modules that load on first use, and names that come from one of them.
_MODULES = (
    "amp", "autograd", "backend", "backends", "cuda", "data", "distributions", "fft", "func", "io", "kernels",
    "linalg", "masked", "metrics", "models", "nn", "ops", "optim", "parallel", "peft", "profiler",
    "signal", "special", "train", "utils", "visual")
_LATER = {
    **dict.fromkeys(("bilinear", "celu_", "rrelu_", "selu_", "threshold_"), "nn.functional"),
    "as_torch": "torch", "autocast": "amp", "load": "io.pytorch", "profile": "profiler", "save": "io.pytorch",
    "vmap": "func"}

# Where to look for a name that is not here.
_PUBLIC = (
    "nn", "nn.functional", "nn.init", "nn.utils", "optim", "optim.lr_scheduler", "data", "train", "metrics",
    "io", "func", "linalg", "special", "amp", "distributions", "visual")

# What to do, for names that PyTorch or NumPy has and minigrad does not.
_INSTEAD = {
    "array": "use minigrad.tensor(data)",
    "ndarray": "use minigrad.Tensor",
    "jit": "drop it: call the model directly",
    "compile": "drop it: call the model directly",
    "export": "drop it: minigrad.save(model.state_dict(), 'model.pt') writes a file that PyTorch reads",
    "fx": "drop it: every op records itself; minigrad.visual.graph(y) draws the graph of a result",
    "onnx": "there is none; minigrad.save(model.state_dict(), 'model.pt') writes a file that PyTorch reads, "
            "and PyTorch exports to ONNX",
    "hub": "there is none; build the model, then load weights with minigrad.load(path)",
    "quantization": "there is none; use minigrad.float16 to save memory",
    "ao": "there is none; use minigrad.float16 to save memory",
    "einops": "there is none; use x.reshape, x.permute, x.repeat and minigrad.einsum",
    "numpy": "write x.numpy() for the array of a tensor, or import numpy",
    "lax": "its functions are here: minigrad.add, minigrad.matmul, ...; loops are Python's",
    "keras": "use minigrad.nn, minigrad.optim and minigrad.train.Trainer",
    "layers": "use minigrad.nn",
    "optimizers": "use minigrad.optim",
    "losses": "use minigrad.nn, such as nn.MSELoss(), or minigrad.nn.functional",
    "GradientTape": "drop it: every op records itself; call loss.backward()",
    "Variable": "use minigrad.tensor(data, requires_grad=True)",
    "constant": "use minigrad.tensor(data)",
    "value_and_grad": "use minigrad.func.grad_and_value, whose result is (gradient, value)",
    "stop_gradient": "use x.detach()",
    "expand_dims": "use minigrad.unsqueeze(x, dim)",
    "identity": "use minigrad.eye(n)",
    "cast": "use x.to(dtype)",
    "astype": "use x.to(dtype)",
    "power": "use minigrad.pow",
    "reduce_sum": "use minigrad.sum", "reduce_mean": "use minigrad.mean", "reduce_max": "use minigrad.max",
    "to_tensor": "use minigrad.tensor(data)",
    "shape": "use x.shape", "size": "use x.shape or x.numel()", "ndim": "use x.ndim",
    "device_count": "use minigrad.cuda.device_count()",
    "load_state_dict": "use model.load_state_dict(minigrad.load(path))",
    "random": "use minigrad.manual_seed(seed)",
    **dict.fromkeys(("mps", "xpu", "mtia"), "the devices are 'cpu' and, with CuPy, 'cuda'"),
    "distributed": "use minigrad.parallel, which trains on several processes",
    "multiprocessing": "drop it: DataLoader(num_workers=...) uses threads",
    "set_default_device": "pass device= where you make a tensor, and call model.to(device)",
    "sparse": "all tensors are dense; use minigrad.matmul, or index_add and scatter_add over the edges",
    "testing": "use numpy.testing.assert_allclose(x.numpy(), y.numpy())",
    "nested": "pad the sequences to one length and mask the padding",
    "short": "use minigrad.int16",
    "uint16": "use minigrad.int32", "uint32": "use minigrad.int64", "uint64": "use minigrad.int64",
    "eig": "use minigrad.linalg.eigh for a symmetric or Hermitian matrix",
    "symeig": "use minigrad.linalg.eigh",
    "version": "use minigrad.__version__",
    "FloatTensor": "use minigrad.tensor(data, dtype=minigrad.float32)",
    "DoubleTensor": "use minigrad.tensor(data, dtype=minigrad.float64)",
    "LongTensor": "use minigrad.tensor(data, dtype=minigrad.int64)",
    "IntTensor": "use minigrad.tensor(data, dtype=minigrad.int32)",
    "BoolTensor": "use minigrad.tensor(data, dtype=minigrad.bool)",
    "ByteTensor": "use minigrad.tensor(data, dtype=minigrad.uint8)",
}


def __getattr__(name):
    """Load a module on first use; for an unknown name, say what was meant."""
    if name in _LATER:
        return getattr(_importlib.import_module(f"minigrad.{_LATER[name]}"), name)
    if name in _MODULES:
        return _importlib.import_module(f"minigrad.{name}")
    elsewhere = ((place, _names_in(vars(_importlib.import_module(place))))
                 for place in (f"minigrad.{each}" for each in _PUBLIC))
    raise _missing(__name__, name, [*_names_in(globals()), *_MODULES, *_LATER], _INSTEAD, elsewhere)
