"""Samplers decide which samples an epoch uses, and in which order. Any iterable of indices is a sampler.

    DataLoader(dataset, sampler=WeightedRandomSampler(weights, 1000))
    DataLoader(dataset, batch_sampler=BatchSampler(RandomSampler(dataset), 64, drop_last=True))
"""

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from types import GenericAlias
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.autograd.errors import NamesArguments
from minigrad.data.split import as_generator


class Sampler(NamesArguments):
    """Base class for your own samplers: define `__iter__`, the indices of one epoch, and `__len__`."""

    __class_getitem__ = classmethod(GenericAlias)       # Sampler[int], in annotations and as a base

    def __init__(self, data_source: Any = None) -> None:
        pass

    def __iter__(self) -> Iterator:
        raise NotImplementedError(f"{type(self).__name__} must define __iter__(self), "
                                  "the indices of one epoch")


class Ordered(Sampler):
    """A sampler that knows the whole order in advance, as an int64 array."""

    def order(self) -> np.ndarray:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        return iter(self.order().tolist())


class SequentialSampler(Ordered):
    """All samples of data_source, first to last."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def order(self) -> np.ndarray:
        return np.arange(len(self.data_source))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Ordered):
    """The samples of data_source in a new random order every epoch.

    replacement  draw each index independently, so that indices can repeat
    num_samples  indices per epoch; len(data_source) if None. Without replacement, a larger number
                 joins several random orders
    generator    numpy.random.Generator or integer seed; if None, the generator that `manual_seed` seeds
    """

    def __init__(self, data_source: Sized, replacement: bool = False, num_samples: int | None = None,
                 generator: np.random.Generator | int | None = None) -> None:
        if num_samples is not None:
            check_count("RandomSampler: num_samples", num_samples)
        self.data_source, self.replacement = data_source, replacement
        self.given = num_samples
        self.generator = None if generator is None else as_generator(generator)

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self.given is None else self.given

    def order(self) -> np.ndarray:
        n = len(self.data_source)
        if not n:
            raise ValueError("RandomSampler: data_source has no samples")
        # Without a generator of its own, each epoch has one, as in PyTorch: however many numbers it draws,
        # the generator that manual_seed seeds goes on from the same place.
        generator = as_generator(None).child() if self.generator is None else self.generator
        if self.replacement:
            return generator.integers(n, size=self.num_samples)
        # PyTorch draws an order for the rest also where there is none.
        orders = [generator.permutation(n) for _ in range(self.num_samples // n + 1)]
        return np.concatenate(orders)[:self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Ordered):
    """The samples at `indices`, in a new random order every epoch."""

    def __init__(self, indices: Sequence[int], generator: np.random.Generator | int | None = None) -> None:
        self.indices = indices
        self.generator = None if generator is None else as_generator(generator)

    def order(self) -> np.ndarray:
        indices = np.array([int(i) for i in self.indices], np.int64)
        return indices[as_generator(self.generator).permutation(len(indices))]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Ordered):
    """num_samples indices, each drawn with probability proportional to its weight.

    weights: N non-negative numbers; they need not sum to 1. Without replacement no index repeats.
    """

    def __init__(self, weights: Iterable[float], num_samples: int, replacement: bool = True,
                 generator: np.random.Generator | int | None = None) -> None:
        check_count("WeightedRandomSampler: num_samples", num_samples)
        given = (to_numpy(weights.detach()) if isinstance(weights, Tensor)
                 else np.array([float(w) for w in weights]))
        self.weights = Tensor(given.astype(np.float64))
        if given.ndim != 1 or not (np.isfinite(given) & (given >= 0)).all() or not given.any():
            raise ValueError("WeightedRandomSampler: expected one non-negative weight per sample, not all 0; "
                             f"got {given.tolist() if given.size < 10 else given.shape}")
        if not replacement and num_samples > np.count_nonzero(given):
            raise ValueError(f"WeightedRandomSampler: drawing {num_samples} samples without replacement "
                             f"needs {num_samples} positive weights, got {np.count_nonzero(given)}")
        self.num_samples, self.replacement = num_samples, replacement
        self.generator = None if generator is None else as_generator(generator)

    def order(self) -> np.ndarray:
        weights = self.weights.array
        return as_generator(self.generator).categories(weights[None], self.num_samples, self.replacement)[0]

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of batch_size indices from a sampler; drop_last drops a shorter last list."""

    def __init__(self, sampler: Sampler | Iterable[int], batch_size: int, drop_last: bool) -> None:
        check_count("BatchSampler: batch_size", batch_size)
        self.sampler: Any = sampler         # len() is for samplers that have one
        self.batch_size, self.drop_last = batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        full, rest = divmod(len(self.sampler), self.batch_size)
        return full + bool(rest and not self.drop_last)


def check_count(what, value):
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{what} must be an integer of at least 1, got {value!r}")
