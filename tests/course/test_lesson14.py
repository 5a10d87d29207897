"""Lesson 14: the student's code trains a network that draws, and takes the steps of another."""

import re

import lesson14_answers
import numpy as np
import pytest

import minigrad
from minigrad.course import lesson14
from minigrad.course.lessons import exercise


@pytest.mark.slow
@pytest.mark.parametrize("number", ["14.2", "14.5"])
def test_the_student_s_code_draws_digits(number, capsys):
    asked, state = exercise(number), minigrad.get_rng_state()
    for answer in (asked.solution, lesson14_answers.ALSO_RIGHT[number][0]):
        asked.then(answer)
        ours, noise, real = map(float, re.search(
            r"reads: ([\d.]+); of pure noise ([\d.]+), of other real digits ([\d.]+)\.",
            capsys.readouterr().out).groups())
        assert 0 < real < 3 < ours + 2 < 15 and noise > 50
    assert minigrad.get_rng_state().equal(state)


@pytest.mark.parametrize("wrong", [lesson14.adds_the_prediction, lambda x, *given: x])
def test_a_wrong_step_draws_no_digits(wrong):
    with pytest.raises(ValueError, match="these are no digits: their distance to real ones is"):
        lesson14.draws_digits(wrong)


def test_the_divergence_is_what_sampling_estimates():
    mean, log_variance = minigrad.tensor([[0.5, -1.0]]), minigrad.tensor([[0.3, -0.6]])
    deviation = np.exp(log_variance.numpy() / 2)
    z = mean.numpy() + deviation * np.random.default_rng(0).normal(size=(200_000, 2))
    log_ratio = (z ** 2 / 2 - ((z - mean.numpy()) / deviation) ** 2 / 2 - np.log(deviation)).sum(1)
    error = log_ratio.std() / len(z) ** 0.5
    assert abs(lesson14.kl(mean, log_variance).item() - log_ratio.mean()) < 4 * error


def test_one_jump_has_the_distribution_of_many_small_steps():
    betas, x = minigrad.tensor([0.1, 0.2, 0.4]), np.full(100_000, 2.0)
    rng = np.random.default_rng(0)
    for beta in betas.tolist():
        x = np.sqrt(1 - beta) * x + np.sqrt(beta) * rng.normal(size=x.shape)
    one, zero, t = minigrad.full((1, 1), 2.0), minigrad.zeros(1, 1), minigrad.tensor([2])
    mean = lesson14.noised(one, zero, t, betas).item()
    deviation = lesson14.noised(0 * one, zero + 1, t, betas).item()
    assert abs(x.mean() - mean) < 0.015 and abs(x.std() - deviation) < 0.01


def test_a_step_back_has_the_mean_of_the_posterior_and_a_bounded_variance():
    """With the true noise, the mean is that of q(x_{t-1} | x_t, x_0): Ho et al. 2020, eq. 7."""
    betas, t = minigrad.tensor([0.1, 0.2, 0.4], dtype=minigrad.float64), 2
    beta, (before, left) = betas[t].item(), (1 - betas).cumprod(0)[t - 1:].tolist()
    x0, noise = 0.7, -1.3
    x = left ** 0.5 * x0 + (1 - left) ** 0.5 * noise
    mean = (before ** 0.5 * beta * x0 + (1 - beta) ** 0.5 * (1 - before) * x) / (1 - left)
    x, noise = (minigrad.tensor([[each]], dtype=minigrad.float64) for each in (x, noise))
    found = lesson14.step_back(x, noise, t, betas, 0 * noise)
    assert abs(found.item() - mean) < 1e-12


def test_an_answer_without_gradients_hears_so():
    trouble = exercise("14.1").trouble(lesson14_answers.ALSO_WRONG["14.1"][0])
    assert "no gradient flows through the answer" in trouble
