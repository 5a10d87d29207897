"""Lesson 12: the student's tokenizer, attention, sampler and cache work in a trained GPT."""

import math
import re

import lesson12_answers
import numpy as np
import pytest

import minigrad
from minigrad.course import lesson12
from minigrad.course.lessons import exercise


def put_to_work(number, capsys):
    """What is printed for the solution, and for another right answer, which must be the same."""
    printed = []
    for answer in (exercise(number).solution, lesson12_answers.ALSO_RIGHT[number][0]):
        state, python = minigrad.get_rng_state(), np.random.get_state()[1].copy()
        exercise(number).then(answer)
        assert minigrad.equal(minigrad.get_rng_state(), state)
        assert (np.random.get_state()[1] == python).all()
        printed.append(capsys.readouterr())
        assert not printed[-1].err
    return [each.out for each in printed]


@pytest.mark.slow
def test_a_gpt_trains_on_the_student_s_tokens(capsys):
    first, second = put_to_work("12.2", capsys)
    assert first == second
    found = re.search(r": ([\d,]+) char.* became ([\d,]+) tokens, ([\d.]+)", first)
    characters, tokens, each = found.groups()
    characters, tokens = (int(number.replace(",", "")) for number in (characters, tokens))
    assert characters == 80_000 and 1.3 < characters / tokens < 2.5 and math.isclose(
        characters / tokens, float(each), abs_tol=0.01)
    loss, guess = map(float, re.search(r"loss ([\d.]+) .* has ([\d.]+)\.\n", first).groups())
    assert 2.5 < loss < guess - 1


@pytest.mark.slow
def test_a_gpt_trains_with_the_student_s_attention(capsys):
    losses = [float(re.search(r"loss ([\d.]+)", text)[1]) for text in put_to_work("12.3", capsys)]
    assert max(losses) < 3.8 and abs(losses[0] - losses[1]) < 0.1


@pytest.mark.slow
def test_a_gpt_that_looks_ahead_has_a_loss_too_good_to_be_true():
    tokens, ids = lesson12.tokens_with(lesson12.merge, 60)
    ahead = lesson12.attention(mask=lambda T: minigrad.zeros(T, T) > 0)
    assert lesson12.trained(tokens, ids, ahead)[1] < lesson12.trained(tokens, ids, lesson12.causal)[1]


@pytest.mark.slow
def test_the_trained_gpt_writes_with_the_student_s_sampler(capsys):
    first, second = put_to_work("12.4", capsys)
    assert first == second
    cut = int(re.search(r"cut off (\d+)%", first)[1])
    assert 10 < cut < 40         # top_p = 0.8 leaves at least 80 % of what top_k has left
    plain, kept = re.findall(r": (.*)\n", first)[:2]
    assert plain != kept and len(kept) > 60


def test_the_trained_gpt_writes_the_same_text_with_the_student_s_cache(capsys):
    for text in put_to_work("12.5", capsys):
        assert "wrote 32 tokens with your cache; 32 of them" in text and "496 positions, with it 31" in text


@pytest.mark.slow
@pytest.mark.parametrize("number", ["12.2", "12.4", "12.5"])
def test_a_wrong_answer_shows_in_what_is_printed(number, capsys):
    wrong = {"12.2": lambda symbols, pair: symbols, "12.4": lambda p, top_k, top_p: p,
             "12.5": lesson12.looks_at(new_k=False, new_v=False)}[number]
    exercise(number).then(wrong)
    text = capsys.readouterr().out
    assert {"12.2": "1.00 characters each", "12.4": "cut off 0%", "12.5": "with your cache; "}[number] in text
    if number == "12.5":
        assert int(re.search(r"; (\d+) of them", text)[1]) < 32
