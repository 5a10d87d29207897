"""Metrics: how good the predictions are, in numbers that people understand.

A metric of your own is one of two things:

    a function (output, target) -> its mean over the batch
    an object with reset(), update(output, target) once per batch, and compute() -> a number

The number of an epoch does not depend on the batch size. The functions here and the losses of nn.functional
say how many elements, rows or tokens their mean is over, and each batch is weighted by that count. So a
function that masks can call them with what counts, F.mse_loss(output[mask], target[mask]), or return
mean_over(total, count). Any other function is taken for a mean over samples, unless it returns the sum that
a loss with reduction='sum' gave it: sums add up. Metrics that are not means
(R², RMSE) cannot be averaged over batches; they are objects that keep sums.
"""

import functools
import math
import operator
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments, composed
from minigrad.backend import bincount
from minigrad.hints import warn
from minigrad.ops.losses.reduction import SUM, counted, note
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import isnan
from minigrad.ops.places.indexing import narrow, on_host
from minigrad.ops.places.joining import stack
from minigrad.ops.places.shapes import unsqueeze
from minigrad.ops.reductions.logic import any
from minigrad.ops.reductions.order import argmax, argsort
from minigrad.ops.reductions.sums import mean, sum

PENDING = 50        # values that a Mean keeps on the device before fetching them

HIGHER, LOWER = "max", "min"
BETTER = {"accuracy": HIGHER, "r2": HIGHER, "loss": LOWER, "mae": LOWER, "rmse": LOWER}


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


@composed
def confusion_matrix(output: Tensor | np.ndarray, target: Tensor | np.ndarray,
                     num_classes: int | None = None, ignore_index: int = -100) -> Tensor:
    """Count predictions, (V, V) on the CPU: entry i, j is how many samples of class i were predicted as j.

    Shapes: output (N, V, ...) scores or (N, ...) class ids, target (N, ...) class ids in [0, V). Targets
    equal to ignore_index do not count. The matrices of several batches add up to that of all samples.
    num_classes: V, used only if output holds ids; the largest id + 1 if None.

    >>> confusion_matrix(tensor([0, 1, 1]), tensor([0, 0, 1]))
    tensor([[1, 1],
            [0, 1]])
    """
    output, target = (x if isinstance(x, Tensor) else Tensor(np.asarray(x)) for x in (output, target))
    if output.ndim == target.ndim + 1:
        num_classes = output.shape[1]
        if output.isnan().any():
            raise ValueError("confusion_matrix: a score is NaN, so it has no highest class")
        output = argmax(output, dim=1)
    check_same_shape("confusion_matrix", output, target)
    counts = target.detach().cpu().numpy() != ignore_index
    predicted, true = (x.detach().cpu().numpy()[counts] for x in (output, target))
    for ids in (predicted, true):
        if (ids != np.floor(ids)).any():
            raise ValueError("confusion_matrix: output and target must hold class ids, got "
                             f"{ids[ids != np.floor(ids)][0]}; turn probabilities into ids with output > 0.5")
    predicted, true = predicted.astype(np.int64), true.astype(np.int64)
    lowest, highest = (f(np.concatenate([predicted, true]), initial=0) for f in (np.min, np.max))
    size = highest + 1 if num_classes is None else num_classes
    if lowest < 0 or highest >= size:
        raise ValueError(f"confusion_matrix: class ids must lie in [0, {size}), got {lowest} to {highest}")
    return Tensor(bincount(np, true * size + predicted, minlength=size * size).reshape(size, size))


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


# Over an epoch


class Tally:
    """Loss and metrics of one pass over the data."""

    def __init__(self, metrics):
        self.loss = Mean(None, "loss")
        self.metrics = metrics
        self.batches = self.samples = 0
        for meter in (self.loss, *metrics.values()):
            meter.reset()

    def update(self, loss, counts, output, target):
        """Add one batch: its loss with the counts noted for it, and the inputs of the metrics."""
        size = batch_size(target)
        self.loss.add(loss, counts, size)
        self.batches += 1
        self.samples += size
        if self.metrics:
            with no_grad():
                output = output.detach() if isinstance(output, Tensor) else output
                self.measure(list(self.metrics.values()), output, target)

    def measure(self, metrics, output, target):
        """Update the metrics; an interrupt waits for all of them, and one that it stopped runs again."""
        for i, metric in enumerate(metrics):
            try:
                metric.update(output, target)
            except KeyboardInterrupt:
                for each in metrics[i:]:
                    each.update(output, target)
                raise

    def compute(self):
        """{'loss': ..., metric: ...} as floats, fetched from the device."""
        values = {"loss": self.loss.compute()}
        return values | {name: float(metric.compute()) for name, metric in self.metrics.items()}


