"""Comparisons and logic: booleans, without gradients; and the bits of integers."""

import math

from minigrad.autograd import composed, primitive


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
bitwise_left_shift = comparison("bitwise_left_shift", "a << b: a 2^b, for integers.")
bitwise_right_shift = comparison("bitwise_right_shift", "a >> b: a / 2^b rounded down, for integers.")


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
signbit = test("signbit", "True where x is negative or -0.0.")
isreal = test("isreal", "True everywhere: tensors hold real numbers.")


@composed
def isposinf(x):
    """True where x is +infinity."""
    return eq(x, math.inf)


@composed
def isneginf(x):
    """True where x is -infinity."""
    return eq(x, -math.inf)


@primitive
def isclose(xp, a, b, *, rtol=1e-5, atol=1e-8, equal_nan=False):
    """True where |a - b| <= atol + rtol |b|, and for equal infinities."""
    return xp.isclose(a, b, rtol, atol, equal_nan)
