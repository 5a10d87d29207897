"""What counts of right and wrong classes say: confusion matrix, precision, recall, F1, and their relatives.

With tp, fp, fn the true positives, false positives and false negatives of a class:

    precision = tp / (tp + fp)      recall = tp / (tp + fn)      F1 = 2 tp / (2 tp + fp + fn)

All take output (N, V, ...) scores, of which the highest decides, or (N, ...) class ids, and target (N, ...)
class ids. Targets equal to ignore_index do not count. The values equal scikit-learn's for classes 0 to V - 1.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import bincount
from minigrad.metrics.epoch import of_all
from minigrad.metrics.means import check_same_shape
from minigrad.ops.reductions.order import argmax

AVERAGES = "binary", "micro", "macro", "weighted", None

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


@of_all
def precision(output: Tensor | np.ndarray, target: Tensor | np.ndarray, average: str | None = "binary", *,
              pos_label: int = 1, zero_division: float = 0.0, ignore_index: int = -100) -> Any:
    """tp / (tp + fp): which fraction of the samples that were predicted as a class belongs to it.

    average        'binary': of class pos_label, for two classes
                   'micro': of all classes together, which is the accuracy
                   'macro': the mean over the classes that occur in output or target
                   'weighted': the same, each class weighted by how often it occurs in target
                   None: of each class, a Tensor (V)
    zero_division  the value of 0 / 0, where a class is never predicted; with nan, no mean includes it

    >>> precision(tensor([1, 1, 0, 1]), tensor([1, 0, 0, 1]))
    0.666...
    """
    tp, fp, fn = table(output, target, ignore_index)
    return averaged("precision", tp, tp + fp, tp + fn, fp, average, pos_label, zero_division)


@of_all
def recall(output: Tensor | np.ndarray, target: Tensor | np.ndarray, average: str | None = "binary", *,
           pos_label: int = 1, zero_division: float = 0.0, ignore_index: int = -100) -> Any:
    """tp / (tp + fn): which fraction of the samples of a class was predicted as it. All else as in precision.

    >>> recall(tensor([1, 1, 0, 1]), tensor([1, 0, 0, 1]))
    1.0
    """
    tp, fp, fn = table(output, target, ignore_index)
    return averaged("recall", tp, tp + fn, tp + fn, fp, average, pos_label, zero_division)


@of_all
def f1_score(output: Tensor | np.ndarray, target: Tensor | np.ndarray, average: str | None = "binary", *,
             pos_label: int = 1, zero_division: float = 0.0, ignore_index: int = -100) -> Any:
    """2 tp / (2 tp + fp + fn), the harmonic mean of precision and recall. All else as in precision.

    >>> f1_score(tensor([1, 1, 0, 1]), tensor([1, 0, 0, 1]))
    0.8
    """
    tp, fp, fn = table(output, target, ignore_index)
    return averaged("f1_score", 2 * tp, 2 * tp + fp + fn, tp + fn, fp, average, pos_label, zero_division)


@of_all
def balanced_accuracy(output: Tensor | np.ndarray, target: Tensor | np.ndarray,
                      ignore_index: int = -100) -> float:
    """The mean recall of the classes that occur in target: 1 / V for a guess, however rare some classes are.

    >>> balanced_accuracy(tensor([0, 0, 0, 0]), tensor([0, 0, 0, 1]))
    0.5
    """
    tp, _, fn = table(output, target, ignore_index)
    occurs = tp + fn > 0
    return float(np.mean((tp / np.where(occurs, tp + fn, 1))[occurs])) if occurs.any() else math.nan


@of_all
def matthews_corrcoef(output: Tensor | np.ndarray, target: Tensor | np.ndarray,
                      ignore_index: int = -100) -> float:
    """The correlation of predicted and true classes, from -1 to 1; 0 for a guess, or where one is constant.

    Source: Gorodkin 2004, Computational Biology and Chemistry 28, 367-374, eq. 8.

    >>> matthews_corrcoef(tensor([0, 0, 1, 1]), tensor([0, 0, 1, 1]))
    1.0
    """
    matrix = counts_of(output, target, ignore_index)
    n, true, predicted = matrix.sum(), matrix.sum(1), matrix.sum(0)
    covariance = np.trace(matrix) * n - true @ predicted
    spreads = (n * n - true @ true) * (n * n - predicted @ predicted)
    return float(covariance / np.sqrt(spreads)) if spreads else 0.0


@of_all
def classification_report(output: Tensor | np.ndarray, target: Tensor | np.ndarray,
                          names: Sequence[str] | None = None, *, digits: int = 2, zero_division: float = 0.0,
                          ignore_index: int = -100) -> str:
    """A table as text: precision, recall, F1 and count of each class that occurs, and their means.

    names: of the classes 0 to V - 1, if not their numbers. Support: how often a class is in target.

    >>> print(classification_report(tensor([0, 1, 1]), tensor([0, 0, 1]), ["cat", "dog"]))
                  precision    recall  f1-score   support
    ...
             cat       1.00      0.50      0.67         2
             dog       0.50      1.00      0.67         1
    ...
        accuracy                           0.67         3
       macro avg       0.75      0.75      0.67         3
    weighted avg       0.83      0.67      0.67         3
    ...
    """
    tp, fp, fn = table(output, target, ignore_index)
    if names is not None and len(names) < len(tp):
        raise ValueError(f"classification_report: {len(names)} names for {len(tp)} classes")
    support = tp + fn
    columns = [(tp, tp + fp), (tp, tp + fn), (2 * tp, 2 * tp + fp + fn)]
    rows = [(str(i) if names is None else names[int(i)],
             [float(ratio(part[i], whole[i], zero_division)) for part, whole in columns], int(support[i]))
            for i in np.flatnonzero(support + fp)]
    means = [(f"{average} avg", [averaged("", part, whole, support, fp, average, 1, zero_division)
                                 for part, whole in columns], int(support.sum()))
             for average in ("macro", "weighted")]
    right = float(ratio(tp.sum(), support.sum(), zero_division))
    return report(rows, means, digits, right)


def report(rows, means, digits, accuracy=None):
    """The text of a table with a row (name, [precision, recall, F1], support) per class.

    The format is scikit-learn's.
    """
    width = max(len("weighted avg"), digits, *(len(name) for name, _, _ in rows), 0)

    def line(name, numbers, support):
        cells = "".join(f" {number:>9.{digits}f}" for number in numbers)
        return f"{name:>{width}} {cells} {support:>9}\n"

    head = "".join(f" {name:>9}" for name in ("precision", "recall", "f1-score", "support"))
    text = f"{'':>{width}} " + head + "\n\n" + "".join(line(*row) for row in rows) + "\n"
    if accuracy is not None:
        text += f"{'accuracy':>{width}} {'':>20} {accuracy:>9.{digits}f} {means[0][2]:>9}\n"
    return text + "".join(line(*row) for row in means)


def counts_of(output, target, ignore_index):
    """The confusion matrix as float64: products of counts would overflow int64."""
    return confusion_matrix(output, target, ignore_index=ignore_index).numpy().astype(np.float64)


def table(output, target, ignore_index):
    """True positives, false positives and false negatives of each class, (V) each."""
    matrix = counts_of(output, target, ignore_index)
    tp = np.diagonal(matrix)
    return tp, matrix.sum(0) - tp, matrix.sum(1) - tp


def averaged(name, part, whole, support, fp, average, pos_label, zero_division):
    """part / whole of the classes, averaged."""
    if average not in AVERAGES:
        raise ValueError(f"{name}: average must be 'binary', 'micro', 'macro', 'weighted' or None, "
                         f"got {average!r}")
    if average is None:
        return Tensor(ratio(part, whole, zero_division))
    if average == "micro":
        return float(ratio(part.sum(), whole.sum(), zero_division))
    if average == "binary":
        if len(part) > 2:
            raise ValueError(f"{name}: average='binary' is for two classes, got {len(part)}; choose 'macro', "
                             "'micro', 'weighted' or None")
        if pos_label not in (0, 1):
            raise ValueError(f"{name}: pos_label must be 0 or 1, got {pos_label!r}")
        return float(ratio(part[pos_label], whole[pos_label], zero_division)) if pos_label < len(part) else (
            float(zero_division))
    occurs = support + fp > 0
    values = ratio(part, whole, zero_division)[occurs]
    weights = support[occurs] if average == "weighted" else np.ones(len(values))
    known = ~np.isnan(values)
    total = weights[known].sum()
    if not total:
        return float(values[known].mean()) if known.any() else math.nan
    return float(values[known] @ weights[known] / total)


def ratio(part, whole, zero_division):
    """part / whole, and zero_division where whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), zero_division)
