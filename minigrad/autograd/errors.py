"""Errors in the caller's terms: which function, what it got, what to do.

A check costs time on every call, so most run only after a call has failed, to find out why. `composed`,
`NamesArguments` and Module's call are doors: what fails below them is told with the name and the arguments of
the call that the user wrote. An error from the user's own code passes them as it is.
"""

import collections.abc
import functools
import inspect
import linecache
import re
import sys
import types
import typing
from collections.abc import Callable, Sequence
from pathlib import PurePath
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

INTEGER, LIST = "expected an integer, got {}", "expected a list or tuple, got {}"
FUNCTION = "a {} is no function"
MEANINGS = {    # a pattern in a message of Python, NumPy or CuPy -> what it means for the caller
    "broadcast|shape mismatch":
        "the shapes do not broadcast; from the last axis back, sizes must be equal or one of them 1",
    "zero-size|empty sequence|arg is an empty|iterable argument is empty":
        "there are no elements to choose from",
    "axes don't match|repeated axis": "dims must name every axis once",
    "duplicate value": "an axis is named twice",
    "negative integer powers": "an integer to a negative power is not an integer; convert with .float()",
    "boolean negative": "booleans cannot be negated; use ~x",
    "boolean subtract": "booleans cannot be subtracted; use a ^ b",
    "did not contain a loop|Cannot cast": "not defined for arguments of this kind",
    "not supported for the input types": "not defined for these dtypes; convert with .bool() or .long()",
    "NoneType": "expected a tensor or a number, got None",
    "Unable to allocate (.*) for an array with (shape .*) and": "needs {} for {}, more memory than is free",
    "Unable to allocate|^$": "needs more memory than is free",
    "Maximum allowed (size|dimension)|array is too big|[Ii]nteger overflow|dimensions? too large":
        "the sizes are too large for any memory",
    "maximum recursion": "nested too deep",
    "division by zero|modulo by zero|division or modulo": "divides by 0",
    r"index (\S+) is out of bounds for axis (\d+) with size (\d+)":
        "index {} is out of range for axis {} of size {}",
    "too large to convert|out of bounds for|cannot convert float infinity|too large$|Python int too":
        "a number is too large",
    "cannot convert float NaN": "NaN is no integer",
    "'(.*)' object cannot be interpreted as an integer": INTEGER,
    "only integer scalar arrays|only int indices|must be integers or slices, not (.*)": INTEGER,
    "only length-1|only 0-dimensional|only size-1": "expected one number, got several",
    "'(.*)' object is not iterable|object of type '(.*)' has no len|argument of type '(.*)' is not": LIST,
    r"cannot unpack non-iterable (.*) object|Value after \* must be an iterable, not (.*)": LIST,
    "'(.*)' object is not subscriptable|'(.*)' object does not support item": LIST,
    "'(.*)' object is not callable": FUNCTION,
    "'(.*)' object has no attribute '(.*)'": "got {} where something with .{} is needed",
    "unsupported operand .* '(.*)' and '(.*)'|not supported between instances of '(.*)' and '(.*)'":
        "cannot combine {} with {}",
    "bad operand type for .*: '(.*)'|must be real number, not (.*)": "expected a number, got {}",
    "can't multiply sequence|can only concatenate": "expected a number, got a list or a string",
    "could not convert|invalid literal|data type '|to be a string": "expected numbers, got a string",
    "not enough values to unpack|too many values to unpack": "a list or tuple has the wrong length",
    "setting an array element|inhomogeneous": "expected numbers in lists of equal length",
    "object arrays|dtype\\('O'\\)|object dtype": "expected tensors and numbers",
    "unhashable type: '(.*)'": "got {}, which cannot be looked up",
    "(?:list|tuple) index out|index .* out of range|index .* out of bounds": "has fewer elements than needed",
    "expected str, bytes or os.PathLike object, not (.*)": "expected a path, got {}",
}
TENSOR = "; make it a tensor with minigrad.tensor(...)"
OURS = {"minigrad", "numpy", "cupy", "importlib"}


PLAIN = {       # annotation -> the types that need no closer look
    bool: {bool}, int: {int}, float: {float, int}, str: {str}, str | int | None: {str, type(None)},
    bool | None: {bool, type(None)}, np.dtype | type | str | None: {type(None)}}

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
    start = next((i for i, p in enumerate(positional) if p.annotation in (int, bool)), sys.maxsize)
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
            if isinstance(error, TypeError) and named_as_in_pytorch(signature.parameters, settings):
                first, settings = by_position(settings)
                return call(*first, *args, **settings)
            told = retold(error, name or function.__name__, signature, args, settings)
            try:
                if told is error:
                    raise
                raise told from told.__cause__
            finally:
                del told        # a frame that keeps its own error is a reference cycle
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
        first = next(base for base in kind.__mro__ if "__init__" in vars(base) and is_ours(base.__module__))
        if vars(first)["__init__"] is not call:     # the one of a subclass is the door
            return init(self, *args, **settings)
        signature = signature_of(kind, init)
        try:
            init(self, *args, **settings)
            wrong = misfit(signature, args, settings, whole=True)   # after its own checks, which say more
            if wrong:
                raise TypeError(f"{kind.__name__}: {wrong}")
        except Exception as error:
            told = retold(error, kind.__name__, signature, args, settings)
            try:
                if told is error:
                    raise
                raise told from told.__cause__
            finally:
                del told        # a frame that keeps its own error is a reference cycle
    return call


