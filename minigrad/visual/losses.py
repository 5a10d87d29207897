"""The loss at every step of training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.visual.figure import finish, new_figure


def plot_loss(losses: np.ndarray | Sequence[float], path: str | Path | None = None) -> Any:
    """Plot the loss of every step as a dot, and its running mean, on a logarithmic scale."""
    losses = np.asarray(losses)
    if losses.ndim != 1 or losses.size == 0:
        raise ValueError(f"plot_loss: expected losses (N,) with N >= 1, got shape {losses.shape}")
    window = max(1, len(losses) // 50)
    mean = np.convolve(losses, np.ones(window) / window, "valid")
    figure, axes = new_figure()
    axis = axes[0, 0]
    axis.scatter(np.arange(1, len(losses) + 1), losses, s=3, alpha=0.25, label="one step")
    axis.plot(np.arange(window, len(losses) + 1), mean, color="black", label=f"mean of {window} steps")
    axis.set(xlabel="step", ylabel="loss", yscale="log" if losses.min() > 0 else "linear")
    axis.grid(alpha=0.3)
    axis.legend()
    return finish(figure, path)
