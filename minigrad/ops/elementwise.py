"""Elementwise ops: one number in, one number out, at every place. Arguments broadcast.

Where a function has no derivative its rule gives PyTorch's choice: 0 for abs at 0, halves for both
sides of a tie in maximum.
"""

import math

import numpy as np

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.backend import library_of, quiet

# Arithmetic


@primitive
def add(xp, a, b, *, alpha=1):
    """a + alpha b."""
    return xp.add(a, b if alpha == 1 else b * alpha)


add.defvjp(lambda g: g, lambda g, alpha: g if alpha == 1 else g * alpha)


@primitive
def sub(xp, a, b, *, alpha=1):
    """a - alpha b."""
    return xp.subtract(a, b if alpha == 1 else b * alpha)


sub.defvjp(lambda g: g, lambda g, alpha: -g if alpha == 1 else g * -alpha)


@primitive
def mul(xp, a, b):
    return xp.multiply(a, b)


mul.defvjp(lambda g, b: g * b, lambda g, a: g * a)


@primitive
def true_divide(xp, a, b):
    if type(b) in (int, float) and b != 0:      # a number cannot surprise: spare the context
        return xp.true_divide(a, b)
    with quiet():
        return xp.true_divide(a, b)


true_divide.defvjp(lambda g, b: g / b, lambda g, y, b: -(g * y / b))


@composed
def div(a, b, *, rounding_mode=None):
    """a / b; with rounding_mode 'floor' or 'trunc' rounded down or towards zero, as PyTorch does."""
    if rounding_mode is None:
        return true_divide(a, b)
    if rounding_mode == "floor":
        return floor_divide(a, b)
    if rounding_mode == "trunc":
        return floor_divide(a - fmod(a, b), b) if whole(a) and whole(b) else trunc(true_divide(a, b))
    raise ValueError(f"div: rounding_mode is None, 'floor' or 'trunc', got {rounding_mode!r}")


def whole(x):
    """Does x hold integers, or is it one?"""
    return isinstance(x, int) or isinstance(x, Tensor) and x.dtype.kind in "iu"


def check_divisor(y, b, name):
    """Refuse integers divided by 0, where looking at them costs no wait: on the CPU."""
    if isinstance(y, (np.ndarray, np.generic)) and y.size and not np.all(b):
        raise RuntimeError(f"{name}: integers {tuple(y.shape)} divided by 0, which only floating-point numbers can "
                           "answer, with inf or nan; convert with .float(), or put other divisors in with where()")


@primitive
def floor_divide(xp, a, b):
    with quiet():
        y = xp.floor_divide(a, b)
    if y.dtype.kind != "f":
        check_divisor(y, b, "floor_divide")
    return y


floor_divide.defvjp(lambda g: zeros_like(g), lambda g: zeros_like(g))


@primitive
def remainder(xp, a, b):
    """a - b * floor(a / b), with the sign of b, as Python's %."""
    with quiet():
        y = xp.remainder(a, b)
    if y.dtype.kind != "f":
        check_divisor(y, b, "remainder")
    return y


remainder.defvjp(lambda g: g, lambda g, a, b: -(g * floor_divide(a, b)))


@primitive
def fmod(xp, a, b):
    """a - b * trunc(a / b), with the sign of a, as C's fmod."""
    with quiet():
        y = xp.fmod(a, b)
    if y.dtype.kind != "f":
        check_divisor(y, b, "fmod")
    return y


fmod.defvjp(lambda g: g, lambda g, a, b: -(g * trunc(true_divide(a, b))))


@primitive
def pow(xp, a, b):
    """a to the power b."""
    if type(b) in (int, float) and a.dtype.kind == "f":
        if b == 2:
            return a * a
        if b == 3:
            return a * a * a                    # 87 times as fast as a**3 in float32
        with quiet():
            if b == 0.5:
                return xp.sqrt(a)               # 13 times as fast as a**0.5
            if b == -0.5:
                return 1 / xp.sqrt(a)
            return xp.power(a, b)
    with quiet():
        return xp.power(a, b)


def power_slope(a, b):
    """d(a^b)/da = b a^(b-1), and 0 for b = 0 also where a is 0."""
    if isinstance(b, (int, float)):
        return b * pow(a, b - 1) if b else zeros_like(a)
    return b * pow(a, where(b == 0, 1.0, sub(b, 1.0)))


