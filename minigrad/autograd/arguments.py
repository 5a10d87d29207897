"""Arguments: are their names those of the function, and are they of the kinds that its annotations state?

Most of this runs only after a call has failed, to find out why.
"""

import collections.abc
import inspect
import types
import typing
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd.arrays import Naming
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES
from minigrad.hints import closest

NUMPY_ARGUMENTS = {
    "axis": ("dim", "dims"), "axes": ("dims",), "keepdims": ("keepdim",), "ddof": ("correction",),
    "a_min": ("min",), "a_max": ("max",), "stop": ("end",)}
OTHER_ARGUMENTS = {
    "learning_rate": "lr", "rate": "p", "prob": "p", "filters": "out_channels", "units": "out_features"}

TENSOR = "; make it a tensor with minigrad.tensor(...)"


def check_names(caller, takes, settings):
    """Raise TypeError for a keyword argument in `settings` that is not in `takes`, and say what was meant.

    takes: names, or a signature; one with **settings takes any.
    """
    if isinstance(takes, inspect.Signature):
        if any(p.kind is p.VAR_KEYWORD for p in takes.parameters.values()):
            return
        takes = list(takes.parameters)
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
            listing = ", ".join(takes) or "none"
            raise TypeError(f"{caller}: unknown argument {name!r}; {hint} takes {listing}") from None


# Which argument is wrong


def misfit(signature: inspect.Signature, args: Sequence[Any], settings: dict,
           whole: bool = False) -> str | None:
    """The first argument that is missing, surplus, or not of the kind that its annotation states, in words.

    whole: 4.0 may stand for an integer, but a number not for a tensor.
    """
    parameters = signature.parameters
    takes = ", ".join(each for each in parameters)
    positional = [p for p in parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(args) > len(positional) and not any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        if not any(p.kind is p.KEYWORD_ONLY for p in parameters.values()) or not positional:
            plural = "s" * (len(positional) != 1)
            return f"takes at most {len(positional)} argument{plural} ({takes}), got {len(args)}"
        return f"takes at most {len(positional)} arguments by position, got {len(args)}; it takes {takes}"
    for p in positional[:len(args)]:
        if p.name in settings:
            return f"{p.name} is given twice, by position and by name; it takes {takes}"
    for p in [*positional[len(args):], *(p for p in parameters.values() if p.kind is p.KEYWORD_ONLY)]:
        if p.default is p.empty and p.name not in settings:
            return f"{p.name} is missing; it takes {takes}"
    try:
        given = signature.bind(*args, **settings).arguments
    except TypeError:
        return None
    for name, value in given.items():
        p = parameters[name]
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or value is p.default or name in ("device", "dtype"):
            continue
        if whole and isinstance(value, (int, float)) and p.annotation in (Tensor, Tensor | None):
            return unfitting(p, value)
        if whole and isinstance(value, float) and value.is_integer() and fits(int(value), p.annotation):
            continue
        if not fits(value, p.annotation):
            return unfitting(p, value)
    return None


def unfitting(p, value):
    """That `value` is not of the kind that the annotation of the parameter p states, in words."""
    expected = kinds(p.annotation)
    hint = TENSOR if "tensor" in expected and isinstance(value, (list, np.ndarray)) else ""
    return f"{p.name} must be {expected}, got {short(value)}{hint}"


def check_setting(p, value):
    if value is not p.default and not fits(value, p.annotation):
        raise TypeError(unfitting(p, value))


def no_tensor(error, signature, args, settings):
    """The argument that lacks an attribute which a tensor has, in words."""
    if isinstance(error, AttributeError) and hasattr(Tensor, error.name or ""):
        try:
            given = signature.bind_partial(*args, **settings).arguments
        except TypeError:
            return None
        for name, value in given.items():
            if value is error.obj and not isinstance(value, Tensor):
                return f"{name} must be a tensor, got {short(value)}{TENSOR}"
    return None


def fits(value, annotation):
    """Is `value` of the kind of the annotation? True where that is not known."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, each) for each in typing.get_args(annotation))
    if origin is typing.Literal:
        return value in typing.get_args(annotation)
    if annotation is None:
        return value is None
    kind = origin or annotation
    if kind is typing.IO:
        return hasattr(value, "read") or hasattr(value, "write")
    if not isinstance(kind, type) or kind is inspect.Parameter.empty:
        return True
    if kind is np.dtype:
        return isinstance(value, (np.dtype, Naming.dtype))
    if kind is int:
        return isinstance(value, (int, np.integer)) and value is not True and value is not False or (
            is_scalar(value, "iu"))
    if kind is float:
        return isinstance(value, (int, float, np.number)) or is_scalar(value, "iubf")
    if kind is complex:
        return isinstance(value, (int, float, complex, np.number)) or is_scalar(value, "iubfc")
    if kind is bool:        # 0 and 1 are understood; 2, a list or a name is another argument's value
        return isinstance(value, (int, np.integer, np.bool_)) and value in (0, 1) or is_scalar(value, "b")
    if kind is Tensor:
        return type(value) in MODULES or isinstance(value, (Tensor, int, float, complex, np.number))
    if kind is collections.abc.Callable:
        return callable(value)
    if kind in (collections.abc.Sequence, collections.abc.Iterable, list, tuple):
        if isinstance(value, (str, bytes, dict)):
            return kind is collections.abc.Iterable and not origin
        if kind is not collections.abc.Iterable and not isinstance(value, (list, tuple)):
            return hasattr(value, "__getitem__")
        inside = typing.get_args(annotation)
        inside = inside[:1] if inside and (kind not in (tuple,) or inside[1:] == (...,)) else ()
        return (not inside or not isinstance(value, (list, tuple))
                or all(fits(each, inside[0]) for each in value))
    try:
        return isinstance(value, kind)
    except TypeError:
        return True


def is_scalar(value, kinds):
    """Is it a tensor or an array with one element, of one of the kinds of dtype?"""
    return (isinstance(value, Tensor) or type(value) in MODULES) and (
        value.dtype.kind in kinds and (value.array if isinstance(value, Tensor) else value).size == 1)


def kinds(annotation):
    """The kind that an annotation states, in words."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        *most, last = [kinds(each) for each in inside]
        return f"{', '.join(most)} or {last}"
    if origin is typing.Literal:
        return " or ".join(map(repr, inside))
    if annotation in (None, type(None)):
        return "None"
    words = {int: "an integer", float: "a number", complex: "a number", bool: "True or False",
             str: "a string", Tensor: "a tensor", tuple: "a tuple", list: "a list", dict: "a dict",
             collections.abc.Callable: "a function",
             collections.abc.Sequence: "a list", collections.abc.Iterable: "an iterable",
             np.ndarray: "a NumPy array", collections.abc.Mapping: "a dict"}
    text = words.get(origin or annotation) or f"a {getattr(origin or annotation, '__name__', annotation)}"
    plural = {int: " of integers", float: " of numbers", Tensor: " of tensors", str: " of strings"}
    return text + (plural.get(inside[0], "") if inside and origin is not collections.abc.Callable else "")


# In words


def describe(value):
    return f"{value.dtype}{list(value.shape)}" if type(value) in MODULES else short(value)


def short(value):
    if isinstance(value, Tensor):
        value = value.array
    if type(value) in MODULES:
        text = describe(value)
    elif isinstance(value, (list, tuple)) and any(isinstance(each, Tensor) for each in value):
        text = f"{type(value).__name__} of " + ", ".join(map(short, value))
    else:
        try:
            text = " ".join(repr(value).split())
        except Exception:       # a repr of the user's that fails
            text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."
