"""Rows of the table of ops (see cases.py) for special functions, signs, integers, statistics and their like."""

import math
import statistics

import numpy as np
from cases import POSITIVE, at, row

from minigrad.ops import numbers, special

# Signs, powers, integers, angles

EDGES = np.array([[0.0, -0.0, 2.0, -3.0], [np.nan, np.inf, -np.inf, 0.01]])
PARTNERS = np.array([[1.0, -1.0, 2.0, np.nan], [2.0, -np.inf, -3.0, -1.0]])
WHOLE = [np.array([-12, 0, 9, 7]), np.array([18, 5, 3, 0])]

for name, formula in [("signbit", np.signbit), ("isreal", lambda x: np.full(x.shape, True)),
                      ("isposinf", lambda x: (x > 0) & np.isinf(x)), ("isneginf", lambda x: (x < 0) & np.isinf(x))]:
    row(name, getattr(numbers, name), [EDGES], formula, differentiable=False)
row("heaviside", numbers.heaviside, [EDGES, PARTNERS], lambda x, v: np.where(x == 0, v, x > 0), differentiable=False)
row("heaviside of integers", numbers.heaviside, [np.array([-2, 0, 3]), np.array([5, 6, 7])],
    lambda x, v: np.array([0, 6, 1]), differentiable=False)
row("copysign", numbers.copysign, [(3, 4), (3, 4)], lambda a, b: np.abs(a) * np.sign(b), elementwise=True)
row("copysign edges", numbers.copysign, [EDGES, PARTNERS], np.copysign, differentiable=False)
row("positive", numbers.positive, [(3, 4)], lambda x: x, elementwise=True)
for name, better in [("fmax", np.greater), ("fmin", np.less)]:
    op = getattr(numbers, name)
    row(name, op, [(3, 4), (3, 4)], lambda a, b, better=better: np.where(better(a, b), a, b), elementwise=True)
    row(f"{name} edges", op, [EDGES, PARTNERS], getattr(np, name), differentiable=False)
for name, better in [("clamp_min", np.greater), ("clamp_max", np.less)]:
    op, limit = getattr(numbers, name), name[-3:]
    row(name, op, [(3, 4)], lambda x, better=better, **limit: np.where(
        better(x, *limit.values()), x, *limit.values()), {limit: 0.3})
    row(f"{name} tensor", op, [(3, 4), (4,)], lambda a, b, better=better: np.where(better(a, b), a, b))
row("nextafter", numbers.nextafter, [(3, 4), (4,)], np.nextafter)
row("nextafter up and down", numbers.nextafter, [np.array([1.0, 1.0, 0.0, 2.0]), np.array([2.0, 0.0, -1.0, 2.0])],
    lambda a, b: np.array([1 + 2.0**-52, 1 - 2.0**-53, -5e-324, 2.0]), differentiable=False)

row("logaddexp2", numbers.logaddexp2, [(3, 4), (3, 4)], lambda a, b: np.log2(2**a + 2**b), elementwise=True)
row("ldexp", numbers.ldexp, [(3, 4), (3, 4)], lambda a, b: a * 2**b, elementwise=True)
row("frexp", numbers.frexp, [(3, 4)], np.frexp, domain=(-9, 9))
row("frexp edges", numbers.frexp, [np.array([0.0, 0.5, 1.0, -8.0])],
    lambda x: (np.array([0, 0.5, 0.5, -0.5]), np.array([0, 0, 1, 4], "i4")), differentiable=False)
row("float_power", numbers.float_power, [(3, 4), (3, 4)], lambda a, b, dtype: np.exp(b * np.log(a)),
    dict(dtype="float64"), domain=[POSITIVE, (-1.5, 1.5)], call=lambda op, a, b, dtype: op(a, b))

for name, formula in [("gcd", np.vectorize(math.gcd)), ("lcm", np.vectorize(math.lcm))]:
    row(name, getattr(numbers, name), WHOLE, formula, differentiable=False)
row("bitwise_left_shift", numbers.bitwise_left_shift, [WHOLE[0], np.array([0, 1, 2, 3])], lambda a, b: a * 2**b,
    differentiable=False)
row("bitwise_right_shift", numbers.bitwise_right_shift, [WHOLE[0], np.array([0, 1, 2, 3])], lambda a, b: a // 2**b,
    differentiable=False)
row("deg2rad", numbers.deg2rad, [(3, 4)], lambda x: x * np.pi / 180, domain=(-200, 200), elementwise=True)
row("rad2deg", numbers.rad2deg, [(3, 4)], lambda x: x * 180 / np.pi, elementwise=True)

# Special functions, against their integrals


def psi(n, x):
    """DLMF 5.9.12 and its derivatives, by the trapezoidal rule in the logarithm of t."""
    t = np.exp(np.arange(-45, 6, 1 / 32))
    rest = np.exp(-np.multiply.outer(x, t)) / -np.expm1(-t)
    return ((np.exp(-t) / t if n == 0 else 0) - rest * (-t) ** n) @ t / 32


def bessel_i0(x):
    """The mean of e^(x cos a) over all angles: DLMF 10.32.1."""
    return np.exp(np.multiply.outer(x, np.cos(np.arange(64) * np.pi / 32))).mean(-1)


def inverse_of_erf(x):
    return at(lambda x: statistics.NormalDist().inv_cdf((x + 1) / 2) / math.sqrt(2))(x)


for name, formula, domain in [
        ("erfc", at(math.erfc), (-2.5, 2.5)),
        ("erfinv", inverse_of_erf, (-0.9, 0.9)),
        ("lgamma", at(math.lgamma), (0.2, 4.5)),
        ("digamma", lambda x: psi(0, x), (0.3, 4.5)),
        ("i0", bessel_i0, (-4.5, 4.5)),
        ("sinc", np.sinc, (-2.5, 2.5)),
        ("logit", lambda x: np.log(x) - np.log1p(-x), (0.1, 0.9))]:
    row(name, getattr(special, name), [(3, 4)], formula, domain=domain, elementwise=True)

row("erfc far out", special.erfc, [(3, 4)], at(math.erfc), domain=(3.0, 5.0))
row("lgamma of large numbers", special.lgamma, [(3, 4)], at(math.lgamma), domain=(9.0, 30.0))
row("lgamma of negative numbers", special.lgamma, [(3, 4)], at(math.lgamma), domain=(-2.9, -2.1))
row("digamma of negative numbers", special.digamma, [(3, 4)], lambda x: psi(0, 1 - x) - np.pi / np.tan(np.pi * x),
    domain=(-1.9, -1.1))
for n in range(4):
    row(f"polygamma {n}", special.polygamma, [(3, 4)], lambda x, n: psi(n, x), dict(n=n), domain=(0.5, 3.5),
        call=lambda op, x, *, n: op(n, x))
row("mvlgamma", special.mvlgamma, [(3, 4)], lambda x, p: sum(at(math.lgamma)(x - i / 2) for i in range(p)) + p * (
    p - 1) / 4 * math.log(math.pi), dict(p=3), domain=(1.5, 4.5))
row("i0 of large numbers", special.i0, [(3,)], bessel_i0, domain=(30.0, 32.0))
row("sinc at 0", special.sinc, [np.array([0.0, 1e-5, 1.0])], np.sinc)
row("logit eps", special.logit, [(3, 4)],
    lambda x, eps: np.log(np.clip(x, eps, 1 - eps)) - np.log1p(-np.clip(x, eps, 1 - eps)), dict(eps=0.2), domain=(-0.3, 1.3))