def exponent_slope(a, y):
    """d(a^b)/db = a^b log(a), and 0 where a is 0."""
    if isinstance(a, (int, float)):
        return y * (math.log(a) if a > 0 else math.nan if a < 0 else 0.0)
    return where(a == 0, 0.0, y * log(where(a == 0, 1.0, a)))


pow.defvjp(lambda g, a, b: g * power_slope(a, b), lambda g, a, y: g * exponent_slope(a, y))


@primitive
def neg(xp, x):
    return xp.negative(x)


neg.defvjp(lambda g: -g)


@primitive
def abs(xp, x):
    return xp.abs(x)


abs.defvjp(lambda g, x: g * sign(x))


@primitive
def sign(xp, x):
    """-1, 0 or 1."""
    return xp.sign(x)


sign.defvjp(lambda g: zeros_like(g))


@primitive
def square(xp, x):
    return xp.multiply(x, x)


square.defvjp(lambda g, x: g * (x * 2))


@primitive
def reciprocal(xp, x):
    """1 / x."""
    with quiet():
        return 1 / x


reciprocal.defvjp(lambda g, y: -(g * y * y))


@primitive
def sqrt(xp, x):
    with quiet():
        return xp.sqrt(x)


sqrt.defvjp(lambda g, y: g / (y * 2))


@primitive
def rsqrt(xp, x):
    """1 / sqrt(x)."""
    with quiet():
        return 1 / xp.sqrt(x)


rsqrt.defvjp(lambda g, y: g * (-0.5 * y * y * y))


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
    """e^x - 1, exact also near 0."""
    with quiet():
        return xp.expm1(x)


expm1.defvjp(lambda g, y: g * (y + 1))


@primitive
def log(xp, x):
    """The natural logarithm."""
    with quiet():
        return xp.log(x)


log.defvjp(lambda g, x: g / x)


@primitive
def log1p(xp, x):
    """log(1 + x), exact also near 0."""
    with quiet():
        return xp.log1p(x)


log1p.defvjp(lambda g, x: g / (x + 1))


@primitive
def log2(xp, x):
    with quiet():
        return xp.log2(x)


log2.defvjp(lambda g, x: g / (x * math.log(2)))


@primitive
def log10(xp, x):
    with quiet():
        return xp.log10(x)


log10.defvjp(lambda g, x: g / (x * math.log(10)))


@primitive
def logaddexp(xp, a, b):
    """log(e^a + e^b) without overflow."""
    with quiet():
        return xp.logaddexp(a, b)


logaddexp.defvjp(lambda g, a, y: g * exp(a - y), lambda g, b, y: g * exp(b - y))


@composed
def xlogy(a, b):
    """a log(b), and 0 where a is 0, whatever b."""
    return where(a == 0, 0.0, mul(a, log(where(a == 0, 1.0, b))))


# Trigonometry


@primitive
def sin(xp, x):
    with quiet():
        return xp.sin(x)


sin.defvjp(lambda g, x: g * cos(x))


@primitive
def cos(xp, x):
    with quiet():
        return xp.cos(x)


cos.defvjp(lambda g, x: -(g * sin(x)))


@primitive
def tan(xp, x):
    with quiet():
        return xp.tan(x)


tan.defvjp(lambda g, y: g * (y * y + 1))


@primitive
def asin(xp, x):
    with quiet():
        return xp.arcsin(x)


asin.defvjp(lambda g, x: g / sqrt(1 - x * x))


@primitive
def acos(xp, x):
    with quiet():
        return xp.arccos(x)


acos.defvjp(lambda g, x: -(g / sqrt(1 - x * x)))


@primitive
def atan(xp, x):
    return xp.arctan(x)


atan.defvjp(lambda g, x: g / (x * x + 1))


@primitive
def atan2(xp, a, b):
    """The angle of the point (b, a) in (-pi, pi]."""
    return xp.arctan2(a, b)


atan2.defvjp(lambda g, a, b: g * b / square(hypot(a, b)), lambda g, a, b: -(g * a / square(hypot(a, b))))


@primitive
def hypot(xp, a, b):
    """sqrt(a^2 + b^2), without overflow of the squares."""
    return xp.hypot(a, b)


hypot.defvjp(lambda g, a, y: g * (a / y), lambda g, b, y: g * (b / y))


@primitive
def sinh(xp, x):
    with quiet():
        return xp.sinh(x)


sinh.defvjp(lambda g, x: g * cosh(x))


@primitive
def cosh(xp, x):
    with quiet():
        return xp.cosh(x)


cosh.defvjp(lambda g, x: g * sinh(x))


