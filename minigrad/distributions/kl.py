"""The Kullback-Leibler divergence: how far a distribution q is from p, in nats.

KL(p, q) = E log p - E log q, with expectations under p. For two distributions of the same class, formulas
follow from the integral. For different ones on the real line it is -entropy(p) plus the cross-entropy
-E log q, which needs one or two expectations under p: of x, x^2, log x, log(1 - x), e^(-x / s).

Sources: Kullback and Leibler 1951, Ann. Math. Statist. 22, 79-86; Gil, Alajaji and Linder 2013, Information
Sciences 249, 124-131 (formulas); Chyzak and Nielsen 2019, arXiv:1905.10965 (Cauchy).
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

from minigrad.autograd import Tensor, composed, grad
from minigrad.distributions.bernoulli import Bernoulli
from minigrad.distributions.beta import Beta
from minigrad.distributions.binomial import Binomial
from minigrad.distributions.categorical import Categorical
from minigrad.distributions.cauchy import Cauchy
from minigrad.distributions.continuous_bernoulli import ContinuousBernoulli
from minigrad.distributions.dirichlet import Dirichlet
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.exponential import Exponential
from minigrad.distributions.gamma import Gamma
from minigrad.distributions.geometric import Geometric
from minigrad.distributions.gumbel import Gumbel
from minigrad.distributions.half_normal import HalfNormal
from minigrad.distributions.independent import Independent
from minigrad.distributions.laplace import Laplace
from minigrad.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from minigrad.distributions.multivariate_normal import MultivariateNormal, half_log_det, squared_length
from minigrad.distributions.normal import Normal
from minigrad.distributions.one_hot_categorical import OneHotCategorical
from minigrad.distributions.pareto import Pareto
from minigrad.distributions.poisson import Poisson
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.uniform import Uniform
from minigrad.distributions.utils import euler_constant, sum_rightmost
from minigrad.distributions.wishart import Wishart
from minigrad.ops.creation import full_like, zeros_like
from minigrad.ops.layers.activations import logsigmoid, softplus
from minigrad.ops.matrices.systems import solve_triangular
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import xlogy
from minigrad.ops.numbers.special import digamma, lgamma, mvlgamma
from minigrad.ops.places.shapes import broadcast_shapes

__all__ = ["kl_divergence", "register_kl"]

FORMULAS: dict[tuple[type, type], Callable[[Any, Any], Tensor]] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Any], Any]:
    """A decorator: the function of p and q computes kl_divergence for these classes and their subclasses.

    Of several that fit, the one for the most specific classes is taken.
    """
    for kind in (type_p, type_q):
        if not isinstance(kind, type):
            raise TypeError(f"register_kl: expected a class of distributions, got {kind!r}")

    def enter(function):
        FORMULAS[type_p, type_q] = function
        return function
    return enter


@composed
def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The expectation of log(p / q) under p, >= 0, of the broadcast batch_shape.

    Raises NotImplementedError for a pair without a formula; register_kl adds one.
    """
    return formula_for(type(p), type(q))(p, q)


def formula_for(kind_p, kind_q):
    """The function registered for the classes nearest to these."""
    if (kind_p, kind_q) in FORMULAS:
        return FORMULAS[kind_p, kind_q]
    fitting = [pair for pair in FORMULAS if issubclass(kind_p, pair[0]) and issubclass(kind_q, pair[1])]
    if not fitting:
        raise NotImplementedError(
            f"kl_divergence of {kind_p.__name__} and {kind_q.__name__} is not implemented; register_kl adds "
            "it, or estimate it with (p.log_prob(x) - q.log_prob(x)).mean(0) for x = p.sample((n,))")
    above_p, above_q = kind_p.__mro__.index, kind_q.__mro__.index
    by_p = min(fitting, key=lambda pair: (above_p(pair[0]), above_q(pair[1])))
    by_q = min(fitting, key=lambda pair: (above_q(pair[1]), above_p(pair[0])))
    if FORMULAS[by_p] is not FORMULAS[by_q]:
        warnings.warn(f"kl_divergence of {kind_p.__name__} and {kind_q.__name__} is ambiguous; register_kl("
                      f"{by_p[0].__name__}, {by_q[1].__name__}) decides it", RuntimeWarning, stacklevel=4)
    return FORMULAS[by_p]


# Two of the same class


@register_kl(Normal, Normal)
def kl_normal(p, q):
    ratio = (p.scale / q.scale).square()
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).square() - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def kl_half_normal(p, q):
    return kl_normal(p.base_dist, q.base_dist)


