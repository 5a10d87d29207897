"""Means over samples, also batch by batch: accuracy and errors. RMSE and R2 are objects that keep sums."""

import math
from typing import Any

from minigrad.autograd import Tensor
from minigrad.autograd.errors import NamesArguments, composed
from minigrad.ops.losses.reduction import note
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import isnan
from minigrad.ops.places.indexing import narrow, on_host
from minigrad.ops.places.shapes import unsqueeze
from minigrad.ops.reductions.logic import any
from minigrad.ops.reductions.order import argmax, argsort
from minigrad.ops.reductions.sums import mean, sum

# Classes


@composed
def accuracy(output: Tensor, target: Tensor, ignore_index: int = -100) -> Tensor:
    """The fraction of samples whose highest score is at the target class; of equal scores the first wins.

    Shapes: output (N, V) or (N, V, ...) scores, target (N) or (N, ...) integer class ids. Targets equal to
    ignore_index do not count. Not a number where a score is NaN, or where no target counts.
    """
    counts, broken = check_classes("accuracy", output, target, ignore_index)
    return share(argmax(output, dim=1) == target, counts, broken)


@composed
def top_k_accuracy(output: Tensor, target: Tensor, k: int = 5, ignore_index: int = -100) -> Tensor:
    """The fraction of samples whose target is among the k highest scores. All else as in accuracy."""
    counts, broken = check_classes("top_k_accuracy", output, target, ignore_index)
    if not 1 <= k <= output.shape[1]:
        raise ValueError(f"top_k_accuracy: k must be between 1 and {output.shape[1]}, the number of classes; "
                         f"got {k}")
    best = narrow(argsort(output, dim=1, descending=True), 1, 0, k)
    return share(any(best == unsqueeze(target, 1), dim=1), counts, broken)


def check_classes(name, output, target, ignore_index):
    """Which targets count, and where a score is NaN or, on a device, a class id is out of range."""
    if output.ndim < 2 or tuple(output.shape[:1] + output.shape[2:]) != tuple(target.shape):
        raise ValueError(
            f"{name}: expected output (N, V, ...) with a score for each of V classes and target (N, ...) "
            f"with class ids, got {tuple(output.shape)} and {tuple(target.shape)}; for one probability per "
            "sample use binary_accuracy")
    V = output.shape[1]
    if V == 1:
        raise ValueError(f"{name}: output {tuple(output.shape)} has one score per sample, which is always "
                         "the highest; use binary_accuracy with a target of the same shape")
    if target.dtype.kind not in "iub":
        raise TypeError(f"{name}: class ids must be integers, got {target.dtype}; convert them with .long()")
    counts = target != ignore_index
    outside = ((target < 0) | (target >= V)) & counts
    refuse(name, outside, target, f"class ids must lie in [0, {V}) or equal ignore_index {ignore_index}")
    return counts, any(isnan(output), dim=1) | outside


@composed
def binary_accuracy(output: Tensor, target: Tensor, threshold: float | None = None) -> Tensor:
    """The fraction of correct samples: output > threshold if target is 1, output <= threshold if it is 0.

    Output and target have the same shape. A target between 0 and 1 counts as 1 above 0.5. Without a
    threshold, output must hold probabilities in [0, 1], and 0.5 is the threshold; for logits, as for
    BCEWithLogitsLoss, pass threshold=0.0.
    """
    check_same_shape("binary_accuracy", output, target)
    no_label = ~((target >= 0) & (target <= 1))
    refuse("binary_accuracy", no_label, target, "targets must be 0 or 1, or between them")
    broken = isnan(output) | no_label
    if threshold is None:
        rounding = 1e-6     # of a softmax
        outside = (output < -rounding) | (output > 1 + rounding)
        refuse("binary_accuracy", outside, output, "without a threshold, output must be probabilities in "
               "[0, 1]; for logits pass threshold=0.0, as in lambda output, target: binary_accuracy(output, "
               "target, threshold=0.0)")
        broken, threshold = broken | outside, 0.5
    return share((output > threshold) == (target > 0.5), None, broken)


def refuse(name, wrong, values, rule):
    """Raise ValueError with the first wrong value, on the CPU only: elsewhere reading it would wait."""
    if on_host(wrong.array) and wrong.array.any():
        raise ValueError(f"{name}: {rule}; got {values.array[wrong.array][0]}")


def share(hits, counts, broken):
    """The fraction of True among the hits that count, in float64; NaN where one of those is broken."""
    hits = where(broken, math.nan, hits.double())
    if counts is None:
        return mean_over(sum(hits), hits.numel())
    return mean_over(sum(where(counts, hits, 0.0)), sum(counts))


def mean_over(total: Tensor, count: Tensor | float) -> Tensor:
    """total / count, for a loss or metric of your own that is the mean over what counts, not over samples.

    Over the batches of an epoch, the Trainer divides the sum of the totals by the sum of the counts.

    >>> def masked_error(output, target):
    ...     mask = target >= 0
    ...     return mean_over(((output - target).abs() * mask).sum(), mask.sum())
    >>> masked_error(Tensor([1.0, 2.0]), Tensor([3.0, -1.0]))
    tensor(2.)
    """
    note(lambda: count.detach() if isinstance(count, Tensor) else count)
    return total / count


# Numbers


@composed
def mae(output: Tensor, target: Tensor) -> Tensor:
    """The mean absolute error, in the units of the target."""
    check_same_shape("mae", output, target)
    return mean_over(sum(abs(output.double() - target)), output.numel())


class RMSE(NamesArguments):
    """sqrt(mean((output - target)^2)) over all elements of an epoch, in the units of the target."""

    doors = ("update", "compute")

    def reset(self) -> None:
        self.squares: Tensor | float = 0.0
        self.count = 0

    def update(self, output: Tensor, target: Tensor) -> None:
        check_same_shape("rmse", output, target)
        self.squares = self.squares + sum((output.double() - target) ** 2)
        self.count += output.numel()

    def compute(self) -> float:
        return math.sqrt(float(self.squares) / self.count)


class R2(NamesArguments):
    """1 - sum (target - output)^2 / sum (target - mean target)^2: the fraction of variance explained.

    1 is perfect, 0 is as good as always predicting the mean, negative is worse. With several columns,
    (N, D), the mean of their R². Not finite if all targets of a column are equal.
    The variance is updated batch by batch without cancellation.
    Source: Chan, Golub and LeVeque 1983, The American Statistician 37, 242-247, eq. 2.1.
    """

    doors = ("update", "compute")

    def reset(self) -> None:
        self.mean: Tensor | float = 0.0
        self.spread: Tensor | float = 0.0
        self.residual: Any = 0.0
        self.count = 0

    def update(self, output: Tensor, target: Tensor) -> None:
        check_same_shape("r2", output, target)
        target = target.double()
        n, batch_mean = len(target), mean(target, dim=0)
        share = n / (self.count + n)
        shift = batch_mean - self.mean
        self.spread = self.spread + sum((target - batch_mean) ** 2, dim=0) + shift ** 2 * (self.count * share)
        self.mean = self.mean + shift * share
        self.residual = self.residual + sum((target - output) ** 2, dim=0)
        self.count += n

    def compute(self) -> float:
        return float(mean(1 - self.residual / self.spread))


def check_same_shape(name, output, target):
    if tuple(output.shape) != tuple(target.shape):
        raise ValueError(f"{name}: output {tuple(output.shape)} and target {tuple(target.shape)} must have "
                         "the same shape; broadcasting would compare each sample with every other")
