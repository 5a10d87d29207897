"""DataLoader: iterate over a dataset in batches, optionally shuffled and prefetched by threads."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, array_from
from minigrad.autograd.errors import NamesArguments, composed
from minigrad.data.datasets import Dataset, IterableDataset, Subset, TensorDataset, sample_indices
from minigrad.data.samplers import Ordered, RandomSampler, SequentialSampler
from minigrad.data.split import as_generator
from minigrad.hints import warn
from minigrad.ops.places.joining import stack

AHEAD = 2       # batches that each thread prefetches by default


class DataLoader(NamesArguments):
    """Iterate over batches of a dataset; each `for` loop is one epoch.

    batch_size       samples per batch; None yields single samples, for datasets that return batches
    shuffle          use a new random order every epoch
    sampler          iterable of indices that sets the order, instead of shuffle; iterated again every epoch
    batch_sampler    iterable of index lists, one per batch; replaces batch_size, shuffle, sampler and
                     drop_last
    num_workers      threads that prefetch batches, in order; 0 loads in the loop itself. Threads help
                     when samples come from files or from large NumPy operations, which release the GIL.
                     A browser has no threads: there it is 0, with a warning.
                     If `dataset[i]` draws from a shared random generator, its numbers then come in any
                     order; for reproducible samples, seed a generator with i.
    collate_fn       turns a list of samples into a batch; `default_collate` if None
    drop_last        drop a last batch that is smaller than the others
    timeout          seconds to wait for a batch from the threads before RuntimeError; 0 waits forever
    worker_init_fn   called in each thread with its number, before it loads anything
    generator        numpy.random.Generator or integer seed for shuffle; if None, the generator that
                     `manual_seed` seeds
    prefetch_factor  batches that each thread may be ahead of the loop; 2 if None
    pin_memory, persistent_workers, pin_memory_device  accepted for PyTorch compatibility; no effect

    An error in the dataset is raised in the loop as a RuntimeError that names the sample. A loader over an
    IterableDataset without a length has none: len(loader) raises TypeError.
    """

    def __init__(self, dataset: Dataset | Sequence, batch_size: int | None = 1, shuffle: bool | None = None,
                 sampler: Iterable[int] | None = None, batch_sampler: Iterable[Sequence[int]] | None = None,
                 num_workers: int = 0, collate_fn: Callable[[list], Any] | None = None,
                 pin_memory: bool = False, drop_last: bool = False, timeout: float = 0,
                 worker_init_fn: Callable[[int], Any] | None = None, *,
                 generator: np.random.Generator | int | None = None, prefetch_factor: int | None = None,
                 persistent_workers: bool = False, pin_memory_device: str = "") -> None:
        self.streams = isinstance(dataset, IterableDataset)
        if not self.streams:
            if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
                raise TypeError("DataLoader: expected a dataset with len(dataset) and dataset[i], got a "
                                f"{type(dataset).__name__}; pass a list, a Dataset or an IterableDataset")
            if len(dataset) == 0:
                raise ValueError(f"DataLoader: the dataset ({type(dataset).__name__}) is empty")
        elif shuffle or sampler is not None or batch_sampler is not None:
            raise ValueError(f"DataLoader: {type(dataset).__name__} is a stream and sets its own order; omit "
                             "shuffle, sampler and batch_sampler")
        if batch_size is not None and (not is_integer(batch_size) or batch_size < 1):
            raise ValueError(f"DataLoader: batch_size must be an integer of at least 1, got {batch_size!r}")
        if not is_integer(num_workers) or num_workers < 0:
            raise ValueError("DataLoader: num_workers must be a number of threads, an integer of at least 0; "
                             f"got {num_workers!r}")
        if prefetch_factor is not None and (not is_integer(prefetch_factor) or prefetch_factor < 1):
            raise ValueError("DataLoader: prefetch_factor must be an integer of at least 1, "
                             f"got {prefetch_factor!r}")
        if shuffle and sampler is not None:
            raise ValueError("DataLoader: shuffle=True and sampler both set the order; pass only one")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("DataLoader: batch_sampler already defines the batches; omit batch_size, "
                             "shuffle, sampler and drop_last")
        if batch_size is None and drop_last:
            raise ValueError("DataLoader: batch_size=None yields single samples, so drop_last=True has no "
                             "batch to drop")
        self.generator = None if generator is None else as_generator(generator)
        if sampler is None and not self.streams:
            sampler = (RandomSampler(dataset, generator=self.generator) if shuffle
                       else SequentialSampler(dataset))
        self.dataset: Any = dataset         # Any: what a dataset and its samplers can do depends on `streams`
        self.batch_size = None if batch_sampler is not None else batch_size
        self.sampler: Any = sampler
        self.batch_sampler: Any = batch_sampler
        if num_workers and sys.platform == "emscripten":
            warn("DataLoader: there are no threads in a browser, so the loop itself loads the batches, "
                 "as with num_workers=0", RuntimeWarning)
            num_workers = 0
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn: Any = worker_init_fn
        self.prefetch_factor = AHEAD if prefetch_factor is None else prefetch_factor

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        samples = len(self.dataset if self.streams else self.sampler)
        if self.batch_size is None:
            return samples
        if self.drop_last:
            return samples // self.batch_size
        return -(-samples // self.batch_size)       # rounded up

    def __iter__(self) -> Iterator:
        as_generator(self.generator).drawn_seed()       # PyTorch's worker processes get it; threads need none
        if self.streams:
            return self.stream()
        if self.num_workers == 0:
            return map(self.fetch, self.batches())
        return self.ahead()

    def stream(self) -> Iterator:
        """The batches of an IterableDataset."""
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn or default_convert, samples)
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield (self.collate_fn or default_collate)(batch)

    def batches(self) -> Iterator[np.ndarray]:
        """The indices of each batch of an epoch, int64 (N,), or () each without a batch_size."""
        if self.batch_sampler is not None:
            for batch in self.batch_sampler:
                yield self.checked(batch)
        elif self.batch_size is None:
            for index in self.sampler:
                yield self.checked([index])[0]
        else:
            if isinstance(self.sampler, Ordered):
                order = self.sampler.order()
                chunks: Iterator[Any] = (order[start:start + self.batch_size]
                                         for start in range(0, len(order), self.batch_size))
            else:
                indices = iter(self.sampler)
                chunks = iter(lambda: list(islice(indices, self.batch_size)), [])
            for chunk in chunks:
                if len(chunk) == self.batch_size or not self.drop_last:
                    yield self.checked(chunk)

    def checked(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        return sample_indices(indices, self.dataset, "DataLoader: indices from the sampler")

    def fetch(self, indices: np.ndarray) -> Any:
        """Load the samples at `indices` as a batch; a 0-d index loads a single sample."""
        if not indices.ndim:
            return (self.collate_fn or default_convert)(self.sample(indices.item()))
        dataset: Any = self.dataset
        rows = indices
        while type(dataset) is Subset:
            chosen = sample_indices(dataset.indices, dataset.dataset, "Subset: indices")
            dataset, rows = dataset.dataset, chosen[rows]
        if type(dataset) is TensorDataset and self.collate_fn is None:
            return list(dataset[rows])      # one gather per tensor, not a loop over samples
        samples = [self.sample(index) for index in indices.tolist()]
        return (self.collate_fn or default_collate)(samples)

    def sample(self, index: int) -> Any:
        try:
            return self.dataset[index]
        except Exception as error:
            raise RuntimeError(f"DataLoader: sample {index} of {type(self.dataset).__name__} failed "
                               f"with {type(error).__name__}: {error}") from error

    def ahead(self) -> Iterator:
        """The batches in order, prefetched by threads.

        Leaving the loop early closes this generator, which stops the threads.
        """
        from concurrent.futures import ThreadPoolExecutor, TimeoutError  # not at the top: slow to import
        numbers = count()
        start = self.worker_init_fn and (lambda: self.worker_init_fn(next(numbers)))
        pool = ThreadPoolExecutor(self.num_workers, thread_name_prefix="DataLoader", initializer=start)
        pending = deque()
        try:
            for batch in self.batches():
                pending.append(pool.submit(self.fetch, batch))
                if len(pending) == self.num_workers * self.prefetch_factor:
                    yield pending.popleft().result(self.timeout or None)
            while pending:
                yield pending.popleft().result(self.timeout or None)
        except TimeoutError as error:
            if error.args:          # raised by the dataset
                raise
            raise RuntimeError("DataLoader: no batch arrived within "
                               f"timeout={self.timeout} seconds") from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def get_worker_info() -> None:
    """Always None: the threads share the dataset, so no worker has its own part to read."""


@composed
def default_convert(sample: Any) -> Any:
    """Convert the NumPy arrays in a sample to tensors and keep everything else."""
    if isinstance(sample, (np.ndarray, np.generic)):
        return Tensor(np.asarray(sample)) if sample.dtype.kind in "fiub" else sample
    if isinstance(sample, Mapping):
        return {key: default_convert(each) for key, each in sample.items()}
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        return type(sample)(*map(default_convert, sample))
    if isinstance(sample, (tuple, list)):
        return [default_convert(each) for each in sample]
    return sample


@composed
def default_collate(samples: Sequence) -> Any:
    """Turn a list of N samples into a batch with a new first dimension N.

    Tensors and arrays are stacked and keep their dtype. Python numbers become a Tensor: bool stays
    bool, int becomes int64, float becomes float32 (PyTorch: float64). Tuples and lists become a list
    with a batch per position, named tuples a named tuple, dicts a dict with a batch per key. str and
    bytes stay a list.

    >>> default_collate([("a", 1.0), ("b", 2.0)])[0]
    ['a', 'b']
    """
    first = samples[0]
    if isinstance(first, (str, bytes)):
        return list(samples)
    if isinstance(first, (Tensor, np.ndarray, np.generic)):
        shapes = [tuple(sample.shape) for sample in samples]
        odd = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), None)
        if odd is not None:
            raise ValueError("default_collate: all samples in a batch need the same shape; sample 0 is "
                             f"{shapes[0]}, sample {odd} is {shapes[odd]}; pad or crop them, "
                             "or pass a collate_fn")
        return stack(samples) if isinstance(first, Tensor) else Tensor(np.stack(samples))
    if isinstance(first, (bool, int, float)):
        return Tensor(array_from(samples))
    if isinstance(first, Mapping):
        return {key: default_collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, (tuple, list)):
        lengths = {len(sample) for sample in samples}
        if len(lengths) != 1:
            raise ValueError("default_collate: all samples in a batch need the same length, "
                             f"got {sorted(lengths)}; pad them, or pass a collate_fn")
        parts = [default_collate(part) for part in zip(*samples)]
        return type(first)(*parts) if hasattr(first, "_fields") else parts
    raise TypeError(f"default_collate: cannot batch a {type(first).__name__}; let the dataset return "
                    "numbers, arrays, Tensors, str, or tuples or dicts of these, or pass a collate_fn")


def is_integer(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
