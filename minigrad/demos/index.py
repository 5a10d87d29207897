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


BEAM = ("--beam", {"metavar": "N", "type": whole(1), "help":
                   "number of hypotheses that beam search follows (default: 5); 1 is greedy"})

DEMOS = {
    "balance": Demo(
        "a network learns by trial and error to balance a pole on a cart",
        ("STATE", "start from 'position, velocity, angle, angular velocity' in m and degrees, such as "
                  "'0, 0, 5, 0', and show what happens"),
        epochs="number of epochs, each 10,240 steps of experience",
        seeds="initial weights, starts and random pushes",
        options=[("--method", {"choices": ["ppo", "reinforce"], "help":
                               "how it learns: ppo (default) or reinforce"})]),
    "emoji": Demo(
        "convolutional networks learn what kind of thing an emoji shows",
        ("PICTURE", "classify a picture file, or an emoji of the data by its number, 0 to 1905"),
        seeds="initial weights, order of the data, augmentation and dropout",
        options=[("--model", {"choices": ["textbook", "resnet", "inception"], "help":
                              "the network: a textbook's CNN, a ResNet (the default) or an Inception"})]),
    "entities": Demo(
        "a pretrained BERT learns to find people, places and products in posts",
        ("TEXT", "find the entities in a text"),
        seeds="weights of the last layer, order of the data and dropout"),
    "fine-tune": Demo(
        "a pretrained BERT learns whether a film review is positive",
        ("TEXT", "classify a text, and show which words decide")),
    "forecast": Demo(
        "an RNN, LSTM, GRU and WaveNet forecast a time series",
        ("N", "forecast the next N steps after the end of the data"),
        seeds="initial weights and order of the data",
        options=[("--series", {"choices": ["co2", "sunspots", "weather"], "help":
                               "carbon dioxide (co2, the default), sunspots or weather"})]),
    "generate": Demo(
        "a GAN, a VAE or a diffusion model learns to draw digits",
        ("N", "draw N digits into a picture, 1 to 400"), seeds="initial weights, order of the data and noise",
        options=[("--model", {"choices": ["gan", "wgan", "vae", "diffusion"], "help":
                              "gan (default), wgan (WGAN-GP), vae or diffusion"})]),
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
        options=[("--features", {"choices": ["three", "all", "engineered"], "help":
                                 "use area, rooms and neighbourhood (three, the default), all columns, or "
                                 "all cleaned, with more features, in ten folds (engineered)"})]),
    "masked-words": Demo(
        "a small BERT learns to find hidden words, then a task from few examples",
        ("TEXT", "guess the words at each [MASK] of a text"),
        seeds="initial weights, order of the data and hidden words"),
    "mnist": Demo(
        "a convolutional network learns to read handwritten digits",
        ("DIGIT", "read a digit from a picture file, or from a test image by its number, 0 to 9999")),
    "recognise": Demo(
        "pretrained networks for speech, kinds of files, faces and pronunciation",
        ("FILE", "recognise a WAV file, any file, a picture or, with --model spelling, a word"),
        needs="the package of the model", trains=False, seeds="the made sound",
        options=[("--model", {"choices": ["speech", "file", "face", "spelling"],
                              "help": "what to recognise (default: speech)"})]),
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
    "spelling": Demo(
        "a Transformer and an LSTM with attention learn how words are spoken",
        ("WORD", "print how a word is spoken, such as 'backpropagation'"), needs="trained models",
        seeds="initial weights, order of the data and which words are held out", options=[BEAM]),
    "translate": Demo(
        "an LSTM with attention learns to translate verses into French",
        ("VERSE", "translate an English verse"),
        seeds="initial weights, order of the data, dropout and which verses are held out", options=[BEAM]),
}