def method_door(method):
    """The method as a door."""
    @functools.wraps(method)
    def call(self, *args, **settings):
        try:
            return method(self, *args, **settings)
        except Exception as error:
            signature = without_first(inspect.signature(method))
            told = retold(error, f"{type(self).__name__}.{method.__name__}", signature, args, settings)
            try:
                if told is error:
                    raise
                raise told from told.__cause__
            finally:
                del told        # a frame that keeps its own error is a reference cycle
    return call


def signature_of(kind, init):
    """The signature of the class `kind` with minigrad's or the user's constructor `init`."""
    if is_ours(init.__module__ or "") and hasattr(kind, "__signature__"):
        return kind.__signature__
    return without_first(inspect.signature(init))


def without_first(signature):
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def is_ours(module):
    return module.partition(".")[0] == "minigrad"


def named_as_in_pytorch(takes, settings):
    """Was the first argument passed as input=, PyTorch's name for it, where minigrad uses another name?"""
    return "input" in settings and "input" not in takes


def by_position(settings):
    """Split keyword arguments: the values of PyTorch's input= and other= as a tuple, and the rest."""
    first = tuple(settings[name] for name in ("input", "other") if name in settings)
    return first, {name: value for name, value in settings.items() if name not in ("input", "other")}


def explain(error, op, arrays, settings):
    """Raise NumPy's or CuPy's error again, with the op's name, shapes and settings in the message."""
    if raised_by_user(error) and not isinstance(error, (IndexError, ValueError, TypeError)):
        return              # from the forward of the user's own op
    signature = inspect.signature(op.forward)
    told = retold(error, op.name, without_first(signature), arrays, settings, named=False)
    try:
        if told is not error:
            raise told from told.__cause__
    finally:
        del told


# An error below a door, told by the door


def retold(error: Exception, name: str, signature: inspect.Signature, args: Sequence[Any], settings: dict,
           named: bool = True) -> Exception:
    """The error as the caller of `name` should read it; the same object where it is good as it is.

    A good one starts with the name of the call. Its attribute `meaning` is the rest, for the next door: an op
    inside a function, a function inside a layer. With `named` the arguments are listed by name.
    """
    text = str(error)
    if isinstance(error, (OSError, ImportError, Warning)) or named and raised_by_user(error):
        return error
    looked_up = isinstance(error, KeyError) and "." in name      # by a method such as History.best
    if (looked_up or isinstance(error, (AssertionError, FloatingPointError))) and is_written(error):
        return error        # the others are gradcheck's and anomaly mode's
    kept = next((kind for kind in (IndexError, ValueError, TypeError, NotImplementedError, RuntimeError)
                 if isinstance(error, kind) and not isinstance(error, RecursionError)), None)
    starts = "|".join(map(re.escape, [name, *name.split(".")]))
    paths = [str(each) for each in (*args, *settings.values()) if isinstance(each, (str, PurePath))]
    if kept and is_written(error) and any(len(each) > 2 and text.startswith(each) for each in paths):
        return error        # about a file
    if (kept and not hasattr(error, "meaning") and name[0].isupper() and is_written(error)
            and re.search(rf"\b{re.escape(name)}\b", text)):
        return error        # about a layer
    own = re.match(rf"({starts})\b(\(.*?\))?(: )?", text)
    if own and kept and not re.match(r"[\w.<>]+\(\) (missing|takes|got)", text):
        if not hasattr(error, "meaning"):
            error.meaning = text[own.end():] if own[3] else text    # type: ignore[attr-defined]
        return error
    inner = getattr(error, "meaning", None)
    given = None
    if kept and inner is None and is_written(error):
        helper = re.match(r"([a-z_0-9]+): ", text)          # a helper that names itself
        inner = text[helper.end():] if helper and helper[1] not in signature.parameters else text
    if kept:
        inner = getattr(error, "layer", inner)
    if isinstance(error, TypeError):
        try:
            check_names(name, signature, settings)
        except TypeError as unknown:
            return remember(unknown, str(unknown).removeprefix(f"{name}: "), None)
    names_one = inner is not None and any(
        re.match(rf"{re.escape(each)}\b", inner) for each in signature.parameters)
    if not names_one and (inner is None or hasattr(error, "meaning") or not is_plain(error, inner)):
        wrong = misfit(signature, args, settings) or no_tensor(error, signature, args, settings)
        if wrong:
            return remember(TypeError(f"{name}: {wrong}"), wrong, error)
    if inner is None or hasattr(error, "given"):
        given = ", ".join(listed(signature, args, settings, named))
    meaning = meant_by(error) if inner is None else inner
    kind = kept or (TypeError if isinstance(error, AttributeError) else
                    RuntimeError if isinstance(error, MemoryError) else ValueError)
    told = remember(kind(f"{name}: {meaning}" if given is None else f"{name}({given}): {meaning}"), meaning,
                    None if kept else error)
    if kept:
        told.__traceback__ = error.__traceback__        # shows the line that failed
    if given is not None:
        told.given = given      # type: ignore[attr-defined]    # the next door lists its own
    return told


