"""The command line: `python -m minigrad demo mnist`, or `minigrad demo mnist` once installed.

Exit status: 0 success, 1 an error with a message, 2 an unknown command or option, 130 interrupted, 141 nobody
reads the output.
"""

import argparse
import difflib
import importlib
import os
import runpy
import sys
from collections.abc import Sequence

import minigrad
from minigrad.backend.seam import library_on
from minigrad.demos.index import DEMOS, whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments`, by default those of the process; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command, name = [*arguments, None, None][:2]
    if command == "--version":
        print(f"minigrad {minigrad.__version__}")
        return 0
    if command in (None, "-h", "--help", "help") or (command == "demo" and name in (None, "-h", "--help")):
        print(overview())
        return 0
    if command == "doctor":
        return importlib.import_module("minigrad.doctor").main(arguments[1:])
    if command == "run":
        return run(list(arguments[1:]))
    if command == "course":
        try:
            return importlib.import_module("minigrad.course.command").main(arguments[1:])
        except (ValueError, OSError, ImportError) as error:
            return fail(error, 1)
    if command != "demo":
        return fail(unknown("command", command, ["course", "demo", "doctor", "run"]), 2)
    if name not in DEMOS:
        return fail(unknown("demo", name, DEMOS), 2)
    options = vars(parser(name).parse_args(arguments[2:]))
    demo = importlib.import_module(f"minigrad.demos.{name.replace('-', '_')}")
    try:
        demo.main(**options)
    except KeyboardInterrupt:
        return fail("interrupted; only the files named above are saved, an earlier model is otherwise "
                    "unchanged", 130)
    except BrokenPipeError:     # whoever reads the output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())      # for what is left to print
        return 141
    except (ValueError, OSError, ImportError, FloatingPointError) as error:
        return fail(error, 1)
    return 0


def run(arguments):
    """Run a program of PyTorch on minigrad, as `python program.py ...` or `python -m module ...` would."""
    if not arguments or arguments[0] in ("-h", "--help", "-m") and len(arguments) == 1:
        print("usage: python -m minigrad run program.py [arguments]\n"
              "       python -m minigrad run -m module [arguments]\n\n"
              "Run a program that imports torch, with minigrad in place of PyTorch.")
        return 0 if arguments and arguments[0] != "-m" else 2
    minigrad.as_torch()
    if arguments[0] == "-m":
        sys.argv, sys.path[0] = arguments[1:], os.getcwd()
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        if not os.path.exists(arguments[0]):
            return fail(f"run: there is no file {arguments[0]}", 2)
        sys.argv, sys.path[0] = arguments, os.path.dirname(os.path.abspath(arguments[0]))
        runpy.run_path(arguments[0], run_name="__main__")
    return 0


def overview():
    demos = "\n".join(f"    python -m minigrad demo {name:<14}{demo.says}" for name, demo in DEMOS.items())
    return ("minigrad: a deep learning framework on NumPy, made to be read\n\n"
            f"{demos}\n\n"
            "A demo trains on data that comes with minigrad, or names what it needs, and saves the model and "
            "pictures\nin a folder.\n"
            "    python -m minigrad demo NAME --help        show the options of a demo\n"
            "    python -m minigrad doctor                  check this machine and test minigrad on it\n"
            "    python -m minigrad course                  the lessons, and how far you have come\n"
            "    python -m minigrad run program.py          run a program that imports torch\n"
            "    python -m minigrad --version")


def parser(name):
    """The parser for the options after `demo NAME`. The demo's main() has the defaults."""
    demo = DEMOS[name]
    parser = argparse.ArgumentParser(
        prog=f"python -m minigrad demo {name}", description=f"{demo.says[0].upper()}{demo.says[1:]}.",
        argument_default=argparse.SUPPRESS, allow_abbrev=False)
    what, says = demo.predict
    parser.add_argument("--predict", metavar=what, help=f"{says}; needs {demo.needs}")
    for flag, settings in demo.options:
        parser.add_argument(flag, **settings)
    if demo.trains:
        parser.add_argument("--epochs", metavar="N", type=whole(1), help=demo.epochs)
    parser.add_argument("--seed", metavar="N", type=whole(0), help=f"seed for {demo.seeds} (default: 0)")
    parser.add_argument("--device", type=device, help="cpu (default), or cuda for a GPU")
    parser.add_argument("--out", metavar="FOLDER",
                        help=f"folder for the model and pictures (default: minigrad-demo/{name})")
    return parser


def device(text):
    """The type of --device: an available device."""
    try:
        library_on(text)
    except (ValueError, ImportError, RuntimeError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def unknown(kind, name, known):
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"unknown {kind} {name!r}, expected one of {', '.join(known)}{hint}"


def fail(message, status):
    print(f"minigrad: {message}", file=sys.stderr)
    return status
