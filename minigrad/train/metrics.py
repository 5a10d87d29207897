"""Metrics: how good the predictions are, in numbers that people understand.

A metric of your own is one of two things:

    a function (output, target) -> its mean over the batch
    an object with reset(), update(output, target) once per batch, and compute() -> a number

A function's values are averaged over samples, so a small last batch counts for what it holds. What is
no mean (R², RMSE) cannot be averaged over batches; such a metric is an object that keeps sums.
"""

import math

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.ops.places.indexing import narrow
from minigrad.ops.places.joining import stack
from minigrad.ops.places.shapes import unsqueeze
from minigrad.ops.reductions.logic import any
from minigrad.ops.reductions.order import argmax, argsort
from minigrad.ops.reductions.sums import mean, sum

PENDING = 1000      # values that a Mean leaves on the device before it fetches them

HIGHER, LOWER = "max", "min"
BETTER = {"accuracy": HIGHER, "r2": HIGHER, "loss": LOWER, "mae": LOWER, "rmse": LOWER}


# Classes


def accuracy(output, target):
    """The share of samples whose highest score is at the target class.

    Shapes: output (N, V) or (N, V, ...) scores, target (N) or (N, ...) integer class ids.
    """
    check_classes("accuracy", output, target)
    return share(argmax(output, dim=1) == target)


def top_k_accuracy(output, target, k=5):
    """The share of samples whose target is among the k highest scores. Shapes as in accuracy."""
    check_classes("top_k_accuracy", output, target)
    if not 1 <= k <= output.shape[1]:
        raise ValueError(f"top_k_accuracy: k lies between 1 and the {output.shape[1]} classes, got {k}")
    best = narrow(argsort(output, dim=1, descending=True), 1, 0, k)
    return share(any(best == unsqueeze(target, 1), dim=1))


def check_classes(name, output, target):
    if output.ndim < 2 or tuple(output.shape[:1] + output.shape[2:]) != tuple(target.shape):
        raise ValueError(
            f"{name}: output (N, V, ...) holds a score for each of V classes and target (N, ...) the ids; "
            f"got {tuple(output.shape)} and {tuple(target.shape)}. With a single probability per sample "
            "use binary_accuracy")


def binary_accuracy(output, target, threshold=0.5):
    """The share of samples on the right side: output above `threshold` where target is 1, else not.

    Output and target have one shape. Output is a probability; for raw scores (logits) threshold=0.0.
    """
    check_same_shape("binary_accuracy", output, target)
    return share((output > threshold) == (target > 0.5))


def share(hits):
    """How many of the booleans are True, of all: a quotient of counts, in float64."""
    return sum(hits).double() / hits.numel()


