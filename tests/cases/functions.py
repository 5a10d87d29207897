"""Rows of the table of ops (see ops.py) for torch.special, against integrals, sums and explicit formulas."""

import math
from statistics import NormalDist

import numpy as np
from cases.row import at, row

from minigrad.ops.numbers import bessel, gammas, normal, polynomials
from minigrad.ops.reductions import statistics

# Bessel functions, by integrals other than those the library computes

ANGLES = (np.arange(400) + 0.5) * np.pi / 400                   # the midpoint rule over half a turn
GRID = np.linspace(0, 12, 40001)                                # steps of t, from 0 to where e^-x cosh t is 0


def bessel_j(n, x):
    """DLMF 10.9.2: the mean of cos(n a - x sin a)."""
    return np.cos(n * ANGLES - np.multiply.outer(x, np.sin(ANGLES))).mean(-1)


def gauss(high):
    """(places, weights) of Gauss and Legendre's rule from 0 to `high`."""
    t, weights = np.polynomial.legendre.leggauss(80)
    return (t + 1) * high / 2, weights * high / 2


def bessel_y(n, x):
    """DLMF 10.9.7."""
    (a, weights), (t, others) = gauss(np.pi), gauss(5)
    waves = np.sin(np.multiply.outer(x, np.sin(a)) - n * a) @ weights
    tail = np.exp(-np.multiply.outer(x, np.sinh(t))) * (np.exp(n * t) + np.exp(-n * t) * (-1) ** n)
    return (waves - tail @ others) / np.pi


def simpson(y):
    return (y[..., 0] + y[..., -1] + 4 * y[..., 1:-1:2].sum(-1) + 2 * y[..., 2:-1:2].sum(-1)) * GRID[1] / 3


def bessel_i(n, x):
    """DLMF 10.32.3."""
    return (np.exp(np.multiply.outer(x, np.cos(ANGLES))) * np.cos(n * ANGLES)).mean(-1)


def bessel_k(n, x):
    """DLMF 10.32.9."""
    return simpson(np.exp(-np.multiply.outer(x, np.cosh(GRID))) * np.cosh(n * GRID))


def airy_ai(x):
    """DLMF 9.5.4 along the line t = 1 + i s."""
    s = np.arange(-12, 12, 1 / 64)
    t = 1 + 1j * s
    return np.exp(t**3 / 3 - np.multiply.outer(x, t)).sum(-1).real / 64 / (2 * np.pi)


for name, formula, domain in [
        ("special.bessel_j0", lambda x: bessel_j(0, x), (-12, 12)),
        ("special.bessel_j1", lambda x: bessel_j(1, x), (-12, 12)),
        ("special.bessel_y0", lambda x: bessel_y(0, x), (0.5, 12)),
        ("special.bessel_y1", lambda x: bessel_y(1, x), (0.5, 12)),
        ("special.i0e", lambda x: bessel_i(0, x) * np.exp(-np.abs(x)), (-8, 8)),
        ("special.i1", lambda x: bessel_i(1, x), (-4, 4)),
        ("special.i1e", lambda x: bessel_i(1, x) * np.exp(-np.abs(x)), (-8, 8)),
        ("special.modified_bessel_k0", lambda x: bessel_k(0, x), (0.2, 6)),
        ("special.modified_bessel_k1", lambda x: bessel_k(1, x), (0.2, 6)),
        ("special.scaled_modified_bessel_k0", lambda x: bessel_k(0, x) * np.exp(x), (0.2, 6)),
        ("special.scaled_modified_bessel_k1", lambda x: bessel_k(1, x) * np.exp(x), (0.2, 6)),
        ("special.spherical_bessel_j0", lambda x: np.sin(x) / x, (-6, 6)),
        ("special.airy_ai", airy_ai, (-2, 5))]:
    op = getattr(bessel, name.removeprefix("special."))
    row(name, op, [(3, 4)], formula, domain=domain, elementwise=True, torch=name)

# The normal distribution

NORMAL = NormalDist()

for name, formula, domain in [
        ("special.ndtr", at(lambda x: math.erfc(-x / math.sqrt(2)) / 2), (-4, 4)),
        ("special.log_ndtr", at(lambda x: math.log(math.erfc(-x / math.sqrt(2)) / 2)), (-8, 3)),
        ("special.ndtri", at(NORMAL.inv_cdf), (0.01, 0.99)),
        ("special.erfcx", at(lambda x: math.exp(x * x) * math.erfc(x)), (-1.5, 5)),
        ("special.entr", lambda x: -x * np.log(x), (0.1, 2))]:
    op = getattr(normal, name.removeprefix("special."))
    row(name, op, [(3, 4)], formula, domain=domain, elementwise=True, torch=name)
