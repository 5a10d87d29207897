"""Special functions: the gamma function and its relatives, Bessel functions, the inverse error function.

Each is computed in float64, accurate to about 1e-14, and rounded to the dtype of its input. The formulas
come from the Digital Library of Mathematical Functions (DLMF), dlmf.nist.gov. The derivative of each function
belongs to the same family (psi of the next order, Bessel functions of the neighbouring orders), so
derivatives of every order are exact.
"""

import functools
import math

import numpy as np

from minigrad.autograd import Tensor, composed, dtype_of, primitive
from minigrad.autograd.errors import check_times
from minigrad.backend import library_of, quiet
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import exp
from minigrad.ops.numbers.trigonometry import sin


def in_double(forward):
    """An op that runs `forward` in float64 and rounds the result to the dtype of its floats."""
    @functools.wraps(forward)
    def compute(xp, *inputs, **settings):
        inputs = [xp.asarray(x) for x in inputs]
        dtypes = [x.dtype for x in inputs if x.dtype.kind == "f"]
        with quiet():           # at least one axis: NumPy makes scalars of 0-d arrays
            y = forward(xp, *[xp.atleast_1d(x.astype("float64")) for x in inputs], **settings)
            y = y.reshape(np.broadcast_shapes(*[x.shape for x in inputs]))
            return y.astype(np.result_type(*dtypes)) if dtypes else y
    return primitive(compute)


# The error function


