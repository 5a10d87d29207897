"""What the demos share and what teaches nothing: headings, folders, what to do when something is missing."""

from contextlib import contextmanager
from pathlib import Path


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def folder(out):
    """The folder for model and pictures, made where it is missing."""
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(f"--out {out} is a file; give the name of a folder, it is made if missing")
    out.mkdir(parents=True, exist_ok=True)
    return out


def fit(trainer, train, validation=None, *, epochs):
    """Train and show it. Ctrl-C ends the demo: a half trained model shall not replace one on the disk."""
    trainer.fit(train, validation, epochs, verbose=True)
    if trainer.stopped:
        raise KeyboardInterrupt


@contextmanager
def pictures(*paths):
    """Draw these files in this block; without matplotlib, go on and say what to install."""
    try:
        yield paths
    except ImportError as error:
        print(f"No pictures: {error}")
    else:
        print(f"Pictures: {', '.join(map(str, paths))}")


@contextmanager
def trained(path, command):
    """Load the model at `path` in this block; where it is missing or damaged, say how to train it."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no trained model {path} yet; train it first: {command}") from None
    except ValueError as error:
        raise ValueError(f"{error}\nThe model cannot be read; train it again: {command}") from error
