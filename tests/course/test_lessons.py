"""The graders: right answers pass, however they are written; stubs, endless loops and mistakes do not."""

import importlib
import math
import re
from contextlib import contextmanager

import numpy as np
import pytest

import minigrad
from minigrad.course import Exercise, call, grade, progress
from minigrad.course.deadline import repeats_a_line
from minigrad.course.grading import Case
from minigrad.course.lessons import LESSONS, exercise, lesson

EXERCISES = [each for one in LESSONS for each in one.exercises]
ALSO_RIGHT, ALSO_WRONG = {}, {}
for one in LESSONS:
    if one.exercises:
        answers = importlib.import_module(f"lesson{one.number:02}_answers")
        ALSO_RIGHT |= answers.ALSO_RIGHT
        ALSO_WRONG |= answers.ALSO_WRONG

each_exercise = pytest.mark.parametrize("asked", EXERCISES, ids=lambda asked: asked.number)


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_COURSE", str(tmp_path / "course.json"))


@contextmanager
def as_a_student(function):
    """In the block, the function is one that a student wrote in a notebook, and not minigrad's own."""
    own = function.__module__
    function.__module__ = "__main__"
    try:
        yield function
    finally:
        function.__module__ = own


@each_exercise
def test_the_solution_is_right(asked):
    with as_a_student(asked.solution) as solution:
        assert asked.trouble(solution) is None
    assert asked.trouble(asked.solution).startswith("This is minigrad's own")


@each_exercise
def test_an_untouched_stub_is_not_written_yet(asked):
    names = {}
    exec(f"def {asked.name}(*given, **more):\n    ...", names)
    if not isinstance(asked.solution, type):
        assert asked.trouble(names[asked.name]).startswith("Not written yet")
    assert asked.trouble(None).startswith(("There should be a function", "There should be a class"))


@each_exercise
def test_each_mistake_hears_the_words_meant_for_it(asked):
    assert len(asked.mistakes) >= 3
    for words, wrong in asked.mistakes.items():
        with as_a_student(wrong):
            assert words in asked.trouble(wrong), words


@pytest.mark.parametrize("wrap", [np.array, minigrad.tensor, lambda values: (np.array(values), 1.0),
                                  lambda values: tuple(map(float, values))])
def test_a_mistake_that_gives_nan_hears_its_words(wrap):
    asked = Exercise("1.1", "", cases=[call(1.0)], solution=lambda x: wrap([x, 2.0, 3.0]), hint="Think.",
                     mistakes={"Divide later.": lambda x: wrap([x, np.inf, np.nan])})
    assert asked.trouble(lambda x: wrap([x, np.inf, np.nan])).endswith("\nHint: Divide later.")
    assert "Hint" not in asked.trouble(lambda x: wrap([x, np.nan, np.nan]))


@each_exercise
def test_answers_written_otherwise_are_right_too(asked):
    answers = ALSO_RIGHT[asked.number]
    assert len(answers) >= 2
    for answer in answers:
        assert asked.trouble(answer) is None


@each_exercise
def test_answers_that_are_wrong_in_no_known_way_hear_the_hint_or_their_error(asked):
    for answer in ALSO_WRONG.get(asked.number, []):
        assert re.match("Not right yet|.* stops with", asked.trouble(answer))


def test_the_line_of_a_class_s_method_that_stops_is_named():
    class Solution:
        def value(self, x):
            return x

    class Stops(Solution):
        def value(self, x):
            return x.nothing
    asked = Exercise("1.1", "", cases=[Case("{name}().value(1)", lambda answer: answer().value(1))],
                     solution=Solution, mistakes={}, hint="Think.")
    assert re.search(r"stops with AttributeError: .*\n +line \d+ of the cell: return x.nothing$",
                     asked.trouble(Stops))


def test_a_function_that_is_built_in_is_an_answer_like_any_other():
    asked = Exercise("1.1", "", cases=[call(4.0)], solution=lambda x: x ** 0.5, mistakes={}, hint="Think.")
    assert asked.trouble(math.sqrt) is None and asked.trouble(np.sqrt) is None
    assert asked.trouble(math.cos).startswith("Not right yet") and "TypeError" in asked.trouble(len)


def in_several_lines(f, x, h):
    while True:
        x += h


def in_one_line(f, x, h):
    while True: pass    # noqa: E701


def in_one_line_with_a_condition(f, x, h):
    while h > 0: x += h    # noqa: E701


def in_a_function_of_its_own(f, x, h):
    def walk(x):
        while x == x:
            x = x + 0 * h
    return walk(x)


def in_which_errors_are_ignored(f, x, h):
    while True:
        try:
            x += h
        except Exception:
            x = f(x)


@pytest.mark.parametrize("loop", [in_several_lines, in_one_line, in_one_line_with_a_condition,
                                  in_a_function_of_its_own, in_which_errors_are_ignored])
def test_an_endless_loop_ends(loop):
    asked = exercise("1.1")
    asked.seconds, before = 0.2, asked.seconds
    try:
        assert asked.trouble(loop).startswith("Your code is too slow, or a loop")
    finally:
        asked.seconds = before


