"""Attention maps: which words each word attends to."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.visual.figure import finish, new_figure


def plot_attention(weights: np.ndarray, words: Sequence[str], path: str | Path | None = None,
                   title: str | None = None) -> Any:
    """Plot attention weights (heads, T, T) or (T, T) for a text of T words, one panel per head.

    Row i shows how word i distributes its attention over the words; each row sums to 1.
    """
    weights = np.asarray(weights)
    heads = weights[None] if weights.ndim == 2 else weights
    T = len(words)
    if heads.ndim != 3 or heads.shape[1:] != (T, T) or T == 0:
        raise ValueError(f"plot_attention: {T} words need weights ({T}, {T}) or (heads, {T}, {T}), "
                         f"got {weights.shape}")
    columns = min(2, len(heads))
    size = 0.22 * T + 1.4           # inches per panel, including the words
    figure, axes = new_figure(math.ceil(len(heads) / columns), columns, width=size, height=size)
    for axis in axes.flat[len(heads):]:
        axis.set_axis_off()
    for h, (axis, weights_of_head) in enumerate(zip(axes.flat, heads), 1):
        axis.imshow(weights_of_head, cmap="Blues", vmin=0)
        axis.set_xticks(range(T), words, rotation=90, fontsize=8)
        axis.set_yticks(range(T), words, fontsize=8)
        axis.set_title(f"head {h}: each row attends to" if len(heads) > 1 else "each row attends to",
                       fontsize=9)
    if title:
        figure.suptitle(title)
    return finish(figure, path)
