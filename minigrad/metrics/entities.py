"""Named entities in BIO tags: an entity is right if its type and both of its ends are.

    tags        B-PER I-PER O     B-LOC             B begins an entity, I goes on inside, O is outside
    entities    (PER, 0, 2)       (LOC, 3, 4)       type, first tag, the tag after the last

An I that follows neither B nor I of its type belongs to no entity, as in seqeval with mode='strict' and
scheme=IOB2. Sequences are lists of tags, one list per sentence.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import NamesArguments
from minigrad.metrics.counts import averaged, report
from minigrad.metrics.epoch import host


def entities(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """The entities of one sentence: (type, first, end), end excluded.

    >>> entities(["B-PER", "I-PER", "O", "B-LOC", "I-PER"])
    [('PER', 0, 2), ('LOC', 3, 4)]
    """
    found: list[tuple[str, int, int]] = []
    inside = None                       # (type, first) of the entity that the tag before belongs to
    for i, tag in enumerate([*tags, "O"]):
        prefix, dash, kind = tag.partition("-") if isinstance(tag, str) else ("", "", "")
        if not (prefix in ("B", "I") and dash and kind) and tag != "O":
            raise ValueError(f"entities: tags must be 'O', 'B-TYPE' or 'I-TYPE', got {tag!r} at position {i}")
        if inside and not (prefix == "I" and kind == inside[0]):
            found.append((*inside, i))
            inside = None
        if prefix == "B":
            inside = kind, i
    return found


def entity_scores(output: Sequence[Sequence[str]], target: Sequence[Sequence[str]],
                  average: str = "micro") -> tuple[float, float, float]:
    """Precision, recall and F1 of the predicted entities; 0 where one of them is 0 / 0.

    average: 'micro' counts the entities of all types together, 'macro' is the mean over the types that occur,
    'weighted' weights each type by how often it occurs in target.

    >>> entity_scores([["B-PER", "I-PER", "O"]], [["B-PER", "I-PER", "B-LOC"]])
    (1.0, 0.5, 0.666...)
    """
    if average not in ("micro", "macro", "weighted"):
        raise ValueError(f"entity_scores: average must be 'micro', 'macro' or 'weighted', got {average!r}")
    precision, recall, f1 = scores(average, *columns(*tally("entity_scores", output, target)))
    return precision, recall, f1


def entity_report(output: Sequence[Sequence[str]], target: Sequence[Sequence[str]], *,
                  digits: int = 2) -> str:
    """A table as text: precision, recall, F1 and count of each type of entity, and their means.

    >>> print(entity_report([["B-PER", "I-PER", "O"]], [["B-PER", "I-PER", "B-LOC"]]))
                  precision    recall  f1-score   support
    ...
             LOC       0.00      0.00      0.00         1
             PER       1.00      1.00      1.00         1
    ...
       micro avg       1.00      0.50      0.67         2
       macro avg       0.50      0.50      0.50         2
    weighted avg       0.50      0.50      0.50         2
    ...
    """
    right, predicted, true = tally("entity_report", output, target)
    kinds = sorted(predicted | true)
    rows = [(kind, scores("micro", *(np.array([n[kind]]) for n in (right, predicted, true))),
             true[kind]) for kind in kinds]
    support = sum(true.values())
    means = [(f"{average} avg", scores(average, *columns(right, predicted, true)), support)
             for average in ("micro", "macro", "weighted")]
    return report(rows, means, digits)


class EntityF1(NamesArguments):
    """F1 of the entities of an epoch, a metric for the Trainer.

        Trainer(..., metrics={"f1": EntityF1(["O", "B-PER", "I-PER"])})

    labels: the tag of each class. Shapes: output (N, V, T) scores or (N, T) class ids, target (N, T) class
    ids. Positions whose target is ignore_index are left out of their sentence.
    """

    doors = ("update", "compute")

    def __init__(self, labels: Sequence[str], *, average: str = "micro", ignore_index: int = -100) -> None:
        if average not in ("micro", "macro", "weighted"):
            raise ValueError(f"EntityF1: average must be 'micro', 'macro' or 'weighted', got {average!r}")
        entities(["B-X" if str(tag)[:2] == "I-" else tag for tag in labels])        # checks the spelling
        self.labels, self.average, self.ignore_index = list(labels), average, ignore_index
        self.reset()

    def reset(self) -> None:
        self.counts: Any = Counter(), Counter(), Counter()

    def update(self, output: Tensor, target: Tensor) -> None:
        ids, true = host(output), host(target)
        if ids.ndim == 3:
            if np.isnan(ids).any():
                raise ValueError("EntityF1: a score is NaN, so it has no highest class")
            ids = ids.argmax(1)
        if ids.ndim != 2 or ids.shape != true.shape:
            raise ValueError("EntityF1: expected output (N, V, T) or (N, T) and target (N, T), got "
                             f"{tuple(output.shape)} and {tuple(target.shape)}")
        keep = true != self.ignore_index
        for each in (ids[keep], true[keep]):
            if each.size and not 0 <= each.min() <= each.max() < len(self.labels):
                raise ValueError(f"EntityF1: class ids must lie in [0, {len(self.labels)}), the number of "
                                 f"labels; got {each.min()} to {each.max()}")
        new = tally("EntityF1", *([[self.labels[i] for i in row[kept]] for row, kept in zip(part, keep)]
                                  for part in (ids, true)))
        self.counts = tuple(Counter(old) + more for old, more in zip(self.counts, new))

    def compute(self) -> float:
        return scores(self.average, *columns(*map(Counter, self.counts)))[2]       # a checkpoint has dicts


def tally(name, output, target):
    """Counters by type of the entities that are right, predicted, and true."""
    if len(output) != len(target):
        raise ValueError(f"{name}: {len(output)} predicted sentences, but {len(target)} true ones")
    right, predicted, true = Counter(), Counter(), Counter()
    for i, (a, b) in enumerate(zip(output, target)):
        if len(a) != len(b):
            raise ValueError(f"{name}: sentence {i} has {len(a)} predicted tags, but {len(b)} true ones")
        a, b = set(entities(a)), set(entities(b))
        for counter, found in ((right, a & b), (predicted, a), (true, b)):
            counter.update(kind for kind, _, _ in found)
    return right, predicted, true


def columns(right, predicted, true):
    """The counts of each type that occurs, as arrays."""
    kinds = sorted(predicted | true)
    return tuple(np.array([counter[kind] for kind in kinds], np.float64)
                 for counter in (right, predicted, true))


def scores(average, right, predicted, true):
    """[precision, recall, F1] of counts per type."""
    if not len(right):
        return [0.0, 0.0, 0.0]
    return [averaged("", part, whole, true, predicted, average, 1, 0.0)
            for part, whole in ((right, predicted), (right, true), (2 * right, predicted + true))]
