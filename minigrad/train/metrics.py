"""Metrics: how good the predictions are, in numbers that people understand.

A metric of your own is one of two things:

    a function (output, target) -> its mean over the batch
    an object with reset(), update(output, target) once per batch, and compute() -> a number

The number of an epoch does not depend on the batch size. The functions here and the losses of nn.functional
say how many elements, rows or tokens their mean is over, and each batch is weighted by that count. So a
function that masks can call them with what counts, F.mse_loss(output[mask], target[mask]), or return
mean_over(total, count). Any other function is taken for a mean over samples, unless it returns the sum that
a loss with reduction='sum' gave it: sums add up. Metrics that are not means cannot be averaged over batches.
They are objects: R2 and RMSE keep sums, WholeEpoch keeps all samples for functions such as roc_auc.
"""

import functools
import math
import operator

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.hints import warn
from minigrad.metrics.epoch import WholeEpoch, is_of_all
from minigrad.ops.losses.reduction import SUM, WHOLE, counted
from minigrad.ops.places.indexing import on_host
from minigrad.ops.places.joining import stack

PENDING = 50        # values that a Mean keeps on the device before fetching them

HIGHER, LOWER = "max", "min"
BETTER = {
    "accuracy": HIGHER, "r2": HIGHER, "precision": HIGHER, "recall": HIGHER, "f1": HIGHER, "f1_score": HIGHER,
    "auc": HIGHER, "matthews_corrcoef": HIGHER, "bleu": HIGHER, "loss": LOWER, "mae": LOWER, "rmse": LOWER,
    "brier_score": LOWER, "calibration_error": LOWER}


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
        if [count for count in counts if count is WHOLE]:
            raise ValueError(f"metric {self.name!r} calls a function whose values for batches have no "
                             "meaningful mean; wrap it: from minigrad.metrics import WholeEpoch; metrics={"
                             f"{self.name!r}: WholeEpoch(...)}}")
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
    if is_of_all(metric):
        return WholeEpoch(metric)
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
