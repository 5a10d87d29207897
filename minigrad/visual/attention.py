"""Attention maps: where each word looks."""

import numpy as np

from minigrad.visual.figure import finish, new_figure


def plot_attention(weights, words, path=None, title=None):
    """Attention weights (heads, T, T) or (T, T) of a text of T words, one panel per head.

    Row i shows how the word i divides its attention among the words; each row sums to 1.
    """
    weights = np.asarray(weights)
    heads = weights[None] if weights.ndim == 2 else weights
    T = len(words)
    if heads.ndim != 3 or heads.shape[1:] != (T, T) or T == 0:
        raise ValueError(f"plot_attention: {T} words need weights ({T}, {T}) or (heads, {T}, {T}), "
                         f"got {weights.shape}")
    size = max(2.6, 0.24 * T + 1.2)
    figure, axes = new_figure(1, len(heads), width=size, height=size)
    for h, (axis, map_of_head) in enumerate(zip(axes[0], heads)):
        axis.imshow(map_of_head, cmap="Blues", vmin=0)
        axis.set_xticks(range(T), words, rotation=90, fontsize=8)
        axis.set_yticks(range(T), words if h == 0 else [""] * T, fontsize=8)
        if len(heads) > 1:
            axis.set_title(f"head {h + 1}", fontsize=9)
    axes[0, 0].set_ylabel("from")
    figure.supxlabel("to", fontsize=10)
    if title:
        figure.suptitle(title)
    return finish(figure, path)
