"""Grids of small images with their predicted classes."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.visual.figure import finish, new_figure

COLUMNS = 10


def plot_digits(images: np.ndarray, predicted: np.ndarray, true: np.ndarray | None = None,
                path: str | Path | None = None) -> Any:
    """Plot a grid of images (N, H, W), dark on light, each titled with its predicted class.

    If `true` classes are given, the title of a wrong prediction is red and includes the true class.
    """
    images, predicted = np.asarray(images), np.asarray(predicted)
    true = predicted if true is None else np.asarray(true)
    if images.ndim != 3 or len(images) == 0 or not len(images) == len(predicted) == len(true):
        raise ValueError("plot_digits: expected images (N, H, W), predicted (N,) and true (N,) with N >= 1, "
                         f"got {images.shape}, {predicted.shape} and {true.shape}")
    columns = min(COLUMNS, len(images))
    rows = math.ceil(len(images) / columns)
    figure, axes = new_figure(rows, columns, width=0.75, height=0.95)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, p, t in zip(axes.flat, images, predicted, true):
        axis.imshow(image, cmap="gray_r")
        axis.set_title(f"{p}" if p == t else f"{p} (is {t})", fontsize=9, color="black" if p == t else "red")
    return finish(figure, path)
