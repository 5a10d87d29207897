"""How an answer differs from the right one, in words that keep the right one to themselves."""

import traceback

import numpy as np

from minigrad import Tensor
from minigrad.course.words import say, translated

NOT_WRITTEN = ("Not written yet: {name} returns None.\n"
               "Fill in the cell above and run it, then run this one again.")
NO_RESULT = ("Not right yet: {case} gives None.\n"
             "Hint: A function hands its result back with `return`, in every case; print only shows it.")
HELD = {"b": "booleans", "i": "integers", "u": "integers", "f": "floating-point numbers"}


def hinted(advice):
    """The line with the advice, in the language chosen; nothing for None."""
    return say("\nHint: {advice}", advice=translated(advice)) if advice else ""


def place(error, function):
    """The line of the student's code at which it stopped."""
    parts = [function, *getattr(function, "__dict__", {}).values()]     # a class's methods
    cells = {part.__code__.co_filename for part in parts if hasattr(part, "__code__")}
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in cells]
    if not lines:
        return ""
    return say("\n    line {number} of the cell: {line}", number=lines[-1].lineno, line=lines[-1].line)


def misfit(answer, expected):
    """How type or shape of an answer differ from the expected ones, or None."""
    if isinstance(expected, tuple):
        if not isinstance(answer, (tuple, list)) or len(answer) != len(expected):
            got = f"{len(answer)}" if isinstance(answer, (tuple, list)) else kind(answer)
            return say("there should be {count} results, got {got}", count=len(expected), got=got)
        troubles = [misfit(*pair) for pair in zip(answer, expected)]
        return next((say("in result {place}, {trouble}", place=i, trouble=trouble)
                     for i, trouble in enumerate(troubles, 1) if trouble), None)
    kinds = {"wanted": kind(expected), "got": kind(answer)}
    if isinstance(answer, Tensor) != isinstance(expected, Tensor):
        return say("the answer should be {wanted}, got {got}", **kinds)
    try:
        got, wanted = array(answer), array(expected)
    except (TypeError, ValueError, RuntimeError):   # rows of different lengths, tensors in a list
        return say("the answer should be {wanted}, got {got} that is not one array of numbers", **kinds)
    if got.dtype.kind not in HELD:
        if isinstance(answer, np.ndarray):
            return say("the answer should be {wanted}, got {got} of dtype {dtype}", **kinds, dtype=got.dtype)
        return say("the answer should be {wanted}, got {got}", **kinds)
    if got.shape != wanted.shape:
        if wanted.ndim == 0:
            return say("the answer should be one number, got an array of shape {got}", got=got.shape)
        return say("the shape should be {wanted}, got {got}", wanted=wanted.shape,
                   got=got.shape if got.ndim else say("one number"))
    held, holds = HELD[wanted.dtype.kind], HELD[got.dtype.kind]
    exact = wanted.ndim > 0 and wanted.dtype.kind != "f"        # an array of ids, or of booleans
    if held != holds and (exact or "booleans" in (held, holds)):
        return say("the answer should hold {wanted}, got {got}", wanted=say(held), got=say(holds))
    if not np.isfinite(got).all():
        return say("the answer contains nan or inf")
    if isinstance(expected, Tensor) and expected.requires_grad and not answer.requires_grad:
        return say("no gradient flows through the answer; use tensor operations only, not .numpy() or "
                   ".detach()")
    return None


def difference(answer, expected, atol):
    """How many values of an answer are wrong, or None."""
    if isinstance(expected, tuple):
        offs = [difference(*pair, atol) for pair in zip(answer, expected)]
        return next((say("{off} of result {place}", off=off, place=i)
                     for i, off in enumerate(offs, 1) if off), None)
    off = ~np.isclose(array(answer), array(expected), atol=atol)
    if not off.any():
        return None
    first = ", ".join(map(str, np.argwhere(off)[0]))
    return say("wrong in {count} of {size} values, the first at [{place}]", count=off.sum(), size=off.size,
               place=first)


def array(values):
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def kind(value):
    """What a value is, in a sentence."""
    if isinstance(value, np.ndarray):
        return say("a NumPy array")
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return say("a number")
    name = type(value).__name__
    if value is None:
        return "None"
    return say("an {type}", type=name) if name[0] in "aeiou" else say("a {type}", type=name)
