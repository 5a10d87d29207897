"""The incomplete gamma functions and the zeta function, of two arguments each.

Computed in float64, accurate to about 1e-14, and rounded to the dtype of the inputs. DLMF: dlmf.nist.gov.
"""

import math

from minigrad.ops.numbers.powers import exp, log
from minigrad.ops.numbers.special import BERNOULLI, in_double, lgamma

TINY, EPS = 1e-290, 2.0**-53


def first_term(xp, a, x):
    """x^a e^-x / gamma(a + 1).

    For a >= 10 Stirling's series (DLMF 5.11.1) turns it into e^(-a (m - log(1 + m))) / sqrt(2 pi a), where
    m = x/a - 1, so that large numbers do not cancel.
    """
    large = xp.maximum(a, 10)
    m = (x - large) / large
    rest = sum(B / (2 * k * (2 * k - 1)) / large ** (2 * k - 1) for k, B in enumerate(BERNOULLI[:8], start=1))
    above = xp.exp(-large * (m - xp.log1p(m)) - rest) / xp.sqrt(2 * math.pi * large)
    small = xp.minimum(a, 10)
    below = xp.exp(small * xp.log(x) - x - lgamma(small + 1))
    return xp.where(a >= 10, above, below)


def p_and_q(xp, a, x):
    """The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, of positive finite numbers.

    x < a + 1: P by a power series (DLMF 8.7.1). Else Q by a continued fraction (DLMF 8.9.2), from front to
    back by Lentz's method (DLMF 3.10(iii)). Both need about 8 sqrt(a) terms where x is close to a.
    """
    front, low = first_term(xp, a, x), x < a + 1
    term = total = xp.where(low, 1.0, 0.0)
    n = 0
    while bool(xp.any(term > total * EPS)):
        n += 1
        term = term * (x / (a + n))
        total = total + term
    P = front * total
    b = xp.where(low, 1.0, x + 1 - a)
    c, d = xp.full(b.shape, 1 / TINY), 1 / b
    fraction, change, n = d, 2.0, 0
    while not low.all() and bool(xp.any(~low & (abs(change - 1) > 4 * EPS))):
        n += 1
        numerator, b = -n * (n - a), b + 2
        d, c = b + numerator * d, b + numerator / c
        d, c = 1 / xp.where(d == 0, TINY, d), xp.where(c == 0, TINY, c)
        change = xp.where(low, 1.0, c * d)
        fraction = fraction * change
    Q = front * a * fraction
    return xp.where(low, P, 1 - Q), xp.where(low, 1 - P, Q)


def incomplete(xp, a, x, which):
    """P for which = 0 or Q for 1, with the values at the edges."""
    a, x = xp.broadcast_arrays(a, x)
    inside = (a > 0) & (x > 0) & xp.isfinite(a) & xp.isfinite(x)
    y = p_and_q(xp, xp.where(inside, a, 1), xp.where(inside, x, 1))[which]
    P = xp.where((x == 0) | xp.isinf(a), 0, 1)      # all mass lies at 0 for a = 0, at infinity for a = inf
    unknown = ~(a >= 0) | ~(x >= 0) | (a == 0) & (x == 0) | xp.isinf(a) & xp.isinf(x)
    return xp.where(inside, y, xp.where(unknown, math.nan, 1 - P if which else P))


@in_double
def igamma(xp, a, x):
    """The regularised lower incomplete gamma function P(a, x).

    The integral of t^(a-1) e^-t from 0 to x, over gamma(a): the probability that a gamma variable of shape a
    is below x. NaN for negative a or x. There is no derivative with respect to a.
    """
    return incomplete(xp, a, x, 0)


@in_double
def igammac(xp, a, x):
    """The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), accurate if tiny."""
    return incomplete(xp, a, x, 1)


def density(a, x):
    """x^(a-1) e^-x / gamma(a), the derivative of P with respect to x."""
    return exp((a - 1) * log(x) - x - lgamma(a))


igamma.defvjp(None, lambda g, a, x: g * density(a, x))
igammac.defvjp(None, lambda g, a, x: -g * density(a, x))


# The Hurwitz zeta function


def zeta_of_positive(xp, s, q):
    """The sum of (q + k)^-s over all k >= 0, for s > 1 and q > 0, by Euler and Maclaurin's formula.

    Source: DLMF 25.11.28, whose integral vanishes as more terms are taken.
    """
    total, w = 0, q + 10
    for k in range(9, -1, -1):
        total = total + (q + k) ** -s
    power = w**-s
    total = total + power * w / (s - 1) + power / 2
    term = power * s / w
    for k, B in enumerate(BERNOULLI, start=1):
        total = total + term * (B / math.factorial(2 * k))
        term = term * (s + 2 * k - 1) / w * (s + 2 * k) / w
    return total


@in_double
def zeta(xp, s, q):
    """The Hurwitz zeta function: the sum of (q + k)^-s over k = 0, 1, ...; zeta(s, 1) is Riemann's.

    inf at s = 1 and where q is 0, -1, -2, ...; NaN for s < 1, and for q < 0 unless s is an integer. There is
    no derivative with respect to s.
    """
    s, q = xp.broadcast_arrays(s, q)
    pole = (q <= 0) & (q == xp.floor(q))
    wrong = ~(s > 1) | ~(q == q) | (q < 0) & (s != xp.floor(s))
    usual = ~pole & ~wrong
    t, r = xp.where(usual, s, 2), xp.where(usual, q, 1)
    # The terms below 0: those of zeta(s, 1 - b) without those of zeta(s, 1 - q), b the first q + k above 0.
    b, sign = r - xp.floor(r), xp.where(t % 2 == 0, 1, -1)
    y = zeta_of_positive(xp, t, xp.where(r > 0, r, b))
    negative = xp.where(r > 0, 0.5, r)
    below = zeta_of_positive(xp, t, 1 - (negative - xp.floor(negative)))
    below = below - zeta_of_positive(xp, t, 1 - negative)
    y = xp.where(r > 0, y, y + sign * below)
    infinite = (s == 1) | pole & (s > 1)
    return xp.where(infinite, math.inf, xp.where(wrong, math.nan, y))


zeta.defvjp(None, lambda g, s, q: -g * s * zeta(s + 1, q))               # DLMF 25.11.17
