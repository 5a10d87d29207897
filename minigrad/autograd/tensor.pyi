"""Tensor: an array, whether it needs a gradient, and the node that computed it.

Written by `python -m tools.stub`; do not edit it by hand.
"""

import builtins
from collections.abc import Callable, Sequence
from typing import Any
from typing_extensions import CapsuleType

import numpy as np

from minigrad.autograd.arrays import Shape
from minigrad.autograd.hooks import Handle
from minigrad.backend.seam import Device
from minigrad.ops.matrices.factors import QR, SVD
from minigrad.ops.matrices.inverses import SignLogabsdet
from minigrad.ops.matrices.reflections import Geqrf
from minigrad.ops.matrices.systems import TriangularSolve
from minigrad.ops.numbers.powers import Frexp
from minigrad.ops.places.layouts import Layout, MemoryFormat
from minigrad.ops.questions import Storage
from minigrad.ops.reductions.cumulative import Cumulative
from minigrad.ops.reductions.order import ValuesIndices
from minigrad.ops.reductions.statistics import Histogram

class Tensor:
    """An n-dimensional array that remembers how it was computed."""
    def __init__(self, data=..., requires_grad: builtins.bool = False, node=None, *sizes: builtins.int): ...
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
    def __repr__(self):
        """What print(tensor) shows."""
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
    alias: Any
    array: Any
    hooks: Any
    node: Any
    requires_grad: Any
    grad: Any
    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Handle:
        """Call hook(gradient) when backward() knows the gradient of x; it may return another one."""
    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> Handle:
        """Call hook(x) each time backward() has added to x.grad."""
    def retain_grad(self) -> None:
        """Let backward() fill `.grad` of x although x is not a leaf."""
    def backward(self, gradient: Tensor | None = None, retain_graph: builtins.bool | None = None,
            create_graph: builtins.bool = False, inputs: Tensor | Sequence[Tensor] | None = None) -> None:
        """Add the gradient of y with respect to every leaf to the leaf's `.grad`."""
    def add(self, b: Tensor | complex, /, alpha=1) -> Tensor:
        """a + alpha b."""
    def sub(self, b: Tensor | complex, /, alpha=1) -> Tensor:
        """a - alpha b."""
    def mul(self, b: Tensor | complex, /) -> Tensor:
        """a * b."""
    def div(self, b: Tensor | builtins.float, *, rounding_mode: str | None = None) -> Tensor:
        """a / b, rounded down with rounding_mode='floor', towards zero with 'trunc'."""
    def true_divide(self, b: Tensor | complex, /) -> Tensor:
        """a / b; the result is floating-point."""
    def floor_divide(self, b: Tensor | complex, /) -> Tensor:
        """floor(a / b). Raises RuntimeError for an integer division by zero on the CPU."""
    def remainder(self, b: Tensor | complex, /) -> Tensor:
        """a - b * floor(a / b), with the sign of b, like Python's %."""
    def fmod(self, b: Tensor | complex, /) -> Tensor:
        """a - b * trunc(a / b), with the sign of a, like C's fmod."""
    def neg(self) -> Tensor:
        """-x."""
    def abs(self) -> Tensor:
        """|x|; the gradient at 0 is 0."""
    def sign(self) -> Tensor:
        """-1, 0 or 1, the sign of x; a boolean is its own."""
    def reciprocal(self) -> Tensor:
        """1 / x."""
    def floor(self) -> Tensor:
        """The greatest integer <= x."""
    def ceil(self) -> Tensor:
        """The least integer >= x."""
    def trunc(self) -> Tensor:
        """x rounded towards zero."""
    def round(self, decimals=0) -> Tensor:
        """x rounded to `decimals` digits after the point; halves go to the even neighbour."""
    def frac(self) -> Tensor:
        """The fractional part x - trunc(x), with the sign of x."""
    def lerp(self, end: Tensor, weight: Tensor | builtins.float) -> Tensor:
        """start + weight * (end - start)."""
    def addcmul(self, a: Tensor, b: Tensor, *, value: builtins.float = 1) -> Tensor:
        """x + value * a * b."""
    def addcdiv(self, a: Tensor, b: Tensor, *, value: builtins.float = 1) -> Tensor:
        """x + value * a / b."""
    def copysign(self, b: Tensor | complex, /) -> Tensor:
        """|a| with the sign of b; the gradient with respect to a is 0 at 0."""
    def positive(self) -> Tensor:
        """x itself. Raises TypeError for booleans."""
    def nextafter(self, b: Tensor | complex, /) -> Tensor:
        """The next floating-point number after a in the direction of b."""
    def gcd(self, b: Tensor | complex, /) -> Tensor:
        """The greatest common divisor of two integers."""
    def lcm(self, b: Tensor | complex, /) -> Tensor:
        """The least common multiple of two integers."""
    def pow(self, b: Tensor | complex, /) -> Tensor:
        """a^b, a to the power b."""
    def square(self) -> Tensor:
        """x^2."""
    def sqrt(self) -> Tensor:
        """The square root; NaN for x < 0."""
    def rsqrt(self) -> Tensor:
        """1 / sqrt(x)."""
    def exp(self) -> Tensor:
        """e^x."""
    def exp2(self) -> Tensor:
        """2^x."""
    def expm1(self) -> Tensor:
        """e^x - 1, accurate near 0 too."""
    def log(self) -> Tensor:
        """The natural logarithm; -inf at 0, NaN below."""
    def log1p(self) -> Tensor:
        """log(1 + x), accurate near 0 too."""
    def log2(self) -> Tensor:
        """The logarithm to base 2."""
    def log10(self) -> Tensor:
        """The logarithm to base 10."""
    def logaddexp(self, b: Tensor | complex, /) -> Tensor:
        """log(e^a + e^b) without overflow; two equal infinities share the gradient."""
    def xlogy(self, b: Tensor | builtins.float) -> Tensor:
        """a log(b); 0 where a is 0, unless b is NaN."""
    def logaddexp2(self, b: Tensor | complex, /) -> Tensor:
        """log2(2^a + 2^b) without overflow."""
    def ldexp(self, other: Tensor | builtins.float) -> Tensor:
        """x 2^other."""
    def frexp(self) -> Frexp:
        """(mantissa, exponent) with x = mantissa 2^exponent and |mantissa| in [0.5, 1); both are 0 for x = 0."""
    def float_power(self, b: Tensor | builtins.float) -> Tensor:
        """a^b, computed in float64, or complex128."""
    def hypot(self, b: Tensor | complex, /) -> Tensor:
        """sqrt(a^2 + b^2); the squares cannot overflow. The gradient at (0, 0) is 0."""
    def sin(self) -> Tensor:
        """The sine of x, an angle in radians."""
    def cos(self) -> Tensor:
        """The cosine of x, an angle in radians."""
    def tan(self) -> Tensor:
        """The tangent of x, an angle in radians."""
    def asin(self) -> Tensor:
        """The inverse sine, in [-pi/2, pi/2]; NaN where |x| > 1."""
    def acos(self) -> Tensor:
        """The inverse cosine, in [0, pi]; NaN where |x| > 1."""
    def atan(self) -> Tensor:
        """The inverse tangent, in (-pi/2, pi/2)."""
    def atan2(self, b: Tensor | complex, /) -> Tensor:
        """The angle of the point (b, a), in radians, in [-pi, pi]; the gradient at (0, 0) is 0."""
    def sinh(self) -> Tensor:
        """The hyperbolic sine, (e^x - e^-x) / 2."""
    def cosh(self) -> Tensor:
        """The hyperbolic cosine, (e^x + e^-x) / 2."""
    def tanh(self) -> Tensor:
        """The hyperbolic tangent, sinh(x) / cosh(x), in (-1, 1)."""
    def asinh(self) -> Tensor:
        """The inverse hyperbolic sine."""
    def acosh(self) -> Tensor:
        """The inverse hyperbolic cosine; NaN where x < 1."""
    def atanh(self) -> Tensor:
        """The inverse hyperbolic tangent; NaN where |x| > 1."""
    def deg2rad(self) -> Tensor:
        """Degrees to radians: x pi / 180."""
    def rad2deg(self) -> Tensor:
        """Radians to degrees: 180 x / pi."""
    def erf(self) -> Tensor:
        """The error function: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    def erfc(self) -> Tensor:
        """1 - erf(x), accurate for large x too, where the result is tiny."""
    def erfinv(self) -> Tensor:
        """The y with erf(y) = x, for x in [-1, 1]; NaN outside."""
    def lgamma(self) -> Tensor:
        """log |gamma(x)|."""
    def digamma(self) -> Tensor:
        """The derivative of log gamma(x)."""
    def mvlgamma(self, p: builtins.int) -> Tensor:
        """The log of the p-dimensional gamma function: p (p - 1) / 4 log pi + sum of lgamma(x - i / 2), i < p."""
    def i0(self) -> Tensor:
        """The modified Bessel function I_0(x)."""
    def sinc(self) -> Tensor:
        """sin(pi x) / (pi x); 1 at 0."""
    def logit(self, eps: builtins.float | None = None) -> Tensor:
        """log(x / (1 - x)), the inverse of sigmoid; NaN outside [0, 1]."""
    def igamma(self, x: Tensor | complex, /) -> Tensor:
        """The regularised lower incomplete gamma function P(a, x)."""
    def igammac(self, x: Tensor | complex, /) -> Tensor:
        """The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), accurate if tiny."""
    def angle(self) -> Tensor:
        """The angle of a complex number in radians, from -pi to pi; of a real number 0, or pi if negative."""
    def conj(self) -> Tensor:
        """a - ib for each a + ib; a real tensor is returned itself."""
    def conj_physical(self) -> Tensor:
        """a - ib of a + ib, in a new array."""
    def is_complex(self) -> builtins.bool:
        """Does the tensor have a complex dtype?"""
    def is_conj(self) -> builtins.bool:
        """False: minigrad computes conj() at once and keeps no mark of it."""
    def is_neg(self) -> builtins.bool:
        """False: minigrad never keeps a negative sign apart from the numbers."""
    def resolve_conj(self) -> Tensor:
        """The tensor itself: minigrad computes conj() at once."""
    def resolve_neg(self) -> Tensor:
        """The tensor itself: minigrad never keeps a negative sign apart from the numbers."""
    def sgn(self) -> Tensor:
        """x / |x|, 0 at 0: the direction of a complex number, the sign of a real one."""
    def eq(self, b: Tensor | complex, /) -> Tensor:
        """a == b."""
    def ne(self, b: Tensor | complex, /) -> Tensor:
        """a != b."""
    def lt(self, b: Tensor | complex, /) -> Tensor:
        """a < b."""
    def le(self, b: Tensor | complex, /) -> Tensor:
        """a <= b."""
    def gt(self, b: Tensor | complex, /) -> Tensor:
        """a > b."""
    def ge(self, b: Tensor | complex, /) -> Tensor:
        """a >= b."""
    def logical_and(self, b: Tensor | complex, /) -> Tensor:
        """True where a and b are both nonzero."""
    def logical_or(self, b: Tensor | complex, /) -> Tensor:
        """True where a or b is nonzero."""
    def logical_xor(self, b: Tensor | complex, /) -> Tensor:
        """True where exactly one of a and b is nonzero."""
    def logical_not(self) -> Tensor:
        """True where x is zero."""
    def bitwise_and(self, b: Tensor | complex, /) -> Tensor:
        """a & b, bit by bit; for booleans, logical and."""
    def bitwise_or(self, b: Tensor | complex, /) -> Tensor:
        """a | b, bit by bit; for booleans, logical or."""
    def bitwise_xor(self, b: Tensor | complex, /) -> Tensor:
        """a ^ b, bit by bit; for booleans, logical xor."""
    def bitwise_not(self) -> Tensor:
        """~x, bit by bit; for booleans, logical not."""
    def isnan(self) -> Tensor:
        """True where x is NaN."""
    def isinf(self) -> Tensor:
        """True where x is infinite."""
    def isfinite(self) -> Tensor:
        """True where x is a finite number."""
    def isclose(self, b: Tensor | complex, /, rtol=1e-05, atol=1e-08, equal_nan=False) -> Tensor:
        """True where |a - b| <= atol + rtol |b|, and where a and b are the same infinity."""
    def signbit(self) -> Tensor:
        """True where x is negative or -0.0."""
    def isreal(self) -> Tensor:
        """True everywhere: all tensors are real."""
    def isposinf(self) -> Tensor:
        """True where x is +infinity."""
    def isneginf(self) -> Tensor:
        """True where x is -infinity."""
    def bitwise_left_shift(self, b: Tensor | complex, /) -> Tensor:
        """a << b = a 2^b, for integers."""
    def bitwise_right_shift(self, b: Tensor | complex, /) -> Tensor:
        """a >> b = floor(a / 2^b), for integers."""
    def maximum(self, b: Tensor | complex, /) -> Tensor:
        """The larger of a and b; NaN if either is NaN. A tie splits the gradient in half."""
    def minimum(self, b: Tensor | complex, /) -> Tensor:
        """The smaller of a and b; NaN if either is NaN. A tie splits the gradient in half."""
    def clamp(self, min: Tensor | builtins.float | None = None,
            max: Tensor | builtins.float | None = None) -> Tensor:
        """x limited to [min, max]; either limit may be None. The gradient passes where min <= x <= max."""
    def nan_to_num(self, nan: builtins.float = 0.0, posinf: builtins.float | None = None,
            neginf: builtins.float | None = None) -> Tensor:
        """x with NaN and infinities replaced; infinities become the dtype's largest finite numbers by default."""
    def heaviside(self, values: Tensor | complex, /) -> Tensor:
        """0 where x < 0, 1 where x > 0, `values` where x == 0. It has no gradient."""
    def fmax(self, b: Tensor | complex, /) -> Tensor:
        """The larger of a and b, ignoring a single NaN; in a tie a receives the gradient."""
    def fmin(self, b: Tensor | complex, /) -> Tensor:
        """The smaller of a and b, ignoring a single NaN; in a tie a receives the gradient."""
    def clamp_min(self, min: Tensor | builtins.float) -> Tensor:
        """x, but at least min; in a tie x receives the gradient."""
    def clamp_max(self, max: Tensor | builtins.float) -> Tensor:
        """x, but at most max; in a tie x receives the gradient."""
    def gather(self, dim: builtins.int, index: Tensor) -> Tensor:
        """Pick one element along dim per index: for dim 0, out[i][j][k] = x[index[i][j][k]][j][k]."""
    def take_along_dim(self, indices: Tensor, dim: builtins.int | None = None) -> Tensor:
        """gather, but x and indices broadcast along every axis except dim; without dim, both are flattened."""
    def index_select(self, dim: builtins.int, index: Tensor) -> Tensor:
        """The slices of x along dim at `index`, a vector of integers."""
    def masked_fill(self, mask: Tensor, value: Tensor | builtins.float) -> Tensor:
        """x with `value`, converted to x's dtype, where mask is True."""
    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements of x where mask is True, as a 1-D tensor."""
    def narrow(self, dim: builtins.int, start: builtins.int, length: builtins.int) -> Tensor:
        """x[start:start + length] along dim; a negative start counts from the end."""
    def select(self, dim: builtins.int, index: builtins.int) -> Tensor:
        """The slice of x at `index` along dim, without that axis: x[index] for dim 0."""
    def take(self, index: Tensor) -> Tensor:
        """The elements at `index` in the flattened x, in index's shape; negative indices count from the end."""
    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """x with two axes swapped."""
    def t(self) -> Tensor:
        """The transpose of a matrix; a vector or a 0-d tensor itself."""
    def movedim(self, source: builtins.int | Sequence[builtins.int],
            destination: builtins.int | Sequence[builtins.int]) -> Tensor:
        """Move axes from `source` to `destination`; the others keep their order."""
    def expand(self, *size: builtins.int | Sequence[builtins.int]) -> Tensor:
        """Broadcast x to `size` without a copy: axes of size 1 and new axes in front repeat; -1 keeps a size."""
    def squeeze(self, dim: builtins.int | Sequence[builtins.int] | None = None) -> Tensor:
        """x without its axes of size 1; with dim, only those axes are removed."""
    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """x with a new axis of size 1 at `dim`."""
    def flatten(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        """x with the axes start_dim to end_dim (inclusive) merged into one."""
    def unflatten(self, dim: builtins.int, sizes: Sequence[builtins.int]) -> Tensor:
        """Split axis `dim` into several axes of `sizes`, one of which may be -1: the reverse of flatten."""
    def unfold(self, dimension: builtins.int, size: builtins.int, step: builtins.int) -> Tensor:
        """Windows of length `size` along one axis, `step` apart: (..., L, ...) -> (..., windows, ..., size)."""
    def adjoint(self) -> Tensor:
        """The conjugate of x with its last two axes swapped; for real numbers, the transpose."""
    def is_same_size(self, other: Tensor) -> builtins.bool:
        """Whether both have the same shape."""
    def sum_to_size(self, *size: builtins.int | Sequence[builtins.int]) -> Tensor:
        """Sum x to `size`, which must broadcast to x's shape: the gradient of expand."""
    def as_strided(self, size: Sequence[builtins.int], stride: Sequence[builtins.int],
            storage_offset: builtins.int | None = None) -> Tensor:
        """A view of the memory of x: element (i, j, ...) lies i stride[0] + j stride[1] + ... after its start."""
    def as_strided_scatter(self, src: Tensor, size: Sequence[builtins.int], stride: Sequence[builtins.int],
            storage_offset: builtins.int | None = None) -> Tensor:
        """A copy of x whose as_strided(x, size, stride, storage_offset) is src."""
    def narrow_copy(self, dim: builtins.int, start: builtins.int, length: builtins.int) -> Tensor:
        """Like narrow, but each result is a new tensor, not a view of x."""
    def split_with_sizes(self, split_sizes: Sequence[builtins.int], dim: builtins.int = 0) -> tuple[Tensor,
            ...]:
        """Parts of the given sizes along dim; see split."""
    def split(self, split_size: builtins.int | Sequence[builtins.int], dim: builtins.int = 0) -> tuple[Tensor,
            ...]:
        """Parts of size `split_size` along dim, the last possibly smaller; a list gives the size of each part."""
    def chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Tensor, ...]:
        """At most `chunks` parts of equal size along dim, the last possibly smaller."""
    def unbind(self, dim: builtins.int = 0) -> tuple[Tensor, ...]:
        """The slices along dim, without that axis."""
    def dsplit(self, indices_or_sections: builtins.int | Sequence[builtins.int]) -> tuple[Tensor, ...]:
        """tensor_split into equal parts along the third axis."""
    def hsplit(self, indices_or_sections: builtins.int | Sequence[builtins.int]) -> tuple[Tensor, ...]:
        """tensor_split into equal parts along the second axis, for a vector the first."""
    def tensor_split(self, indices_or_sections: builtins.int | Sequence[builtins.int] | Tensor | None = None,
            dim: builtins.int = 0, *, indices: Sequence[builtins.int] | None = None,
            sections: builtins.int | None = None) -> tuple[Tensor, ...]:
        """n parts along dim whose sizes differ by at most 1, larger ones first; a list cuts before each index."""
    def vsplit(self, indices_or_sections: builtins.int | Sequence[builtins.int]) -> tuple[Tensor, ...]:
        """tensor_split into equal parts along the first axis."""
    def repeat(self, *sizes_: builtins.int | Sequence[builtins.int]) -> Tensor:
        """Tile x: one repeat count per axis; extra counts add axes in front."""
    def tile(self, *sizes_: builtins.int | Sequence[builtins.int]) -> Tensor:
        """repeat, where missing counts in front are 1."""
    def repeat_interleave(self, repeats: builtins.int | Tensor | None = None, dim: builtins.int | None = None,
            *, output_size: builtins.int | None = None) -> Tensor:
        """Repeat every slice along dim `repeats` times in a row; without dim, every element of the flattened x."""
    def roll(self, shifts: builtins.int | Sequence[builtins.int],
            dims: builtins.int | Sequence[builtins.int] | None = None) -> Tensor:
        """Shift elements by `shifts` along dims, cyclically; without dims, through the flattened tensor."""
    def fliplr(self) -> Tensor:
        """Reverse the order of the columns, axis 1."""
    def flipud(self) -> Tensor:
        """Reverse the order of the rows, axis 0. Raises ValueError for a tensor without axes."""
    def rot90(self, k: builtins.int = 1, dims: Sequence[builtins.int] = ...) -> Tensor:
        """Rotate x by k times 90 degrees in the plane of dims, from the first towards the second."""
    def tril(self, diagonal: builtins.int = 0) -> Tensor:
        """The lower triangle of the last two axes, zeros above; `diagonal` moves its edge up."""
    def triu(self, diagonal: builtins.int = 0) -> Tensor:
        """The upper triangle of the last two axes, zeros below; `diagonal` moves its edge up."""
    def diagonal(self, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1) -> Tensor:
        """The diagonals of the matrices in axes dim1 and dim2, as the last axis of a view."""
    def diag(self, diagonal: builtins.int = 0) -> Tensor:
        """A matrix with the vector x on a diagonal; for a matrix x, a copy of its diagonal."""
    def diag_embed(self, offset: builtins.int = 0, dim1: builtins.int = -2,
            dim2: builtins.int = -1) -> Tensor:
        """Matrices in axes dim1 and dim2 with the last axis of x on a diagonal, zeros elsewhere."""
    def diagflat(self, offset: builtins.int = 0) -> Tensor:
        """A matrix with the flattened x on a diagonal."""
    def scatter_add(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """A copy of x with src added along dim: for dim 0, out[index[i][j]][j] += src[i][j]."""
    def index_add(self, dim: builtins.int, index: Tensor, source: Tensor,
            alpha: builtins.float = 1) -> Tensor:
        """A copy of x with alpha times the slices of source added at `index` along dim; repeated indices sum."""
    def diagonal_scatter(self, src: Tensor, offset: builtins.int = 0, dim1: builtins.int = 0,
            dim2: builtins.int = 1) -> Tensor:
        """A copy of x whose diagonal(x, offset, dim1, dim2) is src."""
    def index_copy(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """A copy of x with its slices at `index` along dim replaced by those of source."""
    def index_fill(self, dim: builtins.int, index: Tensor, value: Tensor | builtins.float) -> Tensor:
        """A copy of x with `value`, a number or a 0-d tensor, in the slices at `index` along dim."""
    def index_put(self, indices: Sequence[Tensor | None], values: Tensor,
            accumulate: builtins.bool = False) -> Tensor:
        """A copy of x after x[indices] = values; with accumulate, += instead, and repeated indices sum."""
    def index_reduce(self, dim: builtins.int, index: Tensor, source: Tensor, reduce: str, *,
            include_self: builtins.bool = True) -> Tensor:
        """index_add, but the slices that go to one place are reduced by 'prod', 'mean', 'amax' or 'amin'."""
    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """A copy of x with the first elements of source, in order, where mask is True."""
    def put(self, index: Tensor, source: Tensor, accumulate: builtins.bool = False) -> Tensor:
        """A copy of x with source written (with accumulate: added) at `index` in the flattened x."""
    def scatter(self, dim: builtins.int, index: Tensor, src: Tensor | builtins.float | None = None, *,
            value: builtins.float | None = None, reduce: str | None = None) -> Tensor:
        """A copy of x with src written along dim: for dim 0, out[index[i][j]][j] = src[i][j]."""
    def scatter_reduce(self, dim: builtins.int, index: Tensor, src: Tensor, reduce: str, *,
            include_self: builtins.bool = True) -> Tensor:
        """scatter, but all elements that go to one place are reduced: 'sum', 'prod', 'mean', 'amax' or 'amin'."""
    def select_scatter(self, src: Tensor, dim: builtins.int, index: builtins.int) -> Tensor:
        """A copy of x whose slice at `index` along dim is src."""
    def slice_scatter(self, src: Tensor, dim: builtins.int = 0, start: builtins.int | None = None,
            end: builtins.int | None = None, step: builtins.int = 1) -> Tensor:
        """A copy of x after x[start:end:step] = src along dim."""
    def is_nonzero(self) -> builtins.bool:
        """Whether the only element of x is nonzero."""
    def nonzero(self, *, as_tuple: builtins.bool = False) -> Tensor | Any:
        """The indices of the nonzero elements, (count, ndim); with as_tuple, a tuple of one (count,) per axis."""
    def nonzero_static(self, *, size: builtins.int, fill_value: builtins.int = -1) -> Tensor:
        """The first `size` indices of nonzero elements, (size, ndim); `fill_value` stands where there are fewer."""
    def argwhere(self) -> Tensor:
        """The indices of the nonzero elements, (count, ndim)."""
    def unique(self, sorted: builtins.bool = True, return_inverse: builtins.bool = False,
            return_counts: builtins.bool = False, dim: builtins.int | None = None) -> Tensor | Any:
        """The distinct elements in ascending order, whatever `sorted` says; with dim, the distinct slices."""
    def unique_consecutive(self, return_inverse: builtins.bool = False, return_counts: builtins.bool = False,
            dim: builtins.int | None = None) -> Tensor | Any:
        """x without the elements that equal their predecessor; with dim, without such slices along it."""
    def bincount(self, weights: Tensor | None = None, minlength: builtins.int = 0) -> Tensor:
        """How often each of 0, 1, 2, ... occurs in x, a 1-D integer tensor; with weights, their sums."""
    def nanmean(self, dim: builtins.int | Sequence[builtins.int] | None = None,
            keepdim: builtins.bool = False, *, dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """The mean along dim, or of all elements, computed as `dtype` if given, ignoring NaN."""
    def sum(self, dim=None, keepdim=False, dtype=None) -> Tensor:
        """The sum along dim, or of all elements; integers and booleans sum to int64."""
    def mean(self, dim: builtins.int | Sequence[builtins.int] | None = None, keepdim: builtins.bool = False,
            *, dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """The mean along dim, or of all elements, computed as `dtype` if given."""
    def var(self, dim: builtins.int | Sequence[builtins.int] | None = None,
            correction: builtins.float | None = 1, keepdim: builtins.bool = False,
            unbiased: builtins.bool | None = None) -> Tensor:
        """The variance along dim, or of all n elements: sum(|x - mean|^2) / (n - correction)."""
    def std(self, dim: builtins.int | Sequence[builtins.int] | None = None,
            correction: builtins.float | None = 1, keepdim: builtins.bool = False,
            unbiased: builtins.bool | None = None) -> Tensor:
        """The standard deviation along dim, the root of var; its gradient is 0 where it is 0."""
    def prod(self, dim: builtins.int | None = None, keepdim: builtins.bool = False, *,
            dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """The product along dim, or of all elements, as `dtype` if given; else integers multiply in int64."""
    def nansum(self, dim: builtins.int | Sequence[builtins.int] | None = None, keepdim: builtins.bool = False,
            *, dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """The sum along dim, or of all elements, as `dtype` if given; NaN counts as 0."""
    def hash_tensor(self, dim: builtins.int | Sequence[builtins.int] = ..., *, keepdim: builtins.bool = False,
            mode: builtins.int = 0) -> Tensor:
        """The bits of all elements along dim, as 64-bit numbers, combined by exclusive or; uint64."""
    def all(self, dim=None, keepdim=False) -> Tensor:
        """True where all elements along dim are nonzero; without dim, over all elements. Of uint8, 1 or 0."""
    def any(self, dim=None, keepdim=False) -> Tensor:
        """True where any element along dim is nonzero; without dim, over all elements. Of uint8, 1 or 0."""
    def count_nonzero(self, dim: builtins.int | Sequence[builtins.int] | None = None) -> Tensor:
        """The number of nonzero elements, along dim or in all."""
    def allclose(self, b: Tensor, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08,
            equal_nan: builtins.bool = False) -> builtins.bool:
        """True if |a - b| <= atol + rtol |b| everywhere; `equal_nan` makes NaN equal to NaN."""
    def equal(self, b: Tensor) -> builtins.bool:
        """True if a and b have the same shape and the same elements."""
    def kthvalue(self, k: builtins.int, dim: builtins.int = -1,
            keepdim: builtins.bool = False) -> ValuesIndices:
        """(values, indices) of the k-th smallest element along dim; k counts from 1."""
    def nanmedian(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The median, ignoring NaN; with dim, (values, indices) along it. Ties as in median."""
    def amax(self, dim=None, keepdim=False) -> Tensor:
        """The maximum along dim; elements that tie share the gradient equally."""
    def amin(self, dim=None, keepdim=False) -> Tensor:
        """The minimum along dim; elements that tie share the gradient equally."""
    def max(self, dim: builtins.int | Tensor | None = None, keepdim: builtins.bool = False) -> Any:
        """The largest element; max(x, dim) gives (values, indices) along dim, max(x, y) is maximum(x, y)."""
    def min(self, dim: builtins.int | Tensor | None = None, keepdim: builtins.bool = False) -> Any:
        """The smallest element; min(x, dim) gives (values, indices) along dim, min(x, y) is minimum(x, y)."""
    def aminmax(self, dim: builtins.int | Sequence[builtins.int] | None = None,
            keepdim: builtins.bool = False) -> tuple[Tensor, Tensor]:
        """(minimum, maximum) along dim, or of all elements."""
    def sort(self, dim: builtins.int = -1, descending: builtins.bool = False,
            stable: builtins.bool = True) -> ValuesIndices:
        """(values, indices) of x sorted along dim. Sorting is always stable: equal elements keep their order."""
    def topk(self, k: builtins.int, dim: builtins.int = -1, largest: builtins.bool = True,
            sorted: builtins.bool = True) -> ValuesIndices:
        """(values, indices) of the k largest elements along dim, largest first; the smallest if not `largest`."""
    def median(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The middle element, the lower of two; NaN if any is NaN. With dim, (values, indices) along it."""
    def argmax(self, dim=None, keepdim=False) -> Tensor:
        """The index of the first maximum, along dim or in the flattened tensor."""
    def argmin(self, dim=None, keepdim=False) -> Tensor:
        """The index of the first minimum, along dim or in the flattened tensor."""
    def argsort(self, dim=-1, descending=False, stable=True) -> Tensor:
        """The indices that sort x along dim. Sorting is stable: equal elements keep their order."""
    def msort(self) -> Tensor:
        """x sorted in ascending order along its first axis."""
    def logsumexp(self, dim, keepdim=False) -> Tensor:
        """log(sum(e^x)) along dim; subtracting the maximum first avoids overflow."""
    def softmax(self, dim, dtype=None) -> Tensor:
        """e^x / sum(e^x) along dim: non-negative numbers that sum to 1."""
    def log_softmax(self, dim, dtype=None) -> Tensor:
        """log(softmax(x)) along dim, accurate even where softmax rounds to 0; see softmax."""
    def cumsum(self, dim, dtype=None) -> Tensor:
        """The cumulative sum along dim: y_i = x_0 + ... + x_i, as `dtype` if given."""
    def cumprod(self, dim: builtins.int, *, dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """The cumulative product along dim: y_i = x_0 ... x_i, as `dtype` if given."""
    def logcumsumexp(self, dim: builtins.int) -> Tensor:
        """log(cumsum(e^x)) along dim, without overflow."""
    def cummax(self, dim: builtins.int) -> Cumulative:
        """(values, indices): the largest element up to each position along dim, and where it last occurred."""
    def cummin(self, dim: builtins.int) -> Cumulative:
        """(values, indices): the smallest element up to each position along dim, and where it last occurred."""
    def diff(self, n: builtins.int = 1, dim: builtins.int = -1, prepend: Tensor | None = None,
            append: Tensor | None = None) -> Tensor:
        """The n-th difference along dim; each step maps x to x_i+1 - x_i and shortens dim by one."""
    def corrcoef(self) -> Tensor:
        """The correlation matrix (V, N) -> (V, V): cov_ij / (std_i std_j), in [-1, 1]."""
    def cov(self, *, correction: builtins.int = 1, fweights: Tensor | None = None,
            aweights: Tensor | None = None) -> Tensor:
        """The covariance matrix (V, N) -> (V, V) of V variables, one per row; the variance (N,) -> () of one."""
    def histc(self, bins: builtins.int = 100, min: builtins.float = 0, max: builtins.float = 0) -> Tensor:
        """The number of elements in each of `bins` equal parts of [min, max]; min == max spans the range of x."""
    def histogram(self, bins: builtins.int | Tensor, *, range: tuple[builtins.float,
            builtins.float] | None = None, weight: Tensor | None = None,
            density: builtins.bool = False) -> Histogram:
        """(hist, bin_edges): the number of elements in each bin, or the sum of their weights."""
    def mode(self, dim: builtins.int = -1, keepdim: builtins.bool = False) -> ValuesIndices:
        """(values, indices) of the most frequent element along dim; the smallest in a tie, at its last index."""
    def nanquantile(self, q: Tensor | builtins.float, dim: builtins.int | None = None,
            keepdim: builtins.bool = False, *, interpolation: str = 'linear') -> Tensor:
        """Like quantile, but ignores NaN."""
    def quantile(self, q: Tensor | builtins.float, dim: builtins.int | None = None,
            keepdim: builtins.bool = False, *, interpolation: str = 'linear') -> Tensor:
        """The q-quantiles along dim, or of all elements; NaN if any element is NaN."""
    def inner(self, b: Tensor) -> Tensor:
        """The sum of products over the last axes, for every pair of vectors: (..., k), (***, k) -> (..., ***)."""
    def matmul(self, b: Tensor) -> Tensor:
        """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast."""
    def dot(self, b: Tensor) -> Tensor:
        """The dot product of two vectors, (n,), (n,) -> ()."""
    def vdot(self, b: Tensor) -> Tensor:
        """The dot product of the conjugate of a with b, (n,), (n,) -> ()."""
    def mm(self, b: Tensor) -> Tensor:
        """The product of two matrices, (n, k), (k, m) -> (n, m), without broadcasting; see matmul."""
    def bmm(self, b: Tensor) -> Tensor:
        """The batched matrix product (N, n, k), (N, k, m) -> (N, n, m), without broadcasting; see matmul."""
    def outer(self, b: Tensor) -> Tensor:
        """The outer product of two vectors: y_ij = a_i b_j, (n,), (m,) -> (n, m)."""
    def addmm(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """beta x + alpha a @ b, for two matrices."""
    def addbmm(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """beta x + alpha bmm(a, b).sum(0)."""
    def mv(self, b: Tensor) -> Tensor:
        """A matrix times a vector, (n, k), (k,) -> (n,)."""
    def addmv(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """beta x + alpha a @ b, for a matrix and a vector."""
    def addr(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """beta x + alpha outer(a, b)."""
    def baddbmm(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """beta x + alpha bmm(a, b)."""
    def cross(self, b: Tensor, dim: builtins.int = -1) -> Tensor:
        """The cross product of 3-D vectors along dim."""
    def kron(self, b: Tensor) -> Tensor:
        """The Kronecker product: each element of a times all of b, (n, m), (k, l) -> (n k, m l)."""
    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix, (m, n) -> ()."""
    def det(self) -> Tensor:
        """The determinants, (..., n, n) -> (...). The gradient, det(A) A⁻ᵀ, needs invertible matrices."""
    def inverse(self) -> Tensor:
        """The inverses of matrices (..., n, n). Raises ValueError if one is singular."""
    def logdet(self) -> Tensor:
        """log det A, (..., n, n) -> (...); -inf if the determinant is 0, NaN if it is negative."""
    def slogdet(self) -> SignLogabsdet:
        """(sign, log |det A|), (..., n, n) -> (...) each: a determinant that cannot overflow or underflow."""
    def cholesky(self, upper: builtins.bool = False) -> Tensor:
        """The lower triangular L with L Lᵀ = A, for symmetric positive definite A (..., n, n); Lᵀ if `upper`."""
    def renorm(self, p: builtins.float, dim: builtins.int, maxnorm: builtins.float) -> Tensor:
        """x with each slice along dim whose p-norm exceeds maxnorm scaled down to that norm."""
    def norm(self, p: builtins.float | str = 2, dim: builtins.int | Sequence[builtins.int] | None = None,
            keepdim: builtins.bool = False, *, dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """The p-norm (sum |x|^p)^(1/p) along dim, or of all elements."""
    def cholesky_inverse(self, upper: builtins.bool = False) -> Tensor:
        """The inverse of A, given its Cholesky factor: A = L Lᵀ, or Lᵀ L if `upper`."""
    def cholesky_solve(self, L: Tensor, upper: builtins.bool = False) -> Tensor:
        """The X with A X = B, given the Cholesky factor of A = L Lᵀ, or of A = Lᵀ L if `upper`."""
    def pinverse(self, rcond: builtins.float = 1e-15) -> Tensor:
        """The pseudo-inverse: singular values up to rcond times the largest count as 0. See linalg.pinv."""
    def triangular_solve(self, A: Tensor, upper: builtins.bool = True, transpose: builtins.bool = False,
            unitriangular: builtins.bool = False) -> TriangularSolve:
        """(the X with A X = b, a copy of A), reading only A's upper or lower triangle."""
    def geqrf(self) -> Geqrf:
        """(a, tau) of matrices (..., m, n): their QR factorisation as LAPACK leaves it."""
    def ormqr(self, tau: Tensor, C: Tensor, left: builtins.bool = True,
            transpose: builtins.bool = False) -> Tensor:
        """Q C, or C Q if not `left`, with Q = H₁ ... H_k (..., m, m); with `transpose` Qᴴ in place of Q."""
    def matrix_power(self, n: builtins.int) -> Tensor:
        """A^n for square matrices (..., k, k), by repeated squaring; n < 0 raises the inverse to -n."""
    def matrix_exp(self) -> Tensor:
        """The matrix exponential I + A + A²/2! + A³/3! + ... of square matrices (..., n, n)."""
    def dist(self, b: Tensor, p: builtins.float = 2) -> Tensor:
        """The p-norm of a - b over all elements."""
    def relu(self) -> Tensor:
        """max(x, 0)."""
    def sigmoid(self) -> Tensor:
        """1 / (1 + e^-x), written with e^-|x|, which cannot overflow."""
    def prelu(self, weight: Tensor) -> Tensor:
        """leaky_relu with a learned slope: weight () or (1,), or (C,), one per channel of x (N, C, ...)."""
    def __setitem__(self, index: Any, value: Any) -> None:
        """x[index] = value."""
    def copy_(self, source: Tensor) -> Tensor:
        """Write the values of source, of any dtype and device, into x; returns x."""
    def fill_(self, value: Tensor | builtins.float) -> Tensor:
        """Set every element to value; returns x. Raises ValueError for a number beyond the range of integers."""
    def zero_(self) -> Tensor:
        """Set every element to 0; returns x."""
    def normal_(self, mean: builtins.float = 0.0, std: builtins.float = 1.0, *,
            generator: Any | None = None) -> Tensor:
        """Fill x with random numbers from the normal distribution; returns x."""
    def log_normal_(self, *args, generator=None, **settings) -> Tensor:
        """Fill x with random numbers whose logarithms have the given mean and std > 0; returns x."""
    def uniform_(self, *args, generator=None, **settings) -> Tensor:
        """Fill x with uniform random numbers in [low, high); returns x. Raises ValueError for low > high."""
    def exponential_(self, *args, generator=None, **settings) -> Tensor:
        """Fill x with random numbers of density lambd e^(-lambd x), lambd > 0; returns x."""
    def geometric_(self, *args, generator=None, **settings) -> Tensor:
        """Fill x with the number of trials, 1, 2, ..., until one of probability p succeeds; returns x."""
    def cauchy_(self, *args, generator=None, **settings) -> Tensor:
        """Fill x with random numbers of density sigma / (pi ((x - median)^2 + sigma^2)); returns x."""
    def random_(self, low: Any = None, high: builtins.int | None = None, *,
            generator: Any | None = None) -> Tensor:
        """Fill x with random integers from low to high - 1; returns x."""
    def resize_(self, *size: builtins.int | Sequence[builtins.int], memory_format: Any = None) -> Tensor:
        """Give x another size in place, its elements in row-major order of its memory; returns x."""
    def resize_as_(self, other: Tensor, memory_format: Any = None) -> Tensor:
        """Give x the size of other in place; returns x. See resize_."""
    def bernoulli_(self, p: Tensor | builtins.float = 0.5, *, generator: Any | None = None) -> Tensor:
        """Fill x with 1, with probability p, and 0; returns x."""
    def fill_diagonal_(self, fill_value: builtins.float, wrap: builtins.bool = False) -> Tensor:
        """Set the diagonal to fill_value; `wrap` restarts it in a tall matrix, one row below its end. Returns x."""
    def swapaxes_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Make x the view transpose(x, ...) of its memory; returns x."""
    def swapdims_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Make x the view transpose(x, ...) of its memory; returns x."""
    def squeeze_(self, dim: builtins.int | Sequence[builtins.int] | None = None) -> Tensor:
        """Make x the view squeeze(x, ...) of its memory; returns x."""
    def unsqueeze_(self, dim: builtins.int) -> Tensor:
        """Make x the view unsqueeze(x, ...) of its memory; returns x."""
    def t_(self) -> Tensor:
        """Make x the view t(x, ...) of its memory; returns x."""
    def transpose_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Make x the view transpose(x, ...) of its memory; returns x."""
    def __iadd__(self, other: Tensor | complex, /) -> Tensor: ...
    def __isub__(self, other: Tensor | complex, /) -> Tensor: ...
    def __imul__(self, other: Tensor | complex, /) -> Tensor: ...
    def __itruediv__(self, other: Tensor | complex, /) -> Tensor: ...
    def __ifloordiv__(self, other: Tensor | complex, /) -> Tensor: ...
    def __ipow__(self, other: Tensor | complex, /) -> Tensor: ...
    def __imod__(self, other: Tensor | complex, /) -> Tensor: ...
    def __iand__(self, other: Tensor | complex, /) -> Tensor: ...
    def __ior__(self, other: Tensor | complex, /) -> Tensor: ...
    def __ixor__(self, other: Tensor | complex, /) -> Tensor: ...
    def __ilshift__(self, other: Tensor | complex, /) -> Tensor: ...
    def __irshift__(self, other: Tensor | complex, /) -> Tensor: ...
    def add_(self, b: Tensor | complex, /, alpha=1) -> Tensor:
        """Write add(x, ...) into x; returns x."""
    def sub_(self, b: Tensor | complex, /, alpha=1) -> Tensor:
        """Write sub(x, ...) into x; returns x."""
    def mul_(self, b: Tensor | complex, /) -> Tensor:
        """Write mul(x, ...) into x; returns x."""
    def div_(self, b: Tensor | builtins.float, *, rounding_mode: str | None = None) -> Tensor:
        """Write div(x, ...) into x; returns x."""
    def true_divide_(self, b: Tensor | complex, /) -> Tensor:
        """Write true_divide(x, ...) into x; returns x."""
    def floor_divide_(self, b: Tensor | complex, /) -> Tensor:
        """Write floor_divide(x, ...) into x; returns x."""
    def remainder_(self, b: Tensor | complex, /) -> Tensor:
        """Write remainder(x, ...) into x; returns x."""
    def fmod_(self, b: Tensor | complex, /) -> Tensor:
        """Write fmod(x, ...) into x; returns x."""
    def reciprocal_(self) -> Tensor:
        """Write reciprocal(x, ...) into x; returns x."""
    def abs_(self) -> Tensor:
        """Write abs(x, ...) into x; returns x."""
    def neg_(self) -> Tensor:
        """Write neg(x, ...) into x; returns x."""
    def sign_(self) -> Tensor:
        """Write sign(x, ...) into x; returns x."""
    def floor_(self) -> Tensor:
        """Write floor(x, ...) into x; returns x."""
    def ceil_(self) -> Tensor:
        """Write ceil(x, ...) into x; returns x."""
    def round_(self, decimals=0) -> Tensor:
        """Write round(x, ...) into x; returns x."""
    def trunc_(self) -> Tensor:
        """Write trunc(x, ...) into x; returns x."""
    def frac_(self) -> Tensor:
        """Write frac(x, ...) into x; returns x."""
    def lerp_(self, end: Tensor, weight: Tensor | builtins.float) -> Tensor:
        """Write lerp(x, ...) into x; returns x."""
    def addcmul_(self, a: Tensor, b: Tensor, *, value: builtins.float = 1) -> Tensor:
        """Write addcmul(x, ...) into x; returns x."""
    def addcdiv_(self, a: Tensor, b: Tensor, *, value: builtins.float = 1) -> Tensor:
        """Write addcdiv(x, ...) into x; returns x."""
    def copysign_(self, b: Tensor | complex, /) -> Tensor:
        """Write copysign(x, ...) into x; returns x."""
    def gcd_(self, b: Tensor | complex, /) -> Tensor:
        """Write gcd(x, ...) into x; returns x."""
    def lcm_(self, b: Tensor | complex, /) -> Tensor:
        """Write lcm(x, ...) into x; returns x."""
    def nextafter_(self, b: Tensor | complex, /) -> Tensor:
        """Write nextafter(x, ...) into x; returns x."""
    def pow_(self, b: Tensor | complex, /) -> Tensor:
        """Write pow(x, ...) into x; returns x."""
    def sqrt_(self) -> Tensor:
        """Write sqrt(x, ...) into x; returns x."""
    def rsqrt_(self) -> Tensor:
        """Write rsqrt(x, ...) into x; returns x."""
    def square_(self) -> Tensor:
        """Write square(x, ...) into x; returns x."""
    def exp_(self) -> Tensor:
        """Write exp(x, ...) into x; returns x."""
    def exp2_(self) -> Tensor:
        """Write exp2(x, ...) into x; returns x."""
    def expm1_(self) -> Tensor:
        """Write expm1(x, ...) into x; returns x."""
    def log_(self) -> Tensor:
        """Write log(x, ...) into x; returns x."""
    def log1p_(self) -> Tensor:
        """Write log1p(x, ...) into x; returns x."""
    def log2_(self) -> Tensor:
        """Write log2(x, ...) into x; returns x."""
    def log10_(self) -> Tensor:
        """Write log10(x, ...) into x; returns x."""
    def xlogy_(self, b: Tensor | builtins.float) -> Tensor:
        """Write xlogy(x, ...) into x; returns x."""
    def float_power_(self, b: Tensor | builtins.float) -> Tensor:
        """Write float_power(x, ...) into x; returns x."""
    def ldexp_(self, other: Tensor | builtins.float) -> Tensor:
        """Write ldexp(x, ...) into x; returns x."""
    def sin_(self) -> Tensor:
        """Write sin(x, ...) into x; returns x."""
    def cos_(self) -> Tensor:
        """Write cos(x, ...) into x; returns x."""
    def tan_(self) -> Tensor:
        """Write tan(x, ...) into x; returns x."""
    def asin_(self) -> Tensor:
        """Write asin(x, ...) into x; returns x."""
    def acos_(self) -> Tensor:
        """Write acos(x, ...) into x; returns x."""
    def atan_(self) -> Tensor:
        """Write atan(x, ...) into x; returns x."""
    def atan2_(self, b: Tensor | complex, /) -> Tensor:
        """Write atan2(x, ...) into x; returns x."""
    def sinh_(self) -> Tensor:
        """Write sinh(x, ...) into x; returns x."""
    def cosh_(self) -> Tensor:
        """Write cosh(x, ...) into x; returns x."""
    def tanh_(self) -> Tensor:
        """Write tanh(x, ...) into x; returns x."""
    def asinh_(self) -> Tensor:
        """Write asinh(x, ...) into x; returns x."""
    def acosh_(self) -> Tensor:
        """Write acosh(x, ...) into x; returns x."""
    def atanh_(self) -> Tensor:
        """Write atanh(x, ...) into x; returns x."""
    def hypot_(self, b: Tensor | complex, /) -> Tensor:
        """Write hypot(x, ...) into x; returns x."""
    def deg2rad_(self) -> Tensor:
        """Write deg2rad(x, ...) into x; returns x."""
    def rad2deg_(self) -> Tensor:
        """Write rad2deg(x, ...) into x; returns x."""
    def erf_(self) -> Tensor:
        """Write erf(x, ...) into x; returns x."""
    def erfc_(self) -> Tensor:
        """Write erfc(x, ...) into x; returns x."""
    def erfinv_(self) -> Tensor:
        """Write erfinv(x, ...) into x; returns x."""
    def lgamma_(self) -> Tensor:
        """Write lgamma(x, ...) into x; returns x."""
    def digamma_(self) -> Tensor:
        """Write digamma(x, ...) into x; returns x."""
    def mvlgamma_(self, p: builtins.int) -> Tensor:
        """Write mvlgamma(x, ...) into x; returns x."""
    def i0_(self) -> Tensor:
        """Write i0(x, ...) into x; returns x."""
    def sinc_(self) -> Tensor:
        """Write sinc(x, ...) into x; returns x."""
    def logit_(self, eps: builtins.float | None = None) -> Tensor:
        """Write logit(x, ...) into x; returns x."""
    def igamma_(self, x: Tensor | complex, /) -> Tensor:
        """Write igamma(x, ...) into x; returns x."""
    def igammac_(self, x: Tensor | complex, /) -> Tensor:
        """Write igammac(x, ...) into x; returns x."""
    def eq_(self, b: Tensor | complex, /) -> Tensor:
        """Write equal(x, ...) into x; returns x."""
    def ne_(self, b: Tensor | complex, /) -> Tensor:
        """Write not_equal(x, ...) into x; returns x."""
    def lt_(self, b: Tensor | complex, /) -> Tensor:
        """Write less(x, ...) into x; returns x."""
    def le_(self, b: Tensor | complex, /) -> Tensor:
        """Write less_equal(x, ...) into x; returns x."""
    def gt_(self, b: Tensor | complex, /) -> Tensor:
        """Write greater(x, ...) into x; returns x."""
    def ge_(self, b: Tensor | complex, /) -> Tensor:
        """Write greater_equal(x, ...) into x; returns x."""
    def logical_and_(self, b: Tensor | complex, /) -> Tensor:
        """Write logical_and(x, ...) into x; returns x."""
    def logical_or_(self, b: Tensor | complex, /) -> Tensor:
        """Write logical_or(x, ...) into x; returns x."""
    def logical_xor_(self, b: Tensor | complex, /) -> Tensor:
        """Write logical_xor(x, ...) into x; returns x."""
    def logical_not_(self) -> Tensor:
        """Write logical_not(x, ...) into x; returns x."""
    def bitwise_and_(self, b: Tensor | complex, /) -> Tensor:
        """Write bitwise_and(x, ...) into x; returns x."""
    def bitwise_or_(self, b: Tensor | complex, /) -> Tensor:
        """Write bitwise_or(x, ...) into x; returns x."""
    def bitwise_xor_(self, b: Tensor | complex, /) -> Tensor:
        """Write bitwise_xor(x, ...) into x; returns x."""
    def bitwise_not_(self) -> Tensor:
        """Write bitwise_not(x, ...) into x; returns x."""
    def bitwise_left_shift_(self, b: Tensor | complex, /) -> Tensor:
        """Write bitwise_left_shift(x, ...) into x; returns x."""
    def bitwise_right_shift_(self, b: Tensor | complex, /) -> Tensor:
        """Write bitwise_right_shift(x, ...) into x; returns x."""
    def clamp_(self, min: Tensor | builtins.float | None = None,
            max: Tensor | builtins.float | None = None) -> Tensor:
        """Write clamp(x, ...) into x; returns x."""
    def nan_to_num_(self, nan: builtins.float = 0.0, posinf: builtins.float | None = None,
            neginf: builtins.float | None = None) -> Tensor:
        """Write nan_to_num(x, ...) into x; returns x."""
    def clamp_min_(self, min: Tensor | builtins.float) -> Tensor:
        """Write clamp_min(x, ...) into x; returns x."""
    def clamp_max_(self, max: Tensor | builtins.float) -> Tensor:
        """Write clamp_max(x, ...) into x; returns x."""
    def heaviside_(self, values: Tensor | complex, /) -> Tensor:
        """Write heaviside(x, ...) into x; returns x."""
    def masked_fill_(self, mask: Tensor, value: Tensor | builtins.float) -> Tensor:
        """Write masked_fill(x, ...) into x; returns x."""
    def tril_(self, diagonal: builtins.int = 0) -> Tensor:
        """Write tril(x, ...) into x; returns x."""
    def triu_(self, diagonal: builtins.int = 0) -> Tensor:
        """Write triu(x, ...) into x; returns x."""
    def index_add_(self, dim: builtins.int, index: Tensor, source: Tensor,
            alpha: builtins.float = 1) -> Tensor:
        """Write index_add(x, ...) into x; returns x."""
    def scatter_add_(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """Write scatter_add(x, ...) into x; returns x."""
    def index_copy_(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """Write index_copy(x, ...) into x; returns x."""
    def index_fill_(self, dim: builtins.int, index: Tensor, value: Tensor | builtins.float) -> Tensor:
        """Write index_fill(x, ...) into x; returns x."""
    def index_put_(self, indices: Sequence[Tensor | None], values: Tensor,
            accumulate: builtins.bool = False) -> Tensor:
        """Write index_put(x, ...) into x; returns x."""
    def index_reduce_(self, dim: builtins.int, index: Tensor, source: Tensor, reduce: str, *,
            include_self: builtins.bool = True) -> Tensor:
        """Write index_reduce(x, ...) into x; returns x."""
    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """Write masked_scatter(x, ...) into x; returns x."""
    def put_(self, index: Tensor, source: Tensor, accumulate: builtins.bool = False) -> Tensor:
        """Write put(x, ...) into x; returns x."""
    def scatter_(self, dim: builtins.int, index: Tensor, src: Tensor | builtins.float | None = None, *,
            value: builtins.float | None = None, reduce: str | None = None) -> Tensor:
        """Write scatter(x, ...) into x; returns x."""
    def scatter_reduce_(self, dim: builtins.int, index: Tensor, src: Tensor, reduce: str, *,
            include_self: builtins.bool = True) -> Tensor:
        """Write scatter_reduce(x, ...) into x; returns x."""
    def cumsum_(self, dim, dtype=None) -> Tensor:
        """Write cumsum(x, ...) into x; returns x."""
    def cumprod_(self, dim: builtins.int, *, dtype: np.dtype | builtins.type | str | None = None) -> Tensor:
        """Write cumprod(x, ...) into x; returns x."""
    def addmm_(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """Write addmm(x, ...) into x; returns x."""
    def addmv_(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """Write addmv(x, ...) into x; returns x."""
    def addr_(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """Write addr(x, ...) into x; returns x."""
    def baddbmm_(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """Write baddbmm(x, ...) into x; returns x."""
    def addbmm_(self, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
        """Write addbmm(x, ...) into x; returns x."""
    def renorm_(self, p: builtins.float, dim: builtins.int, maxnorm: builtins.float) -> Tensor:
        """Write renorm(x, ...) into x; returns x."""
    def relu_(self) -> Tensor:
        """Write relu(x, ...) into x; returns x."""
    def sigmoid_(self) -> Tensor:
        """Write sigmoid(x, ...) into x; returns x."""
    @property
    def _version(self) -> builtins.int:
        """How often the memory of the tensor was written to in place, through it or another tensor."""
    @property
    def retains_grad(self) -> builtins.bool:
        """Whether backward() fills `.grad` of x although x is not a leaf, see retain_grad()."""
    @property
    def output_nr(self) -> builtins.int:
        """Which output of its op x is, for an op with several."""
    @property
    def is_sparse(self) -> builtins.bool: ...
    @property
    def is_sparse_csr(self) -> builtins.bool: ...
    @property
    def is_quantized(self) -> builtins.bool: ...
    @property
    def is_mkldnn(self) -> builtins.bool: ...
    @property
    def is_xpu(self) -> builtins.bool: ...
    @property
    def is_mps(self) -> builtins.bool: ...
    @property
    def is_meta(self) -> builtins.bool: ...
    @property
    def is_nested(self) -> builtins.bool: ...
    @property
    def is_ipu(self) -> builtins.bool: ...
    @property
    def is_xla(self) -> builtins.bool: ...
    @property
    def is_vulkan(self) -> builtins.bool: ...
    @property
    def is_maia(self) -> builtins.bool: ...
    @property
    def is_mtia(self) -> builtins.bool: ...
    def is_inference(self) -> builtins.bool: ...
    def is_distributed(self) -> builtins.bool: ...
    def is_shared(self) -> builtins.bool: ...
    @property
    def is_cpu(self) -> builtins.bool: ...
    @property
    def itemsize(self) -> builtins.int: ...
    @property
    def nbytes(self) -> builtins.int: ...
    @property
    def name(self) -> Tensor: ...
    def untyped_storage(self) -> Storage: ...
    def storage(self) -> Storage: ...
    def new(self, *data: Any) -> Tensor:
        """A tensor of x's dtype and device: of the sizes given, which are not filled, or of data."""
    def to_dense(self) -> Tensor: ...
    def dense_dim(self) -> builtins.int: ...
    def sparse_dim(self) -> builtins.int: ...
    def __dlpack__(self, **settings) -> CapsuleType: ...
    def __dlpack_device__(self) -> tuple: ...
    def share_memory_(self) -> Tensor:
        """x itself: minigrad.parallel shares memory itself, and threads share it anyway."""
    def record_stream(self, stream: Any) -> None:
        """Does nothing: a GPU runs its work in the order of the calls."""
    def __add__(self, b: Tensor | complex, /) -> Tensor:
        """a + alpha b."""
    def __radd__(self, other: Tensor | complex, /) -> Tensor: ...
    def __sub__(self, b: Tensor | complex, /) -> Tensor:
        """a - alpha b."""
    def __rsub__(self, other: Tensor | complex, /) -> Tensor: ...
    def __mul__(self, b: Tensor | complex, /) -> Tensor:
        """a * b."""
    def __rmul__(self, other: Tensor | complex, /) -> Tensor: ...
    def __truediv__(self, b: Tensor | complex, /) -> Tensor:
        """a / b; the result is floating-point."""
    def __rtruediv__(self, other: Tensor | complex, /) -> Tensor: ...
    def __rdiv__(self, other: Tensor | complex, /) -> Tensor: ...
    def __floordiv__(self, b: Tensor | complex, /) -> Tensor:
        """floor(a / b). Raises RuntimeError for an integer division by zero on the CPU."""
    def __rfloordiv__(self, other: Tensor | complex, /) -> Tensor: ...
    def __mod__(self, b: Tensor | complex, /) -> Tensor:
        """a - b * floor(a / b), with the sign of b, like Python's %."""
    def __rmod__(self, other: Tensor | complex, /) -> Tensor: ...
    def __pow__(self, b: Tensor | complex, /) -> Tensor:
        """a^b, a to the power b."""
    def __rpow__(self, other: Tensor | complex, /) -> Tensor: ...
    def __matmul__(self, b: Tensor) -> Tensor:
        """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast."""
    def __rmatmul__(self, other: Tensor | complex, /) -> Tensor: ...
    def __neg__(self) -> Tensor:
        """-x."""
    def __pos__(self) -> Tensor: ...
    def __abs__(self) -> Tensor:
        """|x|; the gradient at 0 is 0."""
    def __invert__(self) -> Tensor:
        """~x, bit by bit; for booleans, logical not."""
    def __and__(self, b: Tensor | complex, /) -> Tensor:
        """a & b, bit by bit; for booleans, logical and."""
    def __rand__(self, other: Tensor | complex, /) -> Tensor: ...
    def __or__(self, b: Tensor | complex, /) -> Tensor:
        """a | b, bit by bit; for booleans, logical or."""
    def __ror__(self, other: Tensor | complex, /) -> Tensor: ...
    def __xor__(self, b: Tensor | complex, /) -> Tensor:
        """a ^ b, bit by bit; for booleans, logical xor."""
    def __rxor__(self, other: Tensor | complex, /) -> Tensor: ...
    def __eq__(self, other) -> Tensor:  # type: ignore[override]
        ...
    def __ne__(self, other) -> Tensor:  # type: ignore[override]
        ...
    def __lt__(self, b: Tensor | complex, /) -> Tensor:
        """a < b."""
    def __le__(self, b: Tensor | complex, /) -> Tensor:
        """a <= b."""
    def __gt__(self, b: Tensor | complex, /) -> Tensor:
        """a > b."""
    def __ge__(self, b: Tensor | complex, /) -> Tensor:
        """a >= b."""
    def __getitem__(self, index) -> Tensor:
        """x[index] for Tensor.__getitem__; an index may also hold tensors, lists and NumPy arrays."""
    def __contains__(self, element: Tensor | complex) -> builtins.bool:
        """Is one of the elements equal to `element`, a number or a tensor that broadcasts?"""
    def __array_ufunc__(self, ufunc, method, *inputs, **settings) -> Tensor:
        """numpy_array * x calls x.__rmul__; any other NumPy function would lose the gradient: TypeError."""
    def reshape(self, *args, **settings) -> Tensor:
        """x in another shape, elements in row-major order; one size may be -1 and is computed."""
    def view(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            **settings: Any) -> Tensor:
        """x in another shape, x.view(2, 3) or x.view((2, 3)); or its bits as another dtype, x.view(int32)."""
    def permute(self, *args, **settings) -> Tensor:
        """x with its axes in the order `dims`."""
    def flip(self, *args, **settings) -> Tensor:
        """x with the order of its elements reversed along dims."""
    def reshape_as(self, other) -> Tensor: ...
    def view_as(self, other) -> Tensor: ...
    def expand_as(self, other) -> Tensor: ...
    def swapaxes(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """x with two axes swapped."""
    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """x with two axes swapped."""
    def moveaxis(self, source: builtins.int | Sequence[builtins.int],
            destination: builtins.int | Sequence[builtins.int]) -> Tensor:
        """Move axes from `source` to `destination`; the others keep their order."""
    def ravel(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        """x with the axes start_dim to end_dim (inclusive) merged into one."""
    def bernoulli(self, p: builtins.float | None = None, *, generator: Any | None = None) -> Tensor:
        """1 with probability `input`, else 0, for each element; drawn on its device, in its dtype."""
    def multinomial(self, num_samples: builtins.int, replacement: builtins.bool = False, *,
            generator: Any | None = None) -> Tensor:
        """Random indices, drawn with probabilities proportional to p."""
    def unsafe_split(self, split_size: builtins.int | Sequence[builtins.int],
            dim: builtins.int = 0) -> tuple[Tensor, ...]:
        """Parts of size `split_size` along dim, the last possibly smaller; a list gives the size of each part."""
    def unsafe_chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Tensor, ...]:
        """At most `chunks` parts of equal size along dim, the last possibly smaller."""
    def unsafe_split_with_sizes(self, split_sizes: Sequence[builtins.int],
            dim: builtins.int = 0) -> tuple[Tensor, ...]:
        """Parts of the given sizes along dim; see split."""
    def ger(self, b: Tensor) -> Tensor:
        """The outer product of two vectors: y_ij = a_i b_j, (n,), (m,) -> (n, m)."""
    def orgqr(self, tau: Tensor) -> Tensor:
        """The first n columns of H₁ H₂ ... H_k, for the vectors A (..., m, n), m >= n, and tau (..., k), k <= n."""
    def lu(self, pivot: builtins.bool = True, get_infos: builtins.bool = False) -> tuple:
        """(LU, pivots), with get_infos also info; see linalg.lu_factor_ex. Raises ValueError as lu_factor."""
    def lu_solve(self, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
        """The X with A X = b, b (..., n, k); see linalg.lu_solve."""
    def qr(self, some: builtins.bool = True) -> QR:
        """(Q, R) with x = Q R; some=False asks for all columns of Q. See linalg.qr."""
    def svd(self, some: builtins.bool = True, compute_uv: builtins.bool = True) -> SVD:
        """(U, S, V) with x = U diag(S) Vᵀ: min(m, n) columns in U and V, or all with some=False. See linalg.svd."""
    def broadcast_to(self, *size: builtins.int | Sequence[builtins.int]) -> Tensor:
        """Broadcast x to `size` without a copy: axes of size 1 and new axes in front repeat; -1 keeps a size."""
    def ndimension(self) -> builtins.int: ...
    def size(self, dim: builtins.int | None = None) -> Any:
        """The shape, or the size of axis dim. Raises IndexError if there is no such axis."""
    def stride(self, dim: builtins.int | None = None) -> Any:
        """The step in memory between neighbours along each axis, or along dim, counted in elements."""
    def polygamma(self, n) -> Tensor: ...
    def __lshift__(self, b: Tensor | complex, /) -> Tensor:
        """a << b = a 2^b, for integers."""
    def __rlshift__(self, other: Tensor | complex, /) -> Tensor: ...
    def __rshift__(self, b: Tensor | complex, /) -> Tensor:
        """a >> b = floor(a / 2^b), for integers."""
    def __rrshift__(self, other: Tensor | complex, /) -> Tensor: ...
    def where(self, condition, other) -> Tensor: ...
    def to(self, *args: Any, device: str | builtins.int | None = None,
            dtype: np.dtype | builtins.type | str | None = None, non_blocking: builtins.bool = False,
            copy: builtins.bool = False, memory_format: Any = ...) -> Tensor:
        """x with another dtype or on another device: x.to('cuda'), x.to(float64), or like y: x.to(y)."""
    def type_as(self, other: Tensor) -> Tensor:
        """x with the dtype of other."""
    def clone(self, *, memory_format: Any = ...) -> Tensor:
        """A copy of x that passes gradients on to x."""
    def dim_order(self, ambiguity_check: Any = False) -> tuple[builtins.int, ...]:
        """The axes by their steps in memory, the longest first."""
    def storage_offset(self) -> builtins.int:
        """How many elements of its memory lie before the first element of x."""
    def data_ptr(self) -> builtins.int:
        """The address of the first element."""
    def contiguous(self, memory_format: MemoryFormat = ...) -> Tensor:
        """x itself where it is contiguous in the format, else a copy that is."""
    @property
    def layout(self) -> Layout: ...
    def is_contiguous(self, memory_format: MemoryFormat = ...) -> builtins.bool:
        """Whether x is stored without gaps, in the order of the format."""
    def pin_memory(self, device=None) -> Tensor: ...
    def is_pinned(self, device=None) -> builtins.bool: ...
    def cpu(self) -> Tensor: ...
    def cuda(self, index=None) -> Tensor: ...
    def float(self, memory_format: Any = ...) -> Tensor:
        """x converted to float32."""
    def double(self, memory_format: Any = ...) -> Tensor:
        """x converted to float64."""
    def half(self, memory_format: Any = ...) -> Tensor:
        """x converted to float16."""
    def bfloat16(self, memory_format: Any = ...) -> Tensor:
        """x converted to float32."""
    def long(self, memory_format: Any = ...) -> Tensor:
        """x converted to int64."""
    def int(self, memory_format: Any = ...) -> Tensor:
        """x converted to int32."""
    def bool(self, memory_format: Any = ...) -> Tensor:
        """x converted to bool."""
    def new_zeros(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            device: str | builtins.int | None = None, requires_grad: builtins.bool = False) -> Tensor: ...
    def new_ones(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            device: str | builtins.int | None = None, requires_grad: builtins.bool = False) -> Tensor: ...
    def new_empty(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            device: str | builtins.int | None = None, requires_grad: builtins.bool = False) -> Tensor: ...
    def new_empty_strided(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            device: str | builtins.int | None = None, requires_grad: builtins.bool = False) -> Tensor: ...
    def new_full(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            device: str | builtins.int | None = None, requires_grad: builtins.bool = False) -> Tensor: ...
    def new_tensor(self, *args: Any, dtype: np.dtype | builtins.type | str | None = None,
            device: str | builtins.int | None = None, requires_grad: builtins.bool = False) -> Tensor: ...
    def short(self, memory_format: Any = ...) -> Tensor:
        """x converted to int16."""
    def byte(self, memory_format: Any = ...) -> Tensor:
        """x converted to uint8."""
    def char(self, memory_format: Any = ...) -> Tensor:
        """x converted to int8."""
    def type(self, dtype: np.dtype | builtins.type | str | None = None,
            non_blocking: builtins.bool = False) -> Any:
        """x with another dtype; without `dtype`, PyTorch's name for x's type, such as 'torch.FloatTensor'."""
    @property
    def real(self) -> Tensor:
        """The real part, a view: a write into it reaches `input`. Of a real tensor, the tensor itself."""
    @real.setter
    def real(self, value) -> Tensor:
        """x.real = value."""
    @property
    def imag(self) -> Tensor:
        """The imaginary part, a view: a write into it reaches `input`. Raises TypeError for a real tensor."""
    @imag.setter
    def imag(self, value) -> Tensor:
        """x.imag = value."""
    @property
    def H(self) -> Tensor:
        """x.H: the conjugate transpose of a matrix. Raises ValueError unless x is a matrix, or 0-d."""
    @property
    def mH(self) -> Tensor:
        """The conjugate of x with its last two axes swapped; for real numbers, the transpose."""
    def cfloat(self, memory_format: Any = ...) -> Tensor:
        """x converted to complex64."""
    def cdouble(self, memory_format: Any = ...) -> Tensor:
        """x converted to complex128."""
    def __complex__(self) -> complex: ...
    def is_signed(self) -> builtins.bool: ...
    def detach_(self) -> Tensor:
        """Cut x off from the graph that computed it; returns x. Raises RuntimeError for a view."""
    def get_device(self) -> builtins.int: ...
    def nelement(self) -> builtins.int: ...
    @property
    def is_cuda(self) -> builtins.bool: ...
    @property
    def T(self) -> Tensor: ...
    @property
    def mT(self) -> Tensor: ...
    def absolute(self) -> Tensor:
        """|x|; the gradient at 0 is 0."""
    def absolute_(self) -> Tensor:
        """Write abs(x, ...) into x; returns x."""
    def arccos(self) -> Tensor:
        """The inverse cosine, in [0, pi]; NaN where |x| > 1."""
    def arccos_(self) -> Tensor:
        """Write acos(x, ...) into x; returns x."""
    def arcsin(self) -> Tensor:
        """The inverse sine, in [-pi/2, pi/2]; NaN where |x| > 1."""
    def arcsin_(self) -> Tensor:
        """Write asin(x, ...) into x; returns x."""
    def arctan(self) -> Tensor:
        """The inverse tangent, in (-pi/2, pi/2)."""
    def arctan_(self) -> Tensor:
        """Write atan(x, ...) into x; returns x."""
    def arctan2(self, b: Tensor | complex, /) -> Tensor:
        """The angle of the point (b, a), in radians, in [-pi, pi]; the gradient at (0, 0) is 0."""
    def arctan2_(self, b: Tensor | complex, /) -> Tensor:
        """Write atan2(x, ...) into x; returns x."""
    def arccosh(self) -> Tensor:
        """The inverse hyperbolic cosine; NaN where x < 1."""
    def arccosh_(self) -> Tensor:
        """Write acosh(x, ...) into x; returns x."""
    def arcsinh(self) -> Tensor:
        """The inverse hyperbolic sine."""
    def arcsinh_(self) -> Tensor:
        """Write asinh(x, ...) into x; returns x."""
    def arctanh(self) -> Tensor:
        """The inverse hyperbolic tangent; NaN where |x| > 1."""
    def arctanh_(self) -> Tensor:
        """Write atanh(x, ...) into x; returns x."""
    def clip(self, min: Tensor | builtins.float | None = None,
            max: Tensor | builtins.float | None = None) -> Tensor:
        """x limited to [min, max]; either limit may be None. The gradient passes where min <= x <= max."""
    def clip_(self, min: Tensor | builtins.float | None = None,
            max: Tensor | builtins.float | None = None) -> Tensor:
        """Write clamp(x, ...) into x; returns x."""
    def fix(self) -> Tensor:
        """x rounded towards zero."""
    def fix_(self) -> Tensor:
        """Write trunc(x, ...) into x; returns x."""
    def negative(self) -> Tensor:
        """-x."""
    def negative_(self) -> Tensor:
        """Write neg(x, ...) into x; returns x."""
    def subtract(self, b: Tensor | complex, /, alpha=1) -> Tensor:
        """a - alpha b."""
    def subtract_(self, b: Tensor | complex, /, alpha=1) -> Tensor:
        """Write sub(x, ...) into x; returns x."""
    def multiply(self, b: Tensor | complex, /) -> Tensor:
        """a * b."""
    def multiply_(self, b: Tensor | complex, /) -> Tensor:
        """Write mul(x, ...) into x; returns x."""
    def divide(self, b: Tensor | builtins.float, *, rounding_mode: str | None = None) -> Tensor:
        """a / b, rounded down with rounding_mode='floor', towards zero with 'trunc'."""
    def divide_(self, b: Tensor | builtins.float, *, rounding_mode: str | None = None) -> Tensor:
        """Write div(x, ...) into x; returns x."""
    def greater(self, b: Tensor | complex, /) -> Tensor:
        """a > b."""
    def greater_(self, b: Tensor | complex, /) -> Tensor:
        """Write greater(x, ...) into x; returns x."""
    def greater_equal(self, b: Tensor | complex, /) -> Tensor:
        """a >= b."""
    def greater_equal_(self, b: Tensor | complex, /) -> Tensor:
        """Write greater_equal(x, ...) into x; returns x."""
    def less(self, b: Tensor | complex, /) -> Tensor:
        """a < b."""
    def less_(self, b: Tensor | complex, /) -> Tensor:
        """Write less(x, ...) into x; returns x."""
    def less_equal(self, b: Tensor | complex, /) -> Tensor:
        """a <= b."""
    def less_equal_(self, b: Tensor | complex, /) -> Tensor:
        """Write less_equal(x, ...) into x; returns x."""
    def not_equal(self, b: Tensor | complex, /) -> Tensor:
        """a != b."""
    def not_equal_(self, b: Tensor | complex, /) -> Tensor:
        """Write not_equal(x, ...) into x; returns x."""

def check_trainable(array, requires_grad):
    """Refuse gradients for integers."""

class Parameter(Tensor):
    """A tensor that a Module trains: it requires a gradient, and `module.parameters()` finds it."""
    def __init__(self, data: object, requires_grad: bool = True): ...
    def __repr__(self): ...
