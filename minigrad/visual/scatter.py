"""Predicted against true: a regression at a glance."""

import numpy as np

from minigrad.visual.figure import finish, new_figure


def plot_predicted(true, predicted, path=None, *, name="value", title=None):
    """A dot per sample, its true value to the right and the predicted upwards; right on the line.

    Shapes: true (N,), predicted (N,). Both axes are logarithmic where all values are positive: then equal
    distances from the line are equal percentages.
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.ndim != 1 or true.shape != predicted.shape or true.size == 0:
        raise ValueError("plot_predicted: true and predicted are both (N,), N at least 1; "
                         f"got {true.shape} and {predicted.shape}")
    figure, axes = new_figure(width=5.0, height=5.0)
    axis = axes[0, 0]
    ends = [min(true.min(), predicted.min()), max(true.max(), predicted.max())]
    axis.plot(ends, ends, color="black", linewidth=1, label="right")
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
