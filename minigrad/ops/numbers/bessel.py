"""Bessel functions of orders 0 and 1 and Airy's Ai: near 0 a power series, elsewhere an integral.

    J, Y    bessel_j0, bessel_j1, bessel_y0, bessel_y1
    I, K    i1, modified_bessel_i0, modified_bessel_k0, ...; times e^-|x| or e^x: i0e, i1e, scaled_...
    Ai      airy_ai

One integral gives J, Y, K and Ai, because all of them are K of a real or of an imaginary number. Each op is
computed in float64, accurate to about 1e-15, and rounded to the dtype of its input. Formulas: the Digital
Library of Mathematical Functions (DLMF), dlmf.nist.gov.
"""

import math

from minigrad.autograd import Tensor, composed
from minigrad.ops.numbers.arithmetic import sign
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import EULER, bessel_i, bessel_j, in_double, scaled_i

NEAR = 4            # J and Y: the series up to here. It loses a factor e^x.
NEAR_K = 2          # K and Ai: it loses a factor e^2x


def k_integral(xp, x, order):
    """e^x K_order(x), for real x >= 2 or imaginary x, |x| >= 4.

    K_v(x) is the integral of e^(-x cosh t) cosh(v t) over all t > 0 (DLMF 10.32.9). With
    sinh(t/2) = u / sqrt(2x) it becomes e^-x times that of e^(-u^2) cosh(v t) 2 / sqrt(2x + u^2) over all
    u > 0: a bell curve. The trapezoidal rule of step h has an error of about exp(-2 pi d / h), where d is the
    distance from the real axis to sqrt(-2x), at least 2.
    """
    h, total = 1 / 4, 0
    for k in range(26):                     # up to e^(-u^2) = 1e-17
        u = k * h
        bell = math.exp(-u * u) * h * (1 if k == 0 else 2) / xp.sqrt(2 * x + u * u)
        if order == 1:
            bell = bell * (1 + u * u / x)   # cosh t
        elif order:
            bell = bell * xp.cosh(2 * order * xp.arcsinh(u / xp.sqrt(2 * x)))
        total = total + bell
    return total


def series(xp, x, n, sign):
    """The sums A of q^k / (k! (k+n)!), and B of (H_k + H_{k+n}) q^k / (k! (k+n)!), where q = sign x^2 / 4.

    H_k is 1 + 1/2 + ... + 1/k.
    """
    q, term, A, B, harmonic = sign * x * x / 4, 1, 0, 0, float(n)       # H_0 + H_n, n from 0 to 1
    for k in range(1, 25):
        A, B = A + term, B + harmonic * term
        term = term * q / (k * (k + n))
        harmonic += 1 / k + 1 / (k + n)
    return A, B


def logarithmic(xp, x, n, sign):
    """(A, B) of `series`, both times (x/2)^n, and log(x/2) + Euler's constant."""
    A, B = series(xp, x, n, sign)
    power = (x / 2) ** n
    return A * power, B * power, xp.log(x / 2) + EULER


# J and Y


def j_and_y(xp, x, n):
    """(J_n, Y_n) of x >= 4, from K_n(ix) = -pi i/2 e^(-n pi i/2) (J_n(x) - i Y_n(x)): DLMF 10.27.8."""
    wave = xp.cos(x) - 1j * xp.sin(x)
    hankel = 2j / math.pi * 1j**n * wave * k_integral(xp, 1j * x, n)
    return hankel.real, -hankel.imag


def bessel_first(xp, x, n):
    size = xp.abs(x)
    near, far = xp.minimum(size, NEAR), xp.maximum(size, NEAR)
    y = xp.where(size <= NEAR, series(xp, near, n, -1)[0] * (near / 2) ** n, j_and_y(xp, far, n)[0])
    return y if n == 0 else xp.copysign(1, x) * y


