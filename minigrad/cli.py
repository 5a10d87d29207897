"""The command line: `python -m minigrad demo mnist`, or `minigrad demo mnist` where it is installed.

Exit status: 0 done, 1 an error that the message explains, 2 a command that does not exist, 130 interrupted.
"""

import argparse
import difflib
import importlib
import sys

import minigrad
from minigrad.backend.seam import library_on

DEMOS = {
    "house-price": "a multi-layer perceptron learns what houses sell for",
    "mnist": "a convolutional network learns to read handwritten digits",
    "sentiment": "a Transformer learns whether a film review is positive",
}
PREDICT = {
    "house-price": ("HOUSE", "value this house, 'area, rooms, neighbourhood': '1500, 6, North_Ames'"),
    "mnist": ("DIGIT", "read this digit: a picture file, or a number from 0 to 9999, an image of the test set"),
    "sentiment": ("SENTENCE", "judge this sentence"),
}


def main(arguments=None):
    """Run the command in `arguments`, those of the process by default; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command, name = [*arguments, None, None][:2]
    if command == "--version":
        print(f"minigrad {minigrad.__version__}")
        return 0
    if command in (None, "-h", "--help") or (command == "demo" and name in (None, "-h", "--help")):
        print(overview())
        return 0
    if command != "demo":
        return fail(unknown("command", command, ["demo"]), 2)
    if name not in DEMOS:
        return fail(unknown("demo", name, DEMOS), 2)
    options = vars(parser(name).parse_args(arguments[2:]))
    demo = importlib.import_module(f"minigrad.demos.{name.replace('-', '_')}")
    try:
        demo.main(**options)
    except KeyboardInterrupt:
        return fail("interrupted", 130)
    except (ValueError, OSError, FloatingPointError) as error:
        return fail(error, 1)
    return 0


def overview():
    demos = "\n".join(f"    python -m minigrad demo {name:<14}{says}" for name, says in DEMOS.items())
    return ("minigrad: a deep learning framework on NumPy that is made to be read\n\n"
            f"{demos}\n\n"
            "Each trains on data that comes with minigrad and saves the model and its pictures in a folder.\n"
            "    python -m minigrad demo NAME --help        its options\n"
            "    python -m minigrad --version")


def parser(name):
    """What may stand after `demo NAME`."""
    parser = argparse.ArgumentParser(
        prog=f"python -m minigrad demo {name}", description=f"{DEMOS[name][0].upper()}{DEMOS[name][1:]}.",
        allow_abbrev=False)
    what, says = PREDICT[name]
    parser.add_argument("--predict", metavar=what, help=f"{says}; needs a trained model")
    if name == "house-price":
        parser.add_argument("--features", choices=["three", "all"], default="three",
                            help="what to look at: area, rooms and neighbourhood, or every column (default: three)")
    parser.add_argument("--epochs", type=whole(1), help="how often to go through the training data")
    parser.add_argument("--seed", type=whole(0), default=0,
                        help="where the random numbers start: initial weights, order, dropout (default: 0)")
    parser.add_argument("--device", type=device, default="cpu", help="cpu, or cuda for a GPU (default: cpu)")
    parser.add_argument("--out", metavar="FOLDER", default=f"minigrad-demo/{name}",
                        help="where model and pictures go (default: %(default)s)")
    return parser


def whole(least):
    """The type of an option: an integer of at least `least`."""
    def convert(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number of at least {least}, got {text!r}")
        return int(text)
    return convert


def device(text):
    """The type of --device: a device that is there."""
    try:
        library_on(text)
    except (ValueError, ImportError, RuntimeError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def unknown(kind, name, known):
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"there is no {kind} {name!r}; {hint}There is: {', '.join(known)}"


def fail(message, status):
    print(f"minigrad: {message}", file=sys.stderr)
    return status
