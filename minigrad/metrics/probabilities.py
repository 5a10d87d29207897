"""How good probabilities are: scores that punish wrong confidence, and how often what is 70 % sure is right.

Binary: output (N) probabilities of class 1 and target (N) zeros and ones. Several classes: output (N, V, ...)
probabilities that sum to 1 over the classes, and target (N, ...) class ids. Targets equal to ignore_index do
not count. NaN where none counts.
"""

import math

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import bincount
from minigrad.metrics.curves import binary, several
from minigrad.metrics.epoch import host, of_all


@of_all
def log_loss(output: Tensor | np.ndarray, target: Tensor | np.ndarray, *, ignore_index: int = -100) -> float:
    """The mean of -log p(target), in nats; p is at least the rounding error of its dtype, never 0.

    For logits use F.cross_entropy or F.binary_cross_entropy_with_logits.

    >>> log_loss(tensor([0.9, 0.2]), tensor([1, 0]))
    0.1642...
    """
    kind = host(output).dtype
    eps = np.finfo(kind if kind.kind == "f" else np.float64).eps
    p, ids = probabilities("log_loss", output, target, ignore_index)
    chosen = np.clip(np.take_along_axis(p, ids[:, None], 1), eps, 1 - eps)
    return float(-np.log(chosen).mean()) if len(ids) else math.nan


@of_all
def brier_score(output: Tensor | np.ndarray, target: Tensor | np.ndarray, *,
                ignore_index: int = -100) -> float:
    """The mean of (p - target)^2; for several classes, of the sum over classes of (p - one_hot(target))^2.

    Source: Brier 1950, Monthly Weather Review 78, 1-3. For two classes in one column, his is twice as large.

    >>> brier_score(tensor([0.75, 0.25]), tensor([1, 0]))
    0.0625
    """
    single = host(output).ndim == host(target).ndim
    p, ids = probabilities("brier_score", output, target, ignore_index)
    squares = np.sum((p - np.eye(p.shape[1])[ids]) ** 2, axis=1)
    return float(squares.mean()) / (2 if single else 1) if len(ids) else math.nan


@composed
def calibration_curve(output: Tensor | np.ndarray, target: Tensor | np.ndarray, n_bins: int = 5, *,
                      strategy: str = "uniform", ignore_index: int = -100) -> tuple[Tensor, Tensor]:
    """(fraction, confidence) of each bin with samples: how often it was true, and the mean of p; float64.

    Binary: p is the probability of class 1. Several classes: p is that of the likeliest class, and true means
    that it is the target. Bins have equal width ('uniform') or equally many samples ('quantile').

    >>> p, target = tensor([0.125, 0.25, 0.75, 0.875]), tensor([0, 0, 1, 1])
    >>> fraction, confidence = calibration_curve(p, target, n_bins=2)
    >>> fraction.tolist(), confidence.tolist()
    ([0.0, 1.0], [0.1875, 0.8125])
    """
    count, hits, total = bins("calibration_curve", output, target, n_bins, strategy, ignore_index)
    full = count > 0
    return Tensor(hits[full] / count[full]), Tensor(total[full] / count[full])


@of_all
def calibration_error(output: Tensor | np.ndarray, target: Tensor | np.ndarray, n_bins: int = 15, *,
                      ignore_index: int = -100) -> float:
    """The expected calibration error: the mean over samples of |fraction - confidence| of their bin.

    0 is perfect. Bins and terms as in calibration_curve, of equal width.
    Source: Guo et al. 2017, arXiv:1706.04599, eq. 5.

    >>> calibration_error(tensor([0.125, 0.25, 0.75, 0.875]), tensor([0, 0, 1, 1]), n_bins=2)
    0.1875
    """
    count, hits, total = bins("calibration_error", output, target, n_bins, "uniform", ignore_index)
    return float(np.abs(hits - total).sum() / count.sum()) if count.any() else math.nan


def bins(name, output, target, n_bins, strategy, ignore_index):
    """Of each bin: the number of samples, the number of true ones, the sum of the probabilities."""
    if strategy not in ("uniform", "quantile") or n_bins < 1:
        raise ValueError(f"{name}: strategy must be 'uniform' or 'quantile' and n_bins at least 1; "
                         f"got {strategy!r} and {n_bins}")
    single = host(output).ndim == host(target).ndim
    p, ids = probabilities(name, output, target, ignore_index)
    true, p = (ids == 1, p[:, 1]) if single else (ids == p.argmax(1), p.max(1, initial=0))
    edges = np.linspace(0, 1, n_bins + 1)
    if strategy == "quantile" and len(p):
        edges = np.quantile(p, edges)
    which = np.searchsorted(edges[1:-1], p)         # a bin has its upper edge
    return tuple(bincount(np, which, weights, minlength=n_bins) for weights in (np.ones(len(p)), true, p))


def probabilities(name, output, target, ignore_index):
    """Probabilities (N, V), float64, and class ids (N), of the samples that count."""
    p, ids = several(name, output, target, ignore_index)
    if p is None:
        p, positive = binary(name, output, target, ignore_index)
        p, ids = np.stack([1 - p, p], 1), positive.astype(np.int64)
    rounding = 1e-3 if host(output).dtype == np.float16 else 1e-5
    if ((p < -rounding) | (p > 1 + rounding)).any():
        raise ValueError(f"{name}: output must be probabilities in [0, 1], got values from {p.min():g} to "
                         f"{p.max():g}; apply softmax, or sigmoid, to logits")
    if (abs(p.sum(1) - 1) > rounding * 10).any():
        raise ValueError(f"{name}: the probabilities of a sample must sum to 1, got "
                         f"{p.sum(1)[abs(p.sum(1) - 1).argmax()]:g}; apply softmax to logits")
    return p, ids
