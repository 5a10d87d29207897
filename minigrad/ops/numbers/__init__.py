"""Numbers: one number out for each in, at every place; arguments broadcast.

    arithmetic      add, mul, div, remainder, abs, sign, rounding, gcd
    powers          pow, sqrt, exp, log and their kin
    trigonometry    sin, atan2, tanh, hypot, degrees
    special         erf, the gamma function's family, Bessel functions, logit
    choosing        where, maximum, minimum, clamp, nan_to_num
    comparisons     eq, lt, isnan, isclose, logic, bits
    dtypes          which dtype a result has, cast, how numbers are printed
"""

from minigrad.ops.numbers import (
    arithmetic, choosing, comparisons, dtypes, powers, special, trigonometry)

__all__ = ["arithmetic", "choosing", "comparisons", "dtypes", "powers", "special", "trigonometry"]
