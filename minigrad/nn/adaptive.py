"""A softmax over very many classes, few of them frequent, like the words of a language."""

import collections
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor
from minigrad.backend import MODULES
from minigrad.nn.containers import ModuleList, Sequential
from minigrad.nn.linear import Linear
from minigrad.nn.module import Module
from minigrad.ops.creation import zeros
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.indexing import check_range, gather, index_array, index_select
from minigrad.ops.places.joining import cat
from minigrad.ops.places.scattering import index_add
from minigrad.ops.places.shapes import squeeze, unsqueeze
from minigrad.ops.reductions.order import argmax
from minigrad.ops.reductions.softmax import log_softmax
from minigrad.ops.reductions.sums import mean

AdaptiveLogSoftmax = collections.namedtuple("AdaptiveLogSoftmax", "output loss")


class AdaptiveLogSoftmaxWithLoss(Module):
    """log p(class), where p of a rare class is p(its cluster) p(class | cluster): rare classes cost less.

    The classes are sorted by frequency and cut at `cutoffs`. The head, a Linear(in_features, cutoffs[0] +
    clusters), has the classes below the first cutoff and one entry per cluster. Tail i has the classes of
    cluster i: a Linear to in_features / div_value^(i + 1), and one from there to the classes.
    forward(input (N, in_features), target (N,)) -> (output (N,), the log p of the targets; loss, minus its
    mean); also (in_features,) and (). Source: Grave et al. 2016, arXiv:1609.04309, sec. 4.
    """

    def __init__(self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0,
                 head_bias: bool = False, device: str | None = None, dtype: Any = None):
        cutoffs = list(cutoffs)
        ascending = cutoffs == sorted({int(c) for c in cutoffs})
        if not cutoffs or not ascending or not 0 < cutoffs[0] <= cutoffs[-1] < n_classes:
            raise ValueError(f"AdaptiveLogSoftmaxWithLoss: cutoffs must be ascending integers from 1 to "
                             f"{n_classes - 1}, got {cutoffs}")
        on = dict(device=device, dtype=dtype)
        self.in_features, self.n_classes, self.cutoffs = in_features, n_classes, [*cutoffs, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = cutoffs[0], len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, **on)
        widths = [int(in_features // div_value ** (i + 1)) for i in range(self.n_clusters)]
        self.tail = ModuleList([
            Sequential(Linear(in_features, width, False, **on), Linear(width, high - low, False, **on))
            for width, low, high in zip(widths, self.cutoffs, self.cutoffs[1:])])

    def reset_parameters(self) -> None:
        for layer in (self.head, *(layer for pair in self.tail for layer in pair)):
            layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> AdaptiveLogSoftmax:
        if target_.ndim == 0:
            output, loss = self(unsqueeze(input_, 0), unsqueeze(target_, 0))
            return AdaptiveLogSoftmax(squeeze(output, 0), loss)
        ids = index_array(input_, target_, "AdaptiveLogSoftmaxWithLoss: target")
        if input_.ndim != 2 or tuple(ids.shape) != (input_.shape[0],):
            raise ValueError(f"AdaptiveLogSoftmaxWithLoss: input should be (N, {self.in_features}) with "
                             f"target (N,), got {tuple(input_.shape)} and {tuple(ids.shape)}")
        check_range(ids, self.n_classes, "AdaptiveLogSoftmaxWithLoss: class ids")
        xp, entry, tails = MODULES[type(ids)], ids, zeros(len(ids), dtype=input_.dtype, device=input_.device)
        for i, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            rows, = xp.nonzero((ids >= low) & (ids < high))
            entry = xp.where((ids >= low) & (ids < high), self.shortlist_size + i, entry)
            if rows.size:
                inside = log_softmax(self.tail[i](index_select(input_, 0, Tensor(rows))), dim=1)
                inside = gather(inside, 1, Tensor(ids[rows][:, None] - low))
                tails = index_add(tails, 0, Tensor(rows), squeeze(inside, 1))
        output = squeeze(gather(log_softmax(self.head(input_), dim=1), 1, Tensor(entry[:, None])), 1) + tails
        return AdaptiveLogSoftmax(output, -mean(output))

    def log_prob(self, input: Tensor) -> Tensor:
        """The log p of all classes: (N, in_features) -> (N, n_classes)."""
        head = log_softmax(self.head(input), dim=1)
        tails = [log_softmax(tail(input), dim=1) + head[:, self.shortlist_size + i, None]
                 for i, tail in enumerate(self.tail)]
        return cat([head[:, :self.shortlist_size], *tails], 1)

    def predict(self, input: Tensor) -> Tensor:
        """The most probable class: (N, in_features) -> (N,); clusters are read only where one may win."""
        best = argmax(self.head(input), dim=1)
        if not bool((best >= self.shortlist_size).any()):
            return best
        return where(best < self.shortlist_size, best, argmax(self.log_prob(input), dim=1))
