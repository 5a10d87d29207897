"""Lesson 9: what the student's own code does in the framework."""

import re

import lesson09_answers
import numpy as np
import pytest

import minigrad
from minigrad.course.lessons import exercise


def ran(number, answer, capsys):
    """What an exercise prints after the right answer; global random numbers stay as they are."""
    before, numpy_before = minigrad.get_rng_state(), np.random.get_state()[1].copy()
    exercise(number).then(answer)
    assert (np.asarray(minigrad.get_rng_state()) == np.asarray(before)).all()
    assert (np.random.get_state()[1] == numpy_before).all()
    return capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("9.2").solution, lesson09_answers.patches_in_lists])
def test_a_network_learns_digits_with_convolutions_made_of_the_student_s_patches(answer, capsys):
    printed = ran("9.2", answer, capsys)
    assert float(re.search(r"differs from F.conv2d by (\S+) at most", printed)[1]) < 1e-5
    assert float(re.search(r": ([\d.]+)% of 1,000", printed)[1]) > 80


@pytest.mark.parametrize("answer", [exercise("9.4").solution,
                                    lesson09_answers.max_pool_gradient_by_reshaping])
def test_a_network_learns_digits_with_the_student_s_pooling(answer, capsys):
    printed = ran("9.4", answer, capsys)
    assert printed.startswith("minigrad's gradcheck accepts your gradient.")
    assert float(re.search(r": ([\d.]+)% of 1,000", printed)[1]) > 85


def test_a_wrong_gradient_of_pooling_fails_gradcheck():
    with pytest.raises(Exception, match="gradcheck failed"):
        exercise("9.4").then(lambda g, x: g.repeat(2, axis=2).repeat(2, axis=3))


@pytest.mark.slow
@pytest.mark.parametrize("answer", [exercise("9.6").solution, lesson09_answers.shifted_pixel_by_pixel])
def test_a_network_that_has_seen_the_student_s_shifts_reads_shifted_digits(answer, capsys):
    plain, augmented = ran("9.6", answer, capsys).splitlines()[1:]
    rates = [[float(each) for each in re.findall(r"([\d.]+)%", line)] for line in (plain, augmented)]
    assert min(rates[0][0], rates[1][0]) > 85 and rates[1][1] > rates[0][1] + 15
