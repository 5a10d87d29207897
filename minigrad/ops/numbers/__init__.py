"""Elementwise ops: one number out for each number in; arguments broadcast.

    arithmetic      add, mul, div, remainder, abs, sign, rounding, gcd
    powers          pow, sqrt, exp, log and relatives
    trigonometry    sin, atan2, tanh, hypot, degrees
    special         erf, the gamma function and relatives, Bessel functions, logit
    complex         real and imaginary parts, conj, angle, polar, pairs of real numbers as complex ones
    choosing        where, maximum, minimum, clamp, nan_to_num
    comparisons     eq, lt, isnan, isclose, logic, bits
    dtypes          the dtype of a result, cast, print options
"""

from minigrad.ops.numbers import (
    arithmetic, choosing, comparisons, complex, dtypes, powers, special, trigonometry)

__all__ = ["arithmetic", "choosing", "comparisons", "complex", "dtypes", "powers", "special", "trigonometry"]
