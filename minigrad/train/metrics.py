"""Metrics: how good the predictions are, in numbers that people understand.

A metric of your own is one of two things:

    a function (output, target) -> its mean over the batch
    an object with reset(), update(output, target) once per batch, and compute() -> a number

The values of a function are averaged over samples, so each batch is weighted by its size. Metrics
that are not means (R², RMSE) cannot be averaged over batches; they are objects that keep sums.
"""

import math
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments, composed
from minigrad.ops.places.indexing import narrow
from minigrad.ops.places.joining import stack
from minigrad.ops.places.shapes import unsqueeze
from minigrad.ops.reductions.logic import any
from minigrad.ops.reductions.order import argmax, argsort
from minigrad.ops.reductions.sums import mean, sum

PENDING = 1000      # values that a Mean keeps on the device before fetching them

HIGHER, LOWER = "max", "min"
BETTER = {"accuracy": HIGHER, "r2": HIGHER, "loss": LOWER, "mae": LOWER, "rmse": LOWER}


# Classes


@composed
def accuracy(output: Tensor, target: Tensor) -> Tensor:
    """The fraction of samples whose highest score is at the target class.

    Shapes: output (N, V) or (N, V, ...) scores, target (N) or (N, ...) integer class ids.
    """
    check_classes("accuracy", output, target)
    return share(argmax(output, dim=1) == target)


@composed
def top_k_accuracy(output: Tensor, target: Tensor, k: int = 5) -> Tensor:
    """The fraction of samples whose target is among the k highest scores. Shapes as in accuracy."""
    check_classes("top_k_accuracy", output, target)
    if not 1 <= k <= output.shape[1]:
        raise ValueError(f"top_k_accuracy: k must be between 1 and {output.shape[1]}, the number of classes; "
                         f"got {k}")
    best = narrow(argsort(output, dim=1, descending=True), 1, 0, k)
    return share(any(best == unsqueeze(target, 1), dim=1))


def check_classes(name, output, target):
    if output.ndim < 2 or tuple(output.shape[:1] + output.shape[2:]) != tuple(target.shape):
        raise ValueError(
            f"{name}: expected output (N, V, ...) with a score for each of V classes and target (N, ...) "
            f"with class ids, got {tuple(output.shape)} and {tuple(target.shape)}; for one probability per "
            "sample use binary_accuracy")


@composed
def binary_accuracy(output: Tensor, target: Tensor, threshold: float = 0.5) -> Tensor:
    """The fraction of correct samples: output > threshold if target is 1, output <= threshold if it is 0.

    Output and target have the same shape. Output is a probability; for logits use threshold=0.0.
    """
    check_same_shape("binary_accuracy", output, target)
    return share((output > threshold) == (target > 0.5))


def share(hits):
    """The fraction of True values, in float64."""
    return sum(hits).double() / hits.numel()


@composed
def confusion_matrix(output: Tensor | np.ndarray, target: Tensor | np.ndarray,
                     num_classes: int | None = None) -> Tensor:
    """Count predictions, (V, V) on the CPU: entry i, j is how many samples of class i were predicted as j.

    Shapes: output (N, V) scores or (N,) class ids, target (N,) class ids in [0, V).
    num_classes: V, used only if output holds ids; the largest id + 1 if None.

    >>> confusion_matrix(Tensor([0, 1, 1]), Tensor([0, 0, 1]))
    tensor([[1, 1],
            [0, 1]])
    """
    output, target = (x if isinstance(x, Tensor) else Tensor(np.asarray(x)) for x in (output, target))
    if output.ndim == 2:
        num_classes = output.shape[1]
        output = argmax(output, dim=1)
    check_same_shape("confusion_matrix", output, target)
    predicted, true = (x.detach().cpu().numpy().astype(np.int64) for x in (output, target))
    lowest, highest = (f(np.concatenate([predicted, true]), initial=0) for f in (np.min, np.max))
    size = highest + 1 if num_classes is None else num_classes
    if lowest < 0 or highest >= size:
        raise ValueError(f"confusion_matrix: class ids must lie in [0, {size}), got {lowest} to {highest}")
    return Tensor(np.bincount(true * size + predicted, minlength=size * size).reshape(size, size))


# Numbers


@composed
def mae(output: Tensor, target: Tensor) -> Tensor:
    """The mean absolute error, in the units of the target."""
    check_same_shape("mae", output, target)
    return mean(abs(output.double() - target))


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

    def update(self, loss, output, target):
        """Add one batch: its loss (the mean over its samples), and the inputs of the metrics."""
        size = batch_size(target)
        self.loss.add(loss, size)
        with no_grad():
            output = output.detach() if isinstance(output, Tensor) else output
            for metric in self.metrics.values():
                metric.update(output, target)
        self.batches += 1
        self.samples += size

    def compute(self):
        """{'loss': ..., metric: ...} as floats, fetched from the device."""
        values = {"loss": self.loss.compute()}
        return values | {name: float(metric.compute()) for name, metric in self.metrics.items()}


class Mean:
    """The mean over samples of `function(output, target)`, which returns the mean of each batch.

    Values stay on the device until compute() needs them, so a training step never waits for it.
    """

    def __init__(self, function, name):
        self.function, self.name = function, name

    def __deepcopy__(self, memo):
        """A new Mean with the same function: if it is a method, its owner (say, a model) is not copied."""
        return Mean(self.function, self.name)

    def reset(self):
        self.pending, self.sizes = [], []
        self.total, self.samples, self.batches = 0.0, 0, 0
        self.not_finite = None      # number of the first batch (from 1) whose value is NaN or infinite

    def update(self, output, target):
        self.add(self.function(output, target), batch_size(target))

    def add(self, value, size):
        """Add the mean of one batch and its number of samples."""
        value = value if isinstance(value, Tensor) else Tensor(float(value))
        if value.ndim:
            raise ValueError(f"metric {self.name!r} returned shape {tuple(value.shape)} for a batch; a "
                             "metric function must return one number, the mean over the batch")
        self.pending.append(value.detach())
        self.sizes.append(size)
        if len(self.pending) == PENDING:
            self.fetch()

    def fetch(self):
        """Add the pending values to the total with a single copy from the device."""
        if not self.pending:
            return
        values = stack(self.pending).cpu().numpy().astype(np.float64)
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad) and self.not_finite is None:
            self.not_finite = self.batches + int(bad[0]) + 1
        self.total += float(values @ np.array(self.sizes, np.float64))
        self.samples += int(np.sum(self.sizes))
        self.batches += len(self.sizes)
        self.pending, self.sizes = [], []

    def compute(self):
        self.fetch()
        return self.total / self.samples


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
