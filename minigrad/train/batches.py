"""The batches of an epoch: taken from the data, checked, and moved to the model's device."""

import itertools

import numpy as np

from minigrad.autograd import Tensor
from minigrad.train.checks import described
from minigrad.train.metrics import batch_size


def batches(data, model, caller, done=0):
    """The batches of `data` as lists [input, ..., target] on the model's device; `done` came before."""
    device = device_of(model)
    number = done
    for number, batch in enumerate(data, done + 1):
        if not isinstance(batch, (list, tuple)) or len(batch) < 2:
            raise TypeError(f"{caller}: batch {number} must be (input, target) or (input, ..., input, "
                            f"target), got {described(batch)}; for arrays use "
                            "DataLoader(TensorDataset(x, y), batch_size=32)")
        batch = on_device(batch, device)
        try:
            size = batch_size(batch[-1])
        except ValueError as error:
            raise ValueError(f"{caller}: batch {number}: {error}; if these are single samples, pass "
                             "DataLoader(data, batch_size=32)") from None
        if size == 0:
            raise ValueError(f"{caller}: batch {number} has no samples")
        yield batch
    if number == 0:
        raise ValueError(f"{caller}: the data yielded no batch. A DataLoader with drop_last=True yields none "
                         "if it has fewer samples than batch_size; a generator can be read only once")


def on_device(batch, device):
    """The parts of a batch as a list, its tensors and NumPy arrays as tensors on the device."""
    batch = [Tensor(part) if isinstance(part, np.ndarray) else part for part in batch]
    return [part.to(device) if isinstance(part, Tensor) and device not in (None, part.device) else part
            for part in batch]


def device_of(model):
    """The model's device; None if it has neither parameters nor buffers."""
    first = next(itertools.chain(model.parameters(), model.buffers()), None)
    return None if first is None else first.device


def length(data):
    """len(data), or None if it has no length, as a stream of samples."""
    try:
        return len(data)
    except (TypeError, NotImplementedError):
        return None
