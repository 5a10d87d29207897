"""Every distribution, transform and constraint against torch.distributions: values, gradients, shapes."""

import itertools
import warnings

import numpy as np
import pytest

import minigrad

RNG = np.random.default_rng(0)
A, P, Q = RNG.normal(size=(2, 3)), RNG.uniform(0.15, 0.85, (2, 3)), RNG.uniform(0.6, 3.0, (2, 3))
B, R, S = RNG.normal(size=(2, 3)), RNG.uniform(0.15, 0.85, (2, 3)), RNG.uniform(0.6, 3.0, (2, 3))
M = RNG.normal(size=(2, 3, 3)) + 3 * np.eye(3)
SIGMA, LOWER, W = M @ M.swapaxes(-1, -2), np.tril(np.abs(M)) + np.eye(3), RNG.normal(size=(2, 3, 2))
CASES = {       # function of (distributions, tensors a, p, q; the tensor maker t)
    "Bernoulli": lambda d, a, p, q, t: d.Bernoulli(p),
    "Bernoulli of logits": lambda d, a, p, q, t: d.Bernoulli(logits=a),
    "Beta": lambda d, a, p, q, t: d.Beta(q, p),
    "Binomial": lambda d, a, p, q, t: d.Binomial(5, p),
    "Binomial of logits": lambda d, a, p, q, t: d.Binomial(5, logits=a),
    "Categorical": lambda d, a, p, q, t: d.Categorical(p),
    "Categorical of logits": lambda d, a, p, q, t: d.Categorical(logits=a),
    "Cauchy": lambda d, a, p, q, t: d.Cauchy(a, q),
    "Chi2": lambda d, a, p, q, t: d.Chi2(q),
    "ContinuousBernoulli": lambda d, a, p, q, t: d.ContinuousBernoulli(p),
    "ContinuousBernoulli near a half": lambda d, a, p, q, t: d.ContinuousBernoulli(0.5 + 5e-4 * p),
    "ContinuousBernoulli of logits": lambda d, a, p, q, t: d.ContinuousBernoulli(logits=a),
    "Dirichlet": lambda d, a, p, q, t: d.Dirichlet(q),
    "Exponential": lambda d, a, p, q, t: d.Exponential(q),
    "FisherSnedecor": lambda d, a, p, q, t: d.FisherSnedecor(2 + q, 2 + 2 * q),
    "Gamma": lambda d, a, p, q, t: d.Gamma(q, p),
    "GeneralizedPareto": lambda d, a, p, q, t: d.GeneralizedPareto(a, q, p - 0.5),
    "Geometric": lambda d, a, p, q, t: d.Geometric(p),
    "Geometric of logits": lambda d, a, p, q, t: d.Geometric(logits=a),
    "Gumbel": lambda d, a, p, q, t: d.Gumbel(a, q),
    "HalfCauchy": lambda d, a, p, q, t: d.HalfCauchy(q),
    "HalfNormal": lambda d, a, p, q, t: d.HalfNormal(q),
    "Independent": lambda d, a, p, q, t: d.Independent(d.Normal(a, q), 1),
    "Independent of nothing": lambda d, a, p, q, t: d.Independent(d.Bernoulli(p), 0),
    "InverseGamma": lambda d, a, p, q, t: d.InverseGamma(q, p),
    "Kumaraswamy": lambda d, a, p, q, t: d.Kumaraswamy(q, p),
    "LKJCholesky": lambda d, a, p, q, t: d.LKJCholesky(3, q[:, 0]),
    "Laplace": lambda d, a, p, q, t: d.Laplace(a, q),
    "LogNormal": lambda d, a, p, q, t: d.LogNormal(a, p),
    "LogisticNormal": lambda d, a, p, q, t: d.LogisticNormal(a, q),
    "LowRankMultivariateNormal": lambda d, a, p, q, t: d.LowRankMultivariateNormal(a, t(W), q),
    "MixtureSameFamily": lambda d, a, p, q, t: d.MixtureSameFamily(d.Categorical(p), d.Normal(a, q)),
    "MixtureSameFamily of vectors": lambda d, a, p, q, t: d.MixtureSameFamily(
        d.Categorical(logits=a[0, :2]), d.Independent(d.Normal(a, q), 1)),
    "Multinomial": lambda d, a, p, q, t: d.Multinomial(6, p),
    "Multinomial of logits": lambda d, a, p, q, t: d.Multinomial(6, logits=a),
    "MultivariateNormal": lambda d, a, p, q, t: d.MultivariateNormal(a, t(SIGMA)),
    "MultivariateNormal, precision": lambda d, a, p, q, t: d.MultivariateNormal(a, precision_matrix=t(SIGMA)),
    "MultivariateNormal, scale_tril": lambda d, a, p, q, t: d.MultivariateNormal(a, scale_tril=t(LOWER[0])),
    "NegativeBinomial": lambda d, a, p, q, t: d.NegativeBinomial(q, p),
    "NegativeBinomial of logits": lambda d, a, p, q, t: d.NegativeBinomial(3, logits=a),
    "Normal": lambda d, a, p, q, t: d.Normal(a, q),
    "OneHotCategorical": lambda d, a, p, q, t: d.OneHotCategorical(p),
    "OneHotCategorical of logits": lambda d, a, p, q, t: d.OneHotCategorical(logits=a),
    "OneHotCategoricalStraightThrough": lambda d, a, p, q, t: d.OneHotCategoricalStraightThrough(p),
    "Pareto": lambda d, a, p, q, t: d.Pareto(p, q),
    "Poisson": lambda d, a, p, q, t: d.Poisson(q),
    "RelaxedBernoulli": lambda d, a, p, q, t: d.RelaxedBernoulli(t(0.7), p),
    "RelaxedBernoulli of logits": lambda d, a, p, q, t: d.RelaxedBernoulli(t(0.7), logits=a),
    "RelaxedOneHotCategorical": lambda d, a, p, q, t: d.RelaxedOneHotCategorical(t(0.7), p),
    "RelaxedOneHotCategorical of logits": lambda d, a, p, q, t: d.RelaxedOneHotCategorical(t(0.7), logits=a),
    "StudentT": lambda d, a, p, q, t: d.StudentT(q, a, p),
    "TransformedDistribution": lambda d, a, p, q, t: d.TransformedDistribution(
        d.Normal(a, q), [d.AffineTransform(1.0, 0.3), d.TanhTransform(), d.AffineTransform(0.0, -2.0)]),
    "TransformedDistribution of vectors": lambda d, a, p, q, t: d.TransformedDistribution(
        d.Normal(a, q), [d.AffineTransform(a, q, event_dim=1), d.StickBreakingTransform()]),
    "Uniform": lambda d, a, p, q, t: d.Uniform(a, a + q),
    "VonMises": lambda d, a, p, q, t: d.VonMises(a, q),
    "Weibull": lambda d, a, p, q, t: d.Weibull(p, q),
    "Wishart": lambda d, a, p, q, t: d.Wishart(3 + q[:, 0], t(SIGMA)),
    "Wishart, precision": lambda d, a, p, q, t: d.Wishart(4 + q[:, 0], precision_matrix=t(SIGMA)),
}
# Where PyTorch's own numbers are approximations.
ROUGH = {"Gamma": 2e-3, "Chi2": 2e-3, "FisherSnedecor": 1e-2, "InverseGamma": 2e-3, "StudentT": 2e-3,
         "Wishart": 2e-3, "Wishart, precision": 2e-3, "Beta": 2e-3, "Dirichlet": 2e-3, "VonMises": 1e-6}
