"""Classes of different size: weigh them in the loss, or draw them equally often.

    F.cross_entropy(logits, target, weight=class_weight(labels))
    DataLoader(dataset, sampler=WeightedRandomSampler(sample_weight(labels), len(labels)))
    DataLoader(Subset(dataset, oversample(labels)), shuffle=True)

All take class ids (N), integers from 0. Do not balance the data on which you measure.
"""


import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.autograd.errors import composed
from minigrad.backend import bincount


@composed
def class_weight(target: Tensor | np.ndarray, num_classes: int | None = None) -> Tensor:
    """The weight N / (V count) of each class, (V), float32: rare ones weigh more, a sample 1 on average.

    num_classes: the length of the result; the largest id + 1 if None. A class that does not occur has weight
    0, and V counts only the others. Equal to scikit-learn's class_weight='balanced'.

    >>> class_weight(tensor([0, 0, 0, 1]))
    tensor([0.6667, 2.0000])
    """
    counts = sizes("class_weight", target, num_classes)
    weights = counts.sum() / np.maximum(counts, 1) / np.count_nonzero(counts)
    return Tensor(np.where(counts > 0, weights, 0).astype(np.float32))


@composed
def sample_weight(target: Tensor | np.ndarray) -> Tensor:
    """The class_weight of each sample, (N): with WeightedRandomSampler all classes are equally frequent.

    >>> sample_weight(tensor([0, 0, 0, 1]))
    tensor([0.6667, 0.6667, 0.6667, 2.0000])
    """
    weights = class_weight(target)
    return Tensor(weights.numpy()[ids_of("sample_weight", target)])


@composed
def oversample(target: Tensor | np.ndarray, seed: int = 0) -> np.ndarray:
    """Positions in random order, in which each class occurs as often as the largest: rare samples repeat.

    Within a class, no sample occurs twice more than another. int64.

    >>> np.sort(oversample(np.array([0, 0, 0, 1])))
    array([0, 1, 2, 3, 3, 3])
    """
    return resampled("oversample", target, np.max, seed)


@composed
def undersample(target: Tensor | np.ndarray, seed: int = 0) -> np.ndarray:
    """Positions in random order, in which each class occurs as often as the smallest; none repeats. int64.

    >>> len(undersample(np.array([0, 0, 0, 1])))
    2
    """
    return resampled("undersample", target, np.min, seed)


def resampled(name, target, size_of, seed):
    counts = sizes(name, target)
    ids, rng = ids_of(name, target), np.random.default_rng(seed)
    size = size_of(counts[counts > 0])
    parts = []
    for each in np.flatnonzero(counts):
        places = np.flatnonzero(ids == each)
        whole, rest = divmod(size, len(places))
        parts += [np.tile(places, whole), rng.permutation(places)[:rest]]
    return rng.permutation(np.concatenate(parts))


def sizes(name, target, num_classes=None):
    """How many samples each class has, (V)."""
    counts = bincount(np, ids_of(name, target), minlength=num_classes or 0)
    if num_classes is not None and len(counts) > num_classes:
        raise ValueError(f"{name}: class ids must lie in [0, {num_classes}), got {len(counts) - 1}")
    return counts


def ids_of(name, target):
    ids = to_numpy(target.detach()) if isinstance(target, Tensor) else np.asarray(target)
    if ids.ndim != 1 or not len(ids) or ids.dtype.kind not in "iub":
        raise ValueError(f"{name}: target must be class ids (N), integers; got {ids.dtype} {ids.shape}")
    if ids.min() < 0:
        raise ValueError(f"{name}: class ids must not be negative, got {ids.min()}")
    return ids.astype(np.int64)
