"""Choosing, at every place, one of several numbers: by a condition, the greater, the lesser, within limits.

Where two numbers tie in maximum or minimum, each receives half of the gradient, as in PyTorch.
"""

import math

from minigrad.autograd import Tensor, composed, primitive
from minigrad.ops.numbers.comparisons import eq, isnan


@primitive
def where(xp, condition, a, b):
    """a where condition is true, else b; no gradient leaks out of the branch not taken."""
    return xp.where(condition, a, b)


where.defvjp(None,
             lambda g, condition: where(condition, g, 0.0),
             lambda g, condition: where(condition, 0.0, g))


@primitive
def maximum(xp, a, b):
    return xp.maximum(a, b)


@primitive
def minimum(xp, a, b):
    return xp.minimum(a, b)


def share(g, tie, wins):
    """The part of g for one side: half where both are equal, all where it wins, else nothing."""
    return where(tie, g * 0.5, where(wins, g, 0.0))


maximum.defvjp(lambda g, a, b: share(g, a == b, a > b), lambda g, a, b: share(g, a == b, a < b))
minimum.defvjp(lambda g, a, b: share(g, a == b, a < b), lambda g, a, b: share(g, a == b, a > b))


@primitive
def clip(xp, x, *, min=None, max=None):
    return xp.clip(x, min, max)


def within(x, min, max):
    """True where x lies in [min, max]."""
    inside = (x == x) if min is None else (x >= min)
    return inside if max is None else inside & (x <= max)


clip.defvjp(lambda g, x, min, max: where(within(x, min, max), g, 0.0))


@composed
def clamp(x, min=None, max=None):
    """x limited to [min, max]; a limit is a number, a tensor or None. The gradient passes inside it."""
    if min is None and max is None:
        raise ValueError("clamp: give min, max or both")
    if isinstance(min, Tensor) or isinstance(max, Tensor):      # of equals x receives the gradient
        x = x if min is None else where(x >= min, x, maximum(x, min))
        return x if max is None else where(x <= max, x, minimum(x, max))
    return clip(x, min=min, max=max)


@primitive
def heaviside(xp, x, values):
    """0 where x < 0, 1 where x > 0, `values` where x is 0. It has no gradients."""
    return xp.where(x == 0, values, (x > 0).astype(x.dtype))


@primitive
def fmax(xp, a, b):
    """The greater of both, and where one is NaN the other; of equals a receives the gradient."""
    return xp.fmax(a, b)


@primitive
def fmin(xp, a, b):
    """The lesser of both, and where one is NaN the other; of equals a receives the gradient."""
    return xp.fmin(a, b)


fmax.defvjp(lambda g, a, b: where((a >= b) | (b != b), g, 0.0),
            lambda g, a, b: where((a >= b) | (b != b), 0.0, g))
fmin.defvjp(lambda g, a, b: where((a <= b) | (b != b), g, 0.0),
            lambda g, a, b: where((a <= b) | (b != b), 0.0, g))


@composed
def clamp_min(x, min):
    """The greater of x and min, a number or a tensor; of equals x receives the gradient."""
    return clamp(x, min=min)


@composed
def clamp_max(x, max):
    """The lesser of x and max, a number or a tensor; of equals x receives the gradient."""
    return clamp(x, max=max)


@composed
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with NaN and infinities replaced; infinities become the largest finite numbers by default."""
    from numpy import finfo
    limit = float(finfo(x.dtype).max)
    x = where(isnan(x), nan, x)
    x = where(eq(x, math.inf), limit if posinf is None else posinf, x)
    return where(eq(x, -math.inf), -limit if neginf is None else neginf, x)
