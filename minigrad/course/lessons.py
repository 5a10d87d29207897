"""The list of lessons, and of their exercises."""

import importlib
from typing import NamedTuple

from minigrad.course.grading import Exercise


class Lesson(NamedTuple):
    """number: 1 to 16; file: the notebook's name without its ending; minutes: how long a student needs."""

    number: int
    file: str
    title: str
    minutes: int

    @property
    def exercises(self) -> list[Exercise]:
        """The graded exercises, in order."""
        try:
            return list(importlib.import_module(f"minigrad.course.lesson{self.number:02}").EXERCISES)
        except ModuleNotFoundError as error:
            if error.name != f"minigrad.course.lesson{self.number:02}":
                raise
            return []


LESSONS = [
    Lesson(1, "01_numbers_and_slopes", "Numbers and slopes", 40),
    Lesson(2, "02_scalar_engine", "An engine for numbers", 60),
    Lesson(3, "03_tensors", "From numbers to tensors", 60),
    Lesson(7, "07_house_prices", "What is a house worth?", 60),
    Lesson(9, "09_digits", "Reading digits", 60),
    Lesson(11, "11_sentiment", "Did they like the film?", 60),
    Lesson(14, "14_generating", "Generating: VAE, GAN, diffusion", 60),
    Lesson(15, "15_fast_or_slow", "Why it is fast or slow", 60),
]


def lesson(number: int) -> Lesson:
    """The lesson of this number. Raises ValueError if there is none."""
    for each in LESSONS:
        if each.number == number:
            return each
    there = ", ".join(str(each.number) for each in LESSONS)
    raise ValueError(f"there is no lesson {number}; there are {there}")


def exercise(number: str) -> Exercise:
    """The exercise of this number, such as "1.2". Raises ValueError if there is none."""
    found = [each for one in LESSONS for each in one.exercises]
    for each in found:
        if each.number == number:
            return each
    there = ", ".join(each.number for each in found)
    raise ValueError(f"there is no exercise {number!r}; there are {there}")
