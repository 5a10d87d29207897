"""Datasets: anything with `len(dataset)` and `dataset[i]`.

A dataset answers two questions, how many samples there are and what sample i is; everything else
(order, batches, threads) is the DataLoader's. A plain list is a dataset too.
"""

import operator
from bisect import bisect_right
from itertools import accumulate

import numpy as np

from minigrad.autograd import Tensor


class Dataset:
    """The base of a dataset of your own: define `__len__` and `__getitem__(index)`."""

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} must define __len__(self): how many samples")

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(self, index): one sample")

    def __add__(self, other):
        """This dataset, and behind it the other."""
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """The base of a stream of samples, which has no places: define `__iter__`.

    The loop itself reads it, whatever the DataLoader's num_workers, so that no sample comes twice.
    """

    def __len__(self):
        raise TypeError(f"{type(self).__name__} is a stream without a length; define __len__(self) if it has one")

    def __getitem__(self, index):
        raise TypeError(f"{type(self).__name__} is a stream; read it in a loop, or derive it from Dataset")

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} must define __iter__(self): the samples of one epoch")

    def __add__(self, other):
        raise TypeError(f"{type(self).__name__} is a stream; use itertools.chain of both")


class TensorDataset(Dataset):
    """Tensors with the same first dimension; sample i is the tuple of every tensor's row i.

    NumPy arrays are wrapped as tensors, without a copy.
    """

    def __init__(self, *tensors):
        if not tensors:
            raise ValueError("TensorDataset needs at least one tensor")
        for position, tensor in enumerate(tensors):
            if not isinstance(tensor, (Tensor, np.ndarray)):
                raise TypeError(f"TensorDataset: argument {position} is a {type(tensor).__name__}, "
                                "expected a Tensor or a NumPy array")
        shapes = [tuple(tensor.shape) for tensor in tensors]
        if () in shapes or len({shape[0] for shape in shapes}) != 1:
            raise ValueError("TensorDataset: all tensors need the same first dimension, the number of "
                             f"samples; got shapes {', '.join(map(str, shapes))}")
        self.tensors = tuple(x if isinstance(x, Tensor) else Tensor(x) for x in tensors)

    def __len__(self):
        return len(self.tensors[0])

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)


class Subset(Dataset):
    """The samples of `dataset` at `indices`, in that order."""

    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = sample_indices(indices, dataset, "Subset: indices")

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, index):
        return self.dataset[self.indices[operator.index(index)].item()]


class ConcatDataset(Dataset):
    """The samples of several datasets, one dataset behind the other; as a + b."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset needs at least one dataset")
        for position, dataset in enumerate(self.datasets):
            if isinstance(dataset, IterableDataset):
                raise TypeError(f"ConcatDataset: dataset {position} is a stream, {type(dataset).__name__}; it has no "
                                "places to count")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"ConcatDataset has {len(self)} samples, index {index} is out of range")
        index %= len(self)
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]


class StackDataset(Dataset):
    """Datasets side by side: sample i is the tuple of all their samples i, or with names a dict of them."""

    def __init__(self, *datasets, **named):
        if bool(datasets) == bool(named):
            raise ValueError("StackDataset takes datasets, or datasets with names, one kind and at least one")
        self.datasets = named or datasets
        lengths = [len(dataset) for dataset in (datasets or named.values())]
        if len(set(lengths)) != 1:
            raise ValueError(f"StackDataset: all datasets need the same length, got {lengths}")

    def __len__(self):
        return len(next(iter(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)))

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)


def sample_indices(indices, dataset, what):
    """`indices` as an int64 array (N,) of values 0..len(dataset)-1; -1 means the last sample."""
    array = np.array(indices if isinstance(indices, np.ndarray) else list(indices))
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise TypeError(f"{what} must be integers, got values such as {array.flat[0].item()!r}")
    outside = array[(array < -len(dataset)) | (array >= len(dataset))]
    if outside.size:
        raise IndexError(f"{what} must lie in 0..{len(dataset) - 1}, the dataset has {len(dataset)} "
                         f"samples; got {outside[0]}")
    return array.astype(np.int64) % len(dataset)