@primitive
def tanh(xp, x):
    return xp.tanh(x)


tanh.defvjp(lambda g, y: g * (1 - y * y))


@primitive
def asinh(xp, x):
    return xp.arcsinh(x)


asinh.defvjp(lambda g, x: g / sqrt(x * x + 1))


@primitive
def acosh(xp, x):
    with quiet():
        return xp.arccosh(x)


acosh.defvjp(lambda g, x: g / sqrt(x * x - 1))


@primitive
def atanh(xp, x):
    with quiet():
        return xp.arctanh(x)


atanh.defvjp(lambda g, x: g / (1 - x * x))


@primitive
def erf(xp, x):
    """The error function 2/sqrt(pi) * integral of exp(-t^2) from 0 to x."""
    return library_of(x).erf(x)


erf.defvjp(lambda g, x: g * (exp(-(x * x)) * (2 / math.sqrt(math.pi))))


# Choosing


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


# Rounding: gradients are zero


def rounding(name, doc):
    def forward(xp, x):
        return getattr(xp, name)(x) if x.dtype.kind == "f" else x
    forward.__name__, forward.__doc__ = name, doc
    op = primitive(forward)
    op.defvjp(lambda g: zeros_like(g))
    return op


floor = rounding("floor", "The greatest integer not above x.")
ceil = rounding("ceil", "The least integer not below x.")
trunc = rounding("trunc", "x without its fraction.")


@primitive
def round(xp, x, *, decimals=0):
    """The nearest integer, halves to even; or the nearest multiple of 10^-decimals."""
    return xp.round(x, decimals)


round.defvjp(lambda g: zeros_like(g))


@composed
def frac(x):
    """x - trunc(x)."""
    return x - trunc(x)


# Comparisons and logic: booleans without gradients


def comparison(name, doc):
    def forward(xp, a, b):
        return getattr(xp, name)(a, b)
    forward.__name__, forward.__doc__ = name, doc
    return primitive(forward)


eq = comparison("equal", "a == b, elementwise.")
ne = comparison("not_equal", "a != b, elementwise.")
lt = comparison("less", "a < b, elementwise.")
le = comparison("less_equal", "a <= b, elementwise.")
gt = comparison("greater", "a > b, elementwise.")
ge = comparison("greater_equal", "a >= b, elementwise.")
logical_and = comparison("logical_and", "True where both are not zero.")
logical_or = comparison("logical_or", "True where one is not zero.")
logical_xor = comparison("logical_xor", "True where exactly one is not zero.")
bitwise_and = comparison("bitwise_and", "a & b; for booleans the logical and.")
bitwise_or = comparison("bitwise_or", "a | b; for booleans the logical or.")
bitwise_xor = comparison("bitwise_xor", "a ^ b; for booleans the logical xor.")


def test(name, doc):
    def forward(xp, x):
        return getattr(xp, name)(x)
    forward.__name__, forward.__doc__ = name, doc
    return primitive(forward)


isnan = test("isnan", "True where x is not a number.")
isinf = test("isinf", "True where x is infinite.")
isfinite = test("isfinite", "True where x is a finite number.")
logical_not = test("logical_not", "True where x is zero.")
bitwise_not = test("bitwise_not", "~x; for booleans the logical not.")


@primitive
def isclose(xp, a, b, *, rtol=1e-5, atol=1e-8, equal_nan=False):
    """True where |a - b| <= atol + rtol |b|, and for equal infinities."""
    return xp.isclose(a, b, rtol, atol, equal_nan)


# Kinds of numbers


@primitive
def cast(xp, x, *, dtype, source):
    return x.astype(dtype)


cast.defvjp(lambda g, dtype, source: cast(g, dtype=source, source=dtype))


# Compositions


@composed
def lerp(start, end, weight):
    """start + weight * (end - start)."""
    return start + weight * (end - start)


@composed
def addcmul(x, a, b, *, value=1):
    """x + value * a * b."""
    return x + value * (a * b)


@composed
def addcdiv(x, a, b, *, value=1):
    """x + value * a / b."""
    return x + value * (a / b)


@composed
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with NaN and infinities replaced; infinities become the largest finite numbers by default."""
    from numpy import finfo
    limit = float(finfo(x.dtype).max)
    x = where(isnan(x), nan, x)
    x = where(eq(x, math.inf), limit if posinf is None else posinf, x)
    return where(eq(x, -math.inf), -limit if neginf is None else neginf, x)
