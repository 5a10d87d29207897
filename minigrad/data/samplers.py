"""Samplers: which samples an epoch takes, and in which order. Anything that gives indices when iterated is one.

    DataLoader(dataset, sampler=WeightedRandomSampler(weights, 1000))
    DataLoader(dataset, batch_sampler=BatchSampler(RandomSampler(dataset), 64, drop_last=True))
"""

from itertools import islice

import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.autograd.errors import NamesArguments
from minigrad.data.split import as_generator


class Sampler(NamesArguments):
    """The base of a sampler of one's own: define `__iter__`, which gives the indices of one epoch, and `__len__`."""

    def __init__(self, data_source=None):
        pass

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} must define __iter__(self): the indices of one epoch")


class Ordered(Sampler):
    """A sampler that knows the whole order in advance, as an int64 array."""

    def order(self):
        raise NotImplementedError

    def __iter__(self):
        return iter(self.order().tolist())


class SequentialSampler(Ordered):
    """All samples of data_source, from the first to the last."""

    def __init__(self, data_source):
        self.data_source = data_source

    def order(self):
        return np.arange(len(self.data_source))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Ordered):
    """The samples of data_source in a new random order every epoch.

    replacement: each is drawn from all of them, anew. num_samples: how many an epoch has, by default as many as
    there are; more without replacement take one order after the other. generator: numpy.random.Generator or
    integer seed; the one `manual_seed` sets if None.
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        if num_samples is not None:
            check_count("RandomSampler: num_samples", num_samples)
        self.data_source, self.replacement = data_source, replacement
        self.given = num_samples
        self.generator = None if generator is None else as_generator(generator)

    @property
    def num_samples(self):
        return len(self.data_source) if self.given is None else self.given

    def order(self):
        generator, n = as_generator(self.generator), len(self.data_source)
        if not n:
            raise ValueError("RandomSampler: there are no samples to draw from")
        if self.replacement:
            return generator.integers(n, size=self.num_samples)
        orders = [generator.permutation(n) for _ in range(-(-self.num_samples // n))]
        return np.concatenate(orders)[:self.num_samples]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Ordered):
    """The samples at `indices`, in a new random order every epoch."""

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = None if generator is None else as_generator(generator)

    def order(self):
        return np.array([int(i) for i in self.indices], np.int64)[as_generator(self.generator).permutation(len(self))]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Ordered):
    """num_samples indices, each drawn with a probability in proportion to its weight.

    weights: N numbers of at least 0, which need not add up to 1. Without replacement no index comes twice.
    """

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        check_count("WeightedRandomSampler: num_samples", num_samples)
        weights = to_numpy(weights.detach()) if isinstance(weights, Tensor) else np.array([float(w) for w in weights])
        self.weights = Tensor(weights.astype(np.float64))
        if weights.ndim != 1 or not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
            raise ValueError("WeightedRandomSampler: weights are numbers of at least 0, one for each sample and not "
                             f"all 0, got {weights.tolist() if weights.size < 10 else weights.shape}")
        if not replacement and num_samples > np.count_nonzero(weights):
            raise ValueError(f"WeightedRandomSampler: {num_samples} samples without replacement need as many weights "
                             f"above 0, got {np.count_nonzero(weights)}")
        self.num_samples, self.replacement = num_samples, replacement
        self.generator = None if generator is None else as_generator(generator)

    def order(self):
        weights = self.weights.array
        return as_generator(self.generator).choice(len(weights), self.num_samples, self.replacement,
                                                   weights / weights.sum())

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of batch_size indices from a sampler; the last may be shorter, or is left out with drop_last."""

    def __init__(self, sampler, batch_size, drop_last):
        check_count("BatchSampler: batch_size", batch_size)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self):
        full, rest = divmod(len(self.sampler), self.batch_size)
        return full + bool(rest and not self.drop_last)


def check_count(what, value):
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{what} must be an integer of at least 1, got {value!r}")
