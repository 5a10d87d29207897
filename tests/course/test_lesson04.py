"""Lesson 4: the student's op, walk and rule work inside minigrad, and its excerpts are there."""

import re

import numpy as np
import pytest
from lesson04_answers import ALSO_RIGHT

import minigrad
from minigrad.course import lesson04
from minigrad.course.lessons import exercise
from minigrad.nn import functional as F


def printed(number, answer, capsys):
    """What is printed when the answer is put to work; it leaves the random state alone."""
    before = minigrad.get_rng_state()
    exercise(number).then(answer)
    assert (np.asarray(minigrad.get_rng_state()) == np.asarray(before)).all()
    return capsys.readouterr().out


def number(pattern, text):
    return float(re.search(pattern, text)[1].replace(",", ""))


@pytest.mark.parametrize("which", ["solution", 0])
def test_a_network_learns_with_the_student_s_op(which, capsys):
    answer = exercise("4.1").solution if which == "solution" else ALSO_RIGHT["4.1"][which]
    text = printed("4.1", answer, capsys)
    assert text.startswith("minigrad's gradcheck and gradgradcheck accept your op")
    assert number(r"the graph keeps ([\d.]+) MB", text) < number(r"formula keeps ([\d.]+) MB", text)
    assert number(r": ([\d.]+)% of 1,000 unseen", text) > 80


@pytest.mark.slow
@pytest.mark.parametrize("which", ["solution", 0, 1])
def test_the_student_s_walk_takes_the_place_of_backward(which, capsys):
    answer = exercise("4.2").solution if which == "solution" else ALSO_RIGHT["4.2"][which]
    text = printed("4.2", answer, capsys)
    assert "25,450 gradients" in text and number(r"difference is ([\d.e-]+)\.\n", text) < 1e-6
    assert number(r": ([\d.]+)% of 1,000 unseen", text) > 80


@pytest.mark.slow
def test_a_walk_that_is_wrong_trains_nothing(capsys):
    text = printed("4.2", lambda y: {each: -g for each, g in lesson04.gradients(y).items()}, capsys)
    assert number(r"difference is ([\d.e-]+)\.\n", text) > 1e-3
    assert number(r": ([\d.]+)% of 1,000 unseen", text) < 50


@pytest.mark.parametrize("which", ["solution", 0, 1])
def test_the_student_s_softmax_is_accepted(which, capsys):
    answer = exercise("4.3").solution if which == "solution" else ALSO_RIGHT["4.3"][which]
    text = printed("4.3", answer, capsys)
    assert number(r"by at most ([\d.e-]+)\. ", text) < 1e-12


def test_a_rule_without_a_graph_passes_the_first_check_only():
    op = lesson04.softmax_op(lesson04.jacobian_rule)
    assert minigrad.gradcheck(op, lesson04.leaf(2, 3))
    with pytest.raises(AssertionError):
        minigrad.gradgradcheck(op, lesson04.leaf(2, 3))


@pytest.mark.parametrize("which", ["solution", 0])
def test_the_student_s_products_find_the_largest_curvature(which, capsys):
    answer = exercise("4.4").solution if which == "solution" else ALSO_RIGHT["4.4"][which]
    text = printed("4.4", answer, capsys)
    assert number(r"curvature ([\d.]+);", text) == number(r"Hessian it is ([\d.]+)\.\n", text)
    assert number(r"15 products, ([\d.]+)\. ", text) > 0.5


def test_the_walk_works_through_a_convolutional_network():
    """pull() meets fused ops and the gradient of an index."""
    minigrad.manual_seed(0)
    model = minigrad.nn.Sequential(minigrad.nn.Conv2d(1, 2, 3), minigrad.nn.ReLU(), minigrad.nn.MaxPool2d(2),
                                   minigrad.nn.Flatten(), minigrad.nn.Linear(18, 4))

    def loss():
        scores = model(minigrad.ones(3, 1, 8, 8) / 2)
        return F.cross_entropy(scores[1:], minigrad.tensor([1, 3])) + scores[0, 2]
    loss().backward()
    found = lesson04.gradients(loss())
    for parameter in model.parameters():
        assert np.allclose(parameter.grad.numpy(), found[parameter], atol=1e-6)
