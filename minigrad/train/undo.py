"""Undo: takes back a step that an interrupt or an error cut short."""

import ctypes
from typing import Any

import numpy as np

from minigrad.autograd.writes import Writes
from minigrad.backend import host_generator, owner
from minigrad.train.generators import GLOBAL, OURS, set_state, state_of

TWISTER = 2500      # bytes of a Mersenne Twister's state: 624 words and a position


class Undo:
    """Remembers the buffers and the random numbers before a step.

        mark     a step begins; it may be taken back
        back     take it back, if one has begun
        close    the step is whole, nothing is taken back from now on

    mark runs at every step, so it copies only the buffers that were written since the last mark. A step
    changes the parameters last and all at once (Optimizer.step), so they need no copy.
    """

    def __init__(self, model: Any = None, others: dict[str, Any] | None = None) -> None:
        modules = [] if model is None else list(model.modules())
        self.places = [(module, name) for module in modules for name in module._buffers]
        self.others = {path: each for path, each in (others or {}).items() if path not in GLOBAL}
        self.kept: list[Any] = [(None, None, None, None)] * len(self.places)
        self.random: list[Any] = []
        self.begun = False

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
        self.random = [quick_state(each) for each in self.generators()]
        self.begun = True

    def close(self) -> None:
        self.begun = False

    def back(self) -> None:
        if not self.begun:
            return
        for (module, name), (buffer, array, _, values) in zip(self.places, self.kept):
            if buffer is not None:
                array[...] = values
                buffer.array = array
                buffer.written()
                setattr(module, name, buffer)
        for generator, state in zip(self.generators(), self.random):
            set_quick_state(generator, state)

    def generators(self) -> list:
        return [host_generator(), *self.others.values()]

    def knows(self, path: str) -> bool:
        """Does back() restore this generator? Not Python's and NumPy's own: reading them takes too long."""
        return path == OURS or path in self.others


def updated_since(time, optimizer):
    """Has one of the optimizer's parameters been written to since this time, a Writes.latest?"""
    return any(Writes.last.get(id(owner(p.array)), 0) > time
               for group in optimizer.param_groups for p in group["params"])


def quick_state(generator):
    """The state of a generator, for set_quick_state.

    NumPy takes 45 us to copy the state of its Mersenne Twister, word by word; its memory takes 1 us.
    """
    memory = twister(generator)
    if memory is None:
        return state_of(generator)
    return bytes(memory), dict(getattr(generator, "__dict__", {}))


def set_quick_state(generator, state):
    memory = twister(generator)
    if memory is None:
        set_state("", generator, state)
    else:
        memory[:], attributes = state
        getattr(generator, "__dict__", {}).update(attributes)


def twister(generator):
    """The memory of a Generator's Mersenne Twister; None for any other generator."""
    bits = getattr(generator, "bit_generator", None)
    if type(bits) is np.random.MT19937 and isinstance(generator, np.random.Generator):
        return (ctypes.c_char * TWISTER).from_address(bits.ctypes.state_address)
    return None