@primitive
def erf(xp, x):
    """The error function: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    return library_of(x).erf(x)


erf.defvjp(lambda g, x: g * (exp(-(x * x)) * (2 / math.sqrt(math.pi))))


@primitive
def erfc(xp, x):
    """1 - erf(x), accurate for large x too, where the result is tiny."""
    return library_of(x).erfc(x if x.dtype.kind == "f" else x.astype("float64"))


erfc.defvjp(lambda g, x: g * (exp(-(x * x)) * (-2 / math.sqrt(math.pi))))


@in_double
def erfinv(xp, x):
    """The y with erf(y) = x, for x in [-1, 1]; NaN outside.

    Winitzki's approximation, whose error is at most 0.4 %, then two steps of Halley's method.
    Source: S. Winitzki 2008, A handy approximation for the error function and its inverse, eq. 7.
    """
    size, library, a = xp.abs(x), library_of(x), 0.147
    t = xp.where(size < 1, size, 0)
    rest = 1 - t
    L = xp.log1p(-t * t)
    A = 2 / (math.pi * a) + L / 2
    y = xp.sqrt(-L / a / (xp.sqrt(A * A - L / a) + A))
    for _ in range(2):
        miss = xp.where(t < 0.5, library.erf(y) - t, rest - library.erfc(y))
        step = miss / (2 / math.sqrt(math.pi) * xp.exp(-y * y))
        y = y - step / (1 + y * step)
    return xp.copysign(xp.where(size < 1, y, xp.where(size == 1, math.inf, math.nan)), x)


erfinv.defvjp(lambda g, y: g * (exp(y * y) * (math.sqrt(math.pi) / 2)))


# The gamma function

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
             -174611 / 330)                     # B_2, B_4, ...: DLMF 24.2.(iv)
EULER = 0.57721566490153286061                  # DLMF 5.2.3


def zeta_minus_1(s, n=40):
    """zeta(s) - 1, with the Euler-Maclaurin formula for the terms from n on.   Source: DLMF 25.2.9."""
    terms = [k**-s for k in range(2, n)] + [n ** (1 - s) / (s - 1), n**-s / 2]
    rising = s
    for k, B in enumerate(BERNOULLI[:4], start=1):
        terms.append(B / math.factorial(2 * k) * rising * n ** (1.0 - s - 2 * k))
        rising *= (s + 2 * k - 1) * (s + 2 * k)
    return math.fsum(terms)


AROUND_2 = [(-1) ** k * zeta_minus_1(k) / k for k in range(27, 1, -1)] + [1 - EULER, 0]


@in_double
def lgamma(xp, x):
    """log |gamma(x)|.

    In [0.5, 2.5], which holds the zeros, a Taylor series around 2 (DLMF 5.7.3).
    Above, Stirling's series (DLMF 5.11.1). It needs large arguments, so for x < 10 it is applied to x + 10 in
    gamma(x) = gamma(x + 10) / (x (x + 1) ... (x + 9)).
    For x < 0.5, the reflection gamma(x) gamma(1 - x) = pi / sin(pi x) (DLMF 5.5.3).
    """
    z = xp.where(x < 0.5, 1 - x, x)
    d = xp.clip(xp.where(z < 1.5, z - 1, z - 2), -0.5, 0.5)
    series = 0
    for a in AROUND_2:
        series = series * d + a
    near = xp.where(z < 1.5, series - xp.log1p(d), series)
    small, product = xp.where(z < 10, z, 1), 1
    for k in range(10):
        product = product * (small + k)
    w = xp.where(z < 10, z + 10, z)
    far = (w - 0.5) * (xp.log(w) - 1) - 0.5 + math.log(2 * math.pi) / 2 - xp.log(xp.where(z < 10, product, 1))
    for k, B in enumerate(BERNOULLI[:8], start=1):
        far = far + B / (2 * k * (2 * k - 1)) / w ** (2 * k - 1)
    y = xp.where(z <= 2.5, near, far)
    sine = xp.abs(xp.sin(math.pi * (x - xp.rint(x))))
    return xp.where(x < 0.5, xp.where(xp.isinf(x), math.inf, math.log(math.pi) - xp.log(sine) - y), y)


lgamma.defvjp(lambda g, x: g * psi(x, order=0))


@in_double
def psi(xp, x, *, order):
    """The derivative of order `order + 1` of log gamma(x).

    For x > 0, the derivatives of an asymptotic series for large x (DLMF 5.11.2). The recurrence
    psi(x) = psi(x + 1) - 1/x, differentiated (DLMF 5.5.2), shifts x to where the series is accurate.
    For x <= 0, the derivatives of the reflection psi(1 - x) - psi(x) = pi cot(pi x) (DLMF 5.5.4).
    """
    n, shift = order, 10 + 2 * order
    z = xp.where(x > 0, x, 1 - x)
    w, sign, factorial = z + shift, (-1.0) ** (n + 1), math.factorial(n)
    y = (xp.log(w) if n == 0 else sign * math.factorial(n - 1) / w**n) + sign * factorial / 2 / w ** (n + 1)
    for k, B in enumerate(BERNOULLI, start=1):
        y = y + sign * B * (math.factorial(2 * k + n - 1) / math.factorial(2 * k)) / w ** (2 * k + n)
    for k in reversed(range(shift)):
        y = y + sign * factorial / (z + k) ** (n + 1)
    cot, (*rest, polynomial) = 1 / xp.tan(math.pi * (x - xp.rint(x))), slopes_of_cot(n)
    for a in reversed(rest):
        polynomial = polynomial * cot + a
    pole = polynomial if n else xp.where((x < 0) & (x == xp.rint(x)), math.nan, cot)
    return xp.where(x > 0, y, -sign * y - math.pi ** (n + 1) * pole)


psi.defvjp(lambda g, x, order: g * psi(x, order=order + 1))


def slopes_of_cot(n):
    """The n-th derivative of cot as a polynomial in cot, lowest power first, from cot' = -(1 + cot^2)."""
    p = [0, 1]
    for _ in range(n):
        slope = [k * a for k, a in enumerate(p)][1:]
        p = [-(a + b) for a, b in zip(slope + [0, 0], [0, 0] + slope)]
    return p


@composed
def digamma(x: Tensor) -> Tensor:
    """The derivative of log gamma(x)."""
    return psi(x, order=0)


@composed
def polygamma(n: int, x: Tensor) -> Tensor:
    """The n-th derivative of digamma(x). Raises ValueError unless n is from 0 to 10000."""
    check_times("polygamma: n", n, least=0)
    return psi(x, order=n)


