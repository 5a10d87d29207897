"""Arrays below the engine: how numbers become arrays, which dtype they have, and how they print.

This file does not know Tensor: of a tensor it only reads attributes (`.array`, `.device`, `.dtype`).
"""

from typing import Any

import numpy as np

from minigrad.backend import MODULES, array_on, copies, library_of
from minigrad.hints import DTYPES, closest

FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")
PRINTING = dict(threshold=1000, precision=4, edgeitems=3, max_line_width=75, suppress_small=None)


class Default:
    """The dtype of floating-point numbers that do not name one."""

    dtype = FLOAT32


def set_default_dtype(dtype: Any) -> None:
    """Set the dtype of new tensors, new layers and numbers without a dtype: float32 or float64."""
    if dtype_of(dtype) not in (FLOAT32, FLOAT64):
        raise TypeError(f"set_default_dtype: expected float32 or float64, got {dtype}")
    Default.dtype = dtype_of(dtype)


def dtype_of(dtype: Any = None) -> np.dtype:
    """`dtype`, a NumPy dtype or its name, as a NumPy dtype; None means the default dtype."""
    if dtype is None:
        return Default.dtype
    try:
        return np.dtype(dtype)
    except TypeError:
        near = closest(str(dtype), DTYPES)
        raise TypeError(f"{dtype!r} is not a dtype; " + (f"did you mean minigrad.{near}?" if near else
                        "use minigrad.float32, minigrad.int64, minigrad.bool, ...")) from None


# Numbers to arrays

def array_from(data: Any, dtype: Any = None) -> np.ndarray:
    """A NumPy array from numbers, nested lists, NumPy scalars, or tensors inside lists.

    Python floats take the default dtype and Python integers int64; NumPy data keeps its dtype. Raises
    ValueError for lists of unequal length, TypeError for anything but numbers and booleans.
    """
    dtype = dtype if dtype is None else dtype_of(dtype)
    if isinstance(data, (list, tuple)):
        data = [each.tolist() if hasattr(each, "tolist") and not is_numpy(each) else each for each in data]
    try:
        array = np.array(data, dtype)
    except (ValueError, TypeError) as error:
        meaning = uneven(data) or error
        raise type(error)(f"a tensor needs numbers in lists of equal length: {meaning}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"a tensor holds numbers or booleans, got {type(data).__name__} of {array.dtype}")
    if dtype is None and array.dtype == FLOAT64 and not starts_with_numpy(data):
        array = array.astype(Default.dtype)
    return array


def uneven(data):
    """Which two parts of a nested list differ in length, in words; None if all agree."""
    level = [("data", data)]
    for _ in range(64):         # NumPy's limit, which a list inside itself exceeds
        lengths = [len(part) if isinstance(part, (list, tuple)) or getattr(part, "ndim", 0) else None
                   for _, part in level]
        odd = next((i for i, length in enumerate(lengths) if length != lengths[0]), None)
        if odd is not None:
            one, other = (f"{level[i][0]} " + ("is not a list" if lengths[i] is None
                                               else f"has length {lengths[i]}") for i in (0, odd))
            return f"{one} but {other}; make them equal, or use several tensors"
        level = [(f"{name}[{i}]", each) for name, part in level if lengths[0] for i, each in enumerate(part)]
        if not level:
            return None
    return "the lists are nested too deep"


def is_numpy(value):
    return isinstance(value, (np.ndarray, np.generic))


def starts_with_numpy(data):
    """Does the first number in `data` come from NumPy, and so have a dtype already?"""
    while isinstance(data, (list, tuple)) and len(data):
        data = data[0]
    return is_numpy(data)


# Arguments of an op

def constant(name, value, tensor):
    """An argument of op `name` that is neither an array nor a Python number: a NumPy scalar, or an error.

    Among arrays (tensor is None) a NumPy scalar becomes a 0-d array; next to `tensor` it takes that dtype.
    """
    if isinstance(value, (np.generic, int, float)):
        array = np.asarray(value)
        return array if tensor is None else array_on(array, tensor.device, weak(array, tensor.dtype))
    raise TypeError(f"{name} takes tensors and numbers, got {type(value).__name__}; "
                    "make it a tensor with minigrad.tensor(...)")


def weak(array, dtype):
    """The dtype of a number next to a tensor of `dtype`: the tensor's, unless the number's kind is higher."""
    if "biuf".index(array.dtype.kind) <= "biuf".index(dtype.kind):
        return dtype
    return Default.dtype if array.dtype.kind == "f" else array.dtype


def common_dtype(arrays):
    """The dtype of a floating-point result: the widest float among `arrays`, or the default dtype if none is.

    As in PyTorch, a 0-d array counts only if all are 0-d, and integers and booleans never count. NumPy lets
    both widen the result.
    """
    floats = [a for a in arrays if type(a) in MODULES and a.dtype.kind == "f"]
    floats = [a.dtype for a in floats if a.ndim] or [a.dtype for a in floats]
    return max(floats, key=lambda each: each.itemsize, default=Default.dtype)


def to_common_dtype(arrays, rules):
    """The numbers among `arrays` cast to one dtype if any is floating-point.

    Masks stay boolean, and integers whose argument has no rule stay indices. A variadic op has one rule.
    """
    if not any(type(a) in MODULES and a.dtype.kind == "f" for a in arrays):
        return arrays
    dtype = common_dtype(arrays)
    kinds = ["fiu" if rule else "f" for rule in rules] * (len(arrays) if len(rules) == 1 else 1)
    return [a.astype(dtype) if type(a) in MODULES and a.dtype.kind in kind and a.dtype != dtype else a
            for a, kind in zip(arrays, kinds)]


# Arrays to the host, and to text

def to_numpy(tensor: Any) -> np.ndarray:
    """The tensor's numbers on the host, from any device or graph; counted as a copy if they move."""
    if tensor.device == "cpu":
        return tensor.array
    copies["to_host"] += 1
    return library_of(tensor.array).to_host(tensor.array)


def text_of(tensor):
    """What print(tensor) shows."""
    host = to_numpy(tensor)
    text = np.array2string(host, separator=", ", prefix="tensor(", **PRINTING)
    if host.size == 0:
        text = f"[], shape={tuple(host.shape)}"
    if host.dtype not in (Default.dtype, np.int64, np.bool_):
        text += f", dtype={host.dtype}"
    if tensor.device != "cpu":
        text += f", device='{tensor.device}'"
    if tensor.node is not None:
        text += f", grad_fn=<{tensor.node.op.name}>"
    elif tensor.requires_grad:
        text += ", requires_grad=True"
    return f"tensor({text})"


def restore(kind, array, device, requires_grad):
    """An unpickled tensor."""
    return kind(array_on(array, device), requires_grad)


class Shape(tuple):
    """A tuple of sizes, with PyTorch's numel()."""

    __slots__ = ()

    def numel(self) -> int:
        count = 1
        for size in self:
            count *= size
        return count
