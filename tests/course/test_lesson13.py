"""Lesson 13: the student's names, rates, layers and merged weights work in a pretrained network."""

import re

import lesson13_answers
import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.course import lesson13
from minigrad.course.lessons import exercise


def put_to_work(number, capsys):
    """What is printed for the solution and for another right answer."""
    printed = []
    for answer in (exercise(number).solution, lesson13_answers.ALSO_RIGHT[number][0]):
        state, python = minigrad.get_rng_state(), np.random.get_state()[1].copy()
        exercise(number).then(answer)
        assert minigrad.equal(minigrad.get_rng_state(), state)
        assert (np.random.get_state()[1] == python).all()
        printed.append(capsys.readouterr())
        assert not printed[-1].err
    return [each.out for each in printed]


def percents(text):
    return [float(each) for each in re.findall(r"([\d.]+)%", text)]


@pytest.mark.slow
def test_translated_weights_read_digits(capsys):
    first, second = put_to_work("13.1", capsys)
    assert first == second
    without, translated = percents(first)
    assert without < 30 and translated > 93


@pytest.mark.slow
def test_a_network_learns_with_the_student_s_rates(capsys):
    first, second = put_to_work("13.3", capsys)
    assert first == second and percents(first)[0] > 70
    moved = [float(each) for each in re.findall(r"\d\.\d{4}", first)]
    assert len(moved) == 3 and moved == sorted(moved)


@pytest.mark.slow
def test_a_network_learns_with_the_student_s_layers_and_keeps_what_it_knew(capsys):
    for text in put_to_work("13.4", capsys):
        learned, kept, known = percents(text)
        assert learned > 70 and kept == known > 93
        assert "4,106 numbers are trained instead of 52,650" in text


def test_merged_weights_give_the_same_scores(capsys):
    for text in put_to_work("13.5", capsys):
        found = re.search(r"by (\S+) at most; the largest is ([\d.]+)\.\n", text)
        difference, largest = map(float, found.groups())
        assert difference < 1e-4 < 1 < largest


def test_a_wrong_merge_shows():
    with pytest.raises(Exception, match="matmul"):
        exercise("13.5").then(lambda W, A, B, alpha: W + A @ B)


@pytest.mark.parametrize("rank", [1, 3])
def test_merging_the_solution_s_layer_gives_its_outputs(rank):
    minigrad.manual_seed(0)
    layer = lesson13.LoRALinear(nn.Linear(5, 4), rank, alpha=2.0)
    with minigrad.no_grad():
        layer.B.copy_(minigrad.randn(4, rank))
    W, A, B = (each.detach().numpy() for each in (layer.linear.weight, layer.A, layer.B))
    x = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    merged = x @ lesson13.merged_weight(W, A, B, 2.0).T + layer.linear.bias.detach().numpy()
    np.testing.assert_allclose(merged, layer(minigrad.tensor(x)).detach().numpy(), atol=1e-5)
