"""Reductions: many numbers to one, over all axes or over `dim`, an int or a tuple.

With keepdim=True a reduced axis stays with size 1. A rule first puts the gradient back into that shape
(`keep`), and then it broadcasts against the input.
"""

import collections
import math

import numpy as np

from minigrad.autograd import Tensor, broadcast_to, composed, primitive
from minigrad.backend import quiet
from minigrad.ops.elementwise import (
    abs, cast, eq, exp, isclose, isfinite, isnan, maximum, minimum, ne, pow, sign, sqrt, square, true_divide,
    where)
from minigrad.ops.indexing import argmax, argmin, argsort, axis_of, gather, narrow
from minigrad.ops.shapes import cat, flatten, flip, reshape, squeeze

INT64, FLOAT16, FLOAT32 = np.dtype("int64"), np.dtype("float16"), np.dtype("float32")


def dims(dim, ndim):
    """The reduced axes as non-negative numbers: None means all; a number has one axis, which is no axis."""
    if dim is None or not ndim:
        return tuple(range(ndim))
    try:
        return tuple(d % ndim for d in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    except TypeError:
        raise TypeError(f"dim is an integer or a tuple of integers, got {dim!r}") from None


def axes(x, dim):
    """`dim` as the libraries take it: None, an int or a tuple."""
    if not x.ndim:
        return None
    return tuple(dim) if isinstance(dim, list) else dim


def keep(g, x_shape, dim, keepdim):
    """g with the reduced axes back as axes of size 1, without which a number broadcasts as well."""
    if keepdim or dim is None:
        return g
    reduced = dims(dim, len(x_shape))
    return reshape(g, shape=tuple(1 if i in reduced else n for i, n in enumerate(x_shape)))


def count(shape, dim):
    """How many numbers go into each result."""
    return math.prod(shape[d] for d in dims(dim, len(shape)))


def wide(x):
    """The dtype in which x adds up: int64 for integers and booleans, else its own."""
    return INT64 if x.dtype.kind in "biu" else x.dtype


@primitive
def sum(xp, x, *, dim=None, keepdim=False, dtype=None):
    """The sum over dim; integers and booleans sum to int64."""
    return xp.sum(x, axis=axes(x, dim), keepdims=keepdim, dtype=dtype or wide(x))


sum.defvjp(lambda g, x_shape, dim, keepdim: broadcast_to(keep(g, x_shape, dim, keepdim), shape=x_shape))


def check_float(x, name):
    if x.dtype.kind != "f":
        raise TypeError(f"{name} takes floating-point numbers, got {x.dtype}; convert it with .float()")


@composed
def mean(x, dim=None, keepdim=False):
    """The mean over dim."""
    check_float(x, "mean")
    if x.dtype is FLOAT16:          # a sum may overflow where the mean does not
        return cast(mean(cast(x, dtype=FLOAT32, source=FLOAT16), dim, keepdim), dtype=FLOAT16, source=FLOAT32)
    size = count(x.shape, dim)
    return sum(x, dim=dim, keepdim=keepdim) * (1 / size if size else math.nan)


@composed
def var(x, dim=None, correction=1, keepdim=False, unbiased=None):
    """The variance over dim: squared distances from the mean, summed, over (number - correction)."""
    return var_mean(x, dim, correction, keepdim, unbiased)[0]


@composed
def var_mean(x, dim=None, correction=1, keepdim=False, unbiased=None):
    """(variance, mean) over dim."""
    check_float(x, "var")
    if isinstance(dim, bool):                           # PyTorch's var(x, unbiased)
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    centre = mean(x, dim, keepdim=True)
    distance = x - centre
    freedom = count(x.shape, dim) - correction
    variance = true_divide(sum(distance * distance, dim=dim, keepdim=keepdim), freedom if freedom > 0 else 0)
    return variance, centre if keepdim else mean(x, dim)


@composed
def std(x, dim=None, correction=1, keepdim=False, unbiased=None):
    """The standard deviation over dim; its gradient is 0 where it is 0."""
    return root(var(x, dim, correction, keepdim, unbiased))


@composed
def std_mean(x, dim=None, correction=1, keepdim=False, unbiased=None):
    """(standard deviation, mean) over dim."""
    variance, centre = var_mean(x, dim, correction, keepdim, unbiased)
    return root(variance), centre


def root(x):
    """sqrt(x), with gradient 0 instead of infinity at 0."""
    positive = x > 0
    return where(positive | isnan(x), sqrt(where(positive | isnan(x), x, 1.0)), 0.0)


@primitive
def amax(xp, x, *, dim=None, keepdim=False):
    """The maximum over dim; places that tie share the gradient equally."""
    return xp.max(x, axis=axes(x, dim), keepdims=keepdim)


@primitive
def amin(xp, x, *, dim=None, keepdim=False):
    """The minimum over dim; places that tie share the gradient equally."""
    return xp.min(x, axis=axes(x, dim), keepdims=keepdim)


def to_winners(g, x, y, x_shape, dim, keepdim):
    """g to the places of x that equal the extreme y, in equal parts."""
    winners = x == keep(y, x_shape, dim, keepdim)
    g = true_divide(keep(g, x_shape, dim, keepdim), sum(winners, dim=dim, keepdim=True))
    return where(winners, g, 0.0)


amax.defvjp(to_winners)
amin.defvjp(to_winners)

ValuesIndices = collections.namedtuple("ValuesIndices", "values indices")


@composed
def max(x, dim=None, keepdim=False):
    """The greatest element; with dim, (values, indices) along it; of two tensors the greater of each pair."""
    return extreme(x, dim, keepdim, amax, argmax, maximum)


@composed
def min(x, dim=None, keepdim=False):
    """The least element; with dim, (values, indices) along it; of two tensors the lesser of each pair."""
    return extreme(x, dim, keepdim, amin, argmin, minimum)


def extreme(x, dim, keepdim, value, place, elementwise):
    if isinstance(dim, Tensor):
        return elementwise(x, dim)
    if dim is None:
        return value(x)
    return chosen(x, dim, place(x, dim=dim, keepdim=True), keepdim)


def chosen(x, dim, indices, keepdim):
    """(values, indices) of one element for each place along dim."""
    values = gather(x, dim, indices)
    if not keepdim:
        values, indices = squeeze(values, dim), squeeze(indices, dim)
    return ValuesIndices(values, indices)


def number_of(x, dim, name):
    """How many elements there are along dim, of which one is to be chosen."""
    size = x.shape[axis_of(x, dim, name)]
    if not size:
        raise IndexError(f"{name}: there are no elements to choose from along dim {dim} of {tuple(x.shape)}")
    return size


@composed
def aminmax(x, dim=None, keepdim=False):
    """(minimum, maximum) over dim."""
    return amin(x, dim=dim, keepdim=keepdim), amax(x, dim=dim, keepdim=keepdim)


@composed
def sort(x, dim=-1, descending=False, stable=True):
    """(values, indices) in ascending order along dim; equal elements keep their order."""
    indices = argsort(x, dim, descending)
    return ValuesIndices(gather(x, dim, indices), indices)


@composed
def topk(x, k, dim=-1, largest=True, sorted=True):
    """(values, indices) of the k greatest elements along dim, the greatest first."""
    size = x.shape[axis_of(x, dim, "topk")] if x.ndim else 1
    if not 0 <= k <= size:
        raise ValueError(f"topk: k={k} should lie in [0, {size}], the size of dim {dim} of {tuple(x.shape)}")
    if not x.ndim:
        return sort(x)
    indices = narrow(argsort(x, dim, largest), dim, 0, k)
    return ValuesIndices(gather(x, dim, indices), indices)


@composed
def median(x, dim=None, keepdim=False):
    """The middle element, the lower of two, NaN where one is NaN; with dim, (values, indices) along it."""
    if dim is None:
        return median(flatten(x), 0).values
    if not x.ndim:
        return median(flatten(x), 0)
    size, order = number_of(x, dim, "median"), argsort(x, dim)
    if x.dtype.kind != "f":
        return chosen(x, dim, narrow(order, dim, (size - 1) // 2, 1), keepdim)
    numbers = sum(~isnan(x), dim=dim, keepdim=True)         # NaN are at the end of the order
    return chosen(x, dim, gather(order, dim, where(numbers == size, (size - 1) // 2, numbers)), keepdim)


@composed
def prod(x, dim=None, keepdim=False):
    """The product over dim, multiplied in pairs, pairs of pairs, ...: exact derivatives also at zeros."""
    if dim is None or not x.ndim:
        x, dim, keepdim = flatten(x), 0, False
    dim, x = axis_of(x, dim, "prod"), x.to(wide(x))
    while x.shape[dim] > 1:
        half = x.shape[dim] // 2
        product = narrow(x, dim, 0, half) * narrow(x, dim, half, half)
        rest = narrow(x, dim, 2 * half, x.shape[dim] - 2 * half)
        x = cat([product, rest], dim) if rest.shape[dim] else product
    if not x.shape[dim]:
        return sum(x, dim=dim, keepdim=keepdim) + 1
    return x if keepdim else squeeze(x, dim)


@primitive
def cumsum(xp, x, *, dim):
    """The sums of the first element, the first two, ... along dim."""
    return xp.cumsum(x, axis=dim, dtype=wide(x)).reshape(x.shape)      # of a number NumPy makes a vector


cumsum.defvjp(lambda g, dim: flip(cumsum(flip(g, dims=dim), dim=dim), dims=dim))


@primitive
def logsumexp(xp, x, *, dim, keepdim=False):
    """log(sum(e^x)) over dim, without overflow: the maximum is taken out first."""
    top = greatest(xp, x, axes(x, dim))
    top = xp.where(xp.isfinite(top), top, 0)            # all -inf: log(0), not NaN
    with quiet():
        y = xp.log(xp.sum(xp.exp(x - top), axis=axes(x, dim), keepdims=True)) + top
    return y if keepdim else xp.squeeze(y, dims(dim, x.ndim))


logsumexp.defvjp(lambda g, x, y, x_shape, dim, keepdim:
                 keep(g, x_shape, dim, keepdim) * exp(x - finite(keep(y, x_shape, dim, keepdim))))


def greatest(xp, x, axis):
    """The maxima along axis, with keepdims; 0 where there are no numbers, since e^(x - 0) then sums to 0."""
    return xp.max(x, axis=axis, keepdims=True) if x.size else 0


def finite(y):
    """y, with 0 in the place of an infinity: e^(x - y) is then 0 for x = -inf, not NaN."""
    return where(isfinite(y), y, 0.0)


@primitive
def softmax(xp, x, *, dim):
    """e^x / sum(e^x) along dim; positive numbers that sum to 1."""
    axis = axes(x, dim)
    with quiet():       # a row of -inf: NaN
        e = xp.exp(x - greatest(xp, x, axis))
        return e / xp.sum(e, axis=axis, keepdims=True)


softmax.defvjp(lambda g, y, dim: (g - sum(g * y, dim=dim, keepdim=True)) * y)


@primitive
def log_softmax(xp, x, *, dim):
    """log(softmax(x)) along dim, exact also where softmax rounds to 0."""
    axis = axes(x, dim)
    with quiet():
        x = x - greatest(xp, x, axis)
        return x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))


log_softmax.defvjp(lambda g, y, dim: g - exp(y) * sum(g, dim=dim, keepdim=True))


@primitive
def all(xp, x, *, dim=None, keepdim=False):
    """True where all elements along dim are not zero."""
    return xp.all(x, axis=axes(x, dim), keepdims=keepdim)


@primitive
def any(xp, x, *, dim=None, keepdim=False):
    """True where an element along dim is not zero."""
    return xp.any(x, axis=axes(x, dim), keepdims=keepdim)


@composed
def count_nonzero(x, dim=None):
    """How many elements are not zero."""
    return sum(ne(x, 0), dim=dim)


@composed
def nansum(x, dim=None, keepdim=False):
    """The sum over dim, NaN counted as 0."""
    return sum(where(isnan(x), 0, x), dim=dim, keepdim=keepdim)


@composed
def norm(x, p=2, dim=None, keepdim=False):
    """(sum |x|^p)^(1/p) over dim; p 'fro' is 2, inf the greatest |x|. The gradient at 0 is 0."""
    if p in ("fro", 2):
        return root(sum(square(x), dim=dim, keepdim=keepdim))
    if p == math.inf:
        return amax(abs(x), dim=dim, keepdim=keepdim)
    if p == -math.inf:
        return amin(abs(x), dim=dim, keepdim=keepdim)
    if p == 0:
        return sum(abs(sign(x)), dim=dim, keepdim=keepdim)
    if p == 1:
        return sum(abs(x), dim=dim, keepdim=keepdim)
    total = sum(pow(abs(x), p), dim=dim, keepdim=keepdim)
    return where(total > 0, pow(where(total > 0, total, 1.0), 1 / p), 0.0)


@composed
def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    """True, a Python bool, if all |a - b| <= atol + rtol |b|."""
    return bool(all(isclose(a, b, rtol, atol, equal_nan)))


@composed
def equal(a, b):
    """True, a Python bool, if both have the same shape and elements."""
    return tuple(a.shape) == tuple(b.shape) and bool(all(eq(a, b)))
