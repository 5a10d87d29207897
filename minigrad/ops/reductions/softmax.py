"""Sums of exponentials along an axis, without overflow: logsumexp, softmax, log_softmax."""

import math

from minigrad.autograd import primitive
from minigrad.backend import quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import exp
from minigrad.ops.reductions.sums import axes, dims, keep, sum


@primitive
def logsumexp(xp, x, *, dim, keepdim=False):
    """log(sum(e^x)) along dim; subtracting the maximum first avoids overflow."""
    top = greatest(xp, x, axes(x, dim))
    top = xp.where(xp.isfinite(top), top, 0)            # all -inf gives log(0) = -inf, not NaN
    with quiet():
        y = xp.log(xp.sum(xp.exp(x - top), axis=axes(x, dim), keepdims=True)) + top
    return y if keepdim else xp.squeeze(y, dims(dim, x.ndim))


logsumexp.defvjp(lambda g, x, y, x_shape, dim, keepdim:
                 keep(g, x_shape, dim, keepdim) * exp(x - bounded_below(keep(y, x_shape, dim, keepdim))))


def greatest(xp, x, axis):
    """The maxima along axis, with keepdims; 0 for an empty array, whose exponentials sum to 0."""
    return xp.max(x, axis=axis, keepdims=True) if x.size else 0


def bounded_below(y):
    """y with 0 for -inf, so that e^(x - y) is 0 for x = y = -inf, not NaN."""
    return where(y == -math.inf, 0.0, y)


@primitive
def softmax(xp, x, *, dim):
    """e^x / sum(e^x) along dim: non-negative numbers that sum to 1."""
    axis = axes(x, dim)
    with quiet():       # a row of -inf gives NaN
        e = xp.exp(x - greatest(xp, x, axis))
        return e / xp.sum(e, axis=axis, keepdims=True)


softmax.defvjp(lambda g, y, dim: (g - sum(g * y, dim=dim, keepdim=True)) * y)


@primitive
def log_softmax(xp, x, *, dim):
    """log(softmax(x)) along dim, accurate even where softmax rounds to 0."""
    axis = axes(x, dim)
    with quiet():
        x = x - greatest(xp, x, axis)
        return x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))


log_softmax.defvjp(lambda g, y, dim: g - exp(y) * sum(g, dim=dim, keepdim=True))
