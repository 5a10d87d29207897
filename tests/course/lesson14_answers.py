"""Lesson 14: right answers written in other ways than the solutions, and wrong ones."""

import minigrad
from minigrad.distributions import Normal, kl_divergence
from minigrad.nn import functional as F


def draw_by_variance(mean, log_variance, noise):
    variance = minigrad.exp(log_variance)
    deviation = variance ** 0.5
    return noise * deviation + mean


def kl_by_loops(mean, log_variance):
    rows = []
    for m, v in zip(mean, log_variance):
        total = 0
        for a, b in zip(m, v):
            total = total + 0.5 * (a * a + minigrad.exp(b) - b - 1)
        rows.append(total)
    return minigrad.stack(rows)


def kl_by_distributions(mean, log_variance):
    standard = Normal(minigrad.zeros_like(mean), minigrad.ones_like(mean))
    return kl_divergence(Normal(mean, (0.5 * log_variance).exp()), standard).sum(-1)


def losses_by_cross_entropy(real, fake):
    bce = F.binary_cross_entropy_with_logits
    yes, no = minigrad.ones_like(fake), minigrad.zeros_like(fake)
    return [bce(real, minigrad.ones_like(real)) + bce(fake, no), bce(fake, yes)]


def losses_by_logsigmoid(real, fake):
    recognised = -F.logsigmoid(real).sum() / real.numel()
    unmasked = -F.logsigmoid(-fake).sum() / fake.numel()
    return recognised + unmasked, -F.logsigmoid(fake).mean()


def noised_row_by_row(x, noise, t, betas):
    rows = []
    for i in range(len(x)):
        left = 1.0
        for step in range(int(t[i]) + 1):
            left = left * (1 - betas[step])
        rows.append(left ** 0.5 * x[i] + (1 - left) ** 0.5 * noise[i])
    return minigrad.stack(rows)


def noised_by_logarithms(x, noise, t, betas):
    left = (1 - betas).log().cumsum(0).exp().index_select(0, t).unsqueeze(1)
    return minigrad.sqrt(left) * x + minigrad.sqrt(1 - left) * noise


def step_by_alphas(x, predicted, t, betas, noise):
    alphas = 1 - betas
    alpha_bar = 1
    for alpha in alphas[:t + 1]:
        alpha_bar = alpha_bar * alpha
    x = 1 / alphas[t] ** 0.5 * (x - (1 - alphas[t]) / (1 - alpha_bar) ** 0.5 * predicted)
    if t != 0:
        x = x + betas[t] ** 0.5 * noise
    return x


def step_by_floats(x, predicted, t, betas, noise):
    beta, left = betas[t].item(), (1 - betas)[:t + 1].prod().item()
    fresh = noise * beta ** 0.5 * (t > 0)
    return (x - predicted * beta / (1 - left) ** 0.5) / (1 - beta) ** 0.5 + fresh


ALSO_RIGHT = {
    "14.1": [draw_by_variance, lambda mean, log_variance, noise: Normal(mean, (0.5 * log_variance).exp()).mean
             + minigrad.sqrt(log_variance.exp()) * noise],
    "14.2": [kl_by_distributions, kl_by_loops],
    "14.3": [losses_by_cross_entropy, losses_by_logsigmoid],
    "14.4": [noised_by_logarithms, noised_row_by_row],
    "14.5": [step_by_floats, step_by_alphas],
}
ALSO_WRONG = {
    "14.1": [lambda mean, log_variance, noise: (mean + (log_variance / 2).exp() * noise).detach(),
             lambda mean, log_variance, noise: mean.numpy() + noise.numpy(),
             lambda mean, log_variance, noise: 0],
    "14.2": [lambda mean, log_variance: mean ** 2, lambda mean, log_variance: float(mean.sum()),
             lambda mean, log_variance: mean.numpy()],
    "14.3": [lambda real, fake: real.mean() - fake.mean(), lambda real, fake: (real, fake),
             lambda real, fake: (0.0, 0.0)],
    "14.4": [lambda x, noise, t, betas: x + noise, lambda x, noise, t, betas: x,
             lambda x, noise, t, betas: x.numpy()],
    "14.5": [lambda x, predicted, t, betas, noise: x - predicted, lambda x, predicted, t, betas, noise: x,
             lambda x, predicted, t, betas, noise: 1 / 0],
}