def bessel_second(xp, x, n):
    near, far = xp.clip(x, 0, NEAR), xp.maximum(x, NEAR)
    A, B, log = logarithmic(xp, near, n, -1)                            # DLMF 10.8.1, 10.8.2
    y = (2 * log * A - B) / math.pi - (2 / (math.pi * near) if n else 0)
    y = xp.where(near == 0, -math.inf, y)
    return xp.where(x <= NEAR, xp.where(x < 0, math.nan, y), j_and_y(xp, far, n)[1])


@in_double
def bessel_j0(xp, x):
    """The Bessel function of the first kind J_0(x)."""
    return bessel_first(xp, x, 0)


@in_double
def bessel_j1(xp, x):
    """The Bessel function of the first kind J_1(x)."""
    return bessel_first(xp, x, 1)


@in_double
def bessel_y0(xp, x):
    """The Bessel function of the second kind Y_0(x); -inf at 0, NaN below."""
    return bessel_second(xp, x, 0)


@in_double
def bessel_y1(xp, x):
    """The Bessel function of the second kind Y_1(x); -inf at 0, NaN below."""
    return bessel_second(xp, x, 1)


def over_x(y, x):
    """y/x, where y is J_1(x); its limit 1/2 at 0."""
    return where(x == 0, 0.5, y / where(x == 0, 1.0, x))


bessel_j0.defvjp(lambda g, x: g * -bessel_j1(x))                        # DLMF 10.6.3, 10.6.2
bessel_j1.defvjp(lambda g, x, y: g * (bessel_j0(x) - over_x(y, x)))
bessel_y0.defvjp(lambda g, x: g * -bessel_y1(x))
bessel_y1.defvjp(lambda g, x, y: g * (bessel_y0(x) - y / x))


@composed
def spherical_bessel_j0(x: Tensor) -> Tensor:
    """The spherical Bessel function j_0(x) = sin(x) / x; 1 at 0."""
    return bessel_j(x, order=0)


# I and K


@in_double
def bessel_ie(xp, x, *, order):
    """e^-|x| I_order(x), which does not overflow."""
    return scaled_i(xp, x, order)


def bessel_ie_slope(x, y, n):
    slope = bessel_ie(x, order=1) if n == 0 else (          # DLMF 10.29.1
        0.5 * (bessel_ie(x, order=n - 1) + bessel_ie(x, order=n + 1)))
    return slope - sign(x) * y


bessel_ie.defvjp(lambda g, x, y, order: g * bessel_ie_slope(x, y, order))


@composed
def i0e(x: Tensor) -> Tensor:
    """e^-|x| I_0(x), the modified Bessel function of the first kind, scaled so that it does not overflow."""
    return bessel_ie(x, order=0)


@composed
def i1(x: Tensor) -> Tensor:
    """The modified Bessel function of the first kind I_1(x)."""
    return bessel_i(x, order=1)


@composed
def i1e(x: Tensor) -> Tensor:
    """e^-|x| I_1(x), the modified Bessel function of the first kind, scaled so that it does not overflow."""
    return bessel_ie(x, order=1)


def scaled_k(xp, x, n):
    """e^x K_n(x) for n = 0 or 1; inf at 0, NaN below."""
    near, far = xp.clip(x, 0, NEAR_K), xp.maximum(x, NEAR_K)
    A, B, log = logarithmic(xp, near, n, 1)                             # DLMF 10.31.1, 10.31.2
    y = B / 2 - log * A if n == 0 else log * A - B / 2 + 1 / near
    y = xp.where(near == 0, math.inf, y * xp.exp(near))
    return xp.where(x <= NEAR_K, xp.where(x < 0, math.nan, y), k_integral(xp, far, n))


@in_double
def modified_bessel_k0(xp, x):
    """The modified Bessel function of the second kind K_0(x); inf at 0, NaN below."""
    return scaled_k(xp, x, 0) * xp.exp(-x)


