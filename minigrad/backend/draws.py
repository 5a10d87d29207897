"""Draws: the algorithms that make other random numbers of uniform ones. generator.py calls them.

Sources: Box and Muller 1958, Annals of Math. Statistics 29, 610-611; Knuth, The Art of Computer Programming
2, sec. 3.4.1 (Poisson, products) and 3.4.2 (Fisher and Yates); Hörmann 1993, Insurance: Mathematics and
Economics 12, 39-45 (Poisson, PTRS), and J. Statistical Computation and Simulation 46, 101-110 (binomial,
BTRS); Devroye 1986, Non-Uniform Random Variate Generation, sec. X.4.3 (binomial, waiting times); Marsaglia
and Tsang 2000, ACM Trans. Mathematical Software 26, 363-372 (gamma).
"""

import math

import numpy as np


def box_muller(uniform, out):
    """Normal numbers from uniform ones in blocks of 16, written to `out`; the arrays have the same dtype."""
    uniform, out = uniform.reshape(-1, 2, 8), out.reshape(-1, 2, 8)
    radius = np.log(1 - uniform[:, 0])
    radius *= -2
    np.sqrt(radius, out=radius)
    angle = uniform[:, 1] * uniform.dtype.type(2 * math.pi)
    np.multiply(radius, np.cos(angle), out=out[:, 0])
    np.multiply(radius, np.sin(angle), out=out[:, 1])


def poisson_number(uniform, rate):
    """A Poisson number: by a product of uniform numbers, from a rate of 10 on by Hörmann's PTRS."""
    if rate < 10:
        limit, product, k = math.exp(-rate), 1.0, -1
        while rate > 0 and (k < 0 or product > limit):
            product *= uniform()
            k += 1
        return max(k, 0)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha, safe = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= safe:
            return k
        if k >= 0 and (us >= 0.013 or v <= us) and (
                math.log(v * inverse_alpha / (a / (us * us) + b))
                <= k * math.log(rate) - rate - math.lgamma(k + 1)):
            return k


def binomial_number(uniform, n, p):
    """A binomial number: by waiting times, from 10 expected successes on by Hörmann's BTRS."""
    if n <= 0 or p <= 0 or p >= 1:
        return n if n > 0 and p >= 1 else 0
    if p > 0.5:
        return n - binomial_number(uniform, n, 1 - p)
    if n * p < 10:
        k, waited = -1, 0
        while waited <= n:
            waited += math.ceil(math.log(uniform()) / math.log1p(-p))
            k += 1
        return k
    spread = math.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a, safe = -0.0873 + 0.0248 * b + 0.01 * p, 0.92 - 4.2 / b
    alpha, odds, middle = (2.83 + 5.1 / b) * spread, math.log(p / (1 - p)), math.floor((n + 1) * p)
    at_middle = math.lgamma(middle + 1) + math.lgamma(n - middle + 1)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + n * p + 0.5)
        if us >= 0.07 and v <= safe:
            return k
        if 0 <= k <= n and math.log(v * alpha / (a / (us * us) + b)) <= (
                at_middle - math.lgamma(k + 1) - math.lgamma(n - k + 1) + (k - middle) * odds):
            return k


def gamma_number(uniform, normal, a):
    """A gamma number of concentration a, rate 1: Marsaglia and Tsang's; below 1 from a + 1, times u^(1/a)."""
    if a <= 0:
        return 0.0
    scale = 1.0
    if a < 1:
        scale, a = (1 - uniform()) ** (1 / a), a + 1
    d = a - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal()
        if 1 + c * x <= 0:
            continue
        v, u = (1 + c * x) ** 3, 1 - uniform()
        if u < 1 - 0.0331 * x**4 or math.log(u) < 0.5 * x * x + d * (1 - v + math.log(v)):
            return scale * d * v


def swapped(order, partners):
    """Swap entry i of `order` with entry partners[i] >= i, for each i in turn; in place, returns `order`.

    A block of swaps is done at once if none touches an entry of another one, as is the rule in long arrays.
    """
    start, last = 0, len(partners)
    while last - start > 20_000:
        end = start + math.isqrt(last - start) // 3
        to = partners[start:end]
        sorted_to = np.sort(to)
        if sorted_to[0] >= end and (sorted_to[1:] != sorted_to[:-1]).all():
            kept = order[start:end].copy()
            order[start:end] = order[to]
            order[to] = kept
        else:
            for i, j in enumerate(to.tolist(), start):
                order[i], order[j] = order[j], order[i]
        start = end
    rest = order[start:].tolist()       # a list is faster than an array for single entries
    for i, j in enumerate((partners[start:] - start).tolist()):
        rest[i], rest[j] = rest[j], rest[i]
    order[start:] = rest
    return order


def multiply_add(x, factor, term):
    """x * factor + term, rounded once: processors do it in one instruction, and PyTorch uses that."""
    if x.dtype == np.float32:
        return (np.multiply(x, factor, dtype=np.float64) + term).astype(np.float32)
    product = x * factor
    high, low = split(x)
    factor_high, factor_low = split(factor)
    lost = low * factor_low - (((product - high * factor_high) - low * factor_high) - high * factor_low)
    total = product + term
    virtual = total - product
    return total + ((product - (total - virtual)) + (term - virtual) + lost)


def split(x):
    """x as the sum of two numbers of at most 26 bits.   Source: Dekker 1971, Numer. Math. 18, 224-242."""
    large = x * (2.0**27 + 1)
    high = large - (large - x)
    return high, x - high