def is_plain(error, text):
    """Is it a message for the caller: not one that names another function, nor one of Tensor itself?"""
    step = error.__traceback__
    while step.tb_next:
        step = step.tb_next
    return not (re.match(r"[\w.]+(:|\(| takes )", text)
                or step.tb_frame.f_globals.get("__name__") == Tensor.__module__)


def remember(told, meaning, cause):
    told.meaning, told.__cause__ = meaning, cause
    return told


def raised_by_user(error):
    """Does the user's code lie between the door and the line that raised?"""
    step = error.__traceback__.tb_next if error.__traceback__ else None
    while step:
        root = step.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if root not in OURS and root not in sys.stdlib_module_names and not root.startswith("namedtuple_"):
            return True
        step = step.tb_next
    return False


def is_written(error):
    """Is the error one of minigrad's own, from a line `raise`?"""
    step = error.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    if step is None or not is_ours(step.tb_frame.f_globals.get("__name__", "")):
        return False
    return linecache.getline(step.tb_frame.f_code.co_filename, step.tb_lineno).lstrip().startswith("raise")


def meant_by(error):
    """Python's, NumPy's or CuPy's message in the words of someone who calls a function."""
    if isinstance(error, np.exceptions.AxisError) and error.ndim is not None:
        return (f"dim {error.axis} is out of range, expected {-error.ndim} to {error.ndim - 1} for "
                f"{error.ndim} dimensions")
    text = str(error)
    for pattern, meaning in MEANINGS.items():
        found = re.search(pattern, text)
        if found:
            parts = [each for each in found.groups() if each is not None]
            return meaning.format(*parts, *["another type"] * 2)
    return f"{text} is missing" if isinstance(error, KeyError) else text


def listed(signature, args, settings, named):
    """The arguments of a call as text."""
    if not named:
        return [describe(a) for a in args] + [f"{k}={short(v)}" for k, v in settings.items()]
    try:
        given = signature.bind_partial(*args, **settings).arguments
    except TypeError:
        return [short(a) for a in args] + [f"{k}={short(v)}" for k, v in settings.items()]
    return [f"{k}={short(v)}" for k, v in given.items() if k != "self"]


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


def check_counts(caller: str, parameters: Sequence[inspect.Parameter], args: Sequence[Any]) -> bool:
    """Check integers and switches by position; True where the types alone show that they are right."""
    counted = [(p, value) for p, value in zip(parameters, args) if p.annotation in (int, bool)]
    for p, value in counted:
        check_setting(p, value)
        check_switch(caller, p.name, p.annotation is bool, value)
    return all(type(value) is p.annotation for p, value in counted)


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
    if kind is int:
        return isinstance(value, (int, np.integer)) and value is not True and value is not False or (
            is_scalar(value, "iu"))
    if kind is float:
        return isinstance(value, (int, float, np.number)) or is_scalar(value, "iubf")
    if kind is bool:        # 0 and 1 are understood; 2, a list or a name is another argument's value
        return isinstance(value, (int, np.integer, np.bool_)) and value in (0, 1) or is_scalar(value, "b")
    if kind is Tensor:
        return type(value) in MODULES or isinstance(value, (Tensor, int, float, np.number))
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
    words = {int: "an integer", float: "a number", bool: "True or False", str: "a string", Tensor: "a tensor",
             tuple: "a tuple", list: "a list", dict: "a dict", collections.abc.Callable: "a function",
             collections.abc.Sequence: "a list", collections.abc.Iterable: "an iterable",
             np.ndarray: "a NumPy array", collections.abc.Mapping: "a dict"}
    text = words.get(origin or annotation) or f"a {getattr(origin or annotation, '__name__', annotation)}"
    plural = {int: " of integers", float: " of numbers", Tensor: " of tensors", str: " of strings"}
    return text + (plural.get(inside[0], "") if inside and origin is not collections.abc.Callable else "")


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
