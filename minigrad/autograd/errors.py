"""Errors in the caller's terms: which function, which arguments, what to do.

A check costs time on every call, so most run only after a call has failed. `composed`, `checked`,
`NamesArguments` and Module's call are doors: what fails below them is told with the name and the arguments of
the call that the user wrote (telling.py, arguments.py). An error from the user's own code passes as it is.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from minigrad.autograd.arguments import check_names, check_setting, misfit, short
from minigrad.autograd.spelling import respelled
from minigrad.autograd.telling import is_ours, retelling
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES, device_of

PLAIN = {       # annotation -> the types that need no closer look
    bool: {bool}, int: {int}, float: {float, int}, complex: {complex, float, int},
    str: {str}, str | int | None: {str, type(None)}, bool | None: {bool, type(None)},
    np.dtype | type | str | None: {type(None)}}

COUNTED = {int: (int,), bool: (bool,), int | None: (int, type(None))}     # checked by position, too

F = TypeVar("F", bound=Callable[..., Any])


def composed(function: F, name: str = "") -> F:
    """A public function built from ops; it treats the arguments of a call as an op does.

    Every public function of tensors is an op or composed. So each also takes its first two tensors as input=
    and other=, PyTorch's names, and explains a failed call: a misspelt name, or a list instead of a tensor.
    Settings that are plain numbers, switches or names are checked before it runs.
    name: what the caller knows the function by, if not by its own name.
    """
    signature = inspect.signature(function)
    positional = [p for p in signature.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    plain = {p.name: PLAIN[p.annotation] for p in signature.parameters.values() if p.annotation in PLAIN}
    start = next((i for i, p in enumerate(positional) if p.annotation in COUNTED), sys.maxsize)
    seen = set()            # the types of settings by position that were right

    @functools.wraps(function)
    def call(*args, **settings):
        try:
            for setting in settings:
                if setting in plain and type(settings[setting]) not in plain[setting]:
                    check_setting(signature.parameters[setting], settings[setting])
            if len(args) > start and (kinds := tuple(map(type, args[start:]))) not in seen and (
                    check_counts(function.__name__, positional[start:], args[start:])):
                seen.add(kinds)
            return function(*args, **settings)
        except Exception as error:
            if isinstance(error, TypeError) and (
                    again := respelled(call, [*signature.parameters], args, settings)):
                return again()
            with retelling(name or function.__name__, signature, args, settings):
                raise
    return call  # type: ignore[return-value]


def checked(function: F) -> F:
    """A public function whose arguments are checked against its annotations before it runs.

    The check takes some microseconds; so it is for functions that are not called in every training step.
    """
    signature = inspect.signature(function)

    @composed
    @functools.wraps(function)
    def call(*args, **settings):
        check_names(function.__name__, signature, settings)
        wrong = misfit(signature, args, settings)
        if wrong:
            raise TypeError(f"{function.__name__}: {wrong}")
        return function(*args, **settings)
    return call  # type: ignore[return-value]


class NamesArguments:
    """Base of classes whose constructor, and the methods in `doors`, explain failed calls as functions do."""

    doors: tuple[str, ...] = ()

    def __new__(cls, *args, **settings):
        if cls.__init__ is object.__init__ and (args or settings):
            raise TypeError(f"{cls.__name__} takes no arguments")
        if settings:
            check_names(cls.__name__, signature_of(cls, cls.__init__), settings)
        return super().__new__(cls)

    def __init_subclass__(cls, **settings):
        super().__init_subclass__(**settings)
        if is_ours(cls.__module__):         # a user's own constructor and methods stay as they are
            if "__init__" in vars(cls):
                cls.__init__ = entrance(cls.__init__)
            for name in cls.doors:
                if name in vars(cls):
                    setattr(cls, name, method_door(vars(cls)[name]))


def entrance(init):
    """The constructor `init` as a door, which also checks the kinds of the arguments."""
    @functools.wraps(init)
    def call(self, *args, **settings):
        kind = type(self)
        first = next((base for base in kind.__mro__ if "__init__" in vars(base) and is_ours(base.__module__)),
                     None)
        if first is None or vars(first)["__init__"] is not call:    # the one of a subclass is the door
            return init(self, *args, **settings)
        signature = signature_of(kind, init)
        try:
            init(self, *args, **settings)
            wrong = misfit(signature, args, settings, whole=True)   # after its own checks, which say more
            if wrong:
                raise TypeError(f"{kind.__name__}: {wrong}")
        except Exception:
            with retelling(kind.__name__, signature, args, settings):
                raise
    return call


def method_door(method):
    """The method as a door."""
    @functools.wraps(method)
    def call(self, *args, **settings):
        try:
            return method(self, *args, **settings)
        except Exception:
            signature = without_first(inspect.signature(method))
            with retelling(f"{type(self).__name__}.{method.__name__}", signature, args, settings):
                raise
    return call


def signature_of(kind, init):
    """The signature of the class `kind` with minigrad's or the user's constructor `init`."""
    if is_ours(init.__module__ or "") and hasattr(kind, "__signature__"):
        return kind.__signature__
    return without_first(inspect.signature(init))


def without_first(signature):
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def explaining(op, arrays, settings):
    """retelling for an op: with its name, shapes and settings in the message."""
    return retelling(op.name, without_first(inspect.signature(op.forward)), arrays, settings, named=False)


# Checks


def check_counts(caller: str, parameters: Sequence[inspect.Parameter], args: Sequence[Any]) -> bool:
    """Check integers and switches by position; True where the types alone show that they are right."""
    counted = [(p, value) for p, value in zip(parameters, args) if p.annotation in COUNTED]
    for p, value in counted:
        check_setting(p, value)
        check_switch(caller, p.name, p.annotation is bool, value)
    return all(type(value) in COUNTED[p.annotation] for p, value in counted)


def check_switch(caller: str, name: str, switch: bool, value: Any) -> None:
    """Refuse a number for a switch by position: x.sum(0, 1) does not sum over axes 0 and 1."""
    if switch and not isinstance(value, (bool, np.bool_)):
        hint = "; several axes are dim=(0, 1)" if name == "keepdim" else ""
        raise TypeError(f"{caller}: {name} must be True or False, got {short(value)}{hint}")


def check_more(op: Any, given: dict) -> None:
    """Refuse numbers for switches and switches for integers among the settings by position of an op."""
    for name, value in given.items():
        check_switch(op.name, name, isinstance(op.defaults[name], bool), value)
        if isinstance(value, bool) and (name.startswith("dim") or type(op.defaults[name]) is int):
            raise TypeError(f"{op.name}: {name} must be an integer, got {value}")


def check_times(what: str, n: Any, least: int = 1, most: int = 10_000) -> None:
    """Refuse a number of repetitions that is not an integer from `least` to `most`: more would never end."""
    if not isinstance(n, (int, np.integer)):
        raise TypeError(f"{what} must be an integer, got {short(n)}")
    if not least <= n <= most:
        raise ValueError(f"{what} must be from {least} to {most}, got {n}")


def check_none(op: Any) -> bool:
    """True where the backward of a Function may give None for a gradient; a rule of an op may not."""
    if hasattr(op, "rules"):
        raise TypeError(f"a rule of {op.name} returned None; a rule returns the gradient of its argument; "
                        "an argument without a gradient has None in place of a rule")
    return True


def mixed(name: str, args: Sequence[Any]) -> RuntimeError:
    """The error for arguments on different devices."""
    where = [str(a.device if isinstance(a, Tensor) else device_of(a)) for a in args
             if isinstance(a, Tensor) or type(a) in MODULES]
    return RuntimeError(f"{name}: its arguments are on {' and '.join(where)}; "
                        "move one with x.to('cpu') or x.to('cuda'), a model with model.to(...)")
