"""Arithmetic, signs and rounding, elementwise; arguments broadcast.

Where a function has no derivative, its rule returns what PyTorch returns: 0 for abs at 0.
"""

import numpy as np

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.backend import MODULES, quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import comparison
from minigrad.ops.numbers.dtypes import meet


@primitive
def add(xp, a, b, *, alpha=1):
    """a + alpha b."""
    return xp.add(a, b if alpha == 1 else scaled(xp, b, alpha))


def scaled(xp, b, alpha):
    """alpha b; a negative alpha wraps around in unsigned integers."""
    wraps = alpha < 0 and type(b) in MODULES and b.dtype.kind == "u"
    return b * (xp.asarray(alpha).astype(b.dtype) if wraps else alpha)


add.defvjp(lambda g: g, lambda g, alpha: g if alpha == 1 else g * alpha)


@primitive
def sub(xp, a, b, *, alpha=1):
    """a - alpha b."""
    return xp.subtract(a, b if alpha == 1 else scaled(xp, b, alpha))


sub.takes = "fiu"
sub.defvjp(lambda g: g, lambda g, alpha: -g if alpha == 1 else g * -alpha)


@primitive
def mul(xp, a, b):
    """a * b."""
    return xp.multiply(a, b)


mul.defvjp(lambda g, b: g * b, lambda g, a: g * a)


@primitive
def times(xp, weight, x):
    """weight x; 0 where weight is 0, even if x is infinite. NaN stays NaN."""
    with quiet():
        return xp.where((weight == 0) & xp.isinf(x), 0, weight * x)


times.defvjp(lambda g, x: g * x, lambda g, weight: g * weight)


@primitive
def true_divide(xp, a, b):
    """a / b; the result is floating-point."""
    if type(b) in (int, float) and b != 0:      # no division by zero: skip the context manager
        return xp.true_divide(a, b)
    with quiet():
        return xp.true_divide(a, b)


true_divide.defvjp(lambda g, b: g / b, lambda g, y, b: -(g * y / b))


@composed
def div(a: Tensor | float, b: Tensor | float, *, rounding_mode: str | None = None) -> Tensor:
    """a / b, rounded down with rounding_mode='floor', towards zero with 'trunc'."""
    if rounding_mode is None:
        return true_divide(a, b)
    if rounding_mode == "floor":
        return floor_divide(a, b)
    if rounding_mode == "trunc":
        return floor_divide(a + -fmod(a, b), b) if whole(a) and whole(b) else trunc_divide(a, b)
    raise ValueError(f"div: rounding_mode must be None, 'floor' or 'trunc', got {rounding_mode!r}")


def whole(x):
    """Is x an integer or a tensor of integers?"""
    return isinstance(x, (int, np.integer)) or isinstance(x, Tensor) and x.dtype.kind in "biu"


def check_divisor(y, b, name):
    """Raise RuntimeError for integer division by zero, on the CPU only: elsewhere a look would wait."""
    if isinstance(y, (np.ndarray, np.generic)) and y.size and not np.all(b):
        raise RuntimeError(f"{name}: integer division by zero in a result of shape {tuple(y.shape)}; use "
                           ".float() for inf or nan, or replace zero divisors with where()")


@primitive
def floor_divide(xp, a, b):
    """floor(a / b). Raises RuntimeError for an integer division by zero on the CPU."""
    with quiet():
        y = xp.floor_divide(a, b)
    if y.dtype.kind != "f":
        check_divisor(y, b, "floor_divide")
    return y


floor_divide.defvjp(lambda g: zeros_like(g), lambda g: zeros_like(g))


@primitive
def remainder(xp, a, b):
    """a - b * floor(a / b), with the sign of b, like Python's %.

    Raises RuntimeError for an integer division by zero on the CPU.
    """
    with quiet():
        y = xp.remainder(a, b)
    if y.dtype.kind != "f":
        check_divisor(y, b, "remainder")
    return y


remainder.defvjp(lambda g: g, lambda g, a, b: -(g * floor_divide(a, b)))


@primitive
def fmod(xp, a, b):
    """a - b * trunc(a / b), with the sign of a, like C's fmod.

    Raises RuntimeError for an integer division by zero on the CPU.
    """
    with quiet():
        y = xp.fmod(a, b)
    if y.dtype.kind != "f":
        check_divisor(y, b, "fmod")
    return y


@primitive
def trunc_divide(xp, a, b):
    """trunc(a / b); the result is floating-point."""
    with quiet():
        return xp.trunc(xp.true_divide(a, b))


fmod.defvjp(lambda g: g, lambda g, a, b: -(g * trunc_divide(a, b)))
trunc_divide.defvjp(lambda g: zeros_like(g), lambda g: zeros_like(g))


@primitive
def neg(xp, x):
    """-x."""
    return xp.negative(x)


neg.defvjp(lambda g: -g)


@primitive
def abs(xp, x):
    """|x|; the gradient at 0 is 0."""
    return xp.abs(x)


abs.defvjp(lambda g, x: g * sign(x))


@primitive
def sign(xp, x):
    """-1, 0 or 1, the sign of x; a boolean is its own."""
    return x if x.dtype.kind == "b" else xp.sign(x)


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
def positive(x: Tensor) -> Tensor:
    """x itself. Raises TypeError for booleans."""
    if x.dtype == bool:
        raise TypeError("positive takes numbers, got bool; convert it with .long()")
    return x


@primitive
def nextafter(xp, a, b):
    """The next floating-point number after a in the direction of b."""
    return xp.nextafter(a, b)


nextafter.takes = "f"
nextafter.defvjp(lambda g, a, b: where(a == b, 0.0, g), lambda g: zeros_like(g))


gcd = comparison("gcd", "The greatest common divisor of two integers.")
lcm = comparison("lcm", "The least common multiple of two integers.")
gcd.__module__ = lcm.__module__ = __name__     # where pickle finds them


@composed
def rsub(x: Tensor, other: Tensor | float, *, alpha: float = 1) -> Tensor:
    """other - alpha x."""
    return sub(other, x, alpha=alpha)


@composed
def lerp(start: Tensor, end: Tensor, weight: Tensor | float) -> Tensor:
    """start + weight * (end - start)."""
    start, end, weight = meet(start, end, weight)
    return start + weight * (end - start)


@composed
def addcmul(x: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    """x + value * a * b."""
    x, a, b = meet(x, a, b)
    return x + value * (a * b)


@composed
def addcdiv(x: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    """x + value * a / b."""
    x, a, b = meet(x, a, b)
    return x + value * (a / b)


# Rounding: gradients are zero


def rounding(name, doc):
    def forward(xp, x):
        return getattr(xp, name)(x) if x.dtype.kind == "f" else x
    forward.__name__, forward.__doc__ = name, doc
    op = primitive(forward)
    op.defvjp(lambda g: zeros_like(g))
    return op


floor = rounding("floor", "The greatest integer <= x.")
ceil = rounding("ceil", "The least integer >= x.")
trunc = rounding("trunc", "x rounded towards zero.")


@primitive
def round(xp, x, *, decimals=0):
    """x rounded to `decimals` digits after the point; halves go to the even neighbour."""
    return xp.round(x, decimals)


round.defvjp(lambda g: zeros_like(g))


@composed
def frac(x: Tensor) -> Tensor:
    """The fractional part x - trunc(x), with the sign of x."""
    return x - trunc(x)
