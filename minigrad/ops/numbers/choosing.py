"""Elementwise choices: by a condition, the larger, the smaller, within limits.

If two numbers tie in maximum or minimum, each receives half of the gradient, as in PyTorch.
"""

import math

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.backend import MODULES
from minigrad.ops.numbers.comparisons import eq, isnan
from minigrad.ops.numbers.dtypes import cast, meet, number_for, plain


@primitive
def where(xp, condition, a, b):
    """a where condition is true, else b; only the chosen element receives a gradient.

    Raises ValueError for a number beyond the range of the integers beside it.
    """
    if type(a) is int and type(b) in MODULES:           # NumPy would wrap it around
        a = number_for(a, b.dtype, "where")
    elif type(b) is int and type(a) in MODULES:
        b = number_for(b, a.dtype, "where")
    return xp.where(condition, a, b)


where.defvjp(None,
             lambda g, condition: where(condition, g, 0.0),
             lambda g, condition: where(condition, 0.0, g))


@primitive
def maximum(xp, a, b):
    """The larger of a and b; NaN if either is NaN. A tie splits the gradient in half."""
    return xp.maximum(a, b)


@primitive
def minimum(xp, a, b):
    """The smaller of a and b; NaN if either is NaN. A tie splits the gradient in half."""
    return xp.minimum(a, b)


def share(g, tie, wins):
    """One argument's part of g: half where the two tie, all where this one wins, else 0."""
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
def clamp(x: Tensor, min: Tensor | float | None = None, max: Tensor | float | None = None) -> Tensor:
    """x limited to [min, max]; either limit may be None. The gradient passes where min <= x <= max.

    Raises ValueError if both limits are None.
    """
    if min is None and max is None:
        raise ValueError("clamp: give min, max or both")
    if isinstance(min, Tensor) or isinstance(max, Tensor):      # in a tie x receives the gradient
        x, min, max = meet(x, min, max)
        x = x if min is None else where(x >= min, x, maximum(x, min))
        return x if max is None else where(x <= max, x, minimum(x, max))
    return clip(x, min=plain(min), max=plain(max))


@primitive
def heaviside(xp, x, values):
    """0 where x < 0, 1 where x > 0, `values` where x == 0. It has no gradient."""
    return xp.where(x == 0, values, (x > 0).astype(x.dtype))


@primitive
def fmax(xp, a, b):
    """The larger of a and b, ignoring a single NaN; in a tie a receives the gradient."""
    return xp.fmax(a, b)


@primitive
def fmin(xp, a, b):
    """The smaller of a and b, ignoring a single NaN; in a tie a receives the gradient."""
    return xp.fmin(a, b)


fmax.defvjp(lambda g, a, b: where((a >= b) | (b != b), g, 0.0),
            lambda g, a, b: where((a >= b) | (b != b), 0.0, g))
fmin.defvjp(lambda g, a, b: where((a <= b) | (b != b), g, 0.0),
            lambda g, a, b: where((a <= b) | (b != b), 0.0, g))


@composed
def fill(x: Tensor, value: Tensor | float) -> Tensor:
    """A tensor like x, full of `value`, a number or a 0-d tensor; the gradient of x is 0."""
    if isinstance(value, Tensor):
        if value.ndim:
            raise ValueError(f"fill: value must be a number or a 0-d tensor, got {tuple(value.shape)}")
        value = value if value.dtype == x.dtype else cast(value, dtype=x.dtype, source=value.dtype)
    else:
        value = x.dtype.type(number_for(value, x.dtype, "fill"))
    return where(MODULES[type(x.array)].zeros(tuple(x.shape), bool), x, value)


@primitive
def drawn(xp, *parameters, numbers):
    """The random `numbers` that were drawn with these parameters. Their gradient is 0."""
    return numbers


drawn.defvjp(lambda g: zeros_like(g))


@composed
def clamp_min(x: Tensor, min: Tensor | float) -> Tensor:
    """x, but at least min; in a tie x receives the gradient."""
    return clamp(x, min=min)


@composed
def clamp_max(x: Tensor, max: Tensor | float) -> Tensor:
    """x, but at most max; in a tie x receives the gradient."""
    return clamp(x, max=max)


@composed
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None,
               neginf: float | None = None) -> Tensor:
    """x with NaN and infinities replaced; infinities become the dtype's largest finite numbers by default."""
    if x.dtype.kind != "f":
        return x
    from numpy import finfo
    limit = float(finfo(x.dtype).max)
    x = where(isnan(x), nan, x)
    x = where(eq(x, math.inf), limit if posinf is None else posinf, x)
    return where(eq(x, -math.inf), -limit if neginf is None else neginf, x)
