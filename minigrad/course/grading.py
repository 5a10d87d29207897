"""Grading: is the student's code right, and if not, what is the likely mistake?

    central = Exercise("1.2", "the central difference",
                       cases=[call(math.sin, 0.3, 1e-4), call(math.exp, -1.0, 1e-4)],
                       solution=central_difference,
                       mistakes={"The two points are 2h apart, so divide by 2 * h.": lambda f, x, h: ...},
                       hint="How far apart are the two points?")

An exercise knows a solution, cases to try, and mistakes that students make. A mistake is code, too: a student
whose answers are those of a known mistake reads the words meant for it. The student never sees a right value.
"""

import copy
import dis
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from minigrad.autograd import Tensor
from minigrad.course import progress
from minigrad.course.answers import NO_RESULT, NOT_WRITTEN, difference, hinted, kind, misfit, place
from minigrad.course.deadline import TooSlow, deadline
from minigrad.course.words import say

UNTOUCHED = (None, ...)
BARE = {"RESUME", "NOP", "CACHE", "POP_TOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


class Case(NamedTuple):
    """text: what is tried, as the student would write it; use(answer): tries it and returns what came out."""

    text: str
    use: Callable[[Any], Any]


def call(*arguments: Any) -> Case:
    """The case that calls the student's function with copies of these arguments."""
    def use(answer):
        return answer(*(each if isinstance(each, Tensor) or callable(each) else copy.deepcopy(each)
                        for each in arguments))
    return Case(f"{{name}}({', '.join(map(shown, arguments))})", use)


def shown(argument):
    """An argument in a message: a function by its name, a larger array by its shape."""
    if isinstance(argument, np.ndarray) and argument.size > 6:
        return f"array(..., shape={argument.shape})"
    return argument.__name__ if inspect.isroutine(argument) else repr(argument)


class Stopped(NamedTuple):
    """An error that stopped an answer: its type, and its message without the name of the function."""

    type: type
    message: str


class Exercise:
    """One exercise and all that grades it.

    number      "1.2" is the second exercise of lesson 1
    title       what it is about, in a few words
    name        of the function or class that the student writes
    cases       what is tried, in this order; each `use` returns numbers, arrays, tensors, or a tuple of them
    solution    a right answer
    mistakes    {what to tell the student: a wrong answer of this kind}
    hint        what to think about after a mistake of no known kind
    atol        how far a value may be off
    seconds     for all cases together
    then        called with the right answer; puts it to work in the framework and may print what came of it
    """

    def __init__(self, number: str, title: str, *, cases: Sequence[Case], solution: Callable,
                 mistakes: Mapping[str, Callable], hint: str, atol: float = 1e-6, seconds: float = 5.0,
                 then: Callable[[Any], None] | None = None) -> None:
        self.number, self.title, self.name = number, title, solution.__name__
        self.cases, self.solution, self.mistakes = list(cases), solution, dict(mistakes)
        self.hint, self.atol, self.seconds, self.then = hint, atol, seconds, then

    @property
    def lesson(self) -> int:
        return int(self.number.split(".")[0])

    def trouble(self, answer: Any, cases: int | None = None) -> str | None:
        """What is wrong with an answer, in words for the student; None if nothing is.

        cases: only so many, the first ones; default: all
        """
        if not callable(answer):
            asked = {"name": self.name, "got": kind(answer)}
            if inspect.isclass(self.solution):
                return say("There should be a class {name}, got {got}: run the cell above again.", **asked)
            return say("There should be a function {name}, got {got}: run the cell above again.", **asked)
        if str(getattr(answer, "__module__", "")).startswith("minigrad."):
            return say("This is minigrad's own {own}; write {name} yourself.", own=answer.__name__,
                       name=self.name)
        if is_stub(answer):
            return say(NOT_WRITTEN, name=self.name)
        try:
            with deadline(self.seconds, *sources(answer)):
                tried = (self.tried(case, answer) for case in self.cases[:cases])
                return next((trouble for trouble in tried if trouble), None)
        except TooSlow as error:
            return say("Your code is too slow, or a loop in it never ends: {error}.\n"
                       "Hint: does every loop come closer to its end each time around?", error=error)

    def tried(self, case, answer):
        """What is wrong with an answer in one case, or None."""
        text = say(case.text, name=self.name)
        try:
            result = case.use(answer)
        except Exception as error:          # whatever a student's code raises
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            advice = self.known_mistake(answer)
            stop = say("{case} stops with {said}", case=text, said=said)
            return stop + place(error, answer) + hinted(advice)
        if untouched(result):
            forgot = is_written(answer) and not untouched(result, by=(...,))
            return say(NO_RESULT, case=text) if forgot else say(NOT_WRITTEN, name=self.name)
        expected = case.use(self.solution)
        misfits = misfit(result, expected)
        off = misfits or difference(result, expected, self.atol)
        if not off:
            return None
        advice = self.known_mistake(answer) or (None if misfits else self.hint)
        if misfits:
            wrong = say("Not right yet: {case} is not what it should be: {trouble}.", case=text, trouble=off)
        else:
            given = short(result)
            wrong = say("Not right yet: {case} gives {result}, which is wrong.", case=text, result=given)
        return wrong + hinted(advice)

    def known_mistake(self, answer):
        """The words for the mistake that gives the answers of this one in every case, or None."""
        given = [outcome(case, answer) for case in self.cases]
        for words, wrong in self.mistakes.items():
            if all(same(mine, outcome(case, wrong), self.atol) for case, mine in zip(self.cases, given)):
                return words
        return None


def sources(answer):
    """The files, or notebook cells, in which a student's function or class is written."""
    inside = getattr(answer, "__dict__", {}).values()      # a class's methods; math.sqrt has no __dict__
    codes = [getattr(each, "__code__", None) for each in (answer, *inside)]
    return {code.co_filename for code in codes if code}


def is_stub(answer):
    """Does a function do nothing, and return None or ...?"""
    code = getattr(answer, "__code__", None)
    steps = list(dis.get_instructions(code)) if code else []
    return bool(steps) and all(step.opname in BARE for step in steps) and all(
        any(step.argval is each for each in UNTOUCHED) for step in steps
        if step.opname in ("LOAD_CONST", "RETURN_CONST"))


def is_written(answer):
    """Is no function, no method of a class, and no op's forward a stub any more?"""
    inside = getattr(answer, "__dict__", {}).values()
    return not any(is_stub(part) for part in (answer, getattr(answer, "forward", None), *inside))


def untouched(result, by=UNTOUCHED):
    parts = result if isinstance(result, (tuple, list)) else [result]
    return len(parts) > 0 and all(any(part is each for each in by) for part in parts)


def outcome(case, answer):
    """What an answer gives in a case, or the error with which it stops."""
    try:
        return case.use(answer)
    except Exception as error:
        return Stopped(type(error), re.sub(r"\S+\(\)", "", str(error)))


def same(mine, other, atol):
    """Are two outcomes the same?"""
    if isinstance(mine, Stopped) or isinstance(other, Stopped):
        return type(mine) is type(other) and mine == other
    mine, other = without_nan(mine), without_nan(other)
    return not misfit(mine, other) and not difference(mine, other, atol)


def without_nan(outcome):
    """An outcome with a number for each nan and inf: a mistake that gives nan is a known one, too."""
    if isinstance(outcome, tuple):
        return tuple(map(without_nan, outcome))
    if isinstance(outcome, Tensor):
        return outcome.nan_to_num(1e30) if outcome.is_floating_point() else outcome
    is_float = isinstance(outcome, (float, np.floating, np.ndarray)) and np.asarray(outcome).dtype.kind == "f"
    return np.nan_to_num(outcome, nan=1e30) if is_float else outcome


def short(result):
    text = " ".join(str(result).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def grade(number: str, answer: Any) -> None:
    """Print whether `answer`, a function or a class, solves exercise `number`, and note it in the progress.

    Raises ValueError if there is no such exercise.
    """
    from minigrad.course.lessons import exercise  # the lessons are made of this file's parts

    asked = exercise(number)
    trouble = asked.trouble(answer)
    print(trouble or say("Right."))
    if trouble != say(NOT_WRITTEN, name=asked.name):
        try:
            progress.note(number, passed=trouble is None)
        except (OSError, ValueError) as error:
            print(say("(The progress could not be noted: {error})", error=error))
    if trouble is None and asked.then:
        try:
            asked.then(answer)
        except Exception as error:
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            print(say("All that was tried is right, but at work in a real training it stops with {said}",
                      said=said) + place(error, answer))


def require(number: str, answer: Any, cases: int | None = None) -> None:
    """Raise AssertionError with what is wrong unless `answer` solves exercise `number`.

    This is what tools that grade notebooks need: nothing is printed, and nothing noted in the progress.
    cases: only so many, the first ones; default: all.
    Raises ValueError if there is no such exercise.
    """
    from minigrad.course.lessons import exercise

    trouble = exercise(number).trouble(answer, cases)
    if trouble is not None:
        raise AssertionError(trouble)
