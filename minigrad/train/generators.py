"""The random generators of a training run: where they are, and their states, so that a run can go on.

minigrad's own generators are only some of them. A sampler, a dataset, a layer or a callback may keep another
one; Python's `random` and NumPy's global generator count too. An object in the data that has state_dict() and
load_state_dict(), such as a sampler that counts its epochs, is treated like a generator.
"""

import copy
import functools
import inspect
import random
import types
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend import random_state, set_random_state
from minigrad.hints import warn
from minigrad.nn.module import Module

KINDS = (np.random.Generator, np.random.RandomState, random.Random)
LEAVES = (str, bytes, int, float, type, types.ModuleType, Tensor, np.ndarray)
OURS = "minigrad"       # in the states: all generators that manual_seed seeds
GLOBAL = ("random", "numpy.random")     # Python's and NumPy's
LONGEST = 1000          # entries of a container to look at; a longer one holds samples
MOST = 100_000          # objects to look at


class Generators:
    """The generators that are reachable from the training data, and those from everything else."""

    def __init__(self, train: Any, others: Mapping[str, Any]) -> None:
        self.data = found({"train": train}, stateful)
        of_python: Any = random.random      # methods of the two global generators
        of_numpy: Any = np.random.random
        self.others = found({**others, **dict(zip(GLOBAL, (of_python.__self__, of_numpy.__self__)))})

    def states(self) -> dict[str, Any]:
        """The state of every generator; plain() makes it fit for a checkpoint."""
        return {OURS: random_state(),
                **{path: state_of(each) for path, each in (self.others | self.data).items()}}

    def restore(self, states: Mapping[str, Any], data: bool = True) -> None:
        """Set every generator to its state in `states`; data=False leaves those of the data alone."""
        if OURS in states:
            set_random_state(states[OURS])
        for path, generator in {**(self.data if data else {}), **self.others}.items():
            if path in states:
                set_state(path, generator, states[path])

    def check(self, states: Mapping[str, Any]) -> None:
        """Warn if the training data's generators are not those of a saved run."""
        saved = {path for path in states if path.startswith("train.")}
        if saved != set(self.data):
            warn(f"fit: the resumed run shuffled its data with {listed(saved)}, this data has "
                 f"{listed(self.data)}; the order of the samples will not be that of an "
                 "uninterrupted run")


def listed(paths):
    return " and ".join(sorted(paths)) or "no generator of its own"


def stateful(value):
    """Is it a generator, or a loader, sampler or dataset with a state_dict()?"""
    kind = type(value)
    return isinstance(value, KINDS) or (
        hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict") and not isinstance(value, Module)
        and (hasattr(kind, "__iter__") or hasattr(kind, "__getitem__")))


def state_of(generator):
    """The state, in the types that the generator itself uses."""
    if not isinstance(generator, KINDS):
        return copy.deepcopy(generator.state_dict())
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return generator.get_state(legacy=False)
    kept = {name: value for name, value in getattr(generator, "__dict__", {}).items()      # by a subclass
            if value is None or isinstance(value, (int, float, str))}
    return {"bits": generator.bit_generator.state, "kept": kept}


def set_state(path, generator, state):
    """Set a generator to a state from state_of; raises ValueError if it does not fit."""
    try:
        if not isinstance(generator, KINDS):
            generator.load_state_dict(copy.deepcopy(state))
        elif isinstance(generator, random.Random):
            version, words, spare = state
            generator.setstate((version, tuple(words), spare))
        elif isinstance(generator, np.random.RandomState):
            generator.set_state(arrays_like(generator.get_state(legacy=False), state))
        else:
            generator.bit_generator.state = arrays_like(generator.bit_generator.state, state["bits"])
            getattr(generator, "__dict__", {}).update(state["kept"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"the saved state of the generator {path} does not fit it: {error!r}") from error


def plain(value):
    """Arrays and tuples as lists, for JSON."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return {name: plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def arrays_like(now, state):
    """`state` with arrays where the present state `now` has them."""
    if isinstance(now, np.ndarray):
        return np.array(state, now.dtype).reshape(now.shape)
    if isinstance(now, dict):
        return {name: arrays_like(each, state[name]) for name, each in now.items()}
    return state


def found(roots, wanted=lambda value: isinstance(value, KINDS)):
    """path -> generator, of all that are reachable from {name: object}; the path is a shortest one."""
    generators, seen = {}, {}
    waiting = deque(roots.items())
    while waiting and len(seen) < MOST:
        path, value = waiting.popleft()
        if value is None or id(value) in seen or isinstance(value, LEAVES):
            continue
        seen[id(value)] = value     # kept, so that no other object gets its id
        if wanted(value):
            generators[path] = value
        if not isinstance(value, KINDS):
            waiting.extend((f"{path}.{name}", each) for name, each in inside(value))
    return generators


def inside(value):
    """(name, object) of what an object is made of."""
    if isinstance(value, dict) and len(value) <= LONGEST:
        yield from value.items()
    elif isinstance(value, (list, tuple)) and len(value) <= LONGEST:
        yield from enumerate(value)
    elif isinstance(value, functools.partial):
        yield from enumerate((value.func, *value.args, *value.keywords.values()))
    elif inspect.ismethod(value):
        yield "self", value.__self__
        yield from used_by(value.__func__)
    elif inspect.isfunction(value):
        yield from used_by(value)
    else:
        yield from getattr(value, "__dict__", {}).items()
        for kind in type(value).__mro__:
            for name in kind.__dict__.get("__slots__", ()) if kind.__module__ != "builtins" else ():
                yield name, getattr(value, name, None)
            if not of_a_library(kind):
                for name, member in vars(kind).items():
                    if inspect.isfunction(member):
                        yield from used_by(member)
                    elif isinstance(member, KINDS):
                        yield name, member


def of_a_library(value):
    """Is this function or class minigrad's or NumPy's, or Python's own?"""
    return (value.__module__ or "").startswith(("minigrad.", "numpy", "builtins"))


def used_by(function):
    """(name, object) of what a function closes over, its defaults, and its globals that may draw numbers."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            yield name, cell.cell_contents
        except ValueError:      # not assigned yet
            continue
    yield from enumerate(function.__defaults__ or ())
    yield from (function.__kwdefaults__ or {}).items()
    for name in names_in(function.__code__):
        value = function.__globals__.get(name)
        if (isinstance(value, KINDS) or hasattr(type(value), "__iter__")
                or inspect.isfunction(value) and not of_a_library(value)):
            yield name, value


def names_in(code):
    """The global names that a function's code mentions, also in functions and comprehensions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from names_in(constant)
