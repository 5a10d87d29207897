"""Trigonometric and hyperbolic functions and their inverses; degrees and radians."""

import math

import numpy as np

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import quiet
from minigrad.hints import warn
from minigrad.ops.numbers.arithmetic import mul
from minigrad.ops.numbers.powers import sqrt


@primitive
def sin(xp, x):
    """The sine of x, an angle in radians."""
    with quiet():
        return xp.sin(x)


sin.defvjp(lambda g, x: g * cos(x))


@primitive
def cos(xp, x):
    """The cosine of x, an angle in radians."""
    with quiet():
        return xp.cos(x)


cos.defvjp(lambda g, x: -(g * sin(x)))


@primitive
def tan(xp, x):
    """The tangent of x, an angle in radians."""
    with quiet():
        return xp.tan(x)


tan.defvjp(lambda g, y: g * (y * y + 1))


@primitive
def asin(xp, x):
    """The inverse sine, in [-pi/2, pi/2]; NaN where |x| > 1."""
    with quiet():
        return xp.arcsin(x)


asin.defvjp(lambda g, x: g / sqrt(1 - x * x))


@primitive
def acos(xp, x):
    """The inverse cosine, in [0, pi]; NaN where |x| > 1."""
    with quiet():
        return xp.arccos(x)


acos.defvjp(lambda g, x: -(g / sqrt(1 - x * x)))


@primitive
def atan(xp, x):
    """The inverse tangent, in (-pi/2, pi/2)."""
    return xp.arctan(x)


atan.defvjp(lambda g, x: g / (x * x + 1))


@primitive
def atan2(xp, a, b):
    """The angle of the point (b, a), in radians, in [-pi, pi]; the gradient at (0, 0) is 0."""
    return xp.arctan2(a, b)


@primitive
def over_distance(xp, x, r):
    """x / r, and 0 where r = 0."""
    with quiet():
        return xp.where(r == 0, 0, x / r)


def warn_infinite(g, r):
    """Warn if g, the gradient of a derivative, meets a norm r of 0."""
    values = r.array if isinstance(r, Tensor) else r
    if isinstance(values, np.ndarray) and ((values == 0) & (g != 0)).any():
        warn("a second derivative was asked for where a norm or a standard deviation is 0. It is "
             "infinite there and counts as 0. To avoid this, add a small number under the root, "
             "as in (x.square().sum() + 1e-12).sqrt()")


def over_distance_twice(g, y, r):
    """The gradient of r. At 0 it is infinite and counts as 0, with a warning."""
    warn_infinite(g, r)
    return -over_distance(g * y, r)


over_distance.defvjp(lambda g, r: over_distance(g, r), over_distance_twice)


def over_squares(x, a, b):
    """x / (a^2 + b^2) for x = a or b, 0 at (0, 0); in two steps, whose numbers stay in range."""
    r = hypot(a, b)
    return over_distance(over_distance(x, r), r)


atan2.defvjp(lambda g, a, b: g * over_squares(b, a, b), lambda g, a, b: -(g * over_squares(a, a, b)))


@primitive
def hypot(xp, a, b):
    """sqrt(a^2 + b^2); the squares cannot overflow. The gradient at (0, 0) is 0."""
    return xp.hypot(a, b)


hypot.takes = "f"
hypot.defvjp(lambda g, a, y: g * over_distance(a, y), lambda g, b, y: g * over_distance(b, y))


@primitive
def sinh(xp, x):
    """The hyperbolic sine, (e^x - e^-x) / 2."""
    with quiet():
        return xp.sinh(x)


sinh.defvjp(lambda g, x: g * cosh(x))


@primitive
def cosh(xp, x):
    """The hyperbolic cosine, (e^x + e^-x) / 2."""
    with quiet():
        return xp.cosh(x)


cosh.defvjp(lambda g, x: g * sinh(x))


@primitive
def tanh(xp, x):
    """The hyperbolic tangent, sinh(x) / cosh(x), in (-1, 1)."""
    return xp.tanh(x)


tanh.defvjp(lambda g, y: g * (1 - y * y))


@primitive
def asinh(xp, x):
    """The inverse hyperbolic sine."""
    return xp.arcsinh(x)


asinh.defvjp(lambda g, x: g / sqrt(x * x + 1))


@primitive
def acosh(xp, x):
    """The inverse hyperbolic cosine; NaN where x < 1."""
    with quiet():
        return xp.arccosh(x)


acosh.defvjp(lambda g, x: g / sqrt(x * x - 1))


@primitive
def atanh(xp, x):
    """The inverse hyperbolic tangent; NaN where |x| > 1."""
    with quiet():
        return xp.arctanh(x)


atanh.defvjp(lambda g, x: g / (1 - x * x))


@composed
def deg2rad(x: Tensor) -> Tensor:
    """Degrees to radians: x pi / 180."""
    return mul(x, math.pi / 180)


@composed
def rad2deg(x: Tensor) -> Tensor:
    """Radians to degrees: 180 x / pi."""
    return mul(x, 180 / math.pi)