class Mean:
    """`function(output, target)` of all samples, from its values for the batches: their weighted mean.

    The weight of a batch is what its mean was divided by; a batch in which nothing counts has none. Sums
    add up. Values on a device stay there for up to PENDING batches, so a training step never waits for it.
    """

    def __init__(self, function, name):
        self.function, self.name = function, name

    def __deepcopy__(self, memo):
        """A new Mean with the same function: if it is a method, its owner (say, a model) is not copied."""
        return Mean(self.function, self.name)

    def reset(self):
        self.pending, self.weights = [], []     # of batches, still on the device
        self.total, self.weight, self.batches = 0.0, 0.0, 0
        self.ratios = None
        self.not_finite = None      # number of the first batch (from 1) whose value is NaN or infinite

    def update(self, output, target):
        value, counts = counted(self.function, output, target)
        self.add(value, counts, batch_size(target))

    def add(self, value, counts, size):
        """Add the value of one batch, the counts noted for it, and its number of samples."""
        value = value if isinstance(value, Tensor) else Tensor(float(value))
        if value.ndim:
            raise ValueError(f"metric {self.name!r} returned shape {tuple(value.shape)} for a batch; a "
                             "metric function must return one number, the mean over the batch")
        weight = self.weight_of(counts, size)
        if on_host(value.array) and not isinstance(weight, Tensor):
            self.include(value.array.item(), weight)
            return
        self.pending.append(value.detach())
        self.weights.append(weight)
        if len(self.pending) == PENDING:
            self.fetch()

    def weight_of(self, counts, size):
        """The weight of a batch: the count of its means, or its size if there is none, or they differ."""
        if len(counts) == 1 and self.ratios is None:
            return counts[0]
        if [count for count in counts if isinstance(count, Tensor)]:
            return add_up(counts)
        if len(set(counts)) == 1 and self.ratios is None:
            return add_up(counts)       # two means over the same tokens, or one for each sample
        if not counts:
            return size
        ratios = [count / size for count in counts]
        if self.ratios is None:
            self.ratios = ratios
        elif len(ratios) == len(self.ratios) != size and not np.allclose(ratios, self.ratios):
            self.ratios = []        # warn once
            warn(f"{self.name!r} is made of several means, which are over {counts} elements in a "
                 f"batch of {size} samples, and over other shares in another batch. Its mean over "
                 "the batches weighs them by samples, so it depends on the batch size",
                 RuntimeWarning)
        return size

    def fetch(self):
        """Include what is pending, with a single copy from the device."""
        tensors = [each.double() for each in (*self.pending, *self.weights) if isinstance(each, Tensor)]
        numbers = iter(stack(tensors).tolist() if tensors else [])
        values, weights = ([next(numbers) if isinstance(each, Tensor) else each for each in kept]
                           for kept in (self.pending, self.weights))
        for value, weight in zip(values, weights):
            self.include(value, weight)
        self.pending, self.weights = [], []

    def include(self, value, weight):
        """Add the number of one batch; nothing where nothing counts, whose mean is 0 / 0."""
        self.batches += 1
        if weight == SUM:
            self.total, self.weight = self.total + value, 1.0
        elif weight:
            self.total, self.weight = self.total + value * weight, self.weight + weight
        if weight and not math.isfinite(value) and self.not_finite is None:
            self.not_finite = self.batches

    def compute(self):
        self.fetch()
        return self.total / self.weight if self.weight else math.nan


def add_up(counts):
    """The sum of numbers and of tensors, which stay on their device."""
    return functools.reduce(operator.add, counts)


def nothing_counts(counts):
    """Whether all means of a batch are 0 / 0, as far as is known without waiting for a device."""
    return bool(counts) and not [count for count in counts if isinstance(count, Tensor) or count != 0]


def batch_size(target):
    """The number of samples in a batch: the length of its target, or of the first part of the target."""
    while isinstance(target, (list, tuple)) and target:
        target = target[0]
    if isinstance(target, Tensor) and target.ndim:
        return len(target)
    got = f"shape {tuple(target.shape)}" if isinstance(target, Tensor) else type(target).__name__
    raise ValueError(f"the target of a batch must be a tensor with one entry per sample, (N, ...); got {got}")


def named_metrics(metrics):
    """Convert the `metrics` argument, a dict or a list of named metrics, to {name: metric object}."""
    if not isinstance(metrics, dict):
        if not isinstance(metrics, (list, tuple)):
            metrics = [metrics]
        names = [name_of(metric) for metric in metrics]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two metrics are named {twice[0]!r}; name them: metrics={{'a': ..., 'b': ...}}")
        metrics = dict(zip(names, metrics))
    return {name: as_metric(name, metric) for name, metric in metrics.items()}


def name_of(metric):
    name = getattr(metric, "__name__", type(metric).__name__.lower())
    if not name.isidentifier() or name == "partial":
        raise ValueError(f"the metric {metric!r} has no usable name; give it one: "
                         "metrics={'top3': lambda output, target: ...}")
    return name


def as_metric(name, metric):
    if name in ("epoch", "loss") or name.startswith("val_"):
        raise ValueError(f"a metric cannot be named {name!r}: the history reserves that name; choose another")
    if isinstance(metric, type):
        raise TypeError(f"metric {name!r} is a class; pass an instance, {metric.__name__}()")
    if all(hasattr(metric, method) for method in ("reset", "update", "compute")):
        return metric
    if callable(metric):
        return Mean(metric, name)
    raise TypeError(f"metric {name!r} must be a function (output, target) -> mean over the batch, or an "
                    f"object with reset(), update(output, target) and compute(); got {type(metric).__name__}")


def direction(name, mode=None):
    """Which direction of `name` is better, 'min' or 'max': `mode`, or by default the entry in BETTER."""
    if mode in (HIGHER, LOWER):
        return mode
    if mode is not None:
        raise ValueError(f"mode must be 'min' (lower is better) or 'max' (higher is better), got {mode!r}")
    for known, better in BETTER.items():
        if name.endswith(known):
            return better
    raise ValueError(f"is a lower or a higher {name!r} better? Pass mode='min' or mode='max'")
