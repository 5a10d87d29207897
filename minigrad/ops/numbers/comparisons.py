"""Comparisons and logic, which return booleans, and bitwise ops on integers. None has a gradient."""

import math

from minigrad.autograd import Tensor, composed, primitive


def comparison(name, doc):
    def forward(xp, a, b):
        return getattr(xp, name)(a, b)
    forward.__name__, forward.__doc__ = name, doc
    return primitive(forward)


eq = comparison("equal", "a == b.")
ne = comparison("not_equal", "a != b.")
lt = comparison("less", "a < b.")
le = comparison("less_equal", "a <= b.")
gt = comparison("greater", "a > b.")
ge = comparison("greater_equal", "a >= b.")
logical_and = comparison("logical_and", "True where a and b are both nonzero.")
logical_or = comparison("logical_or", "True where a or b is nonzero.")
logical_xor = comparison("logical_xor", "True where exactly one of a and b is nonzero.")
bitwise_and = comparison("bitwise_and", "a & b, bit by bit; for booleans, logical and.")
bitwise_or = comparison("bitwise_or", "a | b, bit by bit; for booleans, logical or.")
bitwise_xor = comparison("bitwise_xor", "a ^ b, bit by bit; for booleans, logical xor.")
bitwise_left_shift = comparison("bitwise_left_shift", "a << b = a 2^b, for integers.")
bitwise_right_shift = comparison("bitwise_right_shift", "a >> b = floor(a / 2^b), for integers.")


def test(name, doc):
    def forward(xp, x):
        return getattr(xp, name)(x)
    forward.__name__, forward.__doc__ = name, doc
    return primitive(forward)


isnan = test("isnan", "True where x is NaN.")
isinf = test("isinf", "True where x is infinite.")
isfinite = test("isfinite", "True where x is a finite number.")
logical_not = test("logical_not", "True where x is zero.")
bitwise_not = test("bitwise_not", "~x, bit by bit; for booleans, logical not.")
signbit = test("signbit", "True where x is negative or -0.0.")
isreal = test("isreal", "True everywhere: all tensors are real.")


@composed
def isposinf(x: Tensor) -> Tensor:
    """True where x is +infinity."""
    return eq(x, math.inf)


@composed
def isneginf(x: Tensor) -> Tensor:
    """True where x is -infinity."""
    return eq(x, -math.inf)


@primitive
def isclose(xp, a, b, *, rtol=1e-5, atol=1e-8, equal_nan=False):
    """True where |a - b| <= atol + rtol |b|, and where a and b are the same infinity.

    Raises ValueError for a negative rtol or atol.
    """
    if rtol < 0 or atol < 0:
        raise ValueError(f"isclose: rtol and atol must not be negative, got {rtol} and {atol}")
    return xp.isclose(a, b, rtol, atol, equal_nan)
