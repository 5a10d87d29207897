"""Elementwise ops: one number out for each number in; arguments broadcast.

    arithmetic      add, mul, div, remainder, abs, sign, rounding, gcd
    powers          pow, sqrt, exp, log and relatives
    trigonometry    sin, atan2, tanh, hypot, degrees
    special         erf, the gamma function and relatives, I_0, sinc, logit
    gammas          the incomplete gamma functions, Hurwitz's zeta function
    normal          the normal distribution, erfcx, entr, xlog1py
    bessel          Bessel functions of orders 0 and 1, Airy's Ai
    polynomials     Chebyshev, Hermite, Laguerre and Legendre polynomials
    complex         real and imaginary parts, conj, angle, polar, pairs of real numbers as complex ones
    choosing        where, maximum, minimum, clamp, nan_to_num
    comparisons     eq, lt, isnan, isclose, logic, bits
    dtypes          the dtype of a result, cast, print options
"""

from minigrad.ops.numbers import (
    arithmetic, bessel, choosing, comparisons, complex, dtypes, gammas, normal, polynomials, powers, special,
    trigonometry)

__all__ = [
    "arithmetic", "bessel", "choosing", "comparisons", "complex", "dtypes", "gammas", "normal", "polynomials",
    "powers", "special", "trigonometry"]