row("special.xlog1py", normal.xlog1py, [(3, 4), (3, 4)], lambda a, b: a * np.log1p(b),
    domain=(-0.8, 1.5), elementwise=True, torch="special.xlog1py")

# Incomplete gamma functions, the zeta function; the derivatives with respect to a and s do not exist

SHAPES_OF_GAMMA = np.array([[1, 2, 3, 4], [5, 6, 8, 12], [1, 2, 15, 20]])


def poisson(a, x):
    """DLMF 8.4.10: Q(a, x) for whole a is the probability of fewer than a events, of which x are expected."""
    return np.vectorize(
        lambda a, x: math.exp(-x) * math.fsum(x**k / math.factorial(k) for k in range(a)), otypes="d")(a, x)


row("igamma", gammas.igamma, [SHAPES_OF_GAMMA, (3, 4)], lambda a, x: 1 - poisson(a, x), domain=(0.5, 20))
row("igammac", gammas.igammac, [SHAPES_OF_GAMMA, (3, 4)], poisson, domain=(0.5, 20))
row("special.zeta", gammas.zeta, [np.array([2, 3, 4, 6]), (3, 4)],
    lambda s, q: sum((q + k) ** -s.astype(float) for k in range(3000)) + tail_of_zeta(s, q + 3000),
    domain=(0.4, 5), torch="special.zeta")


def tail_of_zeta(s, w):
    """The sum of the rest: the integral, half the first term, and its slope over 12 (DLMF 25.11.28)."""
    s = s.astype(float)
    return w ** (1 - s) / (s - 1) + w**-s / 2 + s * w ** (-s - 1) / 12


# Polynomials, by their explicit formulas: DLMF 18.5

DEGREES = np.array([0, 1, 2, 7])


def of_angle(numerator, denominator=None):
    """Chebyshev polynomials as ratios of a sine or cosine of a multiple of arccos x."""
    def formula(x, n):
        angle = np.arccos(x)
        return numerator(n, angle) / (1 if denominator is None else denominator(angle))
    return formula


CHEBYSHEV = {
    "t": of_angle(lambda n, a: np.cos(n * a)),
    "u": of_angle(lambda n, a: np.sin((n + 1) * a), np.sin),
    "v": of_angle(lambda n, a: np.cos((n + 0.5) * a), lambda a: np.cos(a / 2)),
    "w": of_angle(lambda n, a: np.sin((n + 0.5) * a), lambda a: np.sin(a / 2)),
}


def by_coefficients(of_basis):
    """A polynomial as the last of a basis of numpy.polynomial, written in powers."""
    def formula(x, n):
        y = np.empty(np.broadcast_shapes(x.shape, n.shape))
        for place, degree in enumerate(n):
            y[..., place] = np.polyval(of_basis([0] * degree + [1])[::-1], x[..., place])
        return y
    return formula


for letter, formula in CHEBYSHEV.items():
    name = f"chebyshev_polynomial_{letter}"
    row(f"special.{name}", getattr(polynomials, name), [(3, 4), DEGREES], formula, domain=(-0.9, 0.9),
        torch=f"special.{name}")
    row(f"special.shifted_{name}", getattr(polynomials, f"shifted_{name}"), [(3, 4), DEGREES],
        lambda x, n, formula=formula: formula(2 * x - 1, n), domain=(0.1, 0.9),
        torch=f"special.shifted_{name}")
for name, to_powers in [
        ("hermite_polynomial_h", np.polynomial.hermite.herm2poly),
        ("hermite_polynomial_he", np.polynomial.hermite_e.herme2poly),
        ("laguerre_polynomial_l", np.polynomial.laguerre.lag2poly),
        ("legendre_polynomial_p", np.polynomial.legendre.leg2poly)]:
    row(f"special.{name}", getattr(polynomials, name), [(3, 4), DEGREES], by_coefficients(to_powers),
        torch=f"special.{name}")

# Points in boxes

POINTS = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
row("histogramdd", statistics.histogramdd, [POINTS],
    lambda x, bins, weight: (np.array([[0.0, 1, 0], [2, 0, 0], [4, 0, 8]]), *(np.arange(4) * 2 / 3,) * 2),
    dict(bins=[3, 3], weight=np.array([1.0, 2, 4, 8])), differentiable=False,
    call=lambda op, x, **settings: flat(op(x, **settings)))


def flat(histogram):
    hist, edges = histogram
    return (hist, *edges)
