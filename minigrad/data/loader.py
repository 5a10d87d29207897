"""DataLoader: a dataset in batches, shuffled anew every epoch, fetched ahead by threads if you like."""

from collections import deque
from collections.abc import Mapping

import numpy as np

from minigrad.autograd import Tensor
from minigrad.data.datasets import Subset, TensorDataset, sample_indices
from minigrad.data.split import as_generator
from minigrad.hints import NamesArguments
from minigrad.ops.shapes import stack

AHEAD = 2       # batches that each worker may be ahead of the loop


class DataLoader(NamesArguments):
    """Iterate over batches of a dataset; each `for` loop is one epoch.

    shuffle      a new random order every epoch
    sampler      indices in the order to use them, instead of shuffle; iterated anew every epoch
    num_workers  threads that fetch batches ahead, in order; 0 fetches in the loop itself. Threads pay
                 where samples come from files or from large NumPy operations, which release the GIL.
                 Random numbers that `dataset[i]` draws from a shared generator then come in any order;
                 a dataset that is to be reproducible makes its own from i.
    collate_fn   turns the list of samples into a batch; `default_collate` if None
    drop_last    leave out a last batch that is smaller than the others
    generator    numpy.random.Generator or integer seed for shuffle; the one `manual_seed` sets if None
    pin_memory, persistent_workers  taken for PyTorch's sake; they change nothing here

    An error in the dataset surfaces in the loop as a RuntimeError that names the sample.
    """

    def __init__(self, dataset, batch_size=1, shuffle=False, sampler=None, *, num_workers=0,
                 collate_fn=None, drop_last=False, pin_memory=False, generator=None, persistent_workers=False):
        if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
            raise TypeError("DataLoader: a dataset has len(dataset) and dataset[i]; "
                            f"{type(dataset).__name__} does not, make a list of it or a Dataset")
        if len(dataset) == 0:
            raise ValueError(f"DataLoader: the dataset ({type(dataset).__name__}) is empty, "
                             "there is nothing to load")
        if not is_integer(batch_size) or batch_size < 1:
            raise ValueError("DataLoader: batch_size must be an integer of at least 1, "
                             f"got {batch_size!r}")
        if not is_integer(num_workers) or num_workers < 0:
            raise ValueError("DataLoader: num_workers must be an integer of at least 0, the number of "
                             f"threads, got {num_workers!r}")
        if shuffle and sampler is not None:
            raise ValueError("DataLoader: shuffle=True and a sampler both set the order; give one of them")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.sampler = sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.generator = None if generator is None else as_generator(generator)

    def __len__(self):
        """The number of batches in one epoch."""
        samples = len(self.dataset if self.sampler is None else self.sampler)
        if self.drop_last:
            return samples // self.batch_size
        return -(-samples // self.batch_size)       # rounded up

    def __iter__(self):
        order = self.order()
        starts = range(0, len(order), self.batch_size)
        batches = [order[start:start + self.batch_size] for start in starts]
        if self.drop_last and batches and len(batches[-1]) < self.batch_size:
            batches.pop()
        if self.num_workers == 0:
            return map(self.fetch, batches)
        return ahead(self.fetch, batches, self.num_workers)

    def order(self):
        """The indices of one epoch, int64 (samples,)."""
        if self.sampler is not None:
            return sample_indices(self.sampler, self.dataset, "DataLoader: indices from the sampler")
        if self.shuffle:
            return as_generator(self.generator).permutation(len(self.dataset))
        return np.arange(len(self.dataset))

    def fetch(self, indices):
        """The batch of the samples at `indices`."""
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


def ahead(fetch, batches, workers):
    """Yield fetch(batch) for every batch, in order, computed ahead by threads.

    The loop that stops early closes this generator, which ends the threads.
    """
    from concurrent.futures import ThreadPoolExecutor       # here, as it slows `import minigrad`
    pool = ThreadPoolExecutor(workers, thread_name_prefix="DataLoader")
    pending = deque()
    try:
        for batch in batches:
            pending.append(pool.submit(fetch, batch))
            if len(pending) == workers * AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def default_collate(samples):
    """A list of samples -> one batch, with a new first dimension N.

    Tensors and arrays are stacked and keep their dtype. Python numbers become a Tensor: bool stays
    bool, int gives int64, float gives float32 (PyTorch: float64). Tuples and lists give a list
    with one batch per position, dicts a dict with one batch per key, str and bytes stay a list.

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
        return [default_collate(part) for part in zip(*samples)]
    raise TypeError(f"default_collate: cannot batch a {type(first).__name__}; return numbers, arrays, "
                    "Tensors, str, tuples or dicts of these from the dataset, or pass a collate_fn")


def is_integer(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