LIBRARIES = pytest.mark.parametrize("case", CASES)


@pytest.fixture(autouse=True)
def quiet(torch):
    torch.distributions.Distribution.set_default_validate_args(True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="torch|.*wishart", message=".*")
        warnings.filterwarnings("ignore", "Wishart: with df")
        yield
    for lib in (minigrad, torch):
        lib.set_default_dtype(lib.float32)


def made(lib, case, numbers=(A, P, Q), dtype="float64"):
    """The distribution, and the tensors that its parameters are made of."""
    lib.set_default_dtype(getattr(lib, dtype))      # GeneralizedPareto of PyTorch works in no other
    def t(x):
        return lib.tensor(np.asarray(x).tolist(), dtype=getattr(lib, dtype))
    tensors = [t(x).requires_grad_() for x in numbers]
    return CASES[case](lib.distributions, *tensors, t), tensors


def told(call):
    """What a call gives, or the kind of its error."""
    try:
        return call()
    except (NotImplementedError, AttributeError) as error:
        return type(error) if isinstance(error, AttributeError) else NotImplementedError


def alike(ours, theirs, rtol=1e-6, atol=1e-9):
    if isinstance(theirs, type):
        assert ours is theirs or theirs is AttributeError       # an oversight of PyTorch
        return
    assert tuple(ours.shape) == tuple(theirs.shape) and str(ours.dtype) == str(theirs.dtype).split(".")[1]
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol, atol)


