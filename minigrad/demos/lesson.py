"""Helpers that the demos share: headings, folders, and errors when something is missing."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def folder(out: str | Path) -> Path:
    """The folder for model and pictures, created if missing; a temporary file shows that writing works."""
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(f"--out {out} is a file; pass a folder, which is created if missing")
    try:
        out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out).close()
    except OSError as error:
        raise type(error)(f"--out {out}: no file can be written there ({error.strerror}); "
                          "pass a folder of yours") from None
    return out


def fit(trainer, train, validation=None, *, epochs):
    """Train and show progress. Ctrl-C ends the demo, so a half-trained model never replaces a saved one."""
    trainer.fit(train, validation, epochs, verbose=True)
    if trainer.stopped:
        raise KeyboardInterrupt


@contextmanager
def pictures(*paths):
    """Draw these files in the block; without matplotlib, continue and print what to install."""
    try:
        yield paths
    except ImportError as error:
        print(f"No pictures: {error}")
    else:
        print(f"Pictures: {', '.join(map(str, paths))}")


@contextmanager
def trained(path, command):
    """Load the model at `path` in the block; if it is missing or damaged, the error says how to train it."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(
            f"no trained model {path} yet; train it first: {command}") from None
    except ValueError as error:
        raise ValueError(f"{error}\nThe model cannot be read; train it again: {command}") from error
