"""Arithmetic, signs and rounding: one number out at every place. Arguments broadcast.

Where a function has no derivative its rule gives PyTorch's choice: 0 for abs at 0.
"""

import numpy as np

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.backend import quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import comparison


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
        raise RuntimeError(f"{name}: integers {tuple(y.shape)} divided by 0, which only floating-point "
                           "numbers can answer, with inf or nan; convert with .float(), or put other "
                           "divisors in with where()")


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
def reciprocal(xp, x):
    """1 / x."""
    with quiet():
        return 1 / x


reciprocal.defvjp(lambda g, y: -(g * y * y))


@primitive
def copysign(xp, a, b):
    """|a| with the sign of b; the gradient with respect to a is 0 at 0."""
    return xp.copysign(a, b)


copysign.defvjp(lambda g, a, y: g * (sign(a) * sign(y)), lambda g: zeros_like(g))


@composed
def positive(x):
    """x itself; booleans are refused."""
    if x.dtype == bool:
        raise TypeError("positive takes numbers, got bool; convert it with .long()")
    return x


@primitive
def nextafter(xp, a, b):
    """The next floating-point number after a on the way to b."""
    return xp.nextafter(a, b)


nextafter.defvjp(lambda g, a, b: where(a == b, 0.0, g), lambda g: zeros_like(g))


gcd = comparison("gcd", "The greatest common divisor of two integers.")
lcm = comparison("lcm", "The least common multiple of two integers.")


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