def test_loops_that_are_told_line_by_line_are_not_slowed_down():
    def ordinary(n):
        total = 0
        for i in range(n): total += i    # noqa: E701
        while total > 9:
            total //= 2
        return [i * i for i in range(total)]
    assert not repeats_a_line(ordinary.__code__) and repeats_a_line(in_one_line.__code__)


def test_who_forgets_to_return_hears_so():
    def prints(f, x, h):
        print((f(x + h) - f(x)) / h)
    assert "gives None.\nHint: A function hands its result back" in exercise("1.1").trouble(prints)

    class Layer(minigrad.nn.Module):
        def forward(self, x):
            x + 1

    class Stub(minigrad.nn.Module):
        def forward(self, x):
            """What it does."""
            ...
    asked = Exercise("1.1", "", cases=[Case("{name}()(1)", lambda answer: answer()(1))], solution=Layer,
                     mistakes={}, hint="Think.")
    assert "Layer()(1) gives None" in asked.trouble(Layer)
    assert asked.trouble(Stub).startswith("Not written yet")


def test_a_mistake_that_stops_is_known_by_its_message():
    def stops_with(message):
        def answer(x):
            raise ValueError(message)
        return answer
    asked = Exercise("1.1", "", cases=[call(1.0)], solution=lambda x: x, hint="Think.",
                     mistakes={"Mind the shapes.": stops_with("<lambda>(): shapes differ")})
    assert asked.trouble(stops_with("mine(): shapes differ")).endswith("\nHint: Mind the shapes.")
    assert "Hint" not in asked.trouble(stops_with("mine(): no such dtype"))


def test_an_answer_that_stops_only_at_work_gets_no_traceback(capsys, monkeypatch):
    def halves(answer):
        return answer(1) / 0
    asked = exercise("1.1")
    monkeypatch.setattr(asked, "then", halves)
    grade("1.1", lambda f, x, h: (f(x + h) - f(x)) / h)
    assert re.match(r"Right.\nAll that was tried is right, but .* stops with TypeError: ",
                    capsys.readouterr().out)


def test_a_large_array_is_told_by_its_shape():
    assert call(np.zeros((4, 3)), np.array([1, 2])).text == "{name}(array(..., shape=(4, 3)), array([1, 2]))"


def test_numbers_are_unique_and_each_lesson_is_found():
    numbers = [each.number for each in EXERCISES]
    assert len({*numbers}) == len(numbers) and all(lesson(each.number) is each for each in LESSONS)
    for one in LESSONS:
        assert [each.number for each in one.exercises] == [
            f"{one.number}.{i}" for i in range(1, len(one.exercises) + 1)]
    with pytest.raises(ValueError, match="there is no exercise '99.1'; there are 1.1, "):
        exercise("99.1")
    with pytest.raises(ValueError, match="there is no lesson 99; there are 1, 2"):
        lesson(99)


def test_a_pass_is_noted_and_stays(capsys):
    grade("1.1", lambda f, x, h: None)
    assert progress.load() == {}        # not a try
    grade("1.1", lambda f, x, h: f(x + h) - f(x))
    assert progress.load() == {"1.1": {"tries": 1, "passed": None}}
    grade("1.1", lambda f, x, h: (f(x + h) - f(x)) / h)
    grade("1.1", lambda f, x, h: 0)
    entry = progress.load()["1.1"]
    assert entry["tries"] == 3 and re.fullmatch(r"\d{4}-\d\d-\d\d", entry["passed"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("Hint: ")
    assert progress.forget(1) == 1 and progress.load() == {}


@pytest.mark.parametrize("content", [b"[1]", b"{", b"\xff", b'{"1.1": 3}', b"[" * 100_000])
def test_a_damaged_progress_is_kept_and_told(content, capsys):
    progress.path().write_bytes(content)
    with pytest.raises(ValueError, match="not a file of the course's progress; move it away"):
        progress.load()
    grade("1.1", lambda f, x, h: (f(x + h) - f(x)) / h)
    assert "Right." in capsys.readouterr().out and progress.path().read_bytes() == content


def test_a_case_cannot_be_changed_by_one_answer_for_the_next():
    numbers = np.array([1.0, 2.0])
    asked = Exercise("1.1", "", cases=[call(numbers)], solution=np.sum, mistakes={}, hint="Add.")

    def spoils(x):
        x[:] = 0
        return x.sum()
    assert asked.trouble(spoils).startswith("Not right yet") and asked.trouble(lambda x: math.fsum(x)) is None
    assert numbers.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("number", ["2.5", "3.5"])
def test_the_student_s_rule_trains_a_network(number, capsys):
    asked = exercise(number)
    for answer in (asked.solution, ALSO_RIGHT[number][0]):
        asked.then(answer)
        printed = capsys.readouterr().out
        assert re.match("minigrad's gradcheck.* accepts? your", printed)
        assert float(re.search(r": ([\d.]+)% of 1,000 unseen digits", printed)[1]) > 85
    wrong = {"2.5": minigrad.sigmoid, "3.5": lambda g, x, weight, bias: (g @ weight, g.T @ x, g.mean(0))}
    with pytest.raises(Exception, match="gradcheck failed"):
        asked.then(wrong[number])
