"""Training curves: loss and metrics over the epochs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from minigrad.visual.figure import finish, new_figure


def plot_history(epochs: Iterable[dict], path: str | Path | None = None) -> Any:
    """Plot the loss and each metric in its own panel, with training and validation together.

    epochs: a History, or dicts such as {'epoch': 1, 'loss': 0.3, 'val_loss': 0.2}.
    """
    epochs = list(epochs)
    if not epochs:
        raise ValueError("plot_history: there is no epoch to draw; call fit first")
    columns = dict.fromkeys(name.removeprefix("val_") for row in epochs for name in row if name != "epoch")
    figure, axes = new_figure(1, len(columns), width=4.5, height=3.2)
    for name, axis in zip(columns, axes[0]):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            points = [(row["epoch"], row[key]) for row in epochs if key in row]
            if points:
                # A marker, since a line through one point is invisible.
                axis.plot(*zip(*points), label=label, marker="o" if len(points) == 1 else None)
        axis.set(xlabel="epoch", title=name)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
        axis.legend()
    return finish(figure, path)
