"""What a checkpoint in the middle of an epoch needs besides the model: the loss and metrics so far.

Also Undo, which takes back a step that an interrupt or an error cut short.
"""

import sys
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.writes import Writes
from minigrad.backend import CPU, device_generator, host_generator, owner
from minigrad.train.generators import GLOBAL, OURS, set_state, state_of

ARRAY, PAIRS, TUPLE = "__array__", "__pairs__", "__tuple__"


class Undo:
    """Remembers the buffers and the random numbers before a step; `back` restores them.

    `mark` runs at every step. It copies only the buffers that were written since the last mark.
    """

    def __init__(self, model: Any, others: dict[str, Any]) -> None:
        self.places = [(module, name) for module in model.modules() for name in module._buffers]
        self.others = {path: each for path, each in others.items() if path not in GLOBAL}
        self.kept: list[Any] = [(None, None, None, None)] * len(self.places)
        self.random: list[Any] = []

    def mark(self) -> None:
        for i, (module, name) in enumerate(self.places):
            buffer = getattr(module, name, None)
            if buffer is None:
                self.kept[i] = (None, None, None, None)
                continue
            array = buffer.array
            time = Writes.last.get(id(owner(array)))
            kept, kept_array, kept_time, _ = self.kept[i]
            if buffer is not kept or array is not kept_array or time != kept_time:
                self.kept[i] = (buffer, array, time, array.copy())
        self.random = [state_of(each) for each in self.generators()]

    def generators(self) -> list:
        host, of_cpu = host_generator(), device_generator(CPU)
        return [host, *self.others.values()] if of_cpu is host else [host, of_cpu, *self.others.values()]

    def knows(self, path: str) -> bool:
        """Does back() restore this generator? Not Python's and NumPy's own: reading them takes too long."""
        return path == OURS or path in self.others

    def back(self) -> None:
        for (module, name), (buffer, array, _, values) in zip(self.places, self.kept):
            if buffer is not None:
                array[...] = values
                buffer.array = array
                buffer.written()
                setattr(module, name, buffer)
        for generator, state in zip(self.generators(), self.random):
            set_state("", generator, state)


def tally_state(tally: Any) -> dict[str, Any]:
    """The loss and the metrics of an epoch so far, for a checkpoint."""
    meters = {"loss": tally.loss, **tally.metrics}
    own = {name: value for name, value in vars(tally).items() if name not in ("loss", "metrics")}
    return {"own": own, "meters": {
        name: {key: storable(value, f"metric {name!r} keeps {key}=") for key, value in vars(meter).items()
               if not callable(value)}
        for name, meter in meters.items()}}


def load_tally(tally: Any, state: dict[str, Any]) -> None:
    """Continue `tally` from a tally_state; raises ValueError if it has other metrics."""
    meters = {"loss": tally.loss, **tally.metrics}
    if not isinstance(state, dict) or not isinstance(state.get("meters"), dict) or set(vars(tally)) != {
            "loss", "metrics", *state.get("own", ())}:
        raise ValueError("it has no loss and metrics of the epoch so far")
    if set(meters) != set(state["meters"]):
        raise ValueError(f"it was saved in the middle of an epoch with {', '.join(state['meters'])}; this "
                         f"trainer computes {', '.join(meters)}")
    fresh = {"samples": 0, "batches": 0, **{f"{name}.{key}": value for name, meter in meters.items()
                                            for key, value in vars(meter).items()}}
    loaded = {**state["own"], **{f"{name}.{key}": restored(value) for name, entries in state["meters"].items()
                                 for key, value in entries.items()}}
    kinds: dict[type, Any] = {int: (int, float, Tensor), float: (int, float, Tensor), list: list}
    for name, value in loaded.items():
        if not isinstance(value, kinds.get(type(fresh.get(name)), object)):
            raise ValueError(f"the saved {name} cannot be {value!r:.60}")
    vars(tally).update(state["own"])
    for name, meter in meters.items():
        vars(meter).update({key: loaded[f"{name}.{key}"] for key in state["meters"][name]})


def storable(value, what):
    """`value` from lists, dicts with names, numbers, strings and tensors only."""
    if value is None or isinstance(value, (bool, int, float, str, Tensor, np.generic)):
        return value
    if isinstance(value, np.ndarray):
        return {ARRAY: Tensor(value)}
    if isinstance(value, list):
        return [storable(each, what) for each in value]
    if isinstance(value, tuple):
        return {TUPLE: [storable(each, what) for each in value]}
    if isinstance(value, dict):
        return {PAIRS: [[storable(key, what), storable(each, what)] for key, each in value.items()]}
    raise TypeError(f"save: {what}a {type(value).__name__}, which a checkpoint in the middle of an epoch "
                    "cannot hold; save after a whole epoch, or keep numbers, tensors, lists and dicts")


def restored(value):
    """The inverse of storable."""
    if isinstance(value, list):
        return [restored(each) for each in value]
    if isinstance(value, str):
        return sys.intern(value)    # as a constant is, so that `is` holds
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        return value[ARRAY].numpy().copy()
    if TUPLE in value:
        return tuple(restored(value[TUPLE]))
    return {key: restored(each) for key, each in restored(value[PAIRS])}


def on_device_of(tally, device):
    """Move the tensors of a loaded tally to the model's device."""
    def moved(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(moved, value))
        return value.to(device) if isinstance(value, Tensor) else value
    for meter in (tally.loss, *tally.metrics.values()) if device is not None else ():
        vars(meter).update({name: moved(value) for name, value in vars(meter).items()})