@composed
def mvlgamma(x: Tensor, p: int) -> Tensor:
    """The log of the p-dimensional gamma function: p (p - 1) / 4 log pi + sum of lgamma(x - i / 2), i < p.

    Raises ValueError unless p is from 1 to 10000.
    Source: DLMF 35.3.4.
    """
    check_times("mvlgamma: p", p)
    return sum((lgamma(x - i / 2) for i in range(1, p)), lgamma(x)) + p * (p - 1) / 4 * math.log(math.pi)


# Bessel functions


def scaled_i(xp, x, n):
    """e^-|x| I_n(x): a power series for |x| <= 30 (DLMF 10.25.2), Hankel's expansion above (DLMF 10.40.1)."""
    size = xp.abs(x)
    quarter, series = xp.square(xp.minimum(size, 30) / 2), 1
    for k in range(45, 0, -1):
        series = 1 + series * quarter / (k * (k + n))
    small = series * (xp.minimum(size, 30) / 2) ** n / math.factorial(n) * xp.exp(-size)
    large, tail = xp.maximum(size, 30), 1
    for k in range(25, 0, -1):
        tail = 1 - tail * (4 * n * n - (2 * k - 1) ** 2) / (8 * k * large)
    y = xp.where(size <= 30, small, tail / xp.sqrt(2 * math.pi * large))
    return y if n % 2 == 0 else xp.copysign(y, x)


@in_double
def bessel_i(xp, x, *, order):
    """The modified Bessel function I_order(x)."""
    root = xp.exp(xp.abs(x) / 2)            # its square: e^x overflows before I_n does
    return root * scaled_i(xp, x, order) * root


def bessel_i_slope(x, order):
    if order == 0:
        return bessel_i(x, order=1)
    return 0.5 * (bessel_i(x, order=order - 1) + bessel_i(x, order=order + 1))      # DLMF 10.29.1


bessel_i.defvjp(lambda g, x, order: g * bessel_i_slope(x, order))


@composed
def i0(x: Tensor) -> Tensor:
    """The modified Bessel function I_0(x)."""
    return bessel_i(x, order=0)


@in_double
def bessel_j(xp, x, *, order):
    """The spherical Bessel function j_order(x), where j_0(x) = sin(x) / x.

    A power series near 0 (DLMF 10.53.1), the recurrence from j_-1 and j_0 elsewhere (DLMF 10.51.1).
    """
    n = order
    near = xp.abs(x) <= n + 1
    small, large = xp.where(near, x, 0), xp.where(near, 1, x)
    half, series = small * small / 2, 1
    for k in range(25, 0, -1):
        series = 1 - series * half / (k * (2 * n + 2 * k + 1))
    series = series * small**n / math.prod(range(1, 2 * n + 2, 2))
    below, y = xp.cos(large) / large, xp.sin(large) / large         # j_-1, j_0
    for k in range(n):
        below, y = y, (2 * k + 1) / large * y - below
    return xp.where(near, series, y)


def bessel_j_slope(x, order):
    n, above = order, bessel_j(x, order=order + 1)
    if n == 0:
        return -above
    return (n * bessel_j(x, order=n - 1) - (n + 1) * above) * (1 / (2 * n + 1))   # DLMF 10.51.2


bessel_j.defvjp(lambda g, x, order: g * bessel_j_slope(x, order))


@composed
def sinc(x: Tensor) -> Tensor:
    """sin(pi x) / (pi x); 1 at 0."""
    if x.dtype.kind == "c":
        turn = where(x == 0, 1.0, x * math.pi)
        return where(x == 0, 1.0, sin(turn) / turn)
    return bessel_j(x * math.pi, order=0)


@composed
def logit(x: Tensor, eps: float | None = None) -> Tensor:
    """log(x / (1 - x)), the inverse of sigmoid; NaN outside [0, 1].

    `eps` first limits x to [eps, 1 - eps].
    """
    x = x if x.dtype.kind == "f" else x.to(dtype_of())          # 1 - x wraps around in uint8
    return log_odds(x if eps is None else x.clamp(eps, 1 - eps))


@primitive
def log_odds(xp, x):
    with quiet():
        return xp.log(x / (1 - x))


log_odds.defvjp(lambda g, x: g / where((x >= 0) & (x <= 1), x * (1 - x), math.nan))
