"""The demos: their names, what each says of itself, and its options beside those that all have.

A demo NAME is main() in the file of that name, with its defaults; this table is what the command line shows
without loading it.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


def whole(least: int) -> Callable[[str], int]:
    """The type of an option: an integer of at least `least`."""
    def convert(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected an integer of at least {least}, got {text!r}")
        return int(text)
    return convert


def number(least: float) -> Callable[[str], float]:
    """The type of an option: a finite number of at least `least`."""
    def convert(text):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f"expected a number of at least {least:g}, got {text!r}")
        return value
    return convert


@dataclass(frozen=True)
class Demo:
    """predict: (name, help) of what --predict takes. needs: what --predict needs.

    trains: whether there are epochs. epochs: what --epochs counts. seeds: what --seed decides. options:
    (flag, settings of ArgumentParser.add_argument) of its own.
    """

    says: str
    predict: tuple[str, str]
    needs: str = "a trained model"
    trains: bool = True
    epochs: str = "number of passes over the training data"
    seeds: str = "initial weights, order of the data and dropout"
    options: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


DEMOS = {
    "balance": Demo(
        "a network learns by trial and error to balance a pole on a cart",
        ("STATE", "start from 'position, velocity, angle, angular velocity' in m and degrees, such as "
                  "'0, 0, 5, 0', and show what happens"),
        epochs="number of epochs, each 10,240 steps of experience",
        seeds="initial weights, starts and random pushes",
        options=[("--method", {"choices": ["ppo", "reinforce"], "help":
                               "how it learns: ppo (default) or reinforce"})]),
    "gpt": Demo(
        "a small GPT learns to write like Shakespeare",
        ("TEXT", "continue a text, such as 'ROMEO:'"), seeds="initial weights, order of the data and writing",
        options=[("--tokens", {"choices": ["characters", "bpe"], "help":
                               "read characters (the default) or pieces of words, byte-pair encoding"}),
                 ("--temperature", {"metavar": "X", "type": number(0), "help":
                                    "how freely it writes: 0 takes the likeliest token, 1 draws from its "
                                    "probabilities (default: 0.8)"})]),
    "house-price": Demo(
        "a multi-layer perceptron learns what houses sell for",
        ("HOUSE", "estimate the price of 'area, rooms, neighbourhood', such as '1500, 6, North_Ames'"),
        options=[("--features", {"choices": ["three", "all"], "help":
                                 "use area, rooms and neighbourhood (three, the default) or all columns"})]),
    "masked-words": Demo(
        "a small BERT learns to find hidden words, then a task from few examples",
        ("TEXT", "guess the words at each [MASK] of a text"),
        seeds="initial weights, order of the data and hidden words"),
    "mnist": Demo(
        "a convolutional network learns to read handwritten digits",
        ("DIGIT", "read a digit from a picture file, or from a test image by its number, 0 to 9999")),
    "recommend": Demo(
        "two networks learn what films someone will like",
        ("FILMS", "recommend films to someone who liked these, such as 'horror 12, comedy 3'")),
    "search": Demo(
        "a pretrained BERT finds film reviews by what they mean",
        ("TEXT", "find the reviews nearest to a text"), needs="the vectors of an earlier run", trains=False,
        seeds="which reviews",
        options=[("--texts", {"metavar": "N", "type": whole(20), "help":
                              "number of reviews, drawn by --seed (default: 2000)"})]),
    "sentiment": Demo(
        "a Transformer learns whether a film review is positive",
        ("SENTENCE", "classify a sentence")),
}
