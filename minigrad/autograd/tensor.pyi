"""Tensor: an array, whether it needs a gradient, and the node that computed it.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.autograd.arrays import Shape
from minigrad.autograd.hooks import Handle
from minigrad.backend.seam import Device
from minigrad.ops.matrices.factors import QR, SVD
from minigrad.ops.matrices.inverses import SignLogabsdet
from minigrad.ops.numbers.powers import Frexp
from minigrad.ops.reductions.order import ValuesIndices

class Tensor:
    """An n-dimensional array that remembers how it was computed."""
    def __init__(self, data, requires_grad: builtins.bool = False, node=None): ...
    @property
    def shape(self) -> Shape: ...
    @property
    def dtype(self) -> np.dtype: ...
    @property
    def device(self) -> Device: ...
    @property
    def ndim(self) -> builtins.int: ...
    @property
    def is_leaf(self) -> builtins.bool: ...
    @property
    def grad_fn(self):
        """The node that computed this tensor; None for a leaf."""
    def dim(self) -> builtins.int: ...
    def numel(self) -> builtins.int: ...
    def element_size(self) -> builtins.int: ...
    def is_floating_point(self) -> builtins.bool: ...
    def __len__(self): ...
    def __iter__(self): ...
    def __repr__(self): ...
    def item(self) -> builtins.float | builtins.int | builtins.bool:
        """The only element, as a Python number. Raises ValueError if there is not exactly one."""
    def tolist(self) -> list | builtins.float | builtins.int | builtins.bool:
        """The numbers as nested lists; the number itself of a 0-d tensor."""
    def numpy(self) -> np.ndarray:
        """The same memory as a NumPy array. Raises if the tensor requires grad or is not on the CPU."""
    def __array__(self, dtype=None, copy=None): ...
    def __bool__(self): ...
    def __float__(self): ...
    def __int__(self): ...
    def __index__(self): ...
    def __format__(self, spec): ...
    def __reduce__(self): ...
    def __deepcopy__(self, memo): ...
    def detach(self) -> Tensor:
        """The same array, outside the graph."""
    @property
    def data(self) -> Tensor:
        """The same array, outside the graph; assigning to it replaces the array."""
    @data.setter
    def data(self, value): ...
    def requires_grad_(self, requires_grad: builtins.bool = True) -> Tensor:
        """Turn gradients for this leaf on or off; returns the tensor."""
    def written(self) -> Tensor:
        """Record a write into the array, so that a graph that saved it refuses to use it; returns the tensor."""
    array: Any
    grad: Any
    hooks: Any
    node: Any
    requires_grad: Any
    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Handle:
        """Call hook(gradient) when backward() knows the gradient of x; it may return another one."""
    def retain_grad(self) -> None:
        """Let backward() fill `.grad` of x although x is not a leaf."""
    def backward(self, gradient: Tensor | None = None, retain_graph: builtins.bool | None = None,
            create_graph: builtins.bool = False, inputs: Tensor | Sequence[Tensor] | None = None) -> None:
        """Add the gradient of y with respect to every leaf to the leaf's `.grad`."""
    def add(self, b: Tensor | builtins.float, /, alpha=1) -> Tensor:
        """a + alpha b."""
    def sub(self, b: Tensor | builtins.float, /, alpha=1) -> Tensor:
        """a - alpha b."""
    def mul(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def div(self, b, *, rounding_mode=None) -> Tensor:
        """a / b; with rounding_mode 'floor' or 'trunc' rounded down or towards zero, as PyTorch does."""
    def true_divide(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def floor_divide(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def remainder(self, b: Tensor | builtins.float, /) -> Tensor:
        """a - b * floor(a / b), with the sign of b, as Python's %."""
    def fmod(self, b: Tensor | builtins.float, /) -> Tensor:
        """a - b * trunc(a / b), with the sign of a, as C's fmod."""
    def neg(self) -> Tensor: ...
    def abs(self) -> Tensor: ...
    def sign(self) -> Tensor:
        """-1, 0 or 1."""
    def reciprocal(self) -> Tensor:
        """1 / x."""
    def floor(self) -> Tensor:
        """The greatest integer not above x."""
    def ceil(self) -> Tensor:
        """The least integer not below x."""
    def trunc(self) -> Tensor:
        """x without its fraction."""
    def round(self, decimals=0) -> Tensor:
        """The nearest integer, halves to even; or the nearest multiple of 10^-decimals."""
    def frac(self) -> Tensor:
        """x - trunc(x)."""
    def lerp(self, end, weight) -> Tensor:
        """start + weight * (end - start)."""
    def addcmul(self, a, b, *, value=1) -> Tensor:
        """x + value * a * b."""
    def addcdiv(self, a, b, *, value=1) -> Tensor:
        """x + value * a / b."""
    def copysign(self, b: Tensor | builtins.float, /) -> Tensor:
        """|a| with the sign of b; the gradient with respect to a is 0 at 0."""
    def positive(self) -> Tensor:
        """x itself; booleans are refused."""
    def nextafter(self, b: Tensor | builtins.float, /) -> Tensor:
        """The next floating-point number after a on the way to b."""
    def gcd(self, b: Tensor | builtins.float, /) -> Tensor:
        """The greatest common divisor of two integers."""
    def lcm(self, b: Tensor | builtins.float, /) -> Tensor:
        """The least common multiple of two integers."""
    def pow(self, b: Tensor | builtins.float, /) -> Tensor:
        """a to the power b."""
    def square(self) -> Tensor: ...
    def sqrt(self) -> Tensor: ...
    def rsqrt(self) -> Tensor:
        """1 / sqrt(x)."""
    def exp(self) -> Tensor:
        """e^x."""
    def exp2(self) -> Tensor:
        """2^x."""
    def expm1(self) -> Tensor:
        """e^x - 1, exact also near 0."""
    def log(self) -> Tensor:
        """The natural logarithm."""
    def log1p(self) -> Tensor:
        """log(1 + x), exact also near 0."""
    def log2(self) -> Tensor: ...
    def log10(self) -> Tensor: ...
    def logaddexp(self, b: Tensor | builtins.float, /) -> Tensor:
        """log(e^a + e^b) without overflow."""
    def xlogy(self, b) -> Tensor:
        """a log(b), and 0 where a is 0, whatever b."""
    def logaddexp2(self, b: Tensor | builtins.float, /) -> Tensor:
        """log2(2^a + 2^b) without overflow."""
    def ldexp(self, other) -> Tensor:
        """x 2^other."""
    def frexp(self) -> Frexp:
        """(mantissa, exponent) with x = mantissa 2^exponent, |mantissa| in [0.5, 1), or both 0."""
    def float_power(self, b) -> Tensor:
        """a to the power b, computed in float64."""
    def hypot(self, b: Tensor | builtins.float, /) -> Tensor:
        """sqrt(a^2 + b^2), without overflow of the squares."""
    def sin(self) -> Tensor: ...
    def cos(self) -> Tensor: ...
    def tan(self) -> Tensor: ...
    def asin(self) -> Tensor: ...
    def acos(self) -> Tensor: ...
    def atan(self) -> Tensor: ...
    def atan2(self, b: Tensor | builtins.float, /) -> Tensor:
        """The angle of the point (b, a) in (-pi, pi]."""
    def sinh(self) -> Tensor: ...
    def cosh(self) -> Tensor: ...
    def tanh(self) -> Tensor: ...
    def asinh(self) -> Tensor: ...
    def acosh(self) -> Tensor: ...
    def atanh(self) -> Tensor: ...
    def deg2rad(self) -> Tensor:
        """Degrees as radians."""
    def rad2deg(self) -> Tensor:
        """Radians as degrees."""
    def erf(self) -> Tensor:
        """The error function 2/sqrt(pi) * integral of exp(-t^2) from 0 to x."""
    def erfc(self) -> Tensor:
        """1 - erf(x), exact also where it is tiny."""
    def erfinv(self) -> Tensor:
        """y with erf(y) = x, for x in [-1, 1]; NaN outside."""
    def lgamma(self) -> Tensor:
        """log |gamma(x)|."""
    def digamma(self) -> Tensor:
        """The derivative of log gamma(x)."""
    def mvlgamma(self, p) -> Tensor:
        """The log of the gamma function of p dimensions: p (p - 1) / 4 log pi + sum of lgamma(x - i / 2), i < p."""
    def i0(self) -> Tensor:
        """The modified Bessel function of order 0."""
    def sinc(self) -> Tensor:
        """sin(pi x) / (pi x), and 1 at 0."""
    def logit(self, eps=None) -> Tensor:
        """log(x / (1 - x)), the inverse of sigmoid; with eps x is first limited to [eps, 1 - eps]."""
    def eq(self, b: Tensor | builtins.float, /) -> Tensor:
        """a == b, elementwise."""
    def ne(self, b: Tensor | builtins.float, /) -> Tensor:
        """a != b, elementwise."""
    def lt(self, b: Tensor | builtins.float, /) -> Tensor:
        """a < b, elementwise."""
    def le(self, b: Tensor | builtins.float, /) -> Tensor:
        """a <= b, elementwise."""
    def gt(self, b: Tensor | builtins.float, /) -> Tensor:
        """a > b, elementwise."""
    def ge(self, b: Tensor | builtins.float, /) -> Tensor:
        """a >= b, elementwise."""
    def logical_and(self, b: Tensor | builtins.float, /) -> Tensor:
        """True where both are not zero."""
    def logical_or(self, b: Tensor | builtins.float, /) -> Tensor:
        """True where one is not zero."""
    def logical_xor(self, b: Tensor | builtins.float, /) -> Tensor:
        """True where exactly one is not zero."""
    def logical_not(self) -> Tensor:
        """True where x is zero."""
    def bitwise_and(self, b: Tensor | builtins.float, /) -> Tensor:
        """a & b; for booleans the logical and."""
    def bitwise_or(self, b: Tensor | builtins.float, /) -> Tensor:
        """a | b; for booleans the logical or."""
    def bitwise_xor(self, b: Tensor | builtins.float, /) -> Tensor:
        """a ^ b; for booleans the logical xor."""
    def bitwise_not(self) -> Tensor:
        """~x; for booleans the logical not."""
    def isnan(self) -> Tensor:
        """True where x is not a number."""
    def isinf(self) -> Tensor:
        """True where x is infinite."""
    def isfinite(self) -> Tensor:
        """True where x is a finite number."""
    def isclose(self, b: Tensor | builtins.float, /, rtol=1e-05, atol=1e-08, equal_nan=False) -> Tensor:
        """True where |a - b| <= atol + rtol |b|, and for equal infinities."""
    def signbit(self) -> Tensor:
        """True where x is negative or -0.0."""
    def isreal(self) -> Tensor:
        """True everywhere: tensors hold real numbers."""
    def isposinf(self) -> Tensor:
        """True where x is +infinity."""
    def isneginf(self) -> Tensor:
        """True where x is -infinity."""
    def bitwise_left_shift(self, b: Tensor | builtins.float, /) -> Tensor:
        """a << b: a 2^b, for integers."""
    def bitwise_right_shift(self, b: Tensor | builtins.float, /) -> Tensor:
        """a >> b: a / 2^b rounded down, for integers."""
    def maximum(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def minimum(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def clamp(self, min=None, max=None) -> Tensor:
        """x limited to [min, max]; a limit is a number, a tensor or None. The gradient passes inside it."""
    def nan_to_num(self, nan=0.0, posinf=None, neginf=None) -> Tensor:
        """x with NaN and infinities replaced; infinities become the largest finite numbers by default."""
    def heaviside(self, values: Tensor | builtins.float, /) -> Tensor:
        """0 where x < 0, 1 where x > 0, `values` where x is 0. It has no gradients."""
    def fmax(self, b: Tensor | builtins.float, /) -> Tensor:
        """The greater of both, and where one is NaN the other; of equals a receives the gradient."""
    def fmin(self, b: Tensor | builtins.float, /) -> Tensor:
        """The lesser of both, and where one is NaN the other; of equals a receives the gradient."""
    def clamp_min(self, min) -> Tensor:
        """The greater of x and min, a number or a tensor; of equals x receives the gradient."""
    def clamp_max(self, max) -> Tensor:
        """The lesser of x and max, a number or a tensor; of equals x receives the gradient."""
    def gather(self, dim, index) -> Tensor:
        """out[i][j][k] = x[index[i][j][k]][j][k] for dim 0, and so on; index has x's number of axes."""
    def take_along_dim(self, indices, dim=None) -> Tensor:
        """As gather, where the axes of x and indices but dim broadcast; without dim from the flattened tensor."""
    def index_select(self, dim, index) -> Tensor:
        """The slices of x along dim that `index`, a vector of integers, names."""
    def masked_fill(self, mask, value) -> Tensor:
        """x with `value` where mask is True."""
    def masked_select(self, mask) -> Tensor:
        """The elements of x where mask is True, as a 1-D tensor."""
    def narrow(self, dim, start, length) -> Tensor:
        """x from `start` on, `length` long, along dim."""
    def select(self, dim, index) -> Tensor:
        """The slice of x at `index` along dim, without that axis."""
    def take(self, index) -> Tensor:
        """The elements that `index` names in the flattened tensor, in index's shape; negative ones count from"""
    def transpose(self, dim0, dim1) -> Tensor:
        """Two axes exchanged."""
    def t(self) -> Tensor:
        """The transpose of a matrix; a vector stays as it is."""
    def movedim(self, source, destination) -> Tensor:
        """Axes moved from `source` to `destination`, the others in their order."""
    def expand(self, *size) -> Tensor:
        """x repeated along axes of size 1, and along new axes in front, without a copy; -1 keeps a size."""
    def squeeze(self, dim=None) -> Tensor:
        """x without its axes of size 1, or without those among `dim`."""
    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """x with a new axis of size 1 at `dim`."""
    def flatten(self, start_dim=0, end_dim=-1) -> Tensor:
        """The axes from start_dim to end_dim as one."""
    def unflatten(self, dim, sizes) -> Tensor:
        """Axis `dim` as several axes of `sizes`, of which one may be -1."""
    def unfold(self, dimension, size, step) -> Tensor:
        """Windows of `size` slices along one axis, `step` apart: (..., L, ...) -> (..., windows, ..., size)."""
    def adjoint(self) -> Tensor:
        """Matrices transposed."""
    def is_same_size(self, other) -> Tensor:
        """Do both have the same shape?"""
    def sum_to_size(self, *size) -> Tensor:
        """x summed over the axes along which an array of that size would have been stretched to x's shape."""
    def split(self, split_size, dim=0) -> Tensor:
        """Parts of `split_size` along dim, the last maybe smaller; or of the sizes in a list."""
    def chunk(self, chunks, dim=0) -> Tensor:
        """At most `chunks` parts of equal size along dim, the last maybe smaller."""
    def unbind(self, dim=0) -> tuple[Tensor, ...]:
        """The slices along dim, without that axis."""
    def dsplit(self, indices_or_sections) -> Tensor:
        """As tensor_split, into equal parts along the third axis."""
    def hsplit(self, indices_or_sections) -> Tensor:
        """As tensor_split, into equal parts along the second axis, of a vector the first."""
    def tensor_split(self, indices_or_sections, dim=0) -> Tensor:
        """x in so many parts along dim, the first ones greater by one where needed; or cut before each of"""
    def vsplit(self, indices_or_sections) -> Tensor:
        """As tensor_split, into equal parts along the first axis."""
    def repeat(self, *sizes_) -> Tensor:
        """x laid side by side: sizes tell how often along each axis, new axes come in front."""
    def tile(self, *sizes_) -> Tensor:
        """As repeat, where missing numbers in front are 1."""
    def repeat_interleave(self, repeats, dim=None) -> Tensor:
        """Every slice along dim `repeats` times in a row; by default of the flattened tensor."""
    def roll(self, shifts, dims=None) -> Tensor:
        """Elements moved on by `shifts` along dims; what leaves at one end comes in at the other."""
    def fliplr(self) -> Tensor:
        """The columns in reverse order."""
    def flipud(self) -> Tensor:
        """The rows in reverse order."""
    def rot90(self, k=1, dims=...) -> Tensor:
        """x turned k times by 90 degrees, from the first of dims to the second."""
    def tril(self, diagonal=0) -> Tensor:
        """The lower triangle of the last two axes, zeros above."""
    def triu(self, diagonal=0) -> Tensor:
        """The upper triangle of the last two axes, zeros below."""
    def diagonal(self, offset=0, dim1=0, dim2=1) -> Tensor:
        """The diagonal of each matrix that dim1 and dim2 span, as the last axis; offset: places above the"""
    def diag(self, diagonal=0) -> Tensor:
        """A vector becomes a matrix with it on the diagonal; of a matrix, its diagonal."""
    def diag_embed(self, offset=0, dim1=-2, dim2=-1) -> Tensor:
        """Matrices, along dim1 and dim2, with the last axis of x on a diagonal and zeros elsewhere."""
    def diagflat(self, offset=0) -> Tensor:
        """A matrix with the elements of x, flattened, on a diagonal."""
    def scatter_add(self, dim, index, src) -> Tensor:
        """x with src[i][j] added at [index[i][j]][j] for dim 0, and so on; repeated places receive the sum."""
    def index_add(self, dim, index, source, alpha=1) -> Tensor:
        """x with the slices of `source` added at `index` along dim; repeated places receive the sum."""
    def diagonal_scatter(self, src, offset=0, dim1=0, dim2=1) -> Tensor:
        """x with src as its diagonal."""
    def index_copy(self, dim, index, source) -> Tensor:
        """x with the slices of `source` at `index` along dim."""
    def index_fill(self, dim, index, value) -> Tensor:
        """x with `value`, a number or a 0-d tensor, in the slices that index names along dim."""
    def index_put(self, indices, values, accumulate=False) -> Tensor:
        """x with x[indices] = values, for a tuple of tensors; with accumulate, x[indices] += values, also if"""
    def index_reduce(self, dim, index, source, reduce, *, include_self=True) -> Tensor:
        """As index_add, where the prod, mean, amax or amin of all slices that come to a place is taken."""
    def masked_scatter(self, mask, source) -> Tensor:
        """x with the first elements of source, in order, where mask is True."""
    def put(self, index, source, accumulate=False) -> Tensor:
        """x with the elements of source at the places that index names in the flattened tensor, or added"""
    def scatter(self, dim, index, src=None, *, value=None, reduce=None) -> Tensor:
        """x with out[index[i][j]][j] = src[i][j] for dim 0, and so on; src is a tensor, or one number for all."""
    def scatter_reduce(self, dim, index, src, reduce, *, include_self=True) -> Tensor:
        """As scatter, where the sum, prod, mean, amax or amin of all that comes to a place is taken."""
    def select_scatter(self, src, dim, index) -> Tensor:
        """x with src as its slice at `index` along dim."""
    def slice_scatter(self, src, dim=0, start=None, end=None, step=1) -> Tensor:
        """x with src as its slices from start to end along dim, every step-th."""
    def is_nonzero(self) -> builtins.bool:
        """Is the only element of x not zero?"""
    def nonzero(self, *, as_tuple=False) -> Tensor:
        """The places of the elements that are not zero: (count, ndim), or one tensor of indices for each axis."""
    def argwhere(self) -> Tensor:
        """The places of the elements that are not zero, (count, ndim)."""
    def unique(self, sorted=True, return_inverse=False, return_counts=False) -> Tensor:
        """The different elements in ascending order; if asked, also x as indices into them, and how often each"""
    def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None) -> Tensor:
        """x without the elements that equal the one before; with dim, without such slices along it."""
    def bincount(self, weights=None, minlength=0) -> Tensor:
        """How often 0, 1, 2, ... are among the integers of x, or the sums of their weights."""
    def nanmean(self, dim=None, keepdim=False) -> Tensor:
        """The mean over dim of the elements that are not NaN."""
    def sum(self, dim=None, keepdim=False, dtype=None) -> Tensor:
        """The sum over dim; integers and booleans sum to int64."""
    def mean(self, dim=None, keepdim=False) -> Tensor:
        """The mean over dim."""
    def var(self, dim=None, correction=1, keepdim=False, unbiased=None) -> Tensor:
        """The variance over dim: squared distances from the mean, summed, over (number - correction)."""
    def std(self, dim=None, correction=1, keepdim=False, unbiased=None) -> Tensor:
        """The standard deviation over dim; its gradient is 0 where it is 0."""
    def prod(self, dim=None, keepdim=False) -> Tensor:
        """The product over dim, multiplied in pairs, pairs of pairs, ...: exact derivatives also at zeros."""
    def nansum(self, dim=None, keepdim=False) -> Tensor:
        """The sum over dim, NaN counted as 0."""
    def all(self, dim=None, keepdim=False) -> Tensor:
        """True where all elements along dim are not zero."""
    def any(self, dim=None, keepdim=False) -> Tensor:
        """True where an element along dim is not zero."""
    def count_nonzero(self, dim=None) -> Tensor:
        """How many elements are not zero."""
    def allclose(self, b, rtol=1e-05, atol=1e-08, equal_nan=False) -> Tensor:
        """True, a Python bool, if all |a - b| <= atol + rtol |b|."""
    def equal(self, b) -> Tensor:
        """True, a Python bool, if both have the same shape and elements."""
    def kthvalue(self, k, dim=-1, keepdim=False) -> Tensor:
        """(values, indices) of the k-th least element along dim, k from 1."""
    def nanmedian(self, dim=None, keepdim=False) -> Tensor:
        """The middle element of those that are not NaN, the lower of two; with dim, (values, indices) along"""
    def amax(self, dim=None, keepdim=False) -> Tensor:
        """The maximum over dim; places that tie share the gradient equally."""
    def amin(self, dim=None, keepdim=False) -> Tensor:
        """The minimum over dim; places that tie share the gradient equally."""
    def max(self, dim=None, keepdim=False) -> Tensor:
        """The greatest element; with dim, (values, indices) along it; of two tensors the greater of each pair."""
    def min(self, dim=None, keepdim=False) -> Tensor:
        """The least element; with dim, (values, indices) along it; of two tensors the lesser of each pair."""
    def aminmax(self, dim=None, keepdim=False) -> tuple[Tensor, ...]:
        """(minimum, maximum) over dim."""
    def sort(self, dim=-1, descending=False, stable=True) -> ValuesIndices:
        """(values, indices) in ascending order along dim; equal elements keep their order."""
    def topk(self, k, dim=-1, largest=True, sorted=True) -> Tensor:
        """(values, indices) of the k greatest elements along dim, the greatest first."""
    def median(self, dim=None, keepdim=False) -> Tensor:
        """The middle element, the lower of two, NaN where one is NaN; with dim, (values, indices) along it."""
    def argmax(self, dim=None, keepdim=False) -> Tensor:
        """The index of the first maximum, along dim or in the flattened tensor."""
    def argmin(self, dim=None, keepdim=False) -> Tensor:
        """The index of the first minimum, along dim or in the flattened tensor."""
    def argsort(self, dim=-1, descending=False, stable=True) -> Tensor:
        """The indices that sort x along dim; equal elements keep their order."""
    def msort(self) -> Tensor:
        """x in ascending order along its first axis."""
    def logsumexp(self, dim, keepdim=False) -> Tensor:
        """log(sum(e^x)) over dim, without overflow: the maximum is taken out first."""
    def softmax(self, dim) -> Tensor:
        """e^x / sum(e^x) along dim; positive numbers that sum to 1."""
    def log_softmax(self, dim) -> Tensor:
        """log(softmax(x)) along dim, exact also where softmax rounds to 0."""
    def cumsum(self, dim) -> Tensor:
        """The sums of the first element, the first two, ... along dim."""
    def cumprod(self, dim) -> Tensor:
        """The product of the first element, the first two, ... along dim."""
    def logcumsumexp(self, dim) -> Tensor:
        """log(sum(e^x)) of the first element, the first two, ... along dim, without overflow."""
    def cummax(self, dim) -> Tensor:
        """(values, indices): the greatest element up to each place along dim, and where it last was."""
    def cummin(self, dim) -> Tensor:
        """(values, indices): the least element up to each place along dim, and where it last was."""
    def diff(self, n=1, dim=-1) -> Tensor:
        """Each element minus the one before it along dim, n times over."""
    def corrcoef(self) -> Tensor:
        """The correlations of variables (V, N): their covariances over the standard deviations of both."""
    def cov(self, *, correction=1, fweights=None, aweights=None) -> Tensor:
        """The covariances of variables (V, N), one in each row: (V, V); of (N,) the variance."""
    def histc(self, bins=100, min=0, max=0) -> Tensor:
        """How many elements lie in each of `bins` equal parts of [min, max]; both 0: from the least to the"""
    def histogram(self, bins, *, range=None, weight=None, density=False) -> Tensor:
        """(hist, bin_edges): how many elements lie in each bin, or the sum of their weights."""
    def mode(self, dim=-1, keepdim=False) -> ValuesIndices:
        """(values, indices) of the most frequent element along dim, the least of several, and where it last"""
    def nanquantile(self, q, dim=None, keepdim=False, *, interpolation='linear') -> Tensor:
        """As quantile, of the elements that are not NaN."""
    def quantile(self, q, dim=None, keepdim=False, *, interpolation='linear') -> Tensor:
        """The element below which the share q in [0, 1] of all elements along dim lies; NaN where one is NaN."""
    def inner(self, b) -> Tensor:
        """The sums of products along the last axes, of each with each: (..., k), (***, k) -> (..., ***)."""
    def matmul(self, b) -> Tensor:
        """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast."""
    def dot(self, b) -> Tensor:
        """The sum of the products of two vectors."""
    def mm(self, b) -> Tensor:
        """The product of two matrices."""
    def bmm(self, b) -> Tensor:
        """The products of two stacks of matrices, (N, n, k) and (N, k, m)."""
    def outer(self, b) -> Tensor:
        """(n,), (m,) -> (n, m), the product of each with each."""
    def addmm(self, a, b, beta=1, alpha=1) -> Tensor:
        """beta x + alpha a @ b."""
    def addbmm(self, a, b, *, beta=1, alpha=1) -> Tensor:
        """beta x + alpha times the sum of the products of two stacks of matrices."""
    def mv(self, b) -> Tensor:
        """A matrix times a vector."""
    def addmv(self, a, b, beta=1, alpha=1) -> Tensor:
        """beta x + alpha a @ b, for a matrix and a vector."""
    def addr(self, a, b, beta=1, alpha=1) -> Tensor:
        """beta x + alpha outer(a, b)."""
    def baddbmm(self, a, b, beta=1, alpha=1) -> Tensor:
        """beta x + alpha bmm(a, b)."""
    def cross(self, b, dim=-1) -> Tensor:
        """The vector across both: dim has size 3."""
    def kron(self, b) -> Tensor:
        """Every element of a times all of b, laid side by side: (n, m), (k, l) -> (n k, m l), any number of"""
    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix."""
    def det(self) -> Tensor:
        """The determinants. The gradient det(A) A⁻ᵀ needs an invertible matrix."""
    def inverse(self) -> Tensor:
        """The inverse matrices (..., n, n). Raises ValueError where one is singular."""
    def logdet(self) -> Tensor:
        """log det A; NaN where the determinant is negative."""
    def slogdet(self) -> SignLogabsdet:
        """(sign, log |det A|): a determinant that neither overflows nor rounds to 0."""
    def cholesky(self, upper=False) -> Tensor:
        """L, lower triangular, with L Lᵀ = A, for symmetric positive definite A; with upper, Lᵀ."""
    def renorm(self, p, dim, maxnorm) -> Tensor:
        """x with every part along dim whose p-norm is above maxnorm scaled down to it."""
    def norm(self, p=2, dim=None, keepdim=False) -> Tensor:
        """(sum |x|^p)^(1/p) over dim; p 'fro' is 2, inf the greatest |x|. The gradient at 0 is 0."""
    def cholesky_inverse(self, upper=False) -> Tensor:
        """The inverse of A, of its factor: A = L Lᵀ, or Lᵀ L where upper."""
    def cholesky_solve(self, L, upper=False) -> Tensor:
        """X with A X = B, of the factor of A = L Lᵀ, or of A = Lᵀ L where upper."""
    def matrix_power(self, n) -> Tensor:
        """A multiplied n times, by squaring; n below 0 powers of the inverse."""
    def matrix_exp(self) -> Tensor:
        """1 + A + A²/2 + A³/6 + ..., of square matrices (..., n, n)."""
    def dist(self, b, p=2) -> Tensor:
        """The p-norm of a - b."""
    def relu(self) -> Tensor:
        """max(x, 0)."""
    def sigmoid(self) -> Tensor:
        """1 / (1 + e^-x), without overflow: e^-|x| is at most 1."""
    def prelu(self, weight) -> Tensor:
        """leaky_relu with a learned slope: weight () or (C,), one per channel of x (N, C, ...)."""
    def __setitem__(self, index, value) -> Tensor:
        """x[index] = value."""
    def copy_(self, source) -> Tensor:
        """x takes the values of source, whatever its dtype and device."""
    def fill_(self, value) -> Tensor:
        """Every element becomes value."""
    def zero_(self) -> Tensor:
        """Every element becomes 0."""
    def normal_(self, *args, generator=None, **settings) -> Tensor:
        """Normally distributed random numbers."""
    def log_normal_(self, *args, generator=None, **settings) -> Tensor:
        """Random numbers whose logarithms are normally distributed."""
    def uniform_(self, *args, generator=None, **settings) -> Tensor:
        """Uniform random numbers in [low, high)."""
    def exponential_(self, *args, generator=None, **settings) -> Tensor:
        """Random numbers of density lambd e^(-lambd x)."""
    def geometric_(self, *args, generator=None, **settings) -> Tensor:
        """How many trials, each with probability p, it takes to succeed: 1, 2, ..."""
    def cauchy_(self, *args, generator=None, **settings) -> Tensor:
        """Random numbers of density sigma / (pi ((x - median)^2 + sigma^2))."""
    def random_(self, low=None, high=None, *, generator=None) -> Tensor:
        """Random integers from low to high - 1; from 0 if one number is given, up to what the dtype holds if"""
    def bernoulli_(self, p=0.5, *, generator=None) -> Tensor:
        """1 with probability p, a number or a tensor of them, else 0."""
    def fill_diagonal_(self, fill_value, wrap=False) -> Tensor:
        """The diagonal becomes fill_value; with wrap it starts again below the bottom of a tall matrix."""
    def swapaxes_(self, dim0, dim1) -> Tensor:
        """x becomes transpose(x, ...), of the same memory."""
    def swapdims_(self, dim0, dim1) -> Tensor:
        """x becomes transpose(x, ...), of the same memory."""
    def squeeze_(self, dim=None) -> Tensor:
        """x becomes squeeze(x, ...), of the same memory."""
    def unsqueeze_(self, dim: builtins.int) -> Tensor:
        """x becomes unsqueeze(x, ...), of the same memory."""
    def t_(self) -> Tensor:
        """x becomes t(x, ...), of the same memory."""
    def transpose_(self, dim0, dim1) -> Tensor:
        """x becomes transpose(x, ...), of the same memory."""
    def __iadd__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __isub__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __imul__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __itruediv__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def add_(self, b: Tensor | builtins.float, /, alpha=1) -> Tensor:
        """x becomes add(x, ...), in place."""
    def sub_(self, b: Tensor | builtins.float, /, alpha=1) -> Tensor:
        """x becomes sub(x, ...), in place."""
    def mul_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes mul(x, ...), in place."""
    def div_(self, b, *, rounding_mode=None) -> Tensor:
        """x becomes div(x, ...), in place."""
    def true_divide_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes true_divide(x, ...), in place."""
    def floor_divide_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes floor_divide(x, ...), in place."""
    def remainder_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes remainder(x, ...), in place."""
    def fmod_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes fmod(x, ...), in place."""
    def reciprocal_(self) -> Tensor:
        """x becomes reciprocal(x, ...), in place."""
    def abs_(self) -> Tensor:
        """x becomes abs(x, ...), in place."""
    def neg_(self) -> Tensor:
        """x becomes neg(x, ...), in place."""
    def sign_(self) -> Tensor:
        """x becomes sign(x, ...), in place."""
    def floor_(self) -> Tensor:
        """x becomes floor(x, ...), in place."""
    def ceil_(self) -> Tensor:
        """x becomes ceil(x, ...), in place."""
    def round_(self, decimals=0) -> Tensor:
        """x becomes round(x, ...), in place."""
    def trunc_(self) -> Tensor:
        """x becomes trunc(x, ...), in place."""
    def frac_(self) -> Tensor:
        """x becomes frac(x, ...), in place."""
    def lerp_(self, end, weight) -> Tensor:
        """x becomes lerp(x, ...), in place."""
    def addcmul_(self, a, b, *, value=1) -> Tensor:
        """x becomes addcmul(x, ...), in place."""
    def addcdiv_(self, a, b, *, value=1) -> Tensor:
        """x becomes addcdiv(x, ...), in place."""
    def copysign_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes copysign(x, ...), in place."""
    def gcd_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes gcd(x, ...), in place."""
    def lcm_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes lcm(x, ...), in place."""
    def nextafter_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes nextafter(x, ...), in place."""
    def pow_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes pow(x, ...), in place."""
    def sqrt_(self) -> Tensor:
        """x becomes sqrt(x, ...), in place."""
    def rsqrt_(self) -> Tensor:
        """x becomes rsqrt(x, ...), in place."""
    def square_(self) -> Tensor:
        """x becomes square(x, ...), in place."""
    def exp_(self) -> Tensor:
        """x becomes exp(x, ...), in place."""
    def exp2_(self) -> Tensor:
        """x becomes exp2(x, ...), in place."""
    def expm1_(self) -> Tensor:
        """x becomes expm1(x, ...), in place."""
    def log_(self) -> Tensor:
        """x becomes log(x, ...), in place."""
    def log1p_(self) -> Tensor:
        """x becomes log1p(x, ...), in place."""
    def log2_(self) -> Tensor:
        """x becomes log2(x, ...), in place."""
    def log10_(self) -> Tensor:
        """x becomes log10(x, ...), in place."""
    def xlogy_(self, b) -> Tensor:
        """x becomes xlogy(x, ...), in place."""
    def float_power_(self, b) -> Tensor:
        """x becomes float_power(x, ...), in place."""
    def ldexp_(self, other) -> Tensor:
        """x becomes ldexp(x, ...), in place."""
    def sin_(self) -> Tensor:
        """x becomes sin(x, ...), in place."""
    def cos_(self) -> Tensor:
        """x becomes cos(x, ...), in place."""
    def tan_(self) -> Tensor:
        """x becomes tan(x, ...), in place."""
    def asin_(self) -> Tensor:
        """x becomes asin(x, ...), in place."""
    def acos_(self) -> Tensor:
        """x becomes acos(x, ...), in place."""
    def atan_(self) -> Tensor:
        """x becomes atan(x, ...), in place."""
    def atan2_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes atan2(x, ...), in place."""
    def sinh_(self) -> Tensor:
        """x becomes sinh(x, ...), in place."""
    def cosh_(self) -> Tensor:
        """x becomes cosh(x, ...), in place."""
    def tanh_(self) -> Tensor:
        """x becomes tanh(x, ...), in place."""
    def asinh_(self) -> Tensor:
        """x becomes asinh(x, ...), in place."""
    def acosh_(self) -> Tensor:
        """x becomes acosh(x, ...), in place."""
    def atanh_(self) -> Tensor:
        """x becomes atanh(x, ...), in place."""
    def hypot_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes hypot(x, ...), in place."""
    def deg2rad_(self) -> Tensor:
        """x becomes deg2rad(x, ...), in place."""
    def rad2deg_(self) -> Tensor:
        """x becomes rad2deg(x, ...), in place."""
    def erf_(self) -> Tensor:
        """x becomes erf(x, ...), in place."""
    def erfc_(self) -> Tensor:
        """x becomes erfc(x, ...), in place."""
    def erfinv_(self) -> Tensor:
        """x becomes erfinv(x, ...), in place."""
    def lgamma_(self) -> Tensor:
        """x becomes lgamma(x, ...), in place."""
    def digamma_(self) -> Tensor:
        """x becomes digamma(x, ...), in place."""
    def mvlgamma_(self, p) -> Tensor:
        """x becomes mvlgamma(x, ...), in place."""
    def i0_(self) -> Tensor:
        """x becomes i0(x, ...), in place."""
    def sinc_(self) -> Tensor:
        """x becomes sinc(x, ...), in place."""
    def logit_(self, eps=None) -> Tensor:
        """x becomes logit(x, ...), in place."""
    def eq_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes equal(x, ...), in place."""
    def ne_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes not_equal(x, ...), in place."""
    def lt_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes less(x, ...), in place."""
    def le_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes less_equal(x, ...), in place."""
    def gt_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes greater(x, ...), in place."""
    def ge_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes greater_equal(x, ...), in place."""
    def logical_and_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes logical_and(x, ...), in place."""
    def logical_or_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes logical_or(x, ...), in place."""
    def logical_xor_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes logical_xor(x, ...), in place."""
    def logical_not_(self) -> Tensor:
        """x becomes logical_not(x, ...), in place."""
    def bitwise_and_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes bitwise_and(x, ...), in place."""
    def bitwise_or_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes bitwise_or(x, ...), in place."""
    def bitwise_xor_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes bitwise_xor(x, ...), in place."""
    def bitwise_not_(self) -> Tensor:
        """x becomes bitwise_not(x, ...), in place."""
    def bitwise_left_shift_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes bitwise_left_shift(x, ...), in place."""
    def bitwise_right_shift_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes bitwise_right_shift(x, ...), in place."""
    def clamp_(self, min=None, max=None) -> Tensor:
        """x becomes clamp(x, ...), in place."""
    def nan_to_num_(self, nan=0.0, posinf=None, neginf=None) -> Tensor:
        """x becomes nan_to_num(x, ...), in place."""
    def clamp_min_(self, min) -> Tensor:
        """x becomes clamp_min(x, ...), in place."""
    def clamp_max_(self, max) -> Tensor:
        """x becomes clamp_max(x, ...), in place."""
    def heaviside_(self, values: Tensor | builtins.float, /) -> Tensor:
        """x becomes heaviside(x, ...), in place."""
    def masked_fill_(self, mask, value) -> Tensor:
        """x becomes masked_fill(x, ...), in place."""
    def tril_(self, diagonal=0) -> Tensor:
        """x becomes tril(x, ...), in place."""
    def triu_(self, diagonal=0) -> Tensor:
        """x becomes triu(x, ...), in place."""
    def index_add_(self, dim, index, source, alpha=1) -> Tensor:
        """x becomes index_add(x, ...), in place."""
    def scatter_add_(self, dim, index, src) -> Tensor:
        """x becomes scatter_add(x, ...), in place."""
    def index_copy_(self, dim, index, source) -> Tensor:
        """x becomes index_copy(x, ...), in place."""
    def index_fill_(self, dim, index, value) -> Tensor:
        """x becomes index_fill(x, ...), in place."""
    def index_put_(self, indices, values, accumulate=False) -> Tensor:
        """x becomes index_put(x, ...), in place."""
    def index_reduce_(self, dim, index, source, reduce, *, include_self=True) -> Tensor:
        """x becomes index_reduce(x, ...), in place."""
    def masked_scatter_(self, mask, source) -> Tensor:
        """x becomes masked_scatter(x, ...), in place."""
    def put_(self, index, source, accumulate=False) -> Tensor:
        """x becomes put(x, ...), in place."""
    def scatter_(self, dim, index, src=None, *, value=None, reduce=None) -> Tensor:
        """x becomes scatter(x, ...), in place."""
    def scatter_reduce_(self, dim, index, src, reduce, *, include_self=True) -> Tensor:
        """x becomes scatter_reduce(x, ...), in place."""
    def cumsum_(self, dim) -> Tensor:
        """x becomes cumsum(x, ...), in place."""
    def cumprod_(self, dim) -> Tensor:
        """x becomes cumprod(x, ...), in place."""
    def addmm_(self, a, b, beta=1, alpha=1) -> Tensor:
        """x becomes addmm(x, ...), in place."""
    def addmv_(self, a, b, beta=1, alpha=1) -> Tensor:
        """x becomes addmv(x, ...), in place."""
    def addr_(self, a, b, beta=1, alpha=1) -> Tensor:
        """x becomes addr(x, ...), in place."""
    def baddbmm_(self, a, b, beta=1, alpha=1) -> Tensor:
        """x becomes baddbmm(x, ...), in place."""
    def addbmm_(self, a, b, *, beta=1, alpha=1) -> Tensor:
        """x becomes addbmm(x, ...), in place."""
    def renorm_(self, p, dim, maxnorm) -> Tensor:
        """x becomes renorm(x, ...), in place."""
    def relu_(self) -> Tensor:
        """x becomes relu(x, ...), in place."""
    def sigmoid_(self) -> Tensor:
        """x becomes sigmoid(x, ...), in place."""
    def __add__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a + alpha b."""
    def __radd__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __sub__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a - alpha b."""
    def __rsub__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __mul__(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def __rmul__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __truediv__(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def __rtruediv__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __floordiv__(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def __rfloordiv__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __mod__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a - b * floor(a / b), with the sign of b, as Python's %."""
    def __rmod__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __pow__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a to the power b."""
    def __rpow__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __matmul__(self, b) -> Tensor:
        """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast."""
    def __rmatmul__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __neg__(self) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __abs__(self) -> Tensor: ...
    def __invert__(self) -> Tensor:
        """~x; for booleans the logical not."""
    def __and__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a & b; for booleans the logical and."""
    def __or__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a | b; for booleans the logical or."""
    def __xor__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a ^ b; for booleans the logical xor."""
    def __eq__(self, other) -> Tensor:  # type: ignore[override]
        ...
    def __ne__(self, other) -> Tensor:  # type: ignore[override]
        ...
    def __lt__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a < b, elementwise."""
    def __le__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a <= b, elementwise."""
    def __gt__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a > b, elementwise."""
    def __ge__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a >= b, elementwise."""
    def __getitem__(self, index) -> Tensor:
        """x[index] as Tensor.__getitem__ takes it: tensors, lists and NumPy arrays of indices too."""
    def __array_ufunc__(self, ufunc, method, *inputs, **settings) -> Tensor:
        """numpy_array * x is x.__rmul__; other functions of NumPy would lose the gradient and raise TypeError."""
    def reshape(self, *args, **settings) -> Tensor:
        """The same elements in row-major order in another shape; one size may be -1."""
    def view(self, *args, **settings) -> Tensor:
        """The same elements in row-major order in another shape; one size may be -1."""
    def permute(self, *args, **settings) -> Tensor:
        """The axes in the order `dims`."""
    def flip(self, *args, **settings) -> Tensor:
        """The order of the elements reversed along dims."""
    def reshape_as(self, other) -> Tensor: ...
    def view_as(self, other) -> Tensor: ...
    def expand_as(self, other) -> Tensor: ...
    def swapaxes(self, dim0, dim1) -> Tensor:
        """Two axes exchanged."""
    def swapdims(self, dim0, dim1) -> Tensor:
        """Two axes exchanged."""
    def moveaxis(self, source, destination) -> Tensor:
        """Axes moved from `source` to `destination`, the others in their order."""
    def ravel(self, start_dim=0, end_dim=-1) -> Tensor:
        """The axes from start_dim to end_dim as one."""
    def ger(self, b) -> Tensor:
        """(n,), (m,) -> (n, m), the product of each with each."""
    def vdot(self, b) -> Tensor:
        """The sum of the products of two vectors."""
    def pinverse(self) -> Tensor:
        """The pseudo-inverse of matrices of full rank: (AᵀA)⁻¹ Aᵀ, or Aᵀ (A Aᵀ)⁻¹ for wide ones."""
    def qr(self, some=True) -> QR:
        """(Q, R): x = Q R. See linalg.qr."""
    def svd(self, some=True, compute_uv=True) -> SVD:
        """(U, S, V): x = U diag(S) Vᵀ; of min(m, n) columns, or of all where some is False. See linalg.svd."""
    def broadcast_to(self, *size) -> Tensor:
        """x repeated along axes of size 1, and along new axes in front, without a copy; -1 keeps a size."""
    def split_with_sizes(self, split_size, dim=0) -> Tensor:
        """Parts of `split_size` along dim, the last maybe smaller; or of the sizes in a list."""
    def ndimension(self) -> builtins.int: ...
    def size(self, dim=None) -> Shape:
        """The sizes of all axes, or of axis dim."""
    def stride(self, dim=None) -> tuple:
        """How many elements of memory lie from one to the next along each axis, or along dim."""
    def polygamma(self, n) -> Tensor: ...
    def __lshift__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a << b: a 2^b, for integers."""
    def __rlshift__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def __rshift__(self, b: Tensor | builtins.float, /) -> Tensor:
        """a >> b: a / 2^b rounded down, for integers."""
    def __rrshift__(self, other: Tensor | builtins.float, /) -> Tensor: ...
    def where(self, condition, other) -> Tensor: ...
    def to(self, *args, device=None, dtype=None, non_blocking=False, copy=False, memory_format=...) -> Tensor:
        """x with another dtype, on another device, or like another tensor: x.to('cuda'), x.to(float64)."""
    def type_as(self, other) -> Tensor:
        """x with the dtype of other."""
    def clone(self) -> Tensor:
        """A copy of x that the graph knows."""
    def contiguous(self, memory_format=...) -> Tensor:
        """x, in one piece of memory, its elements in the order of the format."""
    def is_contiguous(self, memory_format=...) -> builtins.bool:
        """Is x one piece of memory, its elements in the order of the format?"""
    def pin_memory(self, device=None) -> Tensor: ...
    def is_pinned(self, device=None) -> builtins.bool: ...
    def cpu(self) -> Tensor: ...
    def cuda(self, index=None) -> Tensor: ...
    def float(self) -> Tensor:
        """x as float32."""
    def double(self) -> Tensor:
        """x as float64."""
    def half(self) -> Tensor:
        """x as float16."""
    def long(self) -> Tensor:
        """x as int64."""
    def int(self) -> Tensor:
        """x as int32."""
    def bool(self) -> Tensor:
        """x as bool."""
    def new_zeros(self, *args, dtype=None, device=None, requires_grad=False) -> Tensor: ...
    def new_ones(self, *args, dtype=None, device=None, requires_grad=False) -> Tensor: ...
    def new_empty(self, *args, dtype=None, device=None, requires_grad=False) -> Tensor: ...
    def new_full(self, *args, dtype=None, device=None, requires_grad=False) -> Tensor: ...
    def new_tensor(self, *args, dtype=None, device=None, requires_grad=False) -> Tensor: ...
    def short(self) -> Tensor:
        """x as int16."""
    def byte(self) -> Tensor:
        """x as uint8."""
    def char(self) -> Tensor:
        """x as int8."""
    def type(self, dtype=None, non_blocking=False) -> str:
        """x with another dtype; without one, the name of its type as PyTorch spells it: 'torch.FloatTensor'."""
    def is_complex(self) -> builtins.bool: ...
    def is_signed(self) -> builtins.bool: ...
    def detach_(self) -> Tensor:
        """x leaves the graph that computed it; returns x."""
    def get_device(self) -> builtins.int: ...
    def nelement(self) -> builtins.int: ...
    @property
    def is_cuda(self) -> builtins.bool: ...
    @property
    def T(self) -> Tensor: ...
    @property
    def mT(self) -> Tensor: ...
    def absolute(self) -> Tensor: ...
    def absolute_(self) -> Tensor:
        """x becomes abs(x, ...), in place."""
    def arccos(self) -> Tensor: ...
    def arccos_(self) -> Tensor:
        """x becomes acos(x, ...), in place."""
    def arcsin(self) -> Tensor: ...
    def arcsin_(self) -> Tensor:
        """x becomes asin(x, ...), in place."""
    def arctan(self) -> Tensor: ...
    def arctan_(self) -> Tensor:
        """x becomes atan(x, ...), in place."""
    def arctan2(self, b: Tensor | builtins.float, /) -> Tensor:
        """The angle of the point (b, a) in (-pi, pi]."""
    def arctan2_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes atan2(x, ...), in place."""
    def arccosh(self) -> Tensor: ...
    def arccosh_(self) -> Tensor:
        """x becomes acosh(x, ...), in place."""
    def arcsinh(self) -> Tensor: ...
    def arcsinh_(self) -> Tensor:
        """x becomes asinh(x, ...), in place."""
    def arctanh(self) -> Tensor: ...
    def arctanh_(self) -> Tensor:
        """x becomes atanh(x, ...), in place."""
    def clip(self, min=None, max=None) -> Tensor:
        """x limited to [min, max]; a limit is a number, a tensor or None. The gradient passes inside it."""
    def clip_(self, min=None, max=None) -> Tensor:
        """x becomes clamp(x, ...), in place."""
    def fix(self) -> Tensor:
        """x without its fraction."""
    def fix_(self) -> Tensor:
        """x becomes trunc(x, ...), in place."""
    def sgn(self) -> Tensor:
        """-1, 0 or 1."""
    def sgn_(self) -> Tensor:
        """x becomes sign(x, ...), in place."""
    def negative(self) -> Tensor: ...
    def negative_(self) -> Tensor:
        """x becomes neg(x, ...), in place."""
    def subtract(self, b: Tensor | builtins.float, /, alpha=1) -> Tensor:
        """a - alpha b."""
    def subtract_(self, b: Tensor | builtins.float, /, alpha=1) -> Tensor:
        """x becomes sub(x, ...), in place."""
    def multiply(self, b: Tensor | builtins.float, /) -> Tensor: ...
    def multiply_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes mul(x, ...), in place."""
    def divide(self, b, *, rounding_mode=None) -> Tensor:
        """a / b; with rounding_mode 'floor' or 'trunc' rounded down or towards zero, as PyTorch does."""
    def divide_(self, b, *, rounding_mode=None) -> Tensor:
        """x becomes div(x, ...), in place."""
    def greater(self, b: Tensor | builtins.float, /) -> Tensor:
        """a > b, elementwise."""
    def greater_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes greater(x, ...), in place."""
    def greater_equal(self, b: Tensor | builtins.float, /) -> Tensor:
        """a >= b, elementwise."""
    def greater_equal_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes greater_equal(x, ...), in place."""
    def less(self, b: Tensor | builtins.float, /) -> Tensor:
        """a < b, elementwise."""
    def less_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes less(x, ...), in place."""
    def less_equal(self, b: Tensor | builtins.float, /) -> Tensor:
        """a <= b, elementwise."""
    def less_equal_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes less_equal(x, ...), in place."""
    def not_equal(self, b: Tensor | builtins.float, /) -> Tensor:
        """a != b, elementwise."""
    def not_equal_(self, b: Tensor | builtins.float, /) -> Tensor:
        """x becomes not_equal(x, ...), in place."""

def check_trainable(array, requires_grad):
    """Refuse gradients for integers, and a second size where Tensor() takes data."""

class Parameter(Tensor):
    """A tensor that a Module trains: it requires a gradient, and `module.parameters()` finds it."""
    def __init__(self, data: object, requires_grad: bool = True): ...
    def __repr__(self): ...
