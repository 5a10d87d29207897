"""Lesson 16: the student's measures, temperature, attributions and weights at work on digits."""

import math
import re

import numpy as np
import pytest
from lesson16_answers import ALSO_RIGHT

import minigrad
from minigrad.course import lesson16
from minigrad.course.lesson16 import auc, ece
from minigrad.course.lessons import exercise
from minigrad.data import mnist


def with_each(number):
    return pytest.mark.parametrize("answer", [exercise(number).solution, ALSO_RIGHT[number][0]])


@pytest.fixture(autouse=True)
def the_random_numbers_go_on():
    before = minigrad.get_rng_state()
    yield
    assert np.array_equal(minigrad.get_rng_state().numpy(), before.numpy())


@pytest.mark.slow
@with_each("16.4")
def test_the_student_s_temperature_makes_a_network_honest(answer, capsys, monkeypatch):
    sizes = {"train": 10_000, "test": 2000}     # a browser has no more digits
    monkeypatch.setattr(lesson16, "loaded", lambda split: [each[:sizes[split]] for each in mnist(split)])
    exercise("16.4").then(answer)
    printed = capsys.readouterr().out
    assert 1.5 < float(re.search(r"temperature ([\d.]+) from", printed)[1]) < 4
    before, after = map(float, re.findall(r"error ([\d.]+)", printed))
    assert after < before / 2
    assert len({*re.findall(r"([\d.]+)% right", printed)}) == 1     # what it says stays the same


@with_each("16.5")
def test_the_student_s_attributions_add_up(answer, capsys):
    exercise("16.5").then(answer)
    sums = re.findall(r"up to +([-\d.]+), f\(image\) - f\(blank\) is +([-\d.]+)", capsys.readouterr().out)
    assert len(sums) == 3
    for given, expected in sums:
        assert math.isclose(float(given), float(expected), rel_tol=0.03)


@with_each("16.2")
def test_the_student_s_weights_find_more_eights(answer, capsys):
    exercise("16.2").then(answer)
    found = [int(count) for count in re.findall(r"(\d+) of 100 eights", capsys.readouterr().out)]
    assert found[0] < 20 and found[1] > 40


@pytest.mark.parametrize("seed", range(5))
def test_the_area_under_the_curve_is_that_of_the_curve(seed):
    rng = np.random.default_rng(seed)
    scores, labels = np.round(rng.normal(size=50), 1), rng.integers(0, 2, 50)
    for answer in ALSO_RIGHT["16.1"]:
        assert math.isclose(auc(scores, labels), answer(scores, labels), rel_tol=1e-12)


def test_a_model_that_keeps_its_word_has_no_calibration_error():
    confidence = np.repeat([0.6, 0.8, 1.0], 10)
    correct = np.concatenate([np.arange(10) < 6, np.arange(10) < 8, np.arange(10) < 10])
    assert ece(confidence, correct, 10) < 1e-12
    assert math.isclose(ece(confidence, ~correct, 10), (0.2 + 0.6 + 1.0) / 3)