def gradients(lib, y, tensors):
    if isinstance(y, type) or not y.requires_grad:
        return [None] * len(tensors)
    return lib.autograd.grad(y[y.isfinite()].sum(), tensors, allow_unused=True, retain_graph=True)


def gradients_alike(y, x, ours, theirs, rtol=1e-6, atol=1e-8):
    import torch
    for mine, other in zip(gradients(minigrad, y, ours), gradients(torch, x, theirs)):
        if mine is None or other is None:       # one gives None, the other zeros
            assert all(g is None or not g.nan_to_num().detach().numpy().any() for g in (mine, other))
        else:                                   # or PyTorch NaN, where it chose between NaN and a number
            known = other.isfinite()
            alike(mine.where(minigrad.tensor(known.numpy()), minigrad.nan), other.where(known, torch.nan),
                  rtol, atol)


@LIBRARIES
def test_the_shapes_and_what_a_distribution_can(case, torch):
    ours, theirs = made(minigrad, case)[0], made(torch, case)[0]
    for name in ("batch_shape", "event_shape"):
        assert tuple(getattr(ours, name)) == tuple(getattr(theirs, name)), name
    for name in ("has_rsample", "has_enumerate_support"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.arg_constraints.keys() == theirs.arg_constraints.keys()
    assert ours.support.event_dim == theirs.support.event_dim
    assert ours.support.is_discrete == theirs.support.is_discrete
    for shape in ((), (5,), (4, 1)):
        assert tuple(ours.sample(shape).shape) == tuple(theirs.sample(shape).shape)


@LIBRARIES
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_log_prob_cdf_and_their_gradients(case, dtype, torch):
    ours, mine = made(minigrad, case, dtype=dtype)
    theirs, others = made(torch, case, dtype=dtype)
    torch.manual_seed(0)
    rtol, atol = (1e-6, 1e-8) if dtype == "float64" else (2e-4, 2e-4)
    for shape in ((), (3,)):
        value = theirs.sample(shape)
        x = minigrad.tensor(value.numpy())
        assert ours.support.check(x).all()
        for name in ("log_prob", "cdf"):
            y, z = told(lambda: getattr(ours, name)(x)), told(lambda: getattr(theirs, name)(value))
            alike(y, z, rtol, atol)
            if dtype == "float64" and name == "log_prob":
                gradients_alike(y, z, mine, others, 1e-5)


@LIBRARIES
def test_moments_entropy_and_their_gradients(case, torch):
    ours, mine = made(minigrad, case)
    theirs, others = made(torch, case)
    for name in ("mean", "mode", "variance", "stddev"):
        y, z = told(lambda: getattr(ours, name)), told(lambda: getattr(theirs, name))
        if case == "Kumaraswamy" and name == "mode":
            continue                # PyTorch gives NaN everywhere
        alike(y, z, rtol=ROUGH.get(case, 1e-6) if name in ("variance", "stddev") else 1e-6)
        gradients_alike(y, z, mine, others)
    for name in ("entropy", "perplexity"):
        y, z = told(lambda: getattr(ours, name)()), told(lambda: getattr(theirs, name)())
        alike(y, z)
        gradients_alike(y, z, mine, others)


@LIBRARIES
def test_icdf(case, torch):
    u = RNG.uniform(0.01, 0.99, (4, *made(torch, case)[0].batch_shape))
    ours, theirs = made(minigrad, case)[0], made(torch, case)[0]
    alike(told(lambda: ours.icdf(minigrad.tensor(u))), told(lambda: theirs.icdf(torch.tensor(u))), 1e-6, 1e-8)


@LIBRARIES
def test_samples_and_their_gradients_from_the_same_seed(case, torch):
    if case.startswith("Wishart") or case == "LKJCholesky":
        pytest.skip("PyTorch's samples are not quite those of the distribution, or drawn twice")
    ours, mine = made(minigrad, case)
    theirs, others = made(torch, case)
    for name in ("sample", "rsample"):
        drawn = []
        for lib, d in ((minigrad, ours), (torch, theirs)):
            lib.manual_seed(1)
            drawn.append(told(lambda: getattr(d, name)((7,))))
        alike(*drawn, rtol=1e-6, atol=1e-9)
        if name == "rsample":
            gradients_alike(*drawn, mine, others, ROUGH.get(case, 1e-6), 1e-6)
        assert minigrad.randint(2**20, (3,)).tolist() == torch.randint(2**20, (3,)).tolist()


@LIBRARIES
def test_expand(case, torch):
    ours, theirs = made(minigrad, case)[0], made(torch, case)[0]
    batch = (5, 2, *tuple(theirs.batch_shape)[1:])
    wide, wider = ours.expand(batch), theirs.expand(batch)
    assert tuple(wide.batch_shape) == tuple(wider.batch_shape) == batch
    assert tuple(wide.event_shape) == tuple(wider.event_shape)
    torch.manual_seed(0)
    value = wider.sample((2,))
    alike(wide.log_prob(minigrad.tensor(value.numpy())), wider.log_prob(value), 1e-6, 1e-8)
    assert tuple(wide.sample((2,)).shape) == tuple(value.shape)
    for name in ("mean", "variance"):
        alike(told(lambda: getattr(wide, name)), told(lambda: getattr(wider, name)), ROUGH.get(case, 1e-6))
    alike(told(wide.entropy), told(wider.entropy))


@LIBRARIES
def test_enumerate_support(case, torch):
    ours, theirs = made(minigrad, case)[0], made(torch, case)[0]
    for expand in (True, False):
        alike(told(lambda: ours.enumerate_support(expand)), told(lambda: theirs.enumerate_support(expand)))


NAMES = [name for name in CASES if name in vars(minigrad.distributions)]      # one case of each class
NAMES += ["TransformedDistribution of vectors"]


@pytest.mark.parametrize("first, second", list(itertools.product(NAMES, NAMES)))
def test_kl_divergence(first, second, torch):
    found = []
    for lib in (minigrad, torch):
        p, left = made(lib, first)
        q, right = made(lib, second, (B, R, S))
        found.append((told(lambda: lib.distributions.kl_divergence(p, q)), left + right))
    (kl, mine), (expected, others) = found
    if first == second == "Wishart":        # PyTorch's is wrong, even negative
        assert (kl > 0).all() and (expected < 0).any()
        return
    if first == second == "Wishart":        # PyTorch adds up the batch, and may give less than 0
        assert (kl > 0).all() and (expected < 0).any()
        return
    if isinstance(expected, type) or expected.shape != kl.shape:
        assert isinstance(kl, type) or kl.min() > -1e-9      # minigrad has more pairs
        return
    alike(kl, expected, 1e-6, 1e-8)
    if first != "ContinuousBernoulli":
        gradients_alike(kl, expected, mine, others, 1e-5, 1e-7)