@register_kl(Uniform, Uniform)
def kl_uniform(p, q):
    inside = (q.low <= p.low) & (p.high <= q.high)
    return where(inside, ((q.high - q.low) / (p.high - p.low)).log(), math.inf)


@register_kl(Bernoulli, Bernoulli)
def kl_bernoulli(p, q):
    gain_of_1 = where(p.probs > 0, logsigmoid(p.logits) - logsigmoid(q.logits), 0.0)
    gain_of_0 = where(p.probs < 1, logsigmoid(-p.logits) - logsigmoid(-q.logits), 0.0)
    kl = p.probs * gain_of_1 + (1 - p.probs) * gain_of_0
    return where(((p.probs > 0) & (q.probs == 0)) | ((p.probs < 1) & (q.probs == 1)), math.inf, kl)


@register_kl(Categorical, Categorical)
def kl_categorical(p, q):
    possible = p.probs > 0                          # impossible classes add 0, even if their logits are -inf
    kl = (p.probs * where(possible, p.logits - q.logits, 0.0)).sum(-1)
    return where((possible & (q.probs == 0)).any(-1), math.inf, kl)


@register_kl(OneHotCategorical, OneHotCategorical)
def kl_one_hot(p, q):
    return kl_categorical(p._categorical, q._categorical)


@register_kl(Binomial, Binomial)
def kl_binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("kl_divergence of two Binomial needs total_count of p >= total_count of q")
    each = p.probs * (p.logits - q.logits) + softplus(q.logits) - softplus(p.logits)
    return where(p.total_count > q.total_count, math.inf, p.total_count * each)


@register_kl(Geometric, Geometric)
def kl_geometric(p, q):
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def kl_poisson(p, q):
    return xlogy(p.rate, p.rate) - xlogy(p.rate, q.rate) - (p.rate - q.rate)


@register_kl(Beta, Beta)
def kl_beta(p, q):
    return kl_dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Dirichlet, Dirichlet)
def kl_dirichlet(p, q):
    a, b = p.concentration, q.concentration
    total = a.sum(-1, keepdim=True)
    inner = (a - b) * (digamma(a) - digamma(total)) - lgamma(a) + lgamma(b)
    return lgamma(total).squeeze(-1) - lgamma(b.sum(-1)) + inner.sum(-1)


@register_kl(Exponential, Exponential)
def kl_exponential(p, q):
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(Gamma, Gamma)
def kl_gamma(p, q):
    a, b = p.concentration, q.concentration
    return (b * (p.rate / q.rate).log() + lgamma(b) - lgamma(a) + (a - b) * digamma(a)
            + (q.rate - p.rate) * a / p.rate)


@register_kl(Gumbel, Gumbel)
def kl_gumbel(p, q):
    ratio, shift = p.scale / q.scale, (p.loc - q.loc) / q.scale
    return (-ratio.log() + shift + euler_constant * (ratio - 1) - 1
            + (lgamma(1 + ratio) - shift).exp())


@register_kl(Laplace, Laplace)
def kl_laplace(p, q):
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * (-distance / p.scale).exp() - 1


@register_kl(Cauchy, Cauchy)
def kl_cauchy(p, q):
    return ((p.scale + q.scale).square() + (p.loc - q.loc).square()).log() - (4 * p.scale * q.scale).log()


@register_kl(Pareto, Pareto)
def kl_pareto(p, q):
    ratio = q.alpha / p.alpha
    kl = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return where(p.scale < q.scale, math.inf, kl)


@register_kl(Independent, Independent)
def kl_independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(f"kl_divergence: two Independent need the same reinterpreted_batch_ndims, "
                                  f"got {p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}")
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def kl_transformed(p, q):
    """An invertible function of both changes nothing."""
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(f"kl_divergence of {type(p).__name__} and {type(q).__name__} needs equal "
                                  "transforms and event_shape")
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(ExponentialFamily, ExponentialFamily)
def kl_exponential_family(p, q):
    """F(theta_q) - F(theta_p) - <theta_q - theta_p, F'(theta_p)>.   Source: as ExponentialFamily."""
    if type(p) is not type(q):
        raise NotImplementedError(
            f"kl_divergence of {type(p).__name__} and {type(q).__name__} is not implemented; register_kl "
            "adds it")
    theta_p = [x if x.requires_grad else x.detach().requires_grad_() for x in p._natural_params]
    normalizer = p._log_normalizer(*theta_p)
    slopes = grad(normalizer.sum(), theta_p, create_graph=True)
    kl = q._log_normalizer(*q._natural_params) - normalizer
    for a, b, slope in zip(theta_p, q._natural_params, slopes):
        kl = kl - sum_rightmost((b - a) * slope, len(q.event_shape))
    return kl


