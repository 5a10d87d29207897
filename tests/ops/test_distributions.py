"""Distributions have PyTorch's densities, entropies and divergences, and samples that follow them."""

import numpy as np
import pytest

import minigrad
from minigrad import distributions, gradcheck, nn
from minigrad.backend import manual_seed
from minigrad.distributions import Bernoulli, Categorical, Independent, Normal, Uniform, kl_divergence

RNG = np.random.default_rng(0)
LOC, P, L = RNG.normal(size=(3, 4)), RNG.uniform(0.1, 0.9, (3, 4)), RNG.normal(size=(3, 4))
PAIRS = {       # two distributions from (library, its distributions, two parameters); values for log_prob
    "Normal": (lambda d, a, p: [d.Normal(a, p), d.Normal(p, 2.0)], L),
    "Uniform": (lambda d, a, p: [d.Uniform(a, a + p), d.Uniform(a - p, a + 2 * p)], LOC + P / 2),
    "a value outside": (lambda d, a, p: [d.Uniform(a, a + p), d.Uniform(a + p / 2, a + 2 * p)], LOC + 2 * P),
    "Bernoulli": (lambda d, a, p: [d.Bernoulli(p), d.Bernoulli(logits=a)], np.round(P)),
    "Categorical": (lambda d, a, p: [d.Categorical(p), d.Categorical(logits=a)], np.array([0, 3, 1])),
    "Categorical, several": (lambda d, a, p: [d.Categorical(p), d.Categorical(logits=a)],
                             np.array([[0], [3]])),
    "Independent": (lambda d, a, p: [d.Independent(d.Normal(a, p), 1),
                                     d.Independent(d.Normal(0.0 * a, 1.0), 1)], L),
}


def answers(lib, d, case):
    """log_prob, entropy and divergence, and the gradients of their sums."""
    make, value = PAIRS[case]
    a, p = (lib.tensor(x, requires_grad=True) for x in (LOC, P))
    first, second = make(d, a, p)
    found = [first.log_prob(lib.tensor(value)), first.entropy(), d.kl_divergence(first, second)]
    if case in ("Normal", "Uniform", "Bernoulli", "Independent"):
        found += [first.mean, first.variance]
    gradients = []
    for y in found:
        if y.requires_grad and np.isfinite(y.detach().numpy()).all():
            gradients += lib.autograd.grad(y.sum(), (a, p), retain_graph=True, allow_unused=True)
    shapes = tuple(first.batch_shape), tuple(first.event_shape), tuple(first.sample((5, 2)).shape)
    return shapes, [*found, *gradients]


@pytest.mark.parametrize("case", PAIRS)
def test_a_distribution_is_what_it_is_in_pytorch(case, torch):
    PAIRS_OF_TORCH = torch.distributions
    PAIRS_OF_TORCH.Distribution.set_default_validate_args(case != "a value outside")
    shapes, ours = answers(minigrad, distributions, case)
    expected, theirs = answers(torch, PAIRS_OF_TORCH, case)
    assert shapes == expected
    for mine, other in zip(ours, theirs, strict=True):
        if mine is None or other is None:       # PyTorch gives None or zeros where there is no dependence
            assert all(x is None or not x.detach().numpy().any() for x in (mine, other))
            continue
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-6, atol=1e-12)


def test_what_is_impossible_counts_as_in_pytorch(torch):
    def answers(lib, d):
        inf, P, Q = float("inf"), [[0.0, 0.4, 0.6], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]], [0.0, 0.5, 0.5]
        p, q = d.Categorical(lib.tensor(P)), d.Categorical(lib.tensor(Q))
        masked = d.Categorical(logits=lib.tensor([0.0, -inf, 1.0]))
        a = d.Bernoulli(lib.tensor([0.0, 1.0, 0.2, 0.2, 1.0]))
        b = d.Bernoulli(lib.tensor([0.0, 1.0, 0.0, 1.0, 0.5]))
        return p.entropy(), masked.entropy(), d.kl_divergence(p, q), d.kl_divergence(a, b)
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
    (lambda: Normal(minigrad.zeros(2), minigrad.ones(3)), ValueError, r"loc \(2,\), scale \(3,\)"),
    (lambda: Uniform(1.0, 1.0), ValueError, "Uniform: high - low must be above 0 everywhere, got 0"),
    (lambda: Bernoulli(1.5), ValueError, "Bernoulli: probs must be from 0 to 1 everywhere, got 1.5"),
    (lambda: Bernoulli(), ValueError, "Bernoulli: pass either probs= or logits=, and not both"),
    (lambda: Categorical(logits=1.0), ValueError, r"must have shape \(..., V\), got \(\)"),
    (lambda: Independent(Normal(0.0, 1.0), 1), ValueError,
     r"must be between 0 and 0 for batch_shape \(\), got 1"),
    (lambda: Bernoulli(0.5).rsample(), NotImplementedError, "Bernoulli has no rsample"),
    (lambda: kl_divergence(Normal(0.0, 1.0), Uniform(0.0, 1.0)), NotImplementedError,
     "of Normal and Uniform is not implemented"),
    (lambda: distributions.Norml, AttributeError, "did you mean distributions.Normal"),
])
def test_a_distribution_says_what_does_not_fit(wrong, error, text):
    with pytest.raises(error, match=text):
        wrong()
