"""Trigonometric and hyperbolic functions and their inverses; degrees and radians."""

import math

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import quiet
from minigrad.ops.numbers.arithmetic import mul
from minigrad.ops.numbers.choosing import where
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


def over_squares(x, a, b):
    """x / (a^2 + b^2) for x = a or b, 0 at (0, 0); in two steps, whose numbers stay in range."""
    r = hypot(a, b)
    r = where(r == 0, 1.0, r)
    return x / r / r


atan2.defvjp(lambda g, a, b: g * over_squares(b, a, b), lambda g, a, b: -(g * over_squares(a, a, b)))


@primitive
def hypot(xp, a, b):
    """sqrt(a^2 + b^2); the squares cannot overflow. The gradient at (0, 0) is 0."""
    return xp.hypot(a, b)


hypot.takes = "f"
hypot.defvjp(lambda g, a, y: g * (a / where(y == 0, 1.0, y)), lambda g, b, y: g * (b / where(y == 0, 1.0, y)))


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
