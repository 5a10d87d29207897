"""Signs, powers of two, integers and angles: the elementwise ops that models need less often.

ALIASES, at the end, are PyTorch's second names of ops, for functions, methods and in-place methods alike.
"""

import collections
import math

import numpy as np

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.backend import quiet
from minigrad.ops.elementwise import cast, clamp, comparison, eq, exp2, mul, pow, sign, test, where

# Signs

signbit = test("signbit", "True where x is negative or -0.0.")
isreal = test("isreal", "True everywhere: tensors hold real numbers.")


@primitive
def copysign(xp, a, b):
    """|a| with the sign of b; the gradient with respect to a is 0 at 0."""
    return xp.copysign(a, b)


copysign.defvjp(lambda g, a, y: g * (sign(a) * sign(y)), lambda g: zeros_like(g))


@primitive
def heaviside(xp, x, values):
    """0 where x < 0, 1 where x > 0, `values` where x is 0. It has no gradients."""
    return xp.where(x == 0, values, (x > 0).astype(x.dtype))


@composed
def positive(x):
    """x itself; booleans are refused."""
    if x.dtype == bool:
        raise TypeError("positive takes numbers, got bool; convert it with .long()")
    return x


@composed
def isposinf(x):
    """True where x is +infinity."""
    return eq(x, math.inf)


@composed
def isneginf(x):
    """True where x is -infinity."""
    return eq(x, -math.inf)


# The greater and the lesser


@primitive
def fmax(xp, a, b):
    """The greater of both, and where one is NaN the other; of equals a receives the gradient."""
    return xp.fmax(a, b)


@primitive
def fmin(xp, a, b):
    """The lesser of both, and where one is NaN the other; of equals a receives the gradient."""
    return xp.fmin(a, b)


fmax.defvjp(lambda g, a, b: where((a >= b) | (b != b), g, 0.0), lambda g, a, b: where((a >= b) | (b != b), 0.0, g))
fmin.defvjp(lambda g, a, b: where((a <= b) | (b != b), g, 0.0), lambda g, a, b: where((a <= b) | (b != b), 0.0, g))


@composed
def clamp_min(x, min):
    """The greater of x and min, a number or a tensor; of equals x receives the gradient."""
    return clamp(x, min=min)


@composed
def clamp_max(x, max):
    """The lesser of x and max, a number or a tensor; of equals x receives the gradient."""
    return clamp(x, max=max)


@primitive
def nextafter(xp, a, b):
    """The next floating-point number after a on the way to b."""
    return xp.nextafter(a, b)


nextafter.defvjp(lambda g, a, b: where(a == b, 0.0, g), lambda g: zeros_like(g))


# Powers


@primitive
def logaddexp2(xp, a, b):
    """log2(2^a + 2^b) without overflow."""
    with quiet():
        return xp.logaddexp2(a, b)


logaddexp2.defvjp(lambda g, a, y: g * exp2(a - y), lambda g, b, y: g * exp2(b - y))


@composed
def ldexp(x, other):
    """x 2^other."""
    return mul(x, pow(2.0, other) if isinstance(other, Tensor) else 2.0**other)


@primitive
def mantissa(xp, x):
    return xp.frexp(x)[0]


mantissa.defvjp(lambda g, x, y: g * where(x == 0, 1.0, y / where(x == 0, 1.0, x)))

Frexp = collections.namedtuple("Frexp", "mantissa exponent")


@composed
def frexp(x):
    """(mantissa, exponent) with x = mantissa 2^exponent, |mantissa| in [0.5, 1), or both 0."""
    if x.dtype.kind != "f":
        raise TypeError(f"frexp takes floating-point numbers, got {x.dtype}; convert it with .float()")
    return Frexp(mantissa(x), binary_exponent(x))


@primitive
def binary_exponent(xp, x):
    return xp.frexp(x)[1]


@composed
def float_power(a, b):
    """a to the power b, computed in float64."""
    float64 = np.dtype("float64")
    return pow(*(cast(x, dtype=float64, source=x.dtype) if isinstance(x, Tensor) else x for x in (a, b)))


# Integers


gcd = comparison("gcd", "The greatest common divisor of two integers.")
lcm = comparison("lcm", "The least common multiple of two integers.")
bitwise_left_shift = comparison("bitwise_left_shift", "a << b: a 2^b, for integers.")
bitwise_right_shift = comparison("bitwise_right_shift", "a >> b: a / 2^b rounded down, for integers.")


# Angles


@composed
def deg2rad(x):
    """Degrees as radians."""
    return mul(x, math.pi / 180)


@composed
def rad2deg(x):
    """Radians as degrees."""
    return mul(x, 180 / math.pi)


# Second names

ALIASES = dict(pair.split("=") for pair in """
    absolute=abs arccos=acos arcsin=asin arctan=atan arctan2=atan2 arccosh=acosh arcsinh=asinh arctanh=atanh
    clip=clamp fix=trunc sgn=sign negative=neg subtract=sub multiply=mul divide=div
    greater=gt greater_equal=ge less=lt less_equal=le not_equal=ne""".split())
