"""Lesson 10: the student's cells are those of the library and learn; the student's sampler writes."""

import importlib
import math
import re

import numpy as np
import pytest
from lesson10_answers import ALSO_RIGHT

import minigrad
from minigrad.course.lessons import exercise

lesson10 = importlib.import_module("minigrad.course.lesson10")


@pytest.fixture
def same_random_numbers():
    """What a grader draws does not change the random numbers of the lesson."""
    minigrad.manual_seed(5)
    expected = minigrad.rand(3).tolist()
    minigrad.manual_seed(5)
    yield
    assert minigrad.rand(3).tolist() == expected


@pytest.mark.parametrize("answer", [lesson10.rnn_step, ALSO_RIGHT["10.3"][1]])
def test_the_student_s_recurrent_cell_is_the_one_of_the_library(answer, capsys, same_random_numbers):
    exercise("10.3").then(answer)
    off, off_gradient = map(float, re.findall(r"at most (\de[+-]\d+|0e\+00)", capsys.readouterr().out))
    assert off < 1e-5 and off_gradient < 1e-3


def test_another_cell_differs_from_the_one_of_the_library(capsys):
    exercise("10.3").then(lambda x, h, W, U, b: minigrad.tanh(x @ W.T + h @ U + b))
    assert all(float(off) > 0.01 for off in re.findall(r"at most (\de[+-]\d+)", capsys.readouterr().out))


@pytest.mark.slow
@pytest.mark.parametrize("answer", [lesson10.lstm_step, ALSO_RIGHT["10.4"][0]])
def test_the_student_s_lstm_learns_to_write(answer, capsys, same_random_numbers):
    exercise("10.4").then(answer)
    printed = capsys.readouterr().out
    assert float(re.search(r"at most (\S+)\.", printed)[1]) < 1e-5
    reached = float(re.search(r"([\d.]+) bits per character", printed)[1])
    baseline = float(re.search(r"takes ([\d.]+)\.", printed)[1])
    assert 2.5 < reached < baseline - 0.5 and 4 < baseline < 5


@pytest.mark.parametrize("answer", [lesson10.sample, ALSO_RIGHT["10.5"][0]])
def test_the_cooler_the_student_s_sampler_the_more_known_words_it_writes(answer, capsys, same_random_numbers):
    exercise("10.5").then(answer)
    printed = capsys.readouterr().out
    shares = [int(share) for share in re.findall(r"(\d+)% of \d+ words", printed)]
    assert len(shares) == 3 and shares[0] > 90 and shares[0] > shares[2]
    assert printed.count("plays:\n    ROMEO:") == 3


def test_a_sampler_draws_in_proportion_to_the_probabilities():
    u = (np.arange(10_000) + 0.5) / 10_000
    drawn = [lesson10.sample(np.log([0.1, 0.6, 0.3]), 1.0, each) for each in u]
    assert np.bincount(drawn).tolist() == [1000, 6000, 3000]


def test_bits_are_those_of_a_known_code():
    logits = np.log([[0.5, 0.25, 0.125, 0.125]] * 4)
    assert math.isclose(lesson10.bits(logits, np.arange(4)), (1 + 2 + 3 + 3) / 4)


def test_windows_that_reach_beyond_the_text_are_told():
    def windows(ids, length, stride):
        rows = range(0, len(ids), stride)
        return [ids[i:i + length] for i in rows], [ids[i + 1:i + length + 1] for i in rows]
    said = exercise("10.2").trouble(windows)
    assert "stops with ValueError: the windows differ in length; do the last ones reach beyond" in said
