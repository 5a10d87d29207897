"""Sums, means, variances and products, over all axes or along `dim`, an int or a tuple.

With keepdim=True a reduced axis stays, with size 1. A rule first gives the gradient that shape (`keep`), so
that it broadcasts against the input.
"""

import math
from collections.abc import Sequence

import numpy as np

from minigrad.autograd import Tensor, broadcast_to, composed, dtype_of, primitive
from minigrad.autograd.complex import conj_physical, real
from minigrad.autograd.half import in_single
from minigrad.backend import quiet
from minigrad.ops.numbers.arithmetic import true_divide
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import isnan
from minigrad.ops.numbers.dtypes import DtypeLike, cast
from minigrad.ops.numbers.trigonometry import warn_infinite
from minigrad.ops.places.indexing import axis_of, narrow
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import flatten, reshape, squeeze

INT64, FLOAT16, FLOAT32 = np.dtype("int64"), np.dtype("float16"), np.dtype("float32")


def dims(dim, ndim):
    """The reduced axes as non-negative integers; None and () mean all. A 0-d tensor has none."""
    if dim is None or not ndim or dim == () or dim == []:
        return tuple(range(ndim))
    try:
        return tuple(d % ndim for d in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    except TypeError:
        raise TypeError(f"dim must be an integer or a tuple of integers, got {dim!r}") from None


def axes(x, dim):
    """`dim` in the form that NumPy and CuPy take: None, an int or a tuple."""
    if not x.ndim:
        return None
    return (tuple(dim) or None) if isinstance(dim, (tuple, list)) else dim


def keep(g, x_shape, dim, keepdim):
    """g with the reduced axes restored with size 1; a full reduction is 0-d and broadcasts anyway."""
    if keepdim or dim is None:
        return g
    reduced = dims(dim, len(x_shape))
    return reshape(g, shape=tuple(1 if i in reduced else n for i, n in enumerate(x_shape)))


def count(shape, dim):
    """The number of elements that go into each result."""
    return math.prod(shape[d] for d in dims(dim, len(shape)))


def wide(dtype):
    """The dtype of a sum: int64 for integers and booleans, else that of the numbers."""
    return INT64 if dtype.kind in "biu" else dtype


@primitive
def sum(xp, x, *, dim=None, keepdim=False, dtype=None):
    """The sum along dim, or of all elements; integers and booleans sum to int64.

    dtype: sum as numbers of that dtype instead.
    """
    if dtype is None and x.dtype.kind == "f" and x.dtype is not FLOAT16:
        return xp.sum(x, axis=axes(x, dim), keepdims=keepdim)
    final = wide(x.dtype) if dtype is None else dtype_of(dtype)
    y = xp.sum(x, axis=axes(x, dim), keepdims=keepdim, dtype=FLOAT32 if final is FLOAT16 else final)
    if dtype is None and final is not FLOAT16:
        return y
    with quiet():
        return xp.asarray(y, final)


sum.defvjp(lambda g, x_shape, dim, keepdim: broadcast_to(keep(g, x_shape, dim, keepdim), shape=x_shape))


def check_float(x, name):
    if x.dtype.kind not in "fc":
        raise TypeError(f"{name} takes floating-point numbers, got {x.dtype}; convert it with .float()")


@composed
def mean(x: Tensor, dim: int | Sequence[int] | None = None, keepdim: bool = False, *,
         dtype: DtypeLike | None = None) -> Tensor:
    """The mean along dim, or of all elements, computed as `dtype` if given.

    Raises TypeError for integers and booleans; dtype=minigrad.float32 takes their mean.
    """
    if dtype is not None:
        x = x.to(dtype_of(dtype))
    check_float(x, "mean")
    if x.dtype == FLOAT16:          # the sum can overflow even if the mean does not
        return cast(mean(cast(x, dtype=FLOAT32, source=FLOAT16), dim, keepdim), dtype=FLOAT16, source=FLOAT32)
    size = count(x.shape, dim)
    return sum(x, dim=dim, keepdim=keepdim) * (1 / size if size else math.nan)


@composed
def var(x: Tensor, dim: int | Sequence[int] | None = None, correction: float | None = 1,
        keepdim: bool = False, unbiased: bool | None = None) -> Tensor:
    """The variance along dim, or of all n elements: sum(|x - mean|^2) / (n - correction).


    correction=None means 1. PyTorch's older argument `unbiased` sets correction to 1 if True, to 0 if False.
    Raises TypeError for integers and booleans.
    """
    return var_mean(x, dim, correction, keepdim, unbiased)[0]


@composed
@in_single
def var_mean(x: Tensor, dim: int | Sequence[int] | None = None, correction: float | None = 1,
             keepdim: bool = False, unbiased: bool | None = None) -> tuple[Tensor, Tensor]:
    """(variance, mean) along dim; see var."""
    check_float(x, "var")
    if isinstance(dim, bool):                           # PyTorch's var(x, unbiased)
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    centre = mean(x, dim, keepdim=True)
    distance = x - centre
    freedom = count(x.shape, dim) - (1 if correction is None else correction)
    squares = distance * distance if x.dtype.kind == "f" else real(conj_physical(distance) * distance)
    variance = true_divide(sum(squares, dim=dim, keepdim=keepdim), freedom if freedom > 0 else 0)
    return variance, centre if keepdim else mean(x, dim)


@composed
@in_single
def std(x: Tensor, dim: int | Sequence[int] | None = None, correction: float | None = 1,
        keepdim: bool = False, unbiased: bool | None = None) -> Tensor:
    """The standard deviation along dim, the root of var; its gradient is 0 where it is 0."""
    return root(var(x, dim, correction, keepdim, unbiased))


@composed
@in_single
def std_mean(x: Tensor, dim: int | Sequence[int] | None = None, correction: float | None = 1,
             keepdim: bool = False, unbiased: bool | None = None) -> tuple[Tensor, Tensor]:
    """(standard deviation, mean) along dim; see var."""
    variance, centre = var_mean(x, dim, correction, keepdim, unbiased)
    return root(variance), centre


@primitive
def root(xp, x, *, p=2):
    """x^(1/p), with gradient 0 instead of infinity at 0."""
    with quiet():
        return xp.sqrt(x) if p == 2 else xp.power(x, 1 / p)


@primitive
def through_root(xp, g, r, *, p):
    """The gradient of x for r = x^(1/p), where g is that of r: g / (p r^(p-1)), and 0 where r = 0."""
    with quiet():
        return xp.where(r == 0, 0, g / (p * r if p == 2 else p * xp.power(r, p - 1)))


def through_root_twice(h, g, r, p):
    """The gradient of r for through_root(g, r). At 0 it is infinite and counts as 0, with a warning."""
    warn_infinite(g, r)
    return through_root(h * g * (1 - p), r, p=p) / where(r == 0, 1.0, r)


root.defvjp(lambda g, y, p: through_root(g, y, p=p))
through_root.defvjp(lambda h, r, p: through_root(h, r, p=p), through_root_twice)


@composed
@in_single
def prod(x: Tensor, dim: int | None = None, keepdim: bool = False, *,
         dtype: DtypeLike | None = None) -> Tensor:
    """The product along dim, or of all elements, as `dtype` if given; else integers multiply in int64.

    It multiplies pairs, then pairs of pairs, and so on, so derivatives are exact even at zeros.
    """
    if dim is None or not x.ndim:
        x, dim, keepdim = flatten(x), 0, False
    dim, x = axis_of(x, dim, "prod"), x.to(wide(x.dtype) if dtype is None else dtype_of(dtype))
    while x.shape[dim] > 1:
        half = x.shape[dim] // 2
        product = narrow(x, dim, 0, half) * narrow(x, dim, half, half)
        rest = narrow(x, dim, 2 * half, x.shape[dim] - 2 * half)
        x = cat([product, rest], dim) if rest.shape[dim] else product
    if not x.shape[dim]:
        return sum(x, dim=dim, keepdim=keepdim) + 1
    return x if keepdim else squeeze(x, dim)


@composed
def nansum(x: Tensor, dim: int | Sequence[int] | None = None, keepdim: bool = False, *,
           dtype: DtypeLike | None = None) -> Tensor:
    """The sum along dim, or of all elements, as `dtype` if given; NaN counts as 0."""
    return sum(where(isnan(x), 0, x), dim=dim, keepdim=keepdim, dtype=dtype)


@composed
@in_single
def nanmean(x: Tensor, dim: int | Sequence[int] | None = None, keepdim: bool = False, *,
            dtype: DtypeLike | None = None) -> Tensor:
    """The mean along dim, or of all elements, computed as `dtype` if given, ignoring NaN.

    Raises TypeError for integers and booleans.
    """
    if dtype is not None:
        x = x.to(dtype_of(dtype))
    check_float(x, "nanmean")
    return true_divide(nansum(x, dim=dim, keepdim=keepdim), sum(~isnan(x), dim=dim, keepdim=keepdim))
