"""What a grader says to every kind of answer."""

import numpy as np
import pytest

import minigrad
from minigrad.course import Exercise, call

ARRAY, IDS, FLAGS = np.array([1.0, 2.0]), np.array([[3, 4]]), np.array([True, False])
LEARNED = minigrad.tensor([1.0, 2.0], requires_grad=True)


def said(answer, expected):
    def f(x):
        return expected
    asked = Exercise("1.1", "", cases=[call(7)], solution=f, mistakes={}, hint="Think.")
    return asked.trouble(lambda x: answer)


@pytest.mark.parametrize("expected", [ARRAY, 3, [0.5, 0.25], (IDS, FLAGS), minigrad.tensor([1.0]), LEARNED])
def test_an_answer_is_right_wrong_or_not_written_yet(expected):
    assert said(expected, expected) is None
    assert said(None, expected).startswith("Not right yet: f(7) gives None.\nHint: A function hands its")
    assert said(..., expected).startswith("Not written yet: f returns None.\nFill in the")
    assert said((None, None), expected).startswith("Not right yet: f(7) gives None")


@pytest.mark.parametrize("answer, expected, trouble", [
    (4, 3, "f(7) gives 4, which is wrong.\nHint: Think."),
    (True, 1, "the answer should hold integers, got booleans."),
    (ARRAY, 3, "the answer should be one number, got an array of shape (2,)."),
    ([3], 3, "the answer should be one number, got an array of shape (1,)."),
    (3, ARRAY, "the shape should be (2,), got one number."),
    (ARRAY * 1j, ARRAY, "the answer should be a NumPy array, got a NumPy array of dtype complex128."),
    (np.array([1, None]), ARRAY, "the answer should be a NumPy array, got a NumPy array of dtype object."),
    (object(), ARRAY, "the answer should be a NumPy array, got an object."),
    ("3", 3, "the answer should be a number, got a str."),
    ([3, None], 3, "the answer should be a number, got a list."),
    (minigrad.tensor(3.0), 3, "the answer should be a number, got a Tensor."),
    (ARRAY[:, None], ARRAY, "the shape should be (2,), got (2, 1)."),
    (ARRAY * [1, 2], ARRAY, "f(7) gives [1. 4.], which is wrong.\nHint: Think."),
    (ARRAY * [1, np.nan], ARRAY, "the answer contains nan or inf."),
    (LEARNED, ARRAY, "the answer should be a NumPy array, got a Tensor."),
    ([[1.0], [1.0, 2.0]], ARRAY, "the answer should be a NumPy array, got a list that is not one array of "
                                 "numbers."),
    ({}, ARRAY, "the answer should be a NumPy array, got a dict."),
    (ARRAY, LEARNED, "the answer should be a Tensor, got a NumPy array."),
    (LEARNED.detach(), LEARNED, "no gradient flows through the answer; use tensor operations only, not "
                                ".numpy() or .detach()."),
    (IDS, (IDS, FLAGS), "there should be 2 results, got a NumPy array."),
    ((IDS, FLAGS, 1), (IDS, FLAGS), "there should be 2 results, got 3."),
    ((IDS, None), (IDS, FLAGS), "in result 2, the answer should be a NumPy array, got None."),
    ((IDS, FLAGS * 1), (IDS, FLAGS), "in result 2, the answer should hold booleans, got integers."),
    ((IDS * 1.0, FLAGS), (IDS, FLAGS), "in result 1, the answer should hold integers, got floating-point "
                                       "numbers."),
    (np.arange(60), np.minimum(np.arange(60), 58),
     f"f(7) gives [ {' '.join(map(str, range(22)))}..., which is wrong.\nHint: Think."),
])
def test_a_wrong_answer_hears_what_is_wrong_and_not_what_is_right(answer, expected, trouble):
    if "gives" not in trouble:
        trouble = f"f(7) is not what it should be: {trouble}"
    assert said(answer, expected) == f"Not right yet: {trouble}"
