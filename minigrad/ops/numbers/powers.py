"""Powers, roots, exponentials and logarithms."""

import collections
import math
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, composed, primitive, primitive_with_outputs, zeros_like
from minigrad.backend import MODULES, quiet
from minigrad.ops.numbers.arithmetic import add, mul, sub
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import isinf
from minigrad.ops.numbers.dtypes import cast, dtype_of_all, meet


@primitive
def pow(xp, a, b):
    """a^b, a to the power b."""
    if type(b) in (int, float) and a.dtype.kind == "f":
        if b == 2:                              # products and roots are faster than the general power
            return a * a
        if b == 3:
            return a * a * a
        with quiet():
            if b == 0.5:
                return xp.sqrt(a)
            if b == -0.5:
                return 1 / xp.sqrt(a)
            return xp.power(a, b)
    with quiet():
        whole = type(b) in MODULES and b.dtype.kind == "i" and (
            type(a) is int or type(a) in MODULES and a.dtype.kind in "iu")
        y = integer_power(xp, a, b) if whole and (b < 0).any() else xp.power(a, b)
    return y.astype(bool) if type(b) is bool and a.dtype.kind == "b" else y


def integer_power(xp, a, b):
    """a^b of integers, of which some b are negative: there it is 0 unless a is 1 or -1."""
    small = xp.where(a == 1, 1, xp.where(a == -1, 1 - 2 * (b % 2), 0))
    y = xp.power(a, xp.maximum(b, 0))
    return xp.where(b < 0, small.astype(y.dtype), y)


def power_slope(a, b):
    """d(a^b)/da = b a^(b-1); 0 for b = 0, even at a = 0."""
    if isinstance(b, (int, float)):
        return b * pow(a, b - 1) if b else zeros_like(a)
    return where(b == 0, 0.0, b * pow(where(b == 0, 1.0, a), add(b, -1.0)))


def exponent_slope(a, b, y):
    """d(a^b)/db = a^b log(a); 0 at a = 0 for b >= 0."""
    if isinstance(a, (int, float)):
        return y * (math.log(a) if a > 0 else math.nan) if a else y * where(b >= 0, 0.0, -math.inf)
    zero = (a == 0) & (b >= 0)
    return where(zero, 0.0, y * log(where(zero, 1.0, a)))


pow.defvjp(lambda g, a, b: g * power_slope(a, b), lambda g, a, b, y: g * exponent_slope(a, b, y))


@primitive
def square(xp, x):
    """x^2."""
    return xp.multiply(x, x) if x.dtype.kind != "b" else x.astype("int64")


square.defvjp(lambda g, x: g * x * 2)          # not g * (x * 2), which may overflow in float16


@primitive
def sqrt(xp, x):
    """The square root; NaN for x < 0."""
    with quiet():
        return xp.sqrt(x)


sqrt.defvjp(lambda g, y: g / (y * 2))


@primitive
def rsqrt(xp, x):
    """1 / sqrt(x)."""
    with quiet():
        return 1 / xp.sqrt(x)


rsqrt.defvjp(lambda g, y: g * (-0.5 * y * y * y))


@composed
def float_power(a: Tensor | float, b: Tensor | float) -> Tensor:
    """a^b, computed in float64, or complex128."""
    float64 = np.result_type(np.float64, dtype_of_all(a, b))
    return pow(*(cast(x, dtype=float64, source=x.dtype) if isinstance(x, Tensor) else x for x in (a, b)))


# Exponentials and logarithms


@primitive
def exp(xp, x):
    """e^x."""
    with quiet():
        return xp.exp(x)


exp.defvjp(lambda g, y: g * y)


@primitive
def exp2(xp, x):
    """2^x."""
    with quiet():
        return xp.exp2(x)


exp2.defvjp(lambda g, y: g * (y * math.log(2)))


@primitive
def expm1(xp, x):
    """e^x - 1, accurate near 0 too."""
    with quiet():
        return xp.expm1(x)


expm1.defvjp(lambda g, y: g * (y + 1))


@primitive
def log(xp, x):
    """The natural logarithm; -inf at 0, NaN below."""
    with quiet():
        return xp.log(x)


