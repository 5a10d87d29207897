"""The demos: their names, what each says of itself, and its options beside those that all have.

A demo NAME is main() in the file of that name, with its defaults; this table is what the command line shows
without loading it.
"""

import argparse
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


@dataclass(frozen=True)
class Demo:
    """predict: (name, help) of what --predict takes. needs: what --predict needs.

    trains: whether there are epochs. seeds: what --seed decides. options: (flag, settings of
    ArgumentParser.add_argument) of its own.
    """

    says: str
    predict: tuple[str, str]
    needs: str = "a trained model"
    trains: bool = True
    seeds: str = "initial weights, order of the data and dropout"
    options: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


DEMOS = {
    "fine-tune": Demo(
        "a pretrained BERT learns whether a film review is positive",
        ("TEXT", "classify a text, and show which words decide")),
    "house-price": Demo(
        "a multi-layer perceptron learns what houses sell for",
        ("HOUSE", "estimate the price of 'area, rooms, neighbourhood', such as '1500, 6, North_Ames'"),
        options=[("--features", {"choices": ["three", "all"], "help":
                                 "use area, rooms and neighbourhood (three, the default) or all columns"})]),
    "mnist": Demo(
        "a convolutional network learns to read handwritten digits",
        ("DIGIT", "read a digit from a picture file, or from a test image by its number, 0 to 9999")),
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
