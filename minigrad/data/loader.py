"""DataLoader: a dataset in batches, shuffled anew every epoch, fetched ahead by threads if you like."""

from collections import deque
from collections.abc import Mapping
from itertools import count, islice

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import NamesArguments
from minigrad.data.datasets import IterableDataset, Subset, TensorDataset, sample_indices
from minigrad.data.samplers import Ordered, RandomSampler, SequentialSampler
from minigrad.data.split import as_generator
from minigrad.ops.places.joining import stack

AHEAD = 2       # batches that each worker may be ahead of the loop


class DataLoader(NamesArguments):
    """Iterate over batches of a dataset; each `for` loop is one epoch.

    batch_size   samples in a batch; None gives samples one by one, which is for datasets of batches
    shuffle      a new random order every epoch
    sampler      indices in the order to use them, instead of shuffle; iterated anew every epoch
    batch_sampler  lists of indices, one for each batch, instead of batch_size, shuffle, sampler and drop_last
    num_workers  threads that fetch batches ahead, in order; 0 fetches in the loop itself. Threads pay
                 where samples come from files or from large NumPy operations, which release the GIL.
                 Random numbers that `dataset[i]` draws from a shared generator then come in any order;
                 a dataset that is to be reproducible makes its own from i.
    collate_fn   turns the list of samples into a batch; `default_collate` if None
    drop_last    leave out a last batch that is smaller than the others
    timeout      seconds to wait for a batch of the threads before RuntimeError; 0 waits for ever
    worker_init_fn  called in each thread with its number, before it fetches
    generator    numpy.random.Generator or integer seed for shuffle; the one `manual_seed` sets if None
    prefetch_factor  batches that each thread may be ahead of the loop, 2 if None
    pin_memory, persistent_workers, pin_memory_device  taken for PyTorch's sake; they change nothing here

    An error in the dataset surfaces in the loop as a RuntimeError that names the sample.
    """

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
                 collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None, *, generator=None,
                 prefetch_factor=None, persistent_workers=False, pin_memory_device=""):
        self.streams = isinstance(dataset, IterableDataset)
        if not self.streams:
            if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
                raise TypeError("DataLoader: a dataset has len(dataset) and dataset[i]; "
                                f"{type(dataset).__name__} does not, make a list of it, a Dataset or an IterableDataset")
            if len(dataset) == 0:
                raise ValueError(f"DataLoader: the dataset ({type(dataset).__name__}) is empty, "
                                 "there is nothing to load")
        elif shuffle or sampler is not None or batch_sampler is not None:
            raise ValueError(f"DataLoader: {type(dataset).__name__} is a stream, which has an order of its own; leave "
                             "shuffle and samplers out")
        if batch_size is not None and (not is_integer(batch_size) or batch_size < 1):
            raise ValueError("DataLoader: batch_size must be an integer of at least 1, "
                             f"got {batch_size!r}")
        if not is_integer(num_workers) or num_workers < 0:
            raise ValueError("DataLoader: num_workers must be an integer of at least 0, the number of "
                             f"threads, got {num_workers!r}")
        if prefetch_factor is not None and (not is_integer(prefetch_factor) or prefetch_factor < 1):
            raise ValueError(f"DataLoader: prefetch_factor must be an integer of at least 1, got {prefetch_factor!r}")
        if shuffle and sampler is not None:
            raise ValueError("DataLoader: shuffle=True and a sampler both set the order; give one of them")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("DataLoader: a batch_sampler says what is in every batch; leave out batch_size, shuffle, "
                             "sampler and drop_last")
        if batch_size is None and drop_last:
            raise ValueError("DataLoader: batch_size=None gives single samples, so there is no last batch to drop")
        self.generator = None if generator is None else as_generator(generator)
        if sampler is None and not self.streams:
            sampler = RandomSampler(dataset, generator=self.generator) if shuffle else SequentialSampler(dataset)
        self.dataset = dataset
        self.batch_size = None if batch_sampler is not None else batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.prefetch_factor = AHEAD if prefetch_factor is None else prefetch_factor

    def __len__(self):
        """The number of batches in one epoch."""
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        samples = len(self.dataset if self.streams else self.sampler)
        if self.batch_size is None:
            return samples
        if self.drop_last:
            return samples // self.batch_size
        return -(-samples // self.batch_size)       # rounded up

    def __iter__(self):
        if self.streams:
            return self.stream()
        if self.num_workers == 0:
            return map(self.fetch, self.batches())
        return self.ahead()

    def stream(self):
        """The batches of an IterableDataset."""
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn or default_convert, samples)
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield (self.collate_fn or default_collate)(batch)

    def batches(self):
        """The indices of every batch of one epoch, int64 (N,); single ones where there is no batch_size."""
        if self.batch_sampler is not None:
            for batch in self.batch_sampler:
                yield self.checked(batch)
        elif self.batch_size is None:
            for index in self.sampler:
                yield self.checked([index])[0]
        else:
            if isinstance(self.sampler, Ordered):
                order = self.sampler.order()
                chunks = (order[start:start + self.batch_size] for start in range(0, len(order), self.batch_size))
            else:
                indices = iter(self.sampler)
                chunks = iter(lambda: list(islice(indices, self.batch_size)), [])
            for chunk in chunks:
                if len(chunk) == self.batch_size or not self.drop_last:
                    yield self.checked(chunk)

    def checked(self, indices):
        return sample_indices(indices, self.dataset, "DataLoader: indices from the sampler")

    def fetch(self, indices):
        """The batch of the samples at `indices`, or one sample."""
        if not indices.ndim:
            return (self.collate_fn or default_convert)(self.sample(indices.item()))
        dataset, rows = self.dataset, indices
        while type(dataset) is Subset:
            dataset, rows = dataset.dataset, dataset.indices[rows]
        if type(dataset) is TensorDataset and self.collate_fn is None:
            return list(dataset[rows])      # one gather per tensor instead of a loop over samples
        samples = [self.sample(index) for index in indices.tolist()]
        return (self.collate_fn or default_collate)(samples)

    def sample(self, index):
        try:
            return self.dataset[index]
        except Exception as error:
            raise RuntimeError(f"DataLoader: sample {index} of {type(self.dataset).__name__} failed "
                               f"with {type(error).__name__}: {error}") from error

    def ahead(self):
        """The batches in order, computed ahead by threads.

        The loop that stops early closes this generator, which ends the threads.
        """
        from concurrent.futures import ThreadPoolExecutor, TimeoutError     # here, as it slows `import minigrad`
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
            if error.args:          # from the dataset
                raise
            raise RuntimeError(f"DataLoader: no batch came within timeout={self.timeout} seconds") from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def get_worker_info():
    """None: threads share the dataset, so that none has a part of its own to read."""