log.defvjp(lambda g, x: g / x)


@primitive
def log1p(xp, x):
    """log(1 + x), accurate near 0 too."""
    with quiet():
        return xp.log1p(x)


log1p.defvjp(lambda g, x: g / (x + 1))


@primitive
def log2(xp, x):
    """The logarithm to base 2."""
    with quiet():
        return xp.log2(x)


log2.defvjp(lambda g, x: g / (x * math.log(2)))


@primitive
def log10(xp, x):
    """The logarithm to base 10."""
    with quiet():
        return xp.log10(x)


log10.defvjp(lambda g, x: g / (x * math.log(10)))


@primitive
def sigmoid(xp, x):
    """1 / (1 + e^-x), written with e^-|x|, which cannot overflow."""
    if x.dtype.kind != "f":             # -x wraps around in uint8; the engine rounds the result
        x = x.astype("float64")
    e = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, 1, e) / (1 + e)


sigmoid.defvjp(lambda g, y: g * (y * (1 - y)))


@primitive
def logaddexp(xp, a, b):
    """log(e^a + e^b) without overflow; two equal infinities share the gradient."""
    with quiet():
        return xp.logaddexp(a, b)


def difference(a, b):
    """a - b; 0 for two equal infinities."""
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        a, b = meet(a, b)       # of Tensors, a mask may stand beside numbers, but cannot be subtracted
    return where(isinf(a) & (a == b), 0.0, sub(a, b))


logaddexp.takes = "f"
logaddexp.defvjp(lambda g, a, b: g * sigmoid(difference(a, b)), lambda g, a, b: g * sigmoid(difference(b, a)))


@primitive
def logaddexp2(xp, a, b):
    """log2(2^a + 2^b) without overflow."""
    with quiet():
        return xp.logaddexp2(a, b)


logaddexp2.takes = "f"
logaddexp2.defvjp(lambda g, a, b: g * sigmoid(difference(a, b) * math.log(2)),
                  lambda g, a, b: g * sigmoid(difference(b, a) * math.log(2)))


@composed
def xlogy(a: Tensor | float, b: Tensor | float) -> Tensor:
    """a log(b); 0 where a is 0, unless b is NaN."""
    here: Any = a if isinstance(a, Tensor) else b
    dtype, number = dtype_of_all(a, b), MODULES[type(here.array)].asarray
    return a_log_b(*meet(*(x if isinstance(x, Tensor) else Tensor(number(x, dtype)) for x in (a, b))))


@primitive
def a_log_b(xp, a, b):
    with quiet():
        return xp.where((a == 0) & (b == b), 0, a * xp.log(b))


a_log_b.defvjp(lambda g, a, b: g * log(where((a == 0) & (b <= 0), 1.0, b)),
               lambda g, a, b: g * (a / where((a == 0) & (b == 0), 1.0, b)))


# Mantissa and exponent of a floating-point number


@composed
def ldexp(x: Tensor, other: Tensor | float) -> Tensor:
    """x 2^other."""
    x, other = meet(x, other)
    return mul(x, pow(2.0, other) if isinstance(other, Tensor) else 2.0**other)


Frexp = collections.namedtuple("Frexp", "mantissa exponent")


@primitive_with_outputs(Frexp)
def mantissa_and_exponent(xp, x):
    return tuple(xp.frexp(x))


def frexp_rule(g, x, mantissa):
    """g / 2^exponent, since 1 / 2^exponent = mantissa / x."""
    g_mantissa, _ = g
    return g_mantissa * where(x == 0, 1.0, mantissa / where(x == 0, 1.0, x))


mantissa_and_exponent.defvjp(frexp_rule)


@composed
def frexp(x: Tensor) -> Frexp:
    """(mantissa, exponent) with x = mantissa 2^exponent and |mantissa| in [0.5, 1); both are 0 for x = 0.

    Raises TypeError for integers.
    """
    if x.dtype.kind != "f":
        raise TypeError(f"frexp takes floating-point numbers, got {x.dtype}; convert it with .float()")
    return mantissa_and_exponent(x)  # type: ignore[return-value]
