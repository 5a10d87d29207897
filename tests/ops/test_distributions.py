"""Distributions have PyTorch's densities, entropies and divergences, and samples that follow them."""

import numpy as np
import pytest

import minigrad
from minigrad import distributions, gradcheck, nn
from minigrad.backend import manual_seed
from minigrad.distributions import Bernoulli, Categorical, Independent, Normal, Uniform, kl_divergence

RNG = np.random.default_rng(0)
LOC, P = RNG.normal(size=(3, 4)), RNG.uniform(0.1, 0.9, (3, 4))


def test_what_is_impossible_counts_as_in_pytorch(torch):
    def answers(lib, d):
        inf, P, Q = float("inf"), [[0.0, 0.4, 0.6], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]], [0.0, 0.5, 0.5]
        p, q = d.Categorical(lib.tensor(P)), d.Categorical(lib.tensor(Q))
        masked = d.Categorical(logits=lib.tensor([0.0, -inf, 1.0]))
        a = d.Bernoulli(lib.tensor([0.0, 1.0, 0.2, 0.2, 1.0]))
        b = d.Bernoulli(lib.tensor([0.0, 1.0, 0.0, 1.0, 0.5]))
        outside = d.Uniform(lib.tensor([0.0, 1.0]), 2.0, validate_args=False).log_prob(lib.tensor(0.5))
        return p.entropy(), masked.entropy(), d.kl_divergence(p, q), d.kl_divergence(a, b), outside
    for mine, other in zip(answers(minigrad, distributions), answers(torch, torch.distributions),
                           strict=True):
        np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)


def test_the_entropy_of_masked_classes_has_gradients():
    logits = minigrad.tensor([0.0, -np.inf, 1.0], requires_grad=True)
    entropy = Categorical(logits=logits).entropy()
    entropy.backward()
    p, = minigrad.autograd.grad(Categorical(logits=logits[[0, 2]]).entropy(), logits)
    np.testing.assert_allclose(logits.grad.numpy(), p.numpy(), rtol=1e-5)


@pytest.mark.parametrize("make", [lambda: Normal(1.0, 2.0), lambda: Uniform(-1.0, 3.0),
                                  lambda: Bernoulli(0.3)])
def test_samples_have_the_mean_and_variance_of_the_distribution(make):
    manual_seed(0)
    n, distribution = 20_000, make()
    x = distribution.sample((n,)).numpy().astype(np.float64)
    std = distribution.stddev.item()
    assert abs(x.mean() - distribution.mean.item()) < 4 * std / n ** 0.5
    fourth = ((x - x.mean()) ** 4).mean()
    assert abs(x.var() - std ** 2) < 4 * ((fourth - std ** 4) / n) ** 0.5


def test_classes_are_drawn_as_often_as_they_are_probable():
    manual_seed(0)
    n, p = 20_000, np.array([[0.1, 0.0, 0.9], [0.5, 0.25, 0.25]])
    drawn = Categorical(minigrad.tensor(p * 7)).sample((n,)).numpy()
    counts = np.stack([(drawn == k).mean(0) for k in range(3)], axis=1)
    assert (np.abs(counts - p) <= 4 * (p * (1 - p) / n) ** 0.5).all()


def test_gradients_go_through_rsample_and_not_through_sample(device):
    loc = minigrad.tensor(LOC).to(device).requires_grad_()
    assert Normal(loc, 1.0).rsample((5,)).requires_grad and not Normal(loc, 1.0).sample().requires_grad

    def drawn(loc, scale):
        manual_seed(3)
        return Normal(loc, scale).rsample((2,)) * Uniform(loc, loc + scale).rsample()
    assert gradcheck(drawn, [loc, minigrad.tensor(P).to(device).requires_grad_()])
    assert Categorical(logits=loc).sample().device == device