@in_double
def modified_bessel_k1(xp, x):
    """The modified Bessel function of the second kind K_1(x); inf at 0, NaN below."""
    return scaled_k(xp, x, 1) * xp.exp(-x)


@in_double
def scaled_modified_bessel_k0(xp, x):
    """e^x K_0(x), which does not underflow; inf at 0, NaN below."""
    return scaled_k(xp, x, 0)


@in_double
def scaled_modified_bessel_k1(xp, x):
    """e^x K_1(x), which does not underflow; inf at 0, NaN below."""
    return scaled_k(xp, x, 1)


modified_bessel_k0.defvjp(lambda g, x: g * -modified_bessel_k1(x))      # DLMF 10.29.3, 10.29.2
modified_bessel_k1.defvjp(lambda g, x, y: g * (-modified_bessel_k0(x) - y / x))
scaled_modified_bessel_k0.defvjp(lambda g, x, y: g * (y - scaled_modified_bessel_k1(x)))
scaled_modified_bessel_k1.defvjp(lambda g, x, y: g * (y - scaled_modified_bessel_k0(x) - y / x))


# Ai

AI_0 = 1 / (3 ** (2 / 3) * math.gamma(2 / 3))               # Ai(0) and -Ai'(0): DLMF 9.2.3, 9.2.4
SLOPE_0 = 1 / (3 ** (1 / 3) * math.gamma(1 / 3))
NEAR_AI = (2.1, 3.4)        # where 2/3 |x|^(3/2) is 2 and 4


def powers_of_cube(xp, cube, gaps):
    """1 + cube / (a b) + cube^2 / (a b (a+3) (b+3)) + ..."""
    y, (a, b) = 1, gaps
    for k in range(20, -1, -1):
        y = 1 + y * cube / ((a + 3 * k) * (b + 3 * k))
    return y


@in_double
def airy(xp, x, *, order):
    """Airy's function Ai(x) for order 0, its derivative for order 1.

    Maclaurin's series near 0 (DLMF 9.4.1, 9.4.2). Elsewhere, with z = |x| and s = 2/3 z^(3/2), K_1/3(s) for
    Ai and K_2/3(s) for Ai' (DLMF 9.6.2, 9.6.3). For x < 0, Ai(-z) is twice the real part of
    e^(i pi/3) Ai(z e^(i pi/3)) (DLMF 9.2.14), in which s becomes i s.
    """
    above, below = NEAR_AI
    near = xp.clip(x, -below, above)
    cube, z = near**3, xp.abs(xp.where(x > 0, xp.maximum(x, above), xp.minimum(x, -below)))
    s = 2 / 3 * z * xp.sqrt(z)
    falling = xp.exp(-s) * k_integral(xp, s, (order + 1) / 3)
    wave = (xp.cos(s) - 1j * xp.sin(s)) * k_integral(xp, 1j * s, (order + 1) / 3)
    if order == 0:
        f, g = powers_of_cube(xp, cube, (2, 3)), near * powers_of_cube(xp, cube, (3, 4))
        scale = xp.sqrt(z / 3) / math.pi
        falling, wave = scale * falling, -2 * scale * wave.imag
    else:
        f, g = near**2 / 2 * powers_of_cube(xp, cube, (3, 5)), powers_of_cube(xp, cube, (1, 3))
        scale = z / (math.pi * math.sqrt(3))
        falling, wave = -scale * falling, -2 * scale * wave.real
    y = AI_0 * f - SLOPE_0 * g
    return xp.where(x > above, falling, xp.where(x < -below, wave, xp.where(x == x, y, x)))


airy.defvjp(lambda g, x, order: g * (       # DLMF 9.2.1
    airy(x, order=1) if order == 0 else x * airy(x, order=0)))


@composed
def airy_ai(x: Tensor) -> Tensor:
    """Airy's function Ai(x), the solution of y'' = x y that falls to 0."""
    return airy(x, order=0)
