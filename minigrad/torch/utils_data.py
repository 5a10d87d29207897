"""torch.utils.data's names for programs on several processes."""

import math
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import minigrad
from minigrad.data import Sampler

_T_co = TypeVar("_T_co", covariant=True)     # for annotations
T_co = T = _T = _T_co
_BaseDataLoaderIter = _SingleProcessDataLoaderIter = _MultiProcessingDataLoaderIter = type(
    "_BaseDataLoaderIter", (), {})
default_collate_fn_map: dict = {}
np_str_obj_array_pattern = re.compile("[SaUO]")     # the kinds of NumPy's arrays of texts


class DistributedSampler(Sampler):
    """The part of the data set's indices that belongs to process `rank` of `num_replicas`: by default, all.

    shuffle     a new order each epoch, which seed + epoch decides; set_epoch(epoch) tells the epoch
    drop_last   leave out what does not divide evenly, instead of repeating the first indices
    """

    def __init__(self, dataset: Any, num_replicas: int | None = None, rank: int | None = None,
                 shuffle: bool = True, seed: int = 0, drop_last: bool = False):
        self.dataset, self.shuffle, self.seed, self.drop_last = dataset, shuffle, seed, drop_last
        self.num_replicas, self.rank, self.epoch = num_replicas or 1, rank or 0, 0
        if not 0 <= self.rank < self.num_replicas:
            raise ValueError(f"DistributedSampler: rank must be in [0, {self.num_replicas}), got {rank}")
        round_to = math.floor if drop_last and len(dataset) % self.num_replicas else math.ceil
        self.num_samples = round_to(len(dataset) / self.num_replicas)
        self.total_size = self.num_samples * self.num_replicas

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        if self.shuffle:
            generator = minigrad.Generator().manual_seed(self.seed + self.epoch)
            indices: Any = minigrad.randperm(n, generator=generator).tolist()
        else:
            indices = list(range(n))
        if len(indices) < self.total_size:
            indices = (indices * math.ceil(self.total_size / max(n, 1)))[:self.total_size]
        return iter(indices[self.rank:self.total_size:self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch
