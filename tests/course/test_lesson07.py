"""Lesson 7: the student's loss, rule and folds at work on house prices."""

import re

import numpy as np
import pytest
from lesson07_answers import ALSO_RIGHT

import minigrad
from minigrad.course.lessons import exercise


def with_each(number):
    return pytest.mark.parametrize("answer", [exercise(number).solution, ALSO_RIGHT[number][0]])


@pytest.fixture(autouse=True)
def the_random_numbers_go_on():
    before = minigrad.get_rng_state()
    yield
    assert np.array_equal(minigrad.get_rng_state().numpy(), before.numpy())


@with_each("7.2")
def test_the_student_s_loss_predicts_prices(answer, capsys):
    exercise("7.2").then(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("minigrad's gradcheck accepts")
    assert 0.7 < float(re.search(r"R² ([\d.]+)", printed)[1]) < 0.9


@with_each("7.4")
def test_the_student_s_rule_stops_a_training(answer, capsys):
    exercise("7.4").then(answer)
    printed = capsys.readouterr().out
    last, best = map(int, re.search(r"after (\d+) of.*in epoch (\d+)", printed, re.S).groups())
    assert last == best + 10 < 400


@with_each("7.5")
def test_the_student_s_folds_rate_two_models(answer, capsys):
    exercise("7.5").then(answer)
    printed = capsys.readouterr().out
    scores = [float(score) for score in re.findall(r"R² ([\d.]+)", printed)]
    assert len(scores) == 2 and all(0.7 < score < 0.9 for score in scores)
