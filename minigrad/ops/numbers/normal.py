"""The normal distribution and relatives of the error function: ndtr, log_ndtr, ndtri, erfcx; entr, xlog1py.

Computed in float64, accurate to about 1e-14, and rounded to the dtype of the input. DLMF: dlmf.nist.gov.
"""

import math
from typing import Any

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES, library_of, quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.dtypes import dtype_of_all, meet
from minigrad.ops.numbers.powers import exp, log, log1p
from minigrad.ops.numbers.special import in_double

ROOT_HALF = math.sqrt(0.5)
PEAK = 1 / math.sqrt(2 * math.pi)       # the density of the normal distribution at 0


def erfcx_of(xp, x):
    """e^(x^2) erfc(x), directly up to 2, above by a continued fraction (DLMF 7.9.2), accurate to 1e-16."""
    near, far = xp.minimum(x, 2), xp.maximum(x, 2)
    square, fraction = 2 * far * far, 0
    for k in range(60, 0, -1):
        fraction = 2 * k * (2 * k - 1) / (square + 4 * k + 1 - fraction)
    tail = 2 * far / (square + 1 - fraction) / math.sqrt(math.pi)
    return xp.where(x <= 2, xp.exp(near * near) * library_of(near).erfc(near), xp.where(
        x > 1e8, 1 / (math.sqrt(math.pi) * far), tail))         # there x^2 may be infinite


@in_double
def erfcx(xp, x):
    """e^(x^2) erfc(x), which is about 1 / (x sqrt(pi)) where erfc(x) is too small for a float."""
    return erfcx_of(xp, x)


erfcx.defvjp(lambda g, x, y: g * (x * y * 2 - 2 / math.sqrt(math.pi)))


@in_double
def ndtr(xp, x):
    """The probability that a standard normal variable is below x."""
    return library_of(x).erfc(x * -ROOT_HALF) / 2


ndtr.defvjp(lambda g, x: g * (exp(x * x * -0.5) * PEAK))


def log_ndtr_of(xp, x):
    low = xp.minimum(x, -1)
    tail = xp.log(erfcx_of(xp, low * -ROOT_HALF) / 2) - low * low / 2
    return xp.where(x < -1, tail, xp.log1p(-library_of(x).erfc(xp.maximum(x, -1) * ROOT_HALF) / 2))


@in_double
def log_ndtr(xp, x):
    """log(ndtr(x)), accurate where ndtr(x) is too small for a float."""
    return log_ndtr_of(xp, x)


log_ndtr.defvjp(lambda g, x: g * (2 * PEAK / erfcx(x * -ROOT_HALF)))


@in_double
def ndtri(xp, p):
    """The x with ndtr(x) = p, for p in [0, 1]; NaN outside.

    Newton's method for log ndtr(x) = log p, p <= 1/2. It starts at -sqrt(-2 log 2p), below x because ndtr(x)
    is at most e^(-x^2/2) / 2, and rises to x because log ndtr is concave.
    """
    q = xp.where(p < 0.5, p, 1 - p)
    target = xp.log(xp.where((q > 0) & (q <= 0.5), q, 0.5))
    x = -xp.sqrt(xp.maximum(-2 * (target + math.log(2)), 0))
    for _ in range(8):
        x = xp.minimum(x - (log_ndtr_of(xp, x) - target) * erfcx_of(xp, x * -ROOT_HALF) / (2 * PEAK), 0)
    x = xp.where(q > 0, x, xp.where(q == 0, -math.inf, math.nan))
    return xp.where(p < 0.5, x, -x)


ndtri.defvjp(lambda g, y: g * (exp(y * y * 0.5) / PEAK))


@in_double
def entr(xp, x):
    """-x log(x), a summand of the entropy; 0 at 0, -inf below."""
    return xp.where(x > 0, -x * xp.log(x), xp.where(x == 0, 0, xp.where(x < 0, -math.inf, x)))


entr.defvjp(lambda g, x: g * (-1 - log(x)))


@composed
def xlog1py(a: Tensor | float, b: Tensor | float) -> Tensor:
    """a log(1 + b); 0 where a is 0, unless b is NaN."""
    here: Any = a if isinstance(a, Tensor) else b
    dtype, number = dtype_of_all(a, b), MODULES[type(here.array)].asarray
    return a_log1p_b(*meet(*(x if isinstance(x, Tensor) else Tensor(number(x, dtype)) for x in (a, b))))


@primitive
def a_log1p_b(xp, a, b):
    with quiet():
        return xp.where((a == 0) & (b == b), 0, a * xp.log1p(b))


a_log1p_b.defvjp(lambda g, a, b: g * log1p(where((a == 0) & (b <= -1), 0.0, b)),
                 lambda g, a, b: g * (a / (b + 1)))
