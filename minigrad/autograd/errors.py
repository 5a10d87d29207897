"""Errors in the caller's words: which function, given what, and what to do.

Checks cost time, so most come after the fact: a call that failed is looked at again to see why.
"""

import functools
import inspect

import numpy as np

from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES, device_of
from minigrad.hints import check_names

MEANINGS = {    # part of what NumPy or CuPy says -> what it means to the caller
    "broadcast": "the shapes do not fit; counted from the last axis, sizes must be equal or one of them 1",
    "zero-size": "there are no elements to choose from",
    "empty sequence": "there are no elements to choose from",
    "axes don't match": "dims must name every axis once",
    "repeated axis": "dims must name every axis once",
    "duplicate value": "an axis is named twice",
    "negative integer powers": "integers to negative powers are no integers; convert with .float()",
    "boolean negative": "booleans have no minus; use ~x",
    "boolean subtract": "booleans have no minus; use a ^ b",
    "did not contain a loop": "not defined for arguments of this kind",
    "not supported for the input types": "not defined for these dtypes; convert with .bool() or .long()",
    "NoneType": "got None where a tensor or a number belongs",
}


def composed(function):
    """A public function built from ops; it treats the arguments of a call as an op does.

    Every public function of tensors is an op or composed. So each also takes its first two tensors as input=
    and other=, PyTorch's names, and explains a failed call: a misspelt name, or a list instead of a tensor.
    """
    parameters = inspect.signature(function).parameters
    takes = list(parameters)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())      # and hands it on

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
    return call


def named_as_in_pytorch(takes, settings):
    """Was the first argument given as input=, PyTorch's name for it, which is not its name here?"""
    return "input" in settings and "input" not in takes


def by_position(settings):
    """PyTorch's input= and other= as a tuple, and what else was given by name."""
    first = tuple(settings[name] for name in ("input", "other") if name in settings)
    return first, {name: value for name, value in settings.items() if name not in ("input", "other")}


def explain(error, name, arrays, settings):
    """Raise the complaint of NumPy or CuPy again with the op, its shapes and settings."""
    for kind in (IndexError, ValueError, TypeError):
        if isinstance(error, kind):
            given = [describe(a) for a in arrays] + [f"{k}={short(v)}" for k, v in settings.items()]
            meaning = next((ours for theirs, ours in MEANINGS.items() if theirs in str(error)), error)
            if isinstance(error, np.exceptions.AxisError) and error.ndim is not None:
                meaning = (f"dim {error.axis} is out of range, expected {-error.ndim} to "
                           f"{error.ndim - 1} for {error.ndim} dimensions")
            told = kind(f"{name}({', '.join(given)}): {meaning}")
            raise told.with_traceback(error.__traceback__) from None    # that shows the line in the forward


def mixed(name, args):
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
