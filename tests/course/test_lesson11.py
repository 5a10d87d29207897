"""Lesson 11: the student's attention reads reviews, the student's positions tell the order of words."""

import importlib
import re

import numpy as np
import pytest
from lesson11_answers import ALSO_RIGHT

import minigrad
from minigrad import nn
from minigrad.course.lessons import exercise

lesson11 = importlib.import_module("minigrad.course.lesson11")


@pytest.fixture
def same_random_numbers():
    """What a grader draws does not change the random numbers of the lesson."""
    minigrad.manual_seed(5)
    expected = minigrad.rand(3).tolist()
    minigrad.manual_seed(5)
    yield
    assert minigrad.rand(3).tolist() == expected


@pytest.mark.slow
@pytest.mark.parametrize("answer", [lesson11.masked_attention, ALSO_RIGHT["11.2"][0]])
def test_the_student_s_attention_trains_a_reader(answer, capsys, same_random_numbers):
    exercise("11.2").then(answer)
    printed = capsys.readouterr().out
    right, guess = map(float, re.findall(r"([\d.]+)%", printed))
    assert 68 < right < 90 and 50 <= guess < 55
    assert float(re.search(r"output by ([\de.+-]+)\.", printed)[1]) < 1e-4


@pytest.mark.slow
def test_an_attention_that_sees_the_padding_is_found_out_by_the_reader(capsys):
    exercise("11.2").then(lambda Q, K, V, padding: nn.functional.scaled_dot_product_attention(Q, K, V))
    assert float(re.search(r"output by ([\de.+-]+)\.", capsys.readouterr().out)[1]) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("answer", [lesson11.sinusoids, ALSO_RIGHT["11.3"][0]])
def test_the_student_s_positions_tell_the_order(answer, capsys, same_random_numbers):
    exercise("11.3").then(answer)
    without, given = map(float, re.findall(r"([\d.]+)%", capsys.readouterr().out))
    assert 40 < without < 60 and given > 95


def test_the_positions_are_those_of_the_library():
    table = nn.PositionalEncoding(8, max_len=50, dtype=minigrad.float64).pe.numpy()
    assert np.allclose(lesson11.sinusoids(50, 8), table, atol=1e-12)


def test_the_contributions_are_those_of_the_formula():
    logit = np.sin([4.0, 9.0, 2.0]).sum() + 0.5
    without = logit - np.sin([4.0, 9.0, 2.0]) + np.sin(1.0)
    expected = 1 / (1 + np.exp(-logit)) - 1 / (1 + np.exp(-without))
    assert np.allclose(lesson11.contributions(lesson11.Sum(), np.array([4, 9, 2])), expected, atol=1e-6)
