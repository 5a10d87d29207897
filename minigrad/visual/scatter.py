"""Predicted against true values of a regression."""

from pathlib import Path
from typing import Any

import numpy as np

from minigrad.visual.figure import finish, new_figure


def plot_predicted(true: np.ndarray, predicted: np.ndarray, path: str | Path | None = None, *,
                   name: str = "value", title: str | None = None) -> Any:
    """Plot a dot per sample with its true value on the x axis and its predicted value on the y axis.

    Shapes: true (N,), predicted (N,). If all values are positive, both axes are logarithmic, so that equal
    distances from the diagonal are equal percentages.
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.ndim != 1 or true.shape != predicted.shape or true.size == 0:
        raise ValueError("plot_predicted: expected true (N,) and predicted (N,) with N >= 1, "
                         f"got {true.shape} and {predicted.shape}")
    figure, axes = new_figure(width=5.0, height=5.0)
    axis = axes[0, 0]
    ends = [min(true.min(), predicted.min()), max(true.max(), predicted.max())]
    axis.plot(ends, ends, color="black", linewidth=1, label="predicted = true")
    axis.scatter(true, predicted, s=10, alpha=0.5)
    if ends[0] > 0:
        axis.set(xscale="log", yscale="log")
        for side in (axis.xaxis, axis.yaxis):
            side.get_major_locator().set_params(subs=(1, 2, 5))
            side.set_major_formatter("{x:,.10g}")
            side.set_minor_formatter("")
    axis.set(xlabel=f"true {name}", ylabel=f"predicted {name}", title=title)
    axis.set_aspect("equal")
    axis.grid(alpha=0.3)
    axis.legend()
    return finish(figure, path)
