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
