"""History: the loss and metrics of every epoch of a training run."""

import csv
import io
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from minigrad.autograd.errors import NamesArguments
from minigrad.files import replacing
from minigrad.train.metrics import HIGHER, direction
from minigrad.visual import plot_history


class History(NamesArguments):
    """The epochs of a training run, each a dict: {'epoch': 1, 'loss': 0.3, 'val_loss': 0.2, ...}.

    epochs             the list of dicts, oldest first
    history['loss']    one value per epoch
    history.best()     the epoch with the lowest val_loss
    """

    doors = ("best", "plot", "to_csv")

    def __init__(self, epochs: Iterable[dict] = ()) -> None:
        self.epochs = list(epochs)

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[dict]:
        return iter(self.epochs)

    def __getitem__(self, name: str | int) -> Any:
        """The values of `name`, one per epoch, None if an epoch lacks it; for an integer, that row."""
        if isinstance(name, int):
            return self.epochs[name]
        if name not in self.names():
            raise KeyError(f"history has no {name!r}; it has {', '.join(self.names()) or 'no epochs yet'}")
        return [row.get(name) for row in self.epochs]

    def names(self) -> list[str]:
        """The column names, in order of first appearance."""
        return list(dict.fromkeys(name for row in self.epochs for name in row))

    def best(self, name: str = "val_loss", mode: str | None = None) -> dict:
        """The row of the epoch with the best `name`; the first one if there are ties.

        mode: 'min' or 'max'; required for custom names, known for losses and the built-in metrics.
        """
        sign = -1 if direction(name, mode) == HIGHER else 1
        values = self[name]
        rows = [row for row, value in zip(self.epochs, values) if value is not None and not math.isnan(value)]
        if not rows:
            raise ValueError(f"history has no epoch with a number for {name!r}: {values}")
        return min(rows, key=lambda row: sign * row[name])

    def plot(self, path: str | Path | None = None) -> Any:
        """Plot loss and metrics over the epochs; save the picture if `path` is given.

        Returns the matplotlib Figure, which a notebook displays. Needs matplotlib.
        """
        return plot_history(self.epochs, path)

    def to_csv(self, path: str | Path) -> None:
        """Write a CSV file: a header line, then one line per epoch."""
        text = io.StringIO()
        table = csv.DictWriter(text, self.names(), lineterminator="\n")
        table.writeheader()
        table.writerows(self.epochs)
        with replacing(path) as file:
            file.write(text.getvalue().encode())

    def __repr__(self) -> str:
        names = self.names()
        table = [names] + [[show(row.get(name)) for name in names] for row in self.epochs]
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in table]
        return "\n".join(lines) if self.epochs else "History()"


def show(value):
    """Format a number with 4 decimals, or in scientific notation if very small or large; integers in full.

    >>> show(0.07123), show(3), show(182000.4), show(None)
    ('0.0712', '3', '1.820e+05', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, int):
        return str(value)
    if value == 0 or 1e-3 <= abs(value) < 1e4 or not math.isfinite(value):
        return f"{value:.4f}"
    return f"{value:.3e}"
