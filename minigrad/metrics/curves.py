"""How well scores rank samples: ROC and precision-recall curves, and the areas under them.

Binary: output (N) scores, higher for class 1, and target (N) zeros and ones; or any two equal shapes.
Several classes: output (N, V, ...) scores and target (N, ...) class ids. Of each class only the order of its
scores counts. So for two classes logits do as well as probabilities; for more, pass probabilities. Equal
scores are one threshold. Targets equal to ignore_index do not count. Areas are NaN where a class is absent.
"""

import math

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import bincount
from minigrad.metrics.epoch import host, of_all
from minigrad.metrics.means import check_same_shape


@composed
def roc_curve(output: Tensor | np.ndarray, target: Tensor | np.ndarray, *, drop_intermediate: bool = True,
              ignore_index: int = -100) -> tuple[Tensor, Tensor, Tensor]:
    """(fpr, tpr, thresholds), float64: the rates of false and true positives where output >= threshold.

    Thresholds fall from infinity, where no sample is positive. drop_intermediate leaves out the points on a
    straight line between two others.

    >>> fpr, tpr, thresholds = roc_curve(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]))
    >>> fpr.tolist(), tpr.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    fp, tp, thresholds = cumulated(*binary("roc_curve", output, target, ignore_index))
    if drop_intermediate and len(fp) > 2:
        bends = np.r_[True, (np.diff(fp, 2) != 0) | (np.diff(tp, 2) != 0), True]
        fp, tp, thresholds = fp[bends], tp[bends], thresholds[bends]
    fp, tp, thresholds = np.r_[0, fp], np.r_[0, tp], np.r_[math.inf, thresholds]
    return Tensor(fraction(fp)), Tensor(fraction(tp)), Tensor(thresholds)


@composed
def auc(x: Tensor | np.ndarray, y: Tensor | np.ndarray) -> float:
    """The area below the points (x, y) by the trapezoidal rule; x must not change direction.

    >>> auc(tensor([0.0, 0.5, 1.0]), tensor([0.0, 1.0, 1.0]))
    0.75
    """
    x, y = host(x).astype(np.float64), host(y).astype(np.float64)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError("auc: expected x and y of the same length (N), at least 2; "
                         f"got {x.shape} and {y.shape}")
    steps = np.diff(x)
    if (steps < 0).any() and (steps > 0).any():
        raise ValueError("auc: x must only rise or only fall; sort the points")
    return float(abs(np.sum(steps * (y[1:] + y[:-1]) / 2)) if (steps < 0).any() else
                 np.sum(steps * (y[1:] + y[:-1]) / 2))


@of_all
def roc_auc(output: Tensor | np.ndarray, target: Tensor | np.ndarray, *, multi_class: str = "ovr",
            average: str | None = "macro", ignore_index: int = -100) -> float | Tensor:
    """The area under the ROC curve: how often a sample of class 1 scores higher than one of class 0.

    1 is perfect, 0.5 as good as a guess; equal scores count half.

    multi_class  'ovr': of each class against the rest; 'ovo': of each pair of classes, both ways round
    average      'macro': the mean; 'weighted': weighted by how often the class or the pair occurs;
                 None: of each class, a Tensor (V), for 'ovr' only
    For output (N, 2) it is the area of the difference of the two scores.
    Source: Hand and Till 2001, Machine Learning 45, 171-186, eq. 7, for 'ovo'.

    >>> roc_auc(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]))
    0.75
    """
    if multi_class not in ("ovr", "ovo") or average not in ("macro", "weighted", None):
        raise ValueError("roc_auc: multi_class must be 'ovr' or 'ovo', average 'macro', 'weighted' or None; "
                         f"got {multi_class!r} and {average!r}")
    scores, ids = several("roc_auc", output, target, ignore_index)
    if scores is None:
        return area(*binary("roc_auc", output, target, ignore_index))
    V = scores.shape[1]
    if V == 2:
        return area(scores[:, 1] - scores[:, 0], ids == 1)
    if multi_class == "ovr":
        return mean_of_classes([area(scores[:, i], ids == i) for i in range(V)], ids, V, average)
    if average is None:
        raise ValueError("roc_auc: multi_class='ovo' needs average 'macro' or 'weighted'")
    areas, weights = [], []
    for i in range(V):
        for j in range(i + 1, V):
            pair = (ids == i) | (ids == j)
            areas.append((area(scores[pair, i], ids[pair] == i) + area(scores[pair, j], ids[pair] == j)) / 2)
            weights.append(pair.mean() if average == "weighted" else 1.0)
    return float(np.average(areas, weights=weights)) if np.sum(weights) else math.nan


@composed
def precision_recall_curve(output: Tensor | np.ndarray, target: Tensor | np.ndarray, *,
                           ignore_index: int = -100) -> tuple[Tensor, Tensor, Tensor]:
    """(precision, recall, thresholds), float64, if output >= threshold means 1; thresholds rise.

    The curve ends at precision 1 and recall 0, which have no threshold: T + 1, T + 1 and T values.

    >>> p, r, thresholds = precision_recall_curve(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]))
    >>> p.tolist()
    [0.5, 0.666..., 0.5, 1.0, 1.0]
    """
    fp, tp, thresholds = cumulated(*binary("precision_recall_curve", output, target, ignore_index))
    precision, recall = tp / (tp + fp), fraction(tp)
    return Tensor(np.r_[precision[::-1], 1]), Tensor(np.r_[recall[::-1], 0]), Tensor(thresholds[::-1].copy())


@of_all
def average_precision(output: Tensor | np.ndarray, target: Tensor | np.ndarray, *,
                      average: str | None = "macro", ignore_index: int = -100) -> float | Tensor:
    """The sum over thresholds of precision times the step of recall: the area under that curve, as steps.

    For several classes, of each class against the rest; average as in roc_auc. Its value for a guess is the
    fraction of samples of the class.

    >>> average_precision(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]))
    0.833...
    """
    if average not in ("macro", "weighted", None):
        raise ValueError(f"average_precision: average must be 'macro', 'weighted' or None, got {average!r}")
    scores, ids = several("average_precision", output, target, ignore_index)
    if scores is None:
        return steps(*binary("average_precision", output, target, ignore_index))
    V = scores.shape[1]
    if V == 2:
        return steps(scores[:, 1] - scores[:, 0], ids == 1)
    return mean_of_classes([steps(scores[:, i], ids == i) for i in range(V)], ids, V, average)


def mean_of_classes(values, ids, V, average):
    if average is None:
        return Tensor(np.array(values))
    weights = bincount(np, ids, minlength=V) if average == "weighted" else np.ones(V)
    return float(np.average(values, weights=weights)) if weights.sum() else math.nan


def area(scores, positive):
    """The area under the ROC curve of checked arrays."""
    fp, tp, _ = cumulated(scores, positive)
    return auc(fraction(np.r_[0, fp]), fraction(np.r_[0, tp])) if len(fp) else math.nan


def steps(scores, positive):
    """The average precision of checked arrays."""
    fp, tp, _ = cumulated(scores, positive)
    return float(np.sum(np.diff(fraction(tp), prepend=0) * tp / (tp + fp))) if len(tp) else math.nan


def cumulated(scores, positive):
    """False and true positives at each distinct score as threshold, and these scores, falling."""
    order = np.argsort(-scores, kind="stable")
    scores, positive = scores[order], positive[order]
    last = np.r_[np.flatnonzero(scores[1:] != scores[:-1]), len(scores) - 1][:len(scores)]
    tp = np.cumsum(positive)[last].astype(np.float64)
    return last + 1 - tp, tp, scores[last]


def fraction(counts):
    """Counts divided by the last one; NaN if it is 0."""
    return counts / counts[-1] if len(counts) and counts[-1] else np.full(len(counts), math.nan)


def binary(name, output, target, ignore_index):
    """Scores (N), float64, and which samples are of class 1, of those that count."""
    scores, target = host(output), host(target)
    check_same_shape(name, scores, target)
    counts = target != ignore_index
    scores, target = scores[counts].astype(np.float64), target[counts]
    check_scores(name, scores)
    wrong = target[(target != 0) & (target != 1)]
    if wrong.size:
        raise ValueError(f"{name}: targets must be 0 or 1, got {wrong[0]}; the output comes first, "
                         "then the target")
    return scores, target == 1


def several(name, output, target, ignore_index):
    """Scores (N, V) of several classes and class ids (N), of those that count; None, None if binary."""
    scores, ids = host(output), host(target)
    if scores.ndim != ids.ndim + 1:
        return None, None
    if scores.shape[:1] + scores.shape[2:] != ids.shape or scores.shape[1] < 2:
        raise ValueError(f"{name}: expected output (N, V, ...) with a score for each of V classes and target "
                         f"(N, ...) with class ids, got {scores.shape} and {ids.shape}")
    V = scores.shape[1]
    scores, ids = np.moveaxis(scores, 1, -1).reshape(-1, V), ids.reshape(-1)
    counts = ids != ignore_index
    scores, ids = scores[counts].astype(np.float64), ids[counts]
    check_scores(name, scores)
    wrong = ids[(ids < 0) | (ids >= V) | (ids != np.floor(ids))]
    if wrong.size:
        raise ValueError(f"{name}: class ids must be integers in [0, {V}), got {wrong[0]}")
    return scores, ids.astype(np.int64)


def check_scores(name, scores):
    if np.isnan(scores).any():
        raise ValueError(f"{name}: a score is NaN, so it has no rank; find out where it began with "
                         "minigrad.autograd.detect_anomaly")
