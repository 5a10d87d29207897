"""Dtypes: type promotion, casting, and print options."""

import math
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, composed, dtype_of, primitive
from minigrad.autograd.arrays import as_array, fitted, result_dtype, weak
from minigrad.autograd.errors import checked
from minigrad.autograd.printing import OPTIONS
from minigrad.backend import quiet

DtypeLike = np.dtype | type | str       # what a `dtype` argument accepts: minigrad.float32, float, "float32"


def get_default_dtype() -> np.dtype:
    """The dtype of new floating-point tensors that do not name one; see set_default_dtype."""
    return dtype_of()


def plain(number):
    """A NumPy scalar as the Python number that it holds; anything else unchanged."""
    return number.item() if isinstance(number, np.generic) else number


def level(dtype):
    """The rank of a dtype's kind: 0 for booleans, 1 for integers, 2 for floats, 3 for complex numbers."""
    return {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}[dtype.kind]


@checked
def promote_types(type1: DtypeLike, type2: DtypeLike) -> np.dtype:
    """The dtype of an op on two dtypes: the higher kind (bool < integer < float), whatever the widths.

    Within a kind, and for a float and a complex dtype, it is the smallest dtype that holds both.

    >>> promote_types("int64", "float16")       # float wins, although int64 is wider
    dtype('float16')
    """
    a, b = dtype_of(type1), dtype_of(type2)
    if level(a) != level(b) and min(level(a), level(b)) < level(np.dtype("float32")):
        return max(a, b, key=level)
    return np.promote_types(a, b)


@composed
@checked
def result_type(x: Tensor | float, other: Tensor | float) -> np.dtype:
    """The dtype of x + other.

    A 0-d tensor changes the dtype of an n-d tensor only if its kind (bool < integer < float) is higher. A
    Python number changes the dtype of any tensor only if its kind is higher.
    """
    return dtype_of_all(x, other)


def dtype_of_all(*values):
    """The dtype of a result computed from tensors and numbers; see result_type."""
    arrays = [value.array for value in values if isinstance(value, Tensor)]
    numbers = [as_array(plain(value)) for value in values if not isinstance(value, Tensor)]
    if not arrays:
        dtype = result_dtype(numbers)
        return dtype_of({"f": None, "c": complex}.get(dtype.kind, dtype))
    dtype = result_dtype(arrays)
    for number in numbers:
        dtype = weak(number, dtype)
    return dtype


def meet(*values: Any) -> list:
    """`values` with all tensors in the dtype of their result, for a function made of several ops."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len({x.dtype for x in tensors}) < 2 and len(tensors) == len(values):
        return list(values)
    dtype = dtype_of_all(*(value for value in values if value is not None))
    return [cast(value, dtype=dtype, source=value.dtype)
            if isinstance(value, Tensor) and value.dtype != dtype else value for value in values]


def number_for(number: Any, dtype: np.dtype, name: str) -> Any:
    """`number` as an array of `dtype` holds it; see fitted. Raises TypeError for anything but a number."""
    number = plain(number)
    if not isinstance(number, (bool, int, float, complex if dtype.kind == "c" else int)):
        if isinstance(number, complex):
            raise TypeError(f"{name}: {dtype} has no imaginary part, got {number}; convert with .cfloat()")
        raise TypeError(f"{name} takes a number, got {type(number).__name__}")
    return fitted(number, dtype, name).item() if dtype.kind in "iu" else number


@checked
def can_cast(from_: DtypeLike, to: DtypeLike) -> bool:
    """Is the kind of `to` at least that of `from_`, in the order bool, integer, float, complex?

    False for float to integer, for example, which would drop the fraction.
    """
    return level(dtype_of(to)) >= level(dtype_of(from_))


@checked
def set_printoptions(
        precision: int | None = None, threshold: int | None = None, edgeitems: int | None = None,
        linewidth: int | None = None, profile: str | None = None, sci_mode: bool | None = None) -> None:
    """Set how tensors print; None leaves an option unchanged, except sci_mode.

    precision   digits after the point
    threshold   above this number of elements, print only `edgeitems` at each end of an axis
    linewidth   characters per line
    profile     'default', 'short' or 'full': presets of the four options above
    sci_mode    True: numbers with exponents; False: without; None: where they are very large, small or unlike
    """
    profiles: dict[str, tuple] = {
        "default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, math.inf, 3, 80)}
    names = ("precision", "threshold", "edgeitems", "linewidth")
    if profile is not None:
        if profile not in profiles:
            raise ValueError("set_printoptions: profile must be 'default', 'short' or 'full', got "
                             f"{profile!r}")
        OPTIONS.update(zip(names, profiles[profile]))
    given = dict(zip(names, (precision, threshold, edgeitems, linewidth)))
    OPTIONS.update({name: value for name, value in given.items() if value is not None})
    OPTIONS["sci_mode"] = sci_mode


@primitive
def cast(xp, x, *, dtype, source):
    """x, whose dtype is `source`, as `dtype`; the rule casts the gradient back."""
    with quiet():
        return x.astype(dtype)


cast.defvjp(lambda g, dtype, source: cast(g, dtype=source, source=dtype))
