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
    Lesson(4, "04_real_engine", "The real engine", 70),
    Lesson(5, "05_modules_losses_optimizers", "Layers, losses and optimizers, written out", 70),
    Lesson(6, "06_saving_resuming", "Saving, loading, resuming", 50),
    Lesson(7, "07_house_prices", "What is a house worth?", 75),
    Lesson(8, "08_training_well", "Training well", 75),
    Lesson(9, "09_digits", "Reading digits", 75),
    Lesson(10, "10_sequences", "Sequences", 60),
    Lesson(11, "11_sentiment", "Did they like the film?", 60),
    Lesson(12, "12_small_gpt", "A small GPT", 60),
    Lesson(13, "13_fine_tuning", "Pretrained models, fine-tuning, LoRA", 60),
    Lesson(14, "14_generating", "Generating: VAE, GAN, diffusion", 60),
    Lesson(15, "15_fast_or_slow", "Why it is fast or slow", 60),
    Lesson(16, "16_what_a_model_knows", "What a model knows and does not", 60),
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
