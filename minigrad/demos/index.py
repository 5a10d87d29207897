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
    "generate": Demo(
        "a GAN, a VAE or a diffusion model learns to draw digits",
        ("N", "draw N digits into a picture, 1 to 400"), seeds="initial weights, order of the data and noise",
        options=[("--model", {"choices": ["gan", "wgan", "vae", "diffusion"], "help":
                              "gan (default), wgan (WGAN-GP), vae or diffusion"})]),
    "house-price": Demo(
        "a multi-layer perceptron learns what houses sell for",
        ("HOUSE", "estimate the price of 'area, rooms, neighbourhood', such as '1500, 6, North_Ames'"),
        options=[("--features", {"choices": ["three", "all"], "help":
                                 "use area, rooms and neighbourhood (three, the default) or all columns"})]),
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
