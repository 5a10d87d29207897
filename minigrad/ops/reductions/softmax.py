"""Sums of exponentials over an axis, without overflow: logsumexp, softmax, log_softmax."""

from minigrad.autograd import primitive
from minigrad.backend import quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import isfinite
from minigrad.ops.numbers.powers import exp
from minigrad.ops.reductions.sums import axes, dims, keep, sum


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