def default_convert(sample):
    """A sample as it is, NumPy arrays in it as tensors."""
    if isinstance(sample, (np.ndarray, np.generic)):
        return Tensor(np.asarray(sample)) if sample.dtype.kind in "fiub" else sample
    if isinstance(sample, Mapping):
        return {key: default_convert(each) for key, each in sample.items()}
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        return type(sample)(*map(default_convert, sample))
    if isinstance(sample, (tuple, list)):
        return [default_convert(each) for each in sample]
    return sample


def default_collate(samples):
    """A list of samples -> one batch, with a new first dimension N.

    Tensors and arrays are stacked and keep their dtype. Python numbers become a Tensor: bool stays
    bool, int gives int64, float gives float32 (PyTorch: float64). Tuples and lists give a list
    with one batch per position, named tuples one of their kind, dicts a dict with one batch per key,
    str and bytes stay a list.

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
            raise ValueError("default_collate: samples of one batch need one shape; sample 0 is "
                             f"{shapes[0]}, sample {odd} is {shapes[odd]}: pad or crop them, "
                             "or pass a collate_fn")
        return stack(samples) if isinstance(first, Tensor) else Tensor(np.stack(samples))
    if isinstance(first, (bool, int, float)):
        return Tensor(samples)
    if isinstance(first, Mapping):
        return {key: default_collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, (tuple, list)):
        lengths = {len(sample) for sample in samples}
        if len(lengths) != 1:
            raise ValueError("default_collate: samples of one batch need the same number of parts, "
                             f"got {sorted(lengths)}; pad them, or pass a collate_fn")
        parts = [default_collate(part) for part in zip(*samples)]
        return type(first)(*parts) if hasattr(first, "_fields") else parts
    raise TypeError(f"default_collate: cannot batch a {type(first).__name__}; return numbers, arrays, "
                    "Tensors, str, tuples or dicts of these from the dataset, or pass a collate_fn")


def is_integer(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
