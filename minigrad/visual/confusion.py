"""The confusion matrix: which class is mistaken for which."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.visual.figure import finish, new_figure


def plot_confusion(matrix: np.ndarray, path: str | Path | None = None,
                   labels: Sequence[Any] | None = None) -> Any:
    """Plot counts (V, V): entry i, j is how many samples of class i were predicted as class j.

    The colour is the fraction of the row, so that mistakes are visible in rare classes too.
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"plot_confusion: a confusion matrix has shape (V, V), got {matrix.shape}")
    V = len(matrix)
    labels = range(V) if labels is None else labels
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    figure, axes = new_figure(width=max(3.0, 0.45 * V + 1.2), height=max(3.0, 0.45 * V + 1.0))
    axis = axes[0, 0]
    axis.imshow(share ** 0.5, cmap="Blues", vmin=0, vmax=1)     # the root makes small fractions visible
    for i, j in np.argwhere(matrix):
        axis.text(j, i, str(matrix[i, j]), ha="center", va="center", fontsize=8,
                  color="white" if share[i, j] > 0.4 else "black")
    axis.set_xticks(range(V), labels)
    axis.set_yticks(range(V), labels)
    axis.set(xlabel="predicted", ylabel="true", title=f"{np.trace(matrix):,} of {matrix.sum():,} correct")
    return finish(figure, path)