# Normal distributions of vectors


def check_size(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError("kl_divergence: p and q need the same event_shape, got "
                         f"{tuple(p.event_shape)} and {tuple(q.event_shape)}")


def squared_norm(matrix):
    """The trace of M M^T."""
    return matrix.square().sum((-2, -1))


def solved(lower, matrix):
    """L^-1 M, broadcast."""
    batch = broadcast_shapes(lower.shape[:-2], matrix.shape[:-2])
    return solve_triangular(lower.expand((*batch, -1, -1)), matrix.expand((*batch, -1, -1)), upper=False)


def log_det(d):
    return d._log_det() if isinstance(d, LowRankMultivariateNormal) else (
        2 * half_log_det(d._unbroadcasted_scale_tril))


def roots(d):
    """Matrices whose M M^T add up to the covariance."""
    if isinstance(d, LowRankMultivariateNormal):
        return [d._unbroadcasted_cov_factor, d._unbroadcasted_cov_diag.sqrt().diag_embed()]
    return [d._unbroadcasted_scale_tril]


@register_kl(MultivariateNormal, MultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def kl_to_multivariate_normal(p, q):
    """(log det C_q - log det C_p + trace(C_q^-1 C_p) + d^T C_q^-1 d - K) / 2."""
    check_size(p, q)
    lower = q._unbroadcasted_scale_tril
    trace = sum(squared_norm(solved(lower, root)) for root in roots(p))
    return 0.5 * (log_det(q) - log_det(p) + trace + squared_length(lower, q.loc - p.loc) - p.event_shape[0])


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def kl_to_lowrank(p, q):
    """The same with Woodbury's formula for C_q^-1."""
    check_size(p, q)
    scale = q._unbroadcasted_cov_diag.rsqrt().unsqueeze(-1)
    trace = sum(squared_norm(scale * root) - squared_norm(solved(q._capacitance_tril, q._divided @ root))
                for root in roots(p))
    return 0.5 * (log_det(q) - log_det(p) + trace + q._squared_length(q.loc - p.loc) - p.event_shape[0])


@register_kl(Wishart, Wishart)
def kl_wishart(p, q):
    check_size(p, q)
    n, lower_p, lower_q = p.event_shape[-1], p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    log_gammas = mvlgamma(q.df / 2, n) - mvlgamma(p.df / 2, n)
    log_dets = q.df * (half_log_det(lower_q) - half_log_det(lower_p))
    trace = squared_norm(solved(lower_q, lower_p))
    return (p.df - q.df) / 2 * p._digamma(p.df / 2) + log_gammas + log_dets + p.df / 2 * (trace - n)


# Two classes: E log x, E log(1 - x) and E e^(-x/s) under p


def mean_log(p):
    if isinstance(p, Gamma):
        return digamma(p.concentration) - p.rate.log()
    if isinstance(p, Exponential):
        return -euler_constant - p.rate.log()
    if isinstance(p, Beta):
        return digamma(p.concentration1) - digamma(p.concentration1 + p.concentration0)
    if isinstance(p, Pareto):
        return p.scale.log() + 1 / p.alpha
    return mean_log_between(p.low, p.high)                      # Uniform


def mean_log_between(low, high):
    return (xlogy(high, high) - xlogy(low, low)) / (high - low) - 1


def mean_exp(p, s):
    """The expectation of e^(-x / s)."""
    if isinstance(p, Gamma):
        return (1 + 1 / (p.rate * s)).pow(-p.concentration)
    if isinstance(p, Exponential):
        return p.rate * s / (p.rate * s + 1)
    if isinstance(p, Uniform):
        return s / (p.high - p.low) * ((-p.low / s).exp() - (-p.high / s).exp())
    return (0.5 * (p.scale / s).square() - p.loc / s).exp()     # Normal


CROSS_ENTROPIES = {     # class of q -> -E log q under p
    Normal: lambda p, q: (0.5 * math.log(2 * math.pi) + q.scale.log()
                          + (p.variance + (p.mean - q.loc).square()) / (2 * q.scale.square())),
    Exponential: lambda p, q: q.rate * p.mean - q.rate.log(),
    Gamma: lambda p, q: (lgamma(q.concentration) - q.concentration * q.rate.log() + q.rate * p.mean
                         - (q.concentration - 1) * mean_log(p)),
    Gumbel: lambda p, q: (q.scale.log() + (p.mean - q.loc) / q.scale
                          + (q.loc / q.scale).exp() * mean_exp(p, q.scale)),
    Uniform: lambda p, q: (q.high - q.low).log() + zeros_like(p.mean),
    Pareto: lambda p, q: (q.alpha + 1) * mean_log(p) - q.alpha.log() - q.alpha * q.scale.log(),
    ContinuousBernoulli: lambda p, q: (-p.mean * q.logits - (-q.probs).log1p() - q._cont_bern_log_norm()),
    Beta: lambda p, q: (
        lgamma(q.concentration1) + lgamma(q.concentration0) - lgamma(q.concentration1 + q.concentration0)
        - (q.concentration1 - 1) * mean_log(p)
        - (q.concentration0 - 1) * mean_log_between(1 - p.high, 1 - p.low))}

LINE, POSITIVE, UNIT = (Gumbel, Laplace, Normal), (Exponential, Gamma), (Beta, ContinuousBernoulli)


def ends(d):
    """The smallest and the largest value."""
    if isinstance(d, LINE):
        return -math.inf, math.inf
    if isinstance(d, POSITIVE):
        return 0.0, math.inf
    if isinstance(d, Pareto):
        return d.scale, math.inf
    return (0.0, 1.0) if isinstance(d, UNIT) else (d.low, d.high)


def kind_in_table(q):
    return next(kind for kind in type(q).__mro__ if kind in CROSS_ENTROPIES)


def kl_across(p, q):
    """Infinite where p has values that q has not, or where the mean or the variance of p is infinite."""
    if isinstance(p, Pareto) and isinstance(q, (Normal, Exponential, Gamma)):
        finite = p.alpha > (2 if isinstance(q, Normal) else 1)
        tame = Pareto(p.scale, where(finite, p.alpha, 3.0), validate_args=False)
        return where(finite, CROSS_ENTROPIES[kind_in_table(q)](tame, q) - tame.entropy(), math.inf)
    kl = CROSS_ENTROPIES[kind_in_table(q)](p, q) - p.entropy()
    (low, high), (low_q, high_q) = ends(p), ends(q)
    whole = zeros_like(kl)
    return where((whole + low >= low_q) & (whole + high <= high_q), kl, math.inf)


def kl_infinite(p, q):
    return full_like(p.mean, math.inf).expand(broadcast_shapes(p.batch_shape, q.batch_shape))


FINITE: list[tuple[Any, Any]] = [
    ((Beta, ContinuousBernoulli), (Normal, Exponential, Uniform)),
    ((Beta,), (Gamma, ContinuousBernoulli)),
    ((Exponential, Gamma), (Normal, Gumbel)),
    ((Gumbel, Laplace), (Normal,)),
    ((Normal,), (Gumbel,)),
    ((Pareto,), (Normal, Exponential, Gamma)),
    ((Uniform,), (Normal, Exponential, Gamma, Gumbel, Pareto, ContinuousBernoulli, Beta)),
    ((Exponential,), (Gamma,)), ((Gamma,), (Exponential,))]
INFINITE: list[tuple[Any, Any]] = [
        (LINE, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    ((Exponential, Gamma), (Beta, ContinuousBernoulli, Pareto, Uniform)),
    ((Pareto,), (Beta, ContinuousBernoulli, Uniform)),
    ((Beta, ContinuousBernoulli), (Pareto,)),
    ((Poisson,), (Bernoulli, Binomial))]
for function, table in ((kl_across, FINITE), (kl_infinite, INFINITE)):
    for kinds_p, kinds_q in table:
        for kind_p in kinds_p:
            for kind_q in kinds_q:
                register_kl(kind_p, kind_q)(function)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def kl_continuous_bernoulli(p, q):
    return CROSS_ENTROPIES[ContinuousBernoulli](p, q) - p.entropy()


@register_kl(Bernoulli, Poisson)
def kl_bernoulli_poisson(p, q):
    return q.rate - xlogy(p.probs, q.rate) - p.entropy()


@register_kl(Normal, Laplace)
def kl_normal_laplace(p, q):
    """E |x - m| = s sqrt(2 / pi) e^(-d^2 / (2 s^2)) + d erf(d / (s sqrt 2)), with d = loc - m."""
    d = p.loc - q.loc
    z = d / (p.scale * math.sqrt(2))
    distance = p.scale * math.sqrt(2 / math.pi) * (-z.square()).exp() + d * z.erf()
    return (2 * q.scale).log() + distance / q.scale - p.entropy()
