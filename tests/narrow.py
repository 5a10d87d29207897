"""A NumPy whose own integers have 32 bits, as on 32-bit systems and in a browser.

    with narrow_integers():
        np.arange(3).dtype              # int32

Patched are NumPy's functions that make integers of that size of their own accord. Methods of arrays, such as
x.argmax(), stay as they are: Python lets no one replace them.
"""

from contextlib import contextmanager
from unittest import mock

import numpy as np

MAKERS = ["arange", "argmax", "argmin", "argsort", "argwhere", "array", "asarray", "bincount",
          "count_nonzero", "cumsum", "digitize", "flatnonzero", "indices", "lexsort", "nonzero", "prod",
          "searchsorted", "sum"]
KEEPERS = ["arange", "array", "asarray", "cumsum", "prod", "sum"]       # of int64 that they are given
ARITHMETIC = ["add", "floor_divide", "maximum", "minimum", "multiply", "power", "remainder", "subtract"]


def narrowed(function, name):
    """The function with int32 where NumPy alone chooses int64."""
    def narrow(*given, **settings):
        if name == "bincount" and np.asarray(given[0]).dtype == np.int64:
            raise TypeError("Cannot cast array data from dtype('int64') to dtype('int32') by the rule 'safe'")
        found = function(*given, **settings)
        keeps = name in KEEPERS and any(is_wide(each) for each in given)
        if keeps or settings.get("dtype") is not None or any(map(names_dtype, given[1:])):
            return found
        return tuple(map(smaller, found)) if isinstance(found, tuple) else smaller(found)
    return narrow


class Narrowed:
    """An operation of arithmetic whose result is int32 for booleans and Python integers."""

    def __init__(self, function):
        self.function = function

    def __getattr__(self, name):
        return getattr(self.function, name)

    def __call__(self, *given, **settings):
        found = self.function(*given, **settings)
        kinds = {each.dtype.kind if hasattr(each, "dtype") else type(each) for each in given}
        return smaller(found) if kinds == {"b", int} and "dtype" not in settings else found


class Kind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, DTYPE)


class NarrowDtype(metaclass=Kind):
    """np.dtype, in which Python's int has 32 bits."""

    def __new__(cls, dtype, *given, **settings):
        return DTYPE("int32" if dtype is int else dtype, *given, **settings)


DTYPE = np.dtype


def is_wide(value):
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype in (np.int64, np.uint64)


def names_dtype(value):
    return isinstance(value, (np.dtype, str, type))


def smaller(found):
    if not isinstance(found, (np.ndarray, np.generic)) or found.dtype != np.int64:
        return found
    fits = not found.size or found.min() >= -2**31 and found.max() < 2**31
    return found.astype(np.int32) if fits else found


@contextmanager
def narrow_integers():
    makers = {name: narrowed(getattr(np, name), name) for name in MAKERS}
    sums = {name: Narrowed(getattr(np, name)) for name in ARITHMETIC}
    with mock.patch.multiple(np, **makers, **sums, dtype=NarrowDtype), \
            mock.patch.object(np, "intp", np.int32), mock.patch.object(np, "int_", np.int32):
        yield
