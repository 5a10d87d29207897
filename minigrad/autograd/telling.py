"""Telling: an error from inside a call, in the words of the one who made the call.

`retelling` is what a door does with it (see errors.py). An error that minigrad raised itself says what is
wrong, and needs at most the name of the call; one of Python, NumPy or CuPy is looked up in MEANINGS.
"""

import inspect
import linecache
import re
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np

from minigrad.autograd.arguments import check_names, describe, misfit, no_tensor, short
from minigrad.autograd.tensor import Tensor

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
OURS = {"minigrad", "numpy", "cupy", "importlib"}


class retelling:
    """Inside an except block, `with retelling(...): raise` raises the error as the caller should read it.

    name, signature, args, settings, named: of the call; see retold
    layer: the call is that of a layer, so that a container around it tells which of its layers failed
    """

    def __init__(self, name: str, signature: inspect.Signature, args: Sequence[Any], settings: dict,
                 named: bool = True, layer: bool = False):
        self.call, self.layer = (name, signature, args, settings, named), layer

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        told = retold(error, *self.call)
        try:
            if self.layer and not hasattr(error, "layer") and hasattr(told, "meaning"):
                error.layer = str(told)
            if self.layer and hasattr(error, "layer"):
                told.layer = error.layer        # type: ignore[attr-defined]
            if told is not error:
                raise told from told.__cause__
        finally:
            del told, error, traceback      # a frame that keeps its own error is a reference cycle


def retold(error: Exception, name: str, signature: inspect.Signature, args: Sequence[Any], settings: dict,
           named: bool = True) -> Exception:
    """The error as the caller of `name` should read it; the same object where it is good as it is.

    A good one starts with the name of the call. Its attribute `meaning` is the rest, for the next door: an op
    inside a function, a function inside a layer. With `named` the arguments are listed by name.
    """
    text = str(error)
    # The forward of a user's own op fails like a call of NumPy; all else that the user's code raises is good.
    bad = (IndexError, ValueError, TypeError)
    if isinstance(error, (OSError, ImportError, Warning)) or raised_by_user(error) and (
            named or not isinstance(error, bad)):
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


def is_ours(module):
    return module.partition(".")[0] == "minigrad"