def confusion_matrix(output, target, num_classes=None):
    """(V, V) counts on the CPU: row i, column j is how many samples of class i were taken for class j.

    Shapes: output (N, V) scores or (N,) class ids, target (N,) class ids in [0, V), Tensors or arrays.
    num_classes: V where output holds ids; by default the greatest id + 1.

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


def mae(output, target):
    """The mean absolute error, in the units of the target."""
    check_same_shape("mae", output, target)
    return mean(abs(output.double() - target))


class RMSE:
    """sqrt(mean((output - target)^2)) over all numbers of an epoch, in the units of the target."""

    def reset(self):
        self.squares, self.count = 0.0, 0

    def update(self, output, target):
        check_same_shape("rmse", output, target)
        self.squares = self.squares + sum((output.double() - target) ** 2)
        self.count += output.numel()

    def compute(self):
        return math.sqrt(float(self.squares) / self.count)


class R2:
    """1 - sum (target - output)^2 / sum (target - mean target)^2: the share of variance explained.

    1 is perfect, 0 as good as always answering the mean, below 0 worse. Of several columns, (N, D), the
    mean of their R². Not a number where a column's targets are all equal.
    The variance is merged batch by batch without cancellation.
    Source: Chan, Golub and LeVeque 1983, The American Statistician 37, 242-247, eq. 2.1.
    """

    def reset(self):
        self.count, self.mean, self.spread, self.residual = 0, 0.0, 0.0, 0.0

    def update(self, output, target):
        check_same_shape("r2", output, target)
        target = target.double()
        n, batch_mean = len(target), mean(target, dim=0)
        share = n / (self.count + n)
        shift = batch_mean - self.mean
        self.spread = self.spread + sum((target - batch_mean) ** 2, dim=0) + shift ** 2 * (self.count * share)
        self.mean = self.mean + shift * share
        self.residual = self.residual + sum((target - output) ** 2, dim=0)
        self.count += n

    def compute(self):
        return float(mean(1 - self.residual / self.spread))


def check_same_shape(name, output, target):
    if tuple(output.shape) != tuple(target.shape):
        raise ValueError(f"{name}: output {tuple(output.shape)} and target {tuple(target.shape)} must have one "
                         "shape; broadcasting would compare every sample with every other")


# Over an epoch


class Tally:
    """Loss and metrics of one pass over data."""

    def __init__(self, metrics):
        self.loss = Mean(None, "loss")
        self.metrics = metrics
        self.batches = self.samples = 0
        for meter in (self.loss, *metrics.values()):
            meter.reset()

    def update(self, loss, output, target):
        """Note one batch: its loss, the mean over its samples, and what the metrics compare."""
        size = batch_size(target)
        self.loss.add(loss, size)
        with no_grad():
            output = output.detach() if isinstance(output, Tensor) else output
            for metric in self.metrics.values():
                metric.update(output, target)
        self.batches += 1
        self.samples += size

    def compute(self):
        """{'loss': ..., metric: ...}, fetched from the device."""
        values = {"loss": self.loss.compute()}
        return values | {name: float(metric.compute()) for name, metric in self.metrics.items()}


class Mean:
    """The mean over samples of what `function(output, target)` gives for each batch.

    Values stay on the device, unread, until somebody asks: a training step waits for nothing.
    """

    def __init__(self, function, name):
        self.function, self.name = function, name

    def __deepcopy__(self, memo):
        """A Mean of its own with the same function: a method's owner, say a model, is not copied."""
        return Mean(self.function, self.name)

    def reset(self):
        self.pending, self.sizes = [], []
        self.total, self.samples, self.batches = 0.0, 0, 0
        self.not_finite = None      # the number of the first batch whose value is NaN or infinite

    def update(self, output, target):
        self.add(self.function(output, target), batch_size(target))

    def add(self, value, size):
        """Note one batch's mean and its number of samples."""
        value = value if isinstance(value, Tensor) else Tensor(float(value))
        if value.ndim:
            raise ValueError(f"metric {self.name!r} gave shape {tuple(value.shape)} for a batch; a metric "
                             "function gives one number, the mean over the batch")
        self.pending.append(value.detach())
        self.sizes.append(size)
        if len(self.pending) == PENDING:
            self.fetch()

    def fetch(self):
        """Add what is pending to the total, with a single copy from the device."""
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
    """The number of samples in a batch: the length of its target, or of the target's first part."""
    while isinstance(target, (list, tuple)) and target:
        target = target[0]
    if isinstance(target, Tensor) and target.ndim:
        return len(target)
    got = f"shape {tuple(target.shape)}" if isinstance(target, Tensor) else type(target).__name__
    raise ValueError(f"the target of a batch is a tensor with one entry per sample, (N, ...); got {got}")


def named_metrics(metrics):
    """{name: metric object} of what a user gives as `metrics`: a dict, or a list that names itself."""
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
        raise ValueError(f"a metric without a name of its own ({metric!r}) needs one: "
                         "metrics={'top3': lambda output, target: ...}")
    return name


def as_metric(name, metric):
    if name in ("epoch", "loss") or name.startswith("val_"):
        raise ValueError(f"a metric cannot be named {name!r}, the history uses this name; choose another")
    if isinstance(metric, type):
        raise TypeError(f"metric {name!r} is a class; give an object of it, {metric.__name__}()")
    if all(hasattr(metric, method) for method in ("reset", "update", "compute")):
        return metric
    if callable(metric):
        return Mean(metric, name)
    raise TypeError(f"metric {name!r} is a function (output, target) -> mean over the batch, or an object "
                    f"with reset(), update(output, target) and compute(); got {type(metric).__name__}")


def direction(name, mode=None):
    """'min' or 'max': which way `name` gets better. Known for the names in BETTER; else `mode` says."""
    if mode in (HIGHER, LOWER):
        return mode
    if mode is not None:
        raise ValueError(f"mode is 'min' (lower is better) or 'max' (higher is better), got {mode!r}")
    for known, better in BETTER.items():
        if name.endswith(known):
            return better
    raise ValueError(f"is a lower or a higher {name!r} better? Say mode='min' or mode='max'")
