"""Splitting data, so that a model is evaluated on samples it was not trained on."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.autograd.errors import checked
from minigrad.backend import bincount
from minigrad.backend.generator import Generator, Stream
from minigrad.backend.random import host_generator
from minigrad.data.datasets import Dataset, Subset


@checked
def random_split(dataset: Dataset | Sequence, lengths: Iterable[float],
                 generator: np.random.Generator | int | None = None) -> list[Subset]:
    """Split a dataset at random into disjoint Subsets.

    lengths    sample counts that sum to len(dataset), or fractions that sum to 1. Fractions are rounded
               down to whole samples; the remaining samples go one each to the first subsets
    generator  numpy.random.Generator or integer seed; if None, the generator that `manual_seed` seeds
    """
    counts: list[Any] = list(lengths)      # fractions become integers below
    if any(length < 0 for length in counts):
        raise ValueError(f"random_split: lengths must not be negative, got {counts}")
    if math.isclose(sum(counts), 1):
        counts = [math.floor(len(dataset) * fraction) for fraction in counts]
        for i in range(len(dataset) - sum(counts)):
            counts[i % len(counts)] += 1
    if sum(counts) != len(dataset):
        raise ValueError(f"random_split: lengths {counts} sum to {sum(counts)}; they must sum to "
                         f"the {len(dataset)} samples of the dataset, or to 1 as fractions")
    order = as_generator(generator).permutation(len(dataset))
    ends = np.cumsum(counts, dtype=np.int64)
    return [Subset(dataset, order[end - count:end].tolist()) for count, end in zip(counts, ends)]


@checked
def train_test_split(*arrays: Any, test_size: float = 0.2, seed: int = 0, stratify: Any = None) -> list:
    """Split arrays or lists at random into a training and a test part, all at the same positions.

    Returns [train_1, test_1, train_2, test_2, ...], a pair per array. `test_size` is a fraction (float),
    rounded up to whole samples, or a number of samples (int). The split depends only on the number of
    samples, `test_size`, `seed` and `stratify`, so it is reproducible everywhere.
    stratify: the classes (N) of the samples; each class is then split in the same proportion, up to rounding.

    >>> train_test_split(["a", "b", "c", "d"], np.arange(4), test_size=1)
    [['a', 'b', 'd'], ['c'], array([0, 1, 3]), array([2])]
    """
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) != 1:
        raise ValueError("train_test_split needs one or more arrays of the same length, "
                         f"got lengths {lengths}")
    n = lengths[0]
    held_out = math.ceil(test_size * n) if isinstance(test_size, float) else test_size
    if not 0 < held_out < n:
        raise ValueError(f"train_test_split: test_size={test_size} leaves {n - held_out} training and "
                         f"{held_out} test samples of {n}; both need at least one")
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    if stratify is not None:
        order = stratified(order, encoded("train_test_split: stratify", stratify, n), held_out, rng)
    test, train = order[:held_out], order[held_out:]
    return [take(array, part) for array in arrays for part in (train, test)]


def stratified(order, classes, held_out, rng):
    """`order` with its first `held_out` samples taken from each class in proportion to its size."""
    sizes = bincount(np, classes)
    if sizes.min() < 2:
        raise ValueError("train_test_split: stratify needs at least 2 samples of each class, one class has 1")
    if min(held_out, len(order) - held_out) < len(sizes):
        raise ValueError(f"train_test_split: stratify has {len(sizes)} classes, but the parts have "
                         f"{len(order) - held_out} and {held_out} samples; both need one per class")
    exact = sizes * held_out / len(order)
    shares = np.floor(exact).astype(np.int64)
    by_rest = np.lexsort([rng.permutation(len(sizes)), -(exact - shares).round(9)])      # of equal rests, any
    shares[by_rest[:held_out - shares.sum()]] += 1
    ranks = np.empty(len(order), np.int64)      # of each sample of the order among those of its class
    for each in range(len(sizes)):
        at = classes[order] == each
        ranks[at] = np.arange(sizes[each])
    chosen = ranks < shares[classes[order]]
    return np.concatenate([order[chosen], order[~chosen]])


def encoded(what, classes, n=None):
    """Classes (N) of any kind as integers from 0, in the order in which they first appear."""
    array = to_numpy(classes) if isinstance(classes, Tensor) else np.asarray(classes)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"{what} must be the classes of the samples, (N), got shape {array.shape}")
    if n is not None and len(array) != n:
        raise ValueError(f"{what} has {len(array)} entries for {n} samples")
    if array.dtype.kind == "f" and (np.isnan(array).any() or (array != np.floor(array)).any()):
        raise ValueError(f"{what} must be classes, got numbers that are not whole; sort them into bins first")
    _, first, inverse = np.unique(array, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def take(array, indices):
    return [array[i] for i in indices] if isinstance(array, (list, tuple)) else array[indices]


def as_generator(generator: np.random.Generator | int | None) -> Stream:
    """The generator that a `generator=` argument stands for: itself, a seed, or None for the host's."""
    if generator is None or isinstance(generator, np.random.Generator):
        return host_generator(generator)
    if isinstance(generator, (int, np.integer)) and generator >= 0:
        return Generator().manual_seed(generator)
    raise TypeError("generator must be a numpy.random.Generator, a seed (a non-negative integer) or "
                    f"None, got {generator!r}")
