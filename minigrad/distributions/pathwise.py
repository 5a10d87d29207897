"""Gamma and Dirichlet numbers, differentiable with respect to their concentration; the gamma cdf.

A number x of the cumulative distribution function F(x; a) that keeps its F while the parameter a changes
moves by dx/da = -(dF/da) / (dF/dx). For a density p(t; a) this is an integral over all t below x,

    dx/da = -integral of (d log p(t) / da) p(t) / p(x) dt,

or over all t above x with the other sign, since both parts add up to 0. The side is taken where p(t) decays
from x on. With t = x e^u (gamma) or logit t = logit x + u (beta), p(t) dt / p(x) = exp(phi(u)) du, where phi
is concave; so a sum over a hundred points of u, spaced for exponential decay, has an error of about 1e-12.

Sources: Figurnov, Mohamed and Mnih 2018, arXiv:1805.08498 (implicit reparameterisation); Jankowiak and
Obermeyer 2018, arXiv:1806.01851 (Dirichlet); Takahasi and Mori 1974, Publ. RIMS 9, 721-741 (the points).
"""

import numpy as np

from minigrad.autograd import primitive
from minigrad.backend import array_on, device_of, host_generator, quiet
from minigrad.ops.numbers.powers import exp, log
from minigrad.ops.numbers.special import lgamma, psi
from minigrad.ops.reductions.sums import sum

STEPS = np.arange(-4.5, 4.5, 1 / 12)
POINTS = np.exp(STEPS - np.exp(-STEPS))                     # u = scale * POINTS
WEIGHTS = POINTS * (1 + np.exp(-STEPS)) / 12                # the integral is scale * sum(WEIGHTS * f(u))


@primitive
def standard_gamma(xp, concentration):
    """Gamma numbers of rate 1, one for each concentration."""
    drawn = host_generator().standard_gamma(on_host(concentration))
    return array_on(drawn, device_of(concentration), concentration.dtype)


def gamma_rule(g, y, concentration):
    return g * gamma_slope(y, concentration)


standard_gamma.defvjp(gamma_rule)


@primitive
def dirichlet_numbers(xp, concentration):
    """Dirichlet numbers: gamma numbers divided by their sum over the last axis."""
    drawn = host_generator().standard_gamma(on_host(concentration).astype(np.float64))
    drawn = np.maximum(drawn, np.finfo(np.float64).tiny)
    dtype = concentration.dtype
    drawn = (drawn / drawn.sum(-1, keepdims=True)).astype(dtype)
    drawn = np.clip(drawn, np.finfo(dtype).tiny, np.nextafter(dtype.type(1), dtype.type(0)))
    return array_on(drawn, device_of(concentration), dtype)


def dirichlet_rule(g, y, concentration):
    """Each y_i follows its own concentration, and the others make room in proportion."""
    slope = beta_slope(y, concentration, sum(concentration, dim=-1, keepdim=True) - concentration)
    return slope * (g - sum(y * g, dim=-1, keepdim=True))


dirichlet_numbers.defvjp(dirichlet_rule)


@primitive
def gamma_slope(xp, x, a):
    """dx/da for a gamma number x of concentration a and rate 1."""
    host, a = np.maximum(on_host(x).astype(np.float64), 1e-300), on_host(a).astype(np.float64)
    with quiet():
        u, weight, side = gamma_points(host, a)
        log_slope = (np.log(host) - psi(a, order=0))[..., None] + u
        y = side * host * np.nansum(log_slope * weight, axis=-1)
    return array_on(y, device_of(x), x.dtype)


@primitive
def gamma_cdf(xp, x, a):
    """The probability that a gamma number of concentration a and rate 1 is at most x."""
    host, a = np.broadcast_arrays(on_host(x).astype(np.float64), on_host(a).astype(np.float64))
    inside = np.clip(host, 1e-300, 1e150)
    with quiet():
        _, weight, side = gamma_points(inside, a)
        part = np.exp(a * np.log(inside) - inside - lgamma(a)) * np.nansum(weight, axis=-1)
        y = np.where(side < 0, part, 1 - part)
    return array_on(np.where(host > 0, y, 0), device_of(x), x.dtype)


def gamma_density(x, a):
    return exp((a - 1) * log(x) - x - lgamma(a))


gamma_cdf.defvjp(lambda g, x, a: g * gamma_density(x, a),
                 lambda g, x, a: g * -(gamma_slope(x, a) * gamma_density(x, a)))


def gamma_points(x, a):
    """Points u, their weights with p(x e^u) / p(x) e^u, and the side of x that they lie on."""
    inner = x < a
    slope = np.abs(a - x)
    scale = 2 / (slope + np.sqrt(slope * slope + 2 * x))
    beyond = np.log1p(1 / x + np.sqrt(2 / x))       # where phi falls as e^u, not as u^2
    scale = np.where(inner, np.maximum(scale, 1 / a), np.minimum(scale, beyond))[..., None]
    side = np.where(inner, -1, 1)
    u = side[..., None] * scale * POINTS
    return u, scale * WEIGHTS * np.exp(a[..., None] * u - x[..., None] * np.expm1(u)), side


@primitive
def beta_slope(xp, x, a, b):
    """dx/da / (1 - x) for a beta number x of the concentrations a and b."""
    given, (x, a, b) = x, (on_host(each).astype(np.float64) for each in (x, a, b))
    x = np.clip(x, 1e-300, 1 - 1e-16)
    with quiet():
        tilt = a * (1 - x) - b * x
        inner = tilt > 0
        slope, bend = np.abs(tilt), (a + b) * x * (1 - x)
        scale = 2 / (slope + np.sqrt(slope * slope + 2 * bend))
        scale = np.minimum(np.maximum(scale, 1 / np.where(inner, a, b)), 1e4)
        u = np.where(inner, -scale, scale)[..., None] * POINTS
        log_x, log_rest = np.log(x)[..., None], np.log1p(-x)[..., None]
        gain = -np.logaddexp(log_x, log_rest - u)           # log(t / x)
        gain_of_rest = -np.logaddexp(log_rest, log_x + u)   # log((1 - t) / (1 - x))
        weight = np.exp(a[..., None] * gain + b[..., None] * gain_of_rest)
        log_slope = (np.log(x) - psi(a, order=0) + psi(a + b, order=0))[..., None] + gain
        y = np.where(inner, -1, 1) * x * scale * (log_slope * weight * WEIGHTS).sum(-1)
    return array_on(y, device_of(given), given.dtype)


def on_host(x):
    return x if isinstance(x, np.ndarray) else x.get()
