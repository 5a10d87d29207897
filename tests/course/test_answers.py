"""The check below an exercise of the notebooks: what it prints for every kind of answer."""

import numpy as np
import pytest

import minigrad
from minigrad.course import check

ARRAY, IDS, FLAGS = np.array([1.0, 2.0]), np.array([[3, 4]]), np.array([True, False])
LEARNED = minigrad.tensor([1.0, 2.0], requires_grad=True)


def printed(capsys, answer, expected):
    check(lambda x: answer, ((7,), expected), hint="Think.")
    return capsys.readouterr().out.rstrip("\n")


@pytest.mark.parametrize("expected", [ARRAY, 3, [0.5, 0.25], (IDS, FLAGS), minigrad.tensor([1.0]), LEARNED])
def test_an_answer_is_right_wrong_or_not_written_yet(capsys, expected):
    assert printed(capsys, expected, expected) == "Right."
    assert printed(capsys, None, expected).startswith("Not written yet: <lambda> returns None.\nFill in the")
    assert printed(capsys, (None, None), expected).startswith("Not written yet")
    assert printed(capsys, ..., expected).startswith("Not written yet")


@pytest.mark.parametrize("answer, expected, trouble", [
    (4, 3, "<lambda>(7) gives 4, which is wrong.\nHint: Think."),
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
    (ARRAY * [1, 2], ARRAY, "<lambda>(7) gives [1. 4.], which is wrong.\nHint: Think."),
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
    (np.arange(60), np.minimum(np.arange(60), 58), "the shape is right, but the answer is wrong in 1 of 60 "
                                                   "values, the first at [59].\nHint: Think."),
])
def test_a_wrong_answer_hears_what_is_wrong_and_not_what_is_right(capsys, answer, expected, trouble):
    assert printed(capsys, answer, expected) == f"Not right yet: {trouble}"


def test_an_error_in_the_students_code_is_shown_with_its_line(capsys):
    def halved(x):
        return np.zeros((2, 3)) @ np.zeros((2, 3)) / x
    check(halved, ((7,), 3), hint="Think.")
    said, line = capsys.readouterr().out.splitlines()
    assert said.startswith("Your code stops with ValueError: matmul: Input operand 1 has a mismatch")
    assert line.endswith(" of the cell: return np.zeros((2, 3)) @ np.zeros((2, 3)) / x")


def test_a_function_that_changes_its_arguments_cannot_spoil_the_next_case(capsys):
    given = np.array([1.0, 2.0])

    def doubled(x):
        x *= 2
        return x
    check(doubled, ((given,), [2.0, 4.0]), ((given,), [2.0, 4.0]), hint="Think.",
          then=lambda: print("and then"))
    assert capsys.readouterr().out == "Right.\nand then\n"
    assert given.tolist() == [1.0, 2.0]


def test_what_is_no_function_and_an_error_without_a_text_are_answered_too(capsys):
    check(3, ((7,), 3), hint="Think.")
    assert capsys.readouterr().out == "There should be a function, got a number: run the cell above again.\n"

    def unsure(x):
        raise NotImplementedError
    check(unsure, ((7,), 3), hint="Think.")
    assert capsys.readouterr().out.startswith("Your code stops with NotImplementedError\n    line ")
