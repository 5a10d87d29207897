"""Lesson 8: what the student's own code does in the framework."""

import copy
import re
import warnings

import lesson08_answers as answers
import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.course.lesson08 import BatchNorm, Dropout, kaiming_std, smoothed_cross_entropy
from minigrad.course.lessons import exercise
from minigrad.nn import functional as F


def numbers_of(number, answer, capsys):
    """What an exercise prints after the right answer, as numbers line by line.

    It warns of nothing, and the global random numbers stay as they are.
    """
    before, numpy_before = copy.deepcopy(minigrad.get_rng_state()), np.random.get_state()[1].copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exercise(number).then(answer)
    assert (np.asarray(minigrad.get_rng_state()) == np.asarray(before)).all()
    assert (np.random.get_state()[1] == numpy_before).all()
    printed = capsys.readouterr().out
    return [list(map(float, re.findall(r"\s(\d+\.\d+)\b", line))) for line in printed.splitlines()[1:]]


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("8.1").solution, answers.kaiming_std_by_loop])
def test_a_deep_network_learns_from_the_student_s_weights_only(answer, capsys):
    [[std, small], [yours], [guess]] = numbers_of("8.1", answer, capsys)
    assert std == 0.01 and abs(small - guess) < 0.02 and yours < guess - 0.8


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("8.2").solution, answers.BatchNormInPlace])
def test_a_deep_network_learns_with_the_student_s_batch_norm_only(answer, capsys):
    [[plain], [normalised]] = numbers_of("8.2", answer, capsys)
    assert plain < 30 and normalised > 75


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("8.3").solution, answers.DropoutByBernoulli])
def test_the_student_s_dropout_lowers_the_loss_on_unseen_digits(answer, capsys):
    [[plain, right], [p, dropped, also_right]] = numbers_of("8.3", answer, capsys)
    assert p == 0.5 and dropped < plain - 0.03 and min(right, also_right) > 70


@pytest.mark.parametrize("answer", [exercise("8.4").solution, answers.schedule_by_cases])
def test_the_student_s_schedule_ends_lower_than_a_constant_rate(answer, capsys):
    [[constant, right], [loss, more_right]] = numbers_of("8.4", answer, capsys)
    assert loss < 0.7 * constant and more_right > right > 75


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("8.6").solution, answers.smoothed_by_one_hot])
def test_the_student_s_smoothing_makes_a_network_less_sure(answer, capsys):
    [[right, sure], [s, also_right, less_sure]] = numbers_of("8.6", answer, capsys)
    assert s == 0.2 and min(right, also_right) > 80 and less_sure < sure - 15


# the solutions against the library


def test_the_batch_norm_of_the_lesson_is_that_of_the_library():
    mine, library = BatchNorm(4, momentum=0.3), nn.BatchNorm1d(4, momentum=0.3)
    x = minigrad.randn(3, 7, 4)
    for batch in x:
        assert np.allclose(mine(batch).detach(), library(batch).detach(), atol=1e-5)
    mine.eval()
    library.eval()
    assert np.allclose(mine(x[0]).detach(), library(x[0]).detach(), atol=1e-5)
    for name in ("running_mean", "running_var"):
        assert np.allclose(getattr(mine, name), getattr(library, name), atol=1e-5)


def test_the_other_solutions_agree_with_the_library_too():
    x = minigrad.ones(400, 500)
    for drop in (Dropout(0.3), nn.Dropout(0.3)):
        y = drop(x).numpy()
        assert np.allclose(np.unique(y), [0, 1 / 0.7]) and abs(y.mean() - 1) < 4 * (0.3 / 0.7 / y.size) ** 0.5
    weight = minigrad.empty(300, 20, 5, 5)
    nn.init.kaiming_normal_(weight, nonlinearity="relu")
    assert abs(weight.std().item() / kaiming_std(weight.shape) - 1) < 4 * (2 * weight.numel()) ** -0.5
    logits, target = minigrad.randn(5, 3), minigrad.tensor([0, 2, 1, 1, 0])
    library = F.cross_entropy(logits, target, label_smoothing=0.3)
    assert np.allclose(smoothed_cross_entropy(logits, target, 0.3), library, atol=1e-6)


def test_an_untouched_class_is_not_written_yet():
    class BatchNorm(answers.WithTensors):
        def forward(self, x):
            ...

    class Dropout(answers.WithP):
        def forward(self, x):
            ...
    assert exercise("8.2").trouble(BatchNorm).startswith("Not written yet: BatchNorm returns None")
    assert exercise("8.3").trouble(Dropout).startswith("Not written yet: Dropout returns None")
