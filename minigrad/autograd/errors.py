"""Errors in the caller's terms: which function, what it got, what to do.

A check costs time on every call, so most run only after a call has failed, to find out why.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES, device_of
from minigrad.hints import closest

NUMPY_ARGUMENTS = {
    "axis": ("dim", "dims"), "axes": ("dims",), "keepdims": ("keepdim",), "ddof": ("correction",),
    "a_min": ("min",), "a_max": ("max",), "stop": ("end",)}
OTHER_ARGUMENTS = {
    "learning_rate": "lr", "rate": "p", "prob": "p", "filters": "out_channels", "units": "out_features"}

MEANINGS = {    # part of NumPy's or CuPy's message -> what it means for the caller
    "broadcast": "the shapes do not broadcast; from the last axis back, sizes must be equal or one of them 1",
    "zero-size": "there are no elements to choose from",
    "empty sequence": "there are no elements to choose from",
    "axes don't match": "dims must name every axis once",
    "repeated axis": "dims must name every axis once",
    "duplicate value": "an axis is named twice",
    "negative integer powers": "an integer to a negative power is not an integer; convert with .float()",
    "boolean negative": "booleans cannot be negated; use ~x",
    "boolean subtract": "booleans cannot be subtracted; use a ^ b",
    "did not contain a loop": "not defined for arguments of this kind",
    "not supported for the input types": "not defined for these dtypes; convert with .bool() or .long()",
    "NoneType": "expected a tensor or a number, got None",
}


F = TypeVar("F", bound=Callable[..., Any])


def composed(function: F) -> F:
    """A public function built from ops; it treats the arguments of a call as an op does.

    Every public function of tensors is an op or composed. So each also takes its first two tensors as input=
    and other=, PyTorch's names, and explains a failed call: a misspelt name, or a list instead of a tensor.
    """
    parameters = inspect.signature(function).parameters
    takes = list(parameters)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())      # and passes them on

    @functools.wraps(function)
    def call(*args, **settings):
        try:
            return function(*args, **settings)
        except (AttributeError, TypeError) as error:
            if named_as_in_pytorch(takes, settings):
                first, settings = by_position(settings)
                return call(*first, *args, **settings)
            if not takes_any:
                check_names(function.__name__, takes, settings)
            culprit = getattr(error, "obj", call)
            given = (*args, *settings.values())
            if not isinstance(culprit, Tensor) and any(culprit is each for each in given):
                raise TypeError(f"{function.__name__} takes tensors, got {short(culprit)}; "
                                "make it a tensor with minigrad.tensor(...)") from None
            raise
    return call  # type: ignore[return-value]


def check_names(caller, takes, settings):
    """Raise TypeError for a keyword argument in `settings` that is not in `takes`, and say what was meant."""
    if {"axis", "out"} <= set(settings) - set(takes):       # np.sum(x) calls x.sum(axis=None, out=None)
        raise TypeError(f"np.{caller} of a Tensor; write minigrad.{caller}(x), with dim= for axis=") from None
    for name in settings:
        if name not in takes:
            for meant in NUMPY_ARGUMENTS.get(name, ()):
                if meant in takes:
                    raise TypeError(f"{caller}: {name}= is NumPy's spelling, write {meant}=") from None
            meant = OTHER_ARGUMENTS.get(name)
            if meant not in takes:
                meant = closest(name, takes)
            hint = f"did you mean {meant!r}? It" if meant else "it"
            raise TypeError(f"{caller}: unknown argument {name!r}; {hint} takes {', '.join(takes)}") from None


class NamesArguments:
    """Base of classes whose constructor answers an unknown argument with the one that was meant."""

    def __new__(cls, *args, **settings):
        if cls.__init__ is object.__init__ and (args or settings):
            raise TypeError(f"{cls.__name__} takes no arguments")
        if settings:
            takes = inspect.signature(cls.__init__).parameters
            if not any(p.kind is p.VAR_KEYWORD for p in takes.values()):
                check_names(cls.__name__, list(takes)[1:], settings)
        return super().__new__(cls)


def named_as_in_pytorch(takes, settings):
    """Was the first argument passed as input=, PyTorch's name for it, where minigrad uses another name?"""
    return "input" in settings and "input" not in takes


def by_position(settings):
    """Split keyword arguments: the values of PyTorch's input= and other= as a tuple, and the rest."""
    first = tuple(settings[name] for name in ("input", "other") if name in settings)
    return first, {name: value for name, value in settings.items() if name not in ("input", "other")}


def explain(error, name, arrays, settings):
    """Raise NumPy's or CuPy's error again, with the op's name, shapes and settings in the message."""
    for kind in (IndexError, ValueError, TypeError):
        if isinstance(error, kind):
            given = [describe(a) for a in arrays] + [f"{k}={short(v)}" for k, v in settings.items()]
            meaning = next((ours for theirs, ours in MEANINGS.items() if theirs in str(error)), error)
            if isinstance(error, np.exceptions.AxisError) and error.ndim is not None:
                meaning = (f"dim {error.axis} is out of range, expected {-error.ndim} to "
                           f"{error.ndim - 1} for {error.ndim} dimensions")
            told = kind(f"{name}({', '.join(given)}): {meaning}")
            raise told.with_traceback(error.__traceback__) from None    # shows the line in the forward


def mixed(name: str, args: Sequence[Any]) -> RuntimeError:
    """The error for arguments on different devices."""
    where = [str(a.device if isinstance(a, Tensor) else device_of(a)) for a in args
             if isinstance(a, Tensor) or type(a) in MODULES]
    return RuntimeError(f"{name}: its arguments are on {' and '.join(where)}; "
                        "move one with x.to('cpu') or x.to('cuda'), a model with model.to(...)")


def describe(value):
    return f"{value.dtype}{list(value.shape)}" if type(value) in MODULES else short(value)


def short(value):
    text = describe(value) if type(value) in MODULES else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
