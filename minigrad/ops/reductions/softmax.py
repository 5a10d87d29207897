"""Sums of exponentials along an axis, without overflow: logsumexp, softmax, log_softmax."""

import math

from minigrad.autograd import dtype_of, primitive
from minigrad.autograd.arrays import single
from minigrad.autograd.complex import refuse_complex
from minigrad.backend import quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import exp
from minigrad.ops.reductions.sums import FLOAT16, axes, dims, keep, sum


@primitive
def logsumexp(xp, x, *, dim, keepdim=False):
    """log(sum(e^x)) along dim; subtracting the maximum first avoids overflow."""
    x = single(x) if x.dtype.kind in "fc" else x.astype("float64")      # int8 wraps around in x - top
    top = greatest(xp, x, axes(x, dim))
    top = xp.where(xp.isfinite(top), top, 0)            # all -inf gives log(0) = -inf, not NaN
    with quiet():
        y = xp.log(xp.sum(xp.exp(x - top), axis=axes(x, dim), keepdims=True)) + top
    return y if keepdim else xp.squeeze(y, dims(dim, x.ndim))


logsumexp.defvjp(lambda g, x, y, x_shape, dim, keepdim:
                 keep(g, x_shape, dim, keepdim) * exp(x - bounded_below(keep(y, x_shape, dim, keepdim))))


def greatest(xp, x, axis):
    """The maxima along axis, with keepdims; 0 for an empty array, whose exponentials sum to 0.

    Of complex numbers those of the real parts, which say how large the exponentials are.
    """
    return xp.max(x.real, axis=axis, keepdims=True) if x.size else 0


def bounded_below(y):
    """y with 0 for -inf, so that e^(x - y) is 0 for x = y = -inf, not NaN."""
    return where(y == -math.inf, 0.0, y)


def to_float(x, dtype, name):
    """x as `dtype`. Raises TypeError unless that is a floating-point dtype."""
    if dtype_of(dtype).kind != "f":
        raise TypeError(f"{name}: dtype must be a floating-point dtype, got {dtype}")
    return x.astype(dtype_of(dtype))


@primitive
def softmax(xp, x, *, dim, dtype=None):
    """e^x / sum(e^x) along dim: non-negative numbers that sum to 1.

    dtype: x is first converted to it. Raises TypeError for an integer dtype.
    """
    x = x if dtype is None else to_float(x, dtype, "softmax")
    e, axis = single(x), axes(x, dim)
    with quiet():       # a row of -inf gives NaN
        e = xp.exp(e - greatest(xp, e, axis))
        e = e / xp.sum(e, axis=axis, keepdims=True)
    return e.astype(FLOAT16) if x.dtype is FLOAT16 else e


softmax.defvjp(lambda g, y, dim: (g - sum(g * y, dim=dim, keepdim=True)) * y)


@primitive
def log_softmax(xp, x, *, dim, dtype=None):
    """log(softmax(x)) along dim, accurate even where softmax rounds to 0; see softmax."""
    x = x if dtype is None else to_float(x, dtype, "log_softmax")
    y, axis = single(x), axes(x, dim)
    with quiet():
        y = y - greatest(xp, y, axis)
        y = y - xp.log(xp.sum(xp.exp(y), axis=axis, keepdims=True))
    return y.astype(FLOAT16) if x.dtype is FLOAT16 else y


log_softmax.defvjp(lambda g, y, dim: g - exp(y) * sum(g, dim=dim, keepdim=True))
refuse_complex(softmax, log_softmax)