def test_a_policy_gradient_learns_the_better_arm():
    manual_seed(0)
    logits = nn.Parameter(minigrad.zeros(2))
    optimizer = minigrad.optim.SGD([logits], lr=0.5)
    for _ in range(50):
        policy = Categorical(logits=logits)
        action = policy.sample((16,))
        loss = -(policy.log_prob(action) * (action == 1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert Categorical(logits=logits).probs[1].item() > 0.9


@pytest.mark.parametrize("wrong, error, text", [
    (lambda: Normal(0.0, minigrad.tensor([1.0, -2.0])), ValueError,
     "Normal: scale must be above 0 everywhere, got -2"),
    (lambda: Normal(minigrad.zeros(2), minigrad.ones(3)), ValueError,
     r"Normal: \(2,\), \(3,\) do not broadcast"),
    (lambda: Uniform(1.0, 1.0), ValueError, "Uniform: high - low must be above 0 everywhere, got 0"),
    (lambda: Bernoulli(1.5), ValueError, "Bernoulli: probs must be from 0 to 1 everywhere, got 1.5"),
    (lambda: Bernoulli(), ValueError, "Bernoulli: pass either probs= or logits=, and not both"),
    (lambda: Categorical(logits=1.0), ValueError, r"must have shape \(..., K\), got \(\)"),
    (lambda: Independent(Normal(0.0, 1.0), 1), ValueError,
     r"must be between 0 and 0 for batch_shape \(\), got 1"),
    (lambda: Bernoulli(0.5).rsample(), NotImplementedError, "Bernoulli has no rsample"),
    (lambda: kl_divergence(Normal(0.0, 1.0), Bernoulli(0.5)), NotImplementedError,
     "of Normal and Bernoulli is not implemented"),
    (lambda: distributions.Norml, AttributeError, "did you mean distributions.Normal"),
])
def test_a_distribution_says_what_does_not_fit(wrong, error, text):
    with pytest.raises(error, match=text):
        wrong()


# Every density against integrals of its own


D = distributions
CONTINUOUS = [      # distribution, function from (-1, 1) to its values
    (lambda: D.Normal(0.3, 1.7), "line"), (lambda: D.Laplace(-0.2, 0.8), "line"),
    (lambda: D.Gumbel(0.5, 1.2), "line"), (lambda: D.StudentT(9.0, 0.3, 1.2), "line"),
    (lambda: D.Cauchy(0.3, 1.2), "line"), (lambda: D.Exponential(1.6), "half"),
    (lambda: D.Gamma(2.3, 1.4), "half"), (lambda: D.Chi2(3.5), "half"),
    (lambda: D.InverseGamma(6.0, 2.0), "half"), (lambda: D.LogNormal(0.2, 0.6), "half"),
    (lambda: D.Weibull(1.3, 1.8), "half"), (lambda: D.HalfNormal(1.3), "half"),
    (lambda: D.HalfCauchy(1.3), "half"), (lambda: D.FisherSnedecor(5.0, 14.0), "half"),
    (lambda: D.GeneralizedPareto(0.0, 1.3, 0.1), "half"), (lambda: D.Beta(2.3, 3.4), "unit"),
    (lambda: D.Kumaraswamy(2.3, 1.7), "unit"), (lambda: D.ContinuousBernoulli(0.3), "unit"),
    (lambda: D.ContinuousBernoulli(0.4999), "unit"), (lambda: D.Uniform(0.0, 1.0), "unit"),
    (lambda: D.RelaxedBernoulli(0.7, 0.4), "unit"), (lambda: D.Pareto(1.0, 6.0), "above 1"),
    (lambda: D.VonMises(0.4, 2.0), "circle"),
    (lambda: D.TransformedDistribution(
        D.Normal(0.0, 1.0), [D.AffineTransform(0.2, -0.7), D.TanhTransform()]),
     "from -1 to 1"),
    (lambda: D.MixtureSameFamily(
        D.Categorical(minigrad.tensor([0.3, 0.7])),
        D.Normal(minigrad.tensor([-1.0, 2.0]), minigrad.tensor([0.5, 1.0]))), "line")]
NO_MOMENTS = (D.Cauchy, D.HalfCauchy, D.RelaxedBernoulli, D.VonMises)
DISCRETE = [lambda: D.Bernoulli(0.3), lambda: D.Binomial(7, minigrad.tensor(0.3)), lambda: D.Geometric(0.3),
            lambda: D.Poisson(3.2), lambda: D.NegativeBinomial(2.5, minigrad.tensor(0.4))]


@pytest.fixture
def double():
    minigrad.set_default_dtype(minigrad.float64)
    yield
    minigrad.set_default_dtype(minigrad.float32)


def points(where):
    """(values of the distribution, their steps): the trapezoid rule in a variable that tames the ends."""
    s = np.linspace(-60, 60, 24_001)
    with np.errstate(over="ignore"):
        unit = 1 / (1 + np.exp(-s))
        x = {"line": np.sinh(s / 5), "half": np.exp(s), "unit": unit, "above 1": 1 + np.exp(s),
             "circle": np.pi * (2 * unit - 1), "from -1 to 1": 2 * unit - 1}[where]
    inner = (x > {"unit": 1e-13, "half": 1e-13, "above 1": 1 + 1e-13, "line": -1e4}.get(where, x[0])) & (
        x < {"unit": 1 - 1e-13, "from -1 to 1": 1 - 1e-13}.get(where, 1e15))
    x = x[inner]
    return x, np.gradient(x)


@pytest.mark.parametrize("make, where", CONTINUOUS)
def test_a_density_integrates_to_1_and_to_its_moments_and_entropy(make, where, double):
    d = make()
    x, steps = points(where)
    log_p = d.log_prob(minigrad.tensor(x)).numpy()
    p = np.exp(log_p) * steps
    log_p = np.where(p > 0, log_p, 0)       # 0 log 0 = 0
    rtol = 3e-3 if isinstance(d, (D.Cauchy, D.HalfCauchy)) else 1e-4
    np.testing.assert_allclose(p.sum(), 1, rtol)
    if not isinstance(d, (*NO_MOMENTS, D.TransformedDistribution)) or type(d).__name__ in (
            "Gumbel", "InverseGamma", "LogNormal", "Weibull", "HalfNormal", "Kumaraswamy", "Pareto"):
        mean = (p * x).sum()
        np.testing.assert_allclose(d.mean.item(), mean, 1e-3)
        np.testing.assert_allclose(d.variance.item(), (p * (x - mean) ** 2).sum(), 1e-2)
        np.testing.assert_allclose(d.stddev.item() ** 2, d.variance.item(), 1e-9)
    for wanted, get in ((-(p * log_p).sum(), lambda: d.entropy().item()),
                        (np.cumsum(p), lambda: d.cdf(minigrad.tensor(x)).numpy())):
        try:
            found = get()
        except NotImplementedError:
            continue
        np.testing.assert_allclose(found, wanted, 3e-3, 3e-3)


@pytest.mark.parametrize("make", DISCRETE)
def test_probabilities_add_up_to_1_and_to_their_moments(make, double):
    d, x = make(), np.arange(0.0, 200.0)
    x = x[[bool(d.support.check(minigrad.tensor(value))) for value in x]]
    p = np.exp(d.log_prob(minigrad.tensor(x)).numpy())
    np.testing.assert_allclose(p.sum(), 1, 1e-6)
    np.testing.assert_allclose(d.mean.item(), (p * x).sum(), 1e-6)
    np.testing.assert_allclose(d.variance.item(), (p * x * x).sum() - (p * x).sum() ** 2, 1e-6)
    np.testing.assert_allclose(p[x == d.mode.item()], p.max(), 1e-9)


@pytest.mark.parametrize("make, where", CONTINUOUS)
def test_icdf_inverts_cdf(make, where, double):
    d, u = make(), minigrad.tensor([0.01, 0.3, 0.5, 0.9, 0.999])
    try:
        x = d.icdf(u)
    except NotImplementedError:
        return
    np.testing.assert_allclose(d.cdf(x).numpy(), u.numpy(), 1e-7)


ON_THE_LINE = {"Normal": (lambda: D.Normal(0.3, 0.9), "line"),
               "Laplace": (lambda: D.Laplace(0.2, 0.8), "line"),
               "Gumbel": (lambda: D.Gumbel(0.5, 1.2), "line"), "Cauchy": (lambda: D.Cauchy(0.5, 1.2), "line"),
               "Exponential": (lambda: D.Exponential(1.6), "half"),
               "Gamma": (lambda: D.Gamma(2.3, 1.4), "half"),
               "Pareto": (lambda: D.Pareto(1.0, 5.0), "above 1"), "Beta": (lambda: D.Beta(2.3, 3.4), "unit"),
               "ContinuousBernoulli": (lambda: D.ContinuousBernoulli(0.3), "unit"),
               "Uniform": (lambda: D.Uniform(0.1, 0.8, validate_args=False), "unit"),
               "HalfNormal": (lambda: D.HalfNormal(0.7), "half")}
OTHER = {"Normal": lambda: D.Normal(-0.3, 1.5), "Laplace": lambda: D.Laplace(-0.2, 1.8),
         "Gumbel": lambda: D.Gumbel(0.1, 2.2), "Cauchy": lambda: D.Cauchy(0.1, 2.2),
         "Exponential": lambda: D.Exponential(0.6), "Gamma": lambda: D.Gamma(1.3, 0.4),
         "Pareto": lambda: D.Pareto(0.05, 2.0), "Beta": lambda: D.Beta(1.3, 2.4),
         "ContinuousBernoulli": lambda: D.ContinuousBernoulli(0.8), "Uniform": lambda: D.Uniform(-3.0, 90.0),
         "HalfNormal": lambda: D.HalfNormal(1.7)}


@pytest.mark.parametrize("first", ON_THE_LINE)
@pytest.mark.parametrize("second", OTHER)
def test_a_divergence_is_the_integral_that_defines_it(first, second, double):
    (make, where), q = ON_THE_LINE[first], OTHER[second]()
    p = make()
    try:
        kl = kl_divergence(p, q).item()
    except NotImplementedError:
        assert first != second
        return
    x, steps = points(where)
    x = minigrad.tensor(x)
    inside = np.exp(p.log_prob(x).numpy()) * steps > 0
    x, steps = x[minigrad.tensor(inside)], steps[inside]
    if not q.support.check(x).all():
        assert kl == np.inf
        return
    log_p = p.log_prob(x).numpy()
    expected = (np.exp(log_p) * (log_p - q.log_prob(x).numpy()) * steps).sum()
    np.testing.assert_allclose(kl, expected, 3e-3 if first == "Cauchy" else 1e-3, 2e-3 * (first == "Uniform"))


@pytest.mark.parametrize("p, q", [
    (lambda: D.Dirichlet(minigrad.tensor([2.0, 3.0, 1.5])),
     lambda: D.Dirichlet(minigrad.tensor([1.0, 2.0, 3.0]))),
    (lambda: D.Wishart(minigrad.tensor([6.0, 5.0]), 1.5 * minigrad.eye(2) + 0.3),
     lambda: D.Wishart(minigrad.tensor([4.0, 4.0]), 2 * minigrad.eye(2))),
    (lambda: D.MultivariateNormal(minigrad.zeros(2), minigrad.eye(2) + 0.5),
     lambda: D.LowRankMultivariateNormal(minigrad.ones(2), minigrad.ones(2, 1), minigrad.tensor([1.0, 2.0]))),
    (lambda: D.LowRankMultivariateNormal(minigrad.ones(2), minigrad.ones(2, 1), minigrad.tensor([1.0, 2.0])),
     lambda: D.MultivariateNormal(minigrad.zeros(2), minigrad.eye(2) + 0.5)),
    (lambda: D.Poisson(3.0), lambda: D.Poisson(2.0)),
    (lambda: D.Geometric(0.3), lambda: D.Geometric(0.5)),
    (lambda: D.Bernoulli(0.3), lambda: D.Poisson(0.5)),
    (lambda: D.OneHotCategorical(minigrad.tensor([0.2, 0.8])),
     lambda: D.OneHotCategorical(minigrad.ones(2)))])
def test_a_divergence_is_the_mean_over_samples_that_defines_it(p, q, double):
    manual_seed(0)
    p, q, n = p(), q(), 20_000
    x = p.sample((n,))
    difference = (p.log_prob(x) - q.log_prob(x)).numpy()
    kl = kl_divergence(p, q).numpy()
    assert (np.abs(difference.mean(0) - kl) < 4 * difference.std(0) / n ** 0.5 + 1e-9).all()


# Samples of several numbers, and derivatives through them


@pytest.mark.parametrize("make", [
    lambda: D.Dirichlet(minigrad.tensor([2.0, 3.0, 0.5])),
    lambda: D.Multinomial(5, minigrad.tensor([0.2, 0.5, 0.3])),
    lambda: D.MultivariateNormal(minigrad.tensor([1.0, 2.0]), minigrad.eye(2) + 0.5),
    lambda: D.MultivariateNormal(minigrad.tensor([1.0, 2.0]), precision_matrix=minigrad.eye(2) + 0.5),
    lambda: D.LowRankMultivariateNormal(minigrad.ones(3), minigrad.ones(3, 1), minigrad.ones(3)),
    lambda: D.Wishart(5.0, minigrad.eye(2) + 0.3), lambda: D.OneHotCategorical(minigrad.tensor([0.2, 0.8])),
    lambda: D.Beta(0.4, 2.0), lambda: D.Gamma(0.3, 2.0), lambda: D.StudentT(9.0),
    lambda: D.Binomial(40, minigrad.tensor(0.4)),
    lambda: D.NegativeBinomial(3.0, minigrad.tensor(0.6)), lambda: D.Geometric(0.2), lambda: D.Poisson(14.0),
    lambda: D.FisherSnedecor(4.0, 20.0), lambda: D.Gumbel(0.5, 2.0), lambda: D.Kumaraswamy(2.0, 3.0)])
def test_samples_have_the_means_and_variances_of_the_distribution(make):
    manual_seed(0)
    n, d = 4000, make()
    x = d.sample((n,)).numpy().astype(np.float64)
    mean, variance = d.mean.numpy(), d.variance.numpy()
    square = (x - x.mean(0)) ** 2
    assert (np.abs(x.mean(0) - mean) < 4 * (variance / n) ** 0.5 + 1e-6).all()
    assert (np.abs(square.mean(0) - variance) < 4 * square.std(0) / n ** 0.5 + 1e-6).all()


def test_correlation_matrices_are_uniform_for_concentration_1(double):
    manual_seed(0)
    lower = D.LKJCholesky(3).sample((4000,))
    matrix = (lower @ lower.mT).numpy()
    np.testing.assert_allclose(np.diagonal(matrix, axis1=1, axis2=2), 1, 1e-9)
    entries = matrix[:, [1, 2, 2], [0, 0, 1]]
    assert (np.abs(entries.mean(0)) < 4 * entries.std(0) / 4000 ** 0.5).all()
    # Each is beta distributed on (-1, 1) with both concentrations 3/2, of variance 1/4.
    assert (np.abs((entries ** 2).mean(0) - 0.25) < 4 * (entries ** 2).std(0) / 4000 ** 0.5).all()


@pytest.mark.parametrize("a", [0.05, 0.7, 1.0, 3.0, 40.0, 3000.0])
def test_a_gamma_number_moves_with_its_concentration_as_its_quantile_does(a, double):
    """-(dF/da) / p, where F is the integral of the density over u = log t."""
    manual_seed(0)
    x = D.pathwise.standard_gamma(minigrad.full((5,), a)).numpy()
    slope = D.pathwise.gamma_slope(minigrad.tensor(x), minigrad.full((5,), a)).numpy()
    for value, found in zip(x, slope):
        u = np.linspace(np.log(value) - 60 / min(a, 1), np.log(value), 400_001)

        def cdf(a):
            y = np.exp(a * u - np.exp(u) - minigrad.tensor(a).lgamma().item())
            return (y[1:] + y[:-1]).sum() * (u[1] - u[0]) / 2
        h = 1e-4 * a
        p = np.exp((a - 1) * np.log(value) - value - minigrad.tensor(a).lgamma().item())
        np.testing.assert_allclose(found, -(cdf(a + h) - cdf(a - h)) / (2 * h) / p, 2e-4)


@pytest.mark.parametrize("a, b", [(0.3, 0.4), (0.5, 3.0), (2.0, 5.0), (30.0, 2.0), (200.0, 300.0)])
def test_a_beta_number_moves_with_its_concentration_as_its_quantile_does(a, b, double):
    for x in (0.02, 0.3, 0.77) if a < 100 else (0.36, 0.4, 0.45):
        found = D.pathwise.beta_slope(*(minigrad.tensor(each) for each in (x, a, b))).item()
        top = np.log(x / (1 - x))
        u = np.linspace(top - 200, top, 400_001)

        def cdf(a):
            log_beta = D.Beta(a, b).log_prob(minigrad.tensor(0.5)).item() + (a + b - 2) * np.log(2)
            y = np.exp(log_beta - a * np.logaddexp(0, -u) - b * np.logaddexp(0, u))
            return (y[1:] + y[:-1]).sum() * (u[1] - u[0]) / 2
        h = 1e-5 * a
        p = np.exp(D.Beta(a, b).log_prob(minigrad.tensor(x)).item())
        np.testing.assert_allclose(found, -(cdf(a + h) - cdf(a - h)) / (2 * h) / p / (1 - x), 1e-3)


def test_the_cdf_of_gamma_has_derivatives(double):
    x, a = (minigrad.tensor([[v], [w]], requires_grad=True) for v, w in ((0.3, 4.0), (0.4, 3.0)))
    assert gradcheck(lambda x, a: D.Gamma(a, 1.5).cdf(x), [x, a])
    assert D.Gamma(3.0, 1.0).cdf(minigrad.tensor([0.0, np.inf])).tolist() == [0.0, 1.0]
    np.testing.assert_allclose(D.Gamma(1.0, 2.0).cdf(x).numpy(), -np.expm1(-2 * x.detach().numpy()), 1e-12)


def test_a_gradient_through_gamma_and_dirichlet_samples_is_that_of_the_mean():
    manual_seed(0)
    a = minigrad.tensor([0.6, 2.0, 5.0], requires_grad=True)
    x = D.Gamma(a, 2.0).rsample((20_000,))
    slope, = minigrad.autograd.grad(x.mean(0).sum(), a)
    np.testing.assert_allclose(slope.numpy(), [0.5, 0.5, 0.5], 0.03)       # the mean is a / 2
    y = D.Dirichlet(a).rsample((20_000,))
    slope, = minigrad.autograd.grad(y.mean(0)[1], a)
    total = 7.6
    np.testing.assert_allclose(slope.numpy(), [-2 / total**2, (total - 2) / total**2, -2 / total**2], 0.03)


# Transforms and constraints


TRANSFORMS = {
    "exp": (lambda: D.ExpTransform(), (3,)), "power": (lambda: D.PowerTransform(minigrad.tensor(1.7)), (3,)),
    "sigmoid": (lambda: D.SigmoidTransform(), (3,)), "tanh": (lambda: D.TanhTransform(), (3,)),
    "softplus": (lambda: D.SoftplusTransform(), (3,)), "affine": (lambda: D.AffineTransform(0.3, -1.7), (3,)),
    "affine of vectors": (lambda: D.AffineTransform(0.3, minigrad.tensor([1.0, -2.0, 3.0]), 1), (3,)),
    "stick breaking": (lambda: D.StickBreakingTransform(), (3,)),
    "correlations": (lambda: D.CorrCholeskyTransform(), (3,)),
    "reshape": (lambda: D.ReshapeTransform((4,), (2, 2)), (4,)),
    "composed": (lambda: D.ComposeTransform([D.AffineTransform(0.1, 0.5), D.StickBreakingTransform()]), (3,)),
    "inverse": (lambda: D.SigmoidTransform().inv, (3,)),
    "independent": (lambda: D.IndependentTransform(D.ExpTransform(), 1), (3,)),
    "cat": (lambda: D.CatTransform([D.ExpTransform(), D.TanhTransform()], 0, [2, 1]), (3,)),
    "stack": (lambda: D.StackTransform([D.ExpTransform(), D.TanhTransform()], 0), (2,)),
    "cdf": (lambda: D.CumulativeDistributionTransform(D.Normal(0.0, 1.0)), (3,))}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_has_its_inverse_and_the_jacobian_of_finite_differences(name, double):
    make, shape = TRANSFORMS[name]
    t, x = make(), np.random.default_rng(1).uniform(0.2, 0.8, shape)
    y = t(minigrad.tensor(x))
    np.testing.assert_allclose(t.inv(y).numpy(), x, 1e-9)
    assert t.inv.inv is t and t.codomain.check(y).all()
    assert tuple(t.forward_shape(shape)) == tuple(y.shape)
    assert tuple(t.inverse_shape(y.shape)) == shape
    flat = {"stick breaking": lambda y: y[:-1], "composed": lambda y: y[:-1],    # the rest follows
            "correlations": lambda y: y[np.tril_indices(3, -1)]}.get(name, np.ravel)
    columns = []
    for i in range(x.size):
        h = np.zeros(x.size)
        h[i] = 1e-6
        ends = [flat(t(minigrad.tensor(x + sign * h.reshape(shape))).numpy()) for sign in (1, -1)]
        columns.append((ends[0] - ends[1]) / 2e-6)
    found = t.log_abs_det_jacobian(minigrad.tensor(x), y)
    np.testing.assert_allclose(found.sum().item(), np.linalg.slogdet(np.stack(columns))[1], 1e-6, 1e-8)


def test_a_cache_keeps_the_pair_computed_last():
    t, plain = D.TanhTransform(cache_size=1), D.TanhTransform()
    x = minigrad.tensor([20.0])
    assert t.inv(t(x)) is x and plain.inv(plain(x)).item() == np.inf
    assert t.with_cache(0)._cache_size == 0 and t == plain and t.with_cache(1) is t


def test_a_flow_of_ones_own_transforms_learns():
    class Shift(D.Transform, nn.Module):
        domain = codomain = D.constraints.real_vector
        bijective = True

        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(minigrad.zeros(2))
            self.net = nn.Linear(1, 1)

        __hash__ = nn.Module.__hash__

        def _call(self, x):
            return minigrad.cat([x[..., :1], x[..., 1:] + self.net(x[..., :1])], -1) + self.shift

        def _inverse(self, y):
            y = y - self.shift
            return minigrad.cat([y[..., :1], y[..., 1:] - self.net(y[..., :1])], -1)

        def log_abs_det_jacobian(self, x, y):
            return x.new_zeros(x.shape[:-1])

    manual_seed(0)
    flow, base = Shift(), D.Independent(D.Normal(minigrad.zeros(2), minigrad.ones(2)), 1)
    x = minigrad.randn(500, 1)
    data = minigrad.cat([x + 1, 2 * x - 1 + 0.5 * minigrad.randn(500, 1)], 1)
    optimizer = minigrad.optim.Adam(flow.parameters(), lr=0.1)
    losses = []
    for _ in range(60):
        loss = -D.TransformedDistribution(base, [flow]).log_prob(data).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert len(list(flow.parameters())) == 3 and losses[-1] < losses[0] - 1
    assert abs(flow.net.weight.item() - 2) < 0.3


class Triangular(D.Distribution):
    """A distribution of a user: the density 2 x / end^2 from 0 to end."""

    arg_constraints = {"end": D.constraints.positive}
    has_rsample = True

    def __init__(self, end, validate_args=None):
        self.end, = D.utils.broadcast_all(end)
        super().__init__(self.end.shape, minigrad.Size(), validate_args)

    @D.constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return D.constraints.interval(0.0, self.end)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(Triangular, _instance)
        new.end = self.end.expand(batch_shape)
        super(Triangular, new).__init__(batch_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def rsample(self, sample_shape=()):
        return self.end * minigrad.rand(self._extended_shape(sample_shape)).sqrt()

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return (2 * value / self.end ** 2).log()


def test_a_distribution_of_ones_own_works_as_the_others_do():
    d = Triangular(minigrad.tensor([1.0, 2.0]))
    assert d.expand((3, 2)).sample((5,)).shape == (5, 3, 2)
    assert D.Independent(d, 1).log_prob(minigrad.tensor([0.5, 0.5])).shape == ()
    assert D.TransformedDistribution(d, D.ExpTransform()).rsample().shape == (2,)
    with pytest.raises(ValueError, match=r"value must be from 0 to \[1.0, 2.0\] everywhere, got 3"):
        d.log_prob(minigrad.tensor(3.0))
    with pytest.raises(ValueError, match="Triangular: end must be above 0 everywhere, got -1"):
        Triangular(-1.0)
    assert Triangular(-1.0, validate_args=False).end == -1

    class Wrapped(D.Normal):
        def __init__(self, scale):
            super().__init__(0.0, scale)
    with pytest.raises(NotImplementedError, match="Wrapped, a subclass of Normal with its own __init__"):
        Wrapped(1.0).expand((2,))

    @D.register_kl(Triangular, Triangular)
    def kl(p, q):
        return 2 * (q.end / p.end).log()
    assert kl_divergence(Triangular(1.0), Triangular(2.0)).item() == pytest.approx(2 * np.log(2))
