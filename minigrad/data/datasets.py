"""Datasets: anything with `len(dataset)` and `dataset[i]`.

A dataset knows how many samples it has and returns sample i. The DataLoader does the rest: order,
batches, threads. A plain list is a dataset too.
"""

import operator
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from types import GenericAlias
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import NamesArguments


class Dataset(NamesArguments):
    """Base class for your own datasets: define `__len__` and `__getitem__(index)`."""

    __class_getitem__ = classmethod(GenericAlias)       # Dataset[tuple], in annotations and as a base

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__(self), the number of samples")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(self, index), one sample")

    def __add__(self, other: "Dataset") -> "ConcatDataset":
        """Concatenate: the samples of this dataset, then those of `other`."""
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Base class for a stream of samples without indices: define `__iter__`.

    The DataLoader reads it in the loop itself, whatever its num_workers, so no sample is repeated.
    """

    def __len__(self) -> int:
        raise TypeError(f"{type(self).__name__} is a stream without a length; define __len__(self) "
                        "if it has one")

    def __getitem__(self, index: int) -> Any:
        raise TypeError(f"{type(self).__name__} is a stream; iterate over it, or derive it from Dataset")

    def __iter__(self) -> Iterator:
        raise NotImplementedError(f"{type(self).__name__} must define __iter__(self), "
                                  "the samples of one epoch")

    def __add__(self, other: Dataset) -> "ConcatDataset":
        raise TypeError(f"{type(self).__name__} is a stream; use itertools.chain(a, b) to join streams")


class TensorDataset(Dataset):
    """Tensors with the same first dimension; sample i is the tuple of row i of each tensor.

    NumPy arrays become tensors without a copy.
    """

    def __init__(self, *tensors: Tensor | np.ndarray) -> None:
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

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)


class Subset(Dataset):
    """The samples of `dataset` at `indices`, in that order."""

    def __init__(self, dataset: Dataset | Sequence, indices: Iterable[int]) -> None:
        self.dataset = dataset
        checked = sample_indices(indices, dataset, "Subset: indices")
        kept = isinstance(indices, (list, range, tuple, np.ndarray, Tensor))
        self.indices: Any = indices if kept else checked.tolist()

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        at = operator.index(self.indices[operator.index(index)])
        return self.dataset[at + len(self.dataset) if at < 0 else at]


class ConcatDataset(Dataset):
    """Several datasets, one after the other; the same as a + b."""

    def __init__(self, datasets: Iterable[Dataset | Sequence]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset needs at least one dataset")
        for position, dataset in enumerate(self.datasets):
            if isinstance(dataset, IterableDataset):
                raise TypeError(f"ConcatDataset: dataset {position} is a stream, {type(dataset).__name__}; "
                                "it needs datasets with a length and indices")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"ConcatDataset: index {index} is out of range for {len(self)} samples")
        index %= len(self)
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]


class StackDataset(Dataset):
    """Datasets in parallel: sample i is the tuple of their samples i, or a dict if they have names."""

    def __init__(self, *datasets: Dataset | Sequence, **named: Dataset | Sequence) -> None:
        if bool(datasets) == bool(named):
            raise ValueError("StackDataset needs at least one dataset; pass all by position or all by name")
        self.datasets = named or datasets
        lengths = [len(dataset) for dataset in (datasets or named.values())]
        if len(set(lengths)) != 1:
            raise ValueError(f"StackDataset: all datasets need the same length, got {lengths}")

    def __len__(self) -> int:
        return len(next(iter(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)))

    def __getitem__(self, index: int) -> tuple | dict:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)


def sample_indices(indices, dataset, what):
    """`indices` as an int64 array (N,) with values 0..len(dataset)-1; -1 means the last sample."""
    array = np.array(indices if isinstance(indices, np.ndarray) else list(indices))
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise TypeError(f"{what} must be integers, got {array.flat[0].item()!r}")
    outside = array[(array < -len(dataset)) | (array >= len(dataset))]
    if outside.size:
        raise IndexError(f"{what} must lie in 0..{len(dataset) - 1} for a dataset of {len(dataset)} "
                         f"samples, got {outside[0]}")
    return array.astype(np.int64) % len(dataset)
