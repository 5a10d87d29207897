"""Arrays below the engine: how numbers become arrays, and which dtype they have.

This file does not know Tensor: of a tensor it only reads attributes (`.array`, `.device`, `.dtype`).
"""

from typing import Any

import numpy as np

from minigrad.backend import MODULES, array_on, copies, library_of, quiet
from minigrad.hints import DTYPES, closest, warn

FLOAT16, FLOAT32, FLOAT64 = (np.dtype(f"float{bits}") for bits in (16, 32, 64))
BFLOAT16 = np.dtype("float32", metadata={"name": "bfloat16"})     # NumPy has none; see dtype_of
COMPLEX64, COMPLEX128 = np.dtype("complex64"), np.dtype("complex128")
COMPLEX = frozenset([COMPLEX64, COMPLEX128])


class Default:
    """The dtype of floating-point numbers that do not name one."""

    dtype = FLOAT32
    warned = False      # that bfloat16 means float32


class Naming:
    """The name before the dot where a text names this library: `minigrad.Size([2, 3])`."""

    library = "minigrad"
    dtype: type = np.dtype      # the class of dtypes that a program names


def set_default_dtype(dtype: Any) -> None:
    """Set the dtype of new tensors, new layers and numbers without a dtype: float32 or float64."""
    if dtype_of(dtype) not in (FLOAT32, FLOAT64):
        raise TypeError(f"set_default_dtype: expected float32 or float64, got {dtype}")
    Default.dtype = dtype_of(dtype)


def dtype_of(dtype: Any = None) -> np.dtype:
    """`dtype`, a NumPy dtype or its name, as a NumPy dtype; None means the default dtype.

    bfloat16 means float32, with a warning the first time.
    """
    if dtype is None:
        return Default.dtype
    try:
        found = np.dtype("int64" if dtype is int else dtype)        # NumPy's own integers may have 32 bits
        if found is BFLOAT16:
            if not Default.warned:
                Default.warned = True
                warn("NumPy has no bfloat16: these numbers are float32, with more digits and twice the "
                     "memory")
            return FLOAT32
        holds = found.kind in "fiub" or found in COMPLEX
        if holds and isinstance(dtype, (np.dtype, type, str, Naming.dtype)):
            return complex_of(Default.dtype) if dtype is complex else found
        raise TypeError     # NumPy takes the dtype of an array, and makes one of any list
    except TypeError:
        near = closest(str(dtype), DTYPES) if isinstance(dtype, str) else None
        raise TypeError(f"{dtype!r} is not a dtype; " + (f"did you mean minigrad.{near}?" if near else
                        "use minigrad.float32, minigrad.int64, minigrad.bool, ...")) from None


def complex_of(dtype: np.dtype) -> np.dtype:
    """The complex dtype whose parts have the floating-point `dtype`; NumPy has none for float16."""
    return COMPLEX128 if dtype in (FLOAT64, COMPLEX128) else COMPLEX64


def real_of(dtype: np.dtype) -> np.dtype:
    """The dtype of the parts of complex numbers; any other dtype itself."""
    return np.empty(0, dtype).real.dtype if dtype.kind == "c" else dtype


# Numbers to arrays

def array_from(data: Any, dtype: Any = None) -> np.ndarray:
    """A NumPy array from numbers, nested lists, NumPy scalars, or tensors inside lists.

    Python floats take the default dtype and Python integers int64; NumPy data and tensors keep their dtype. A
    list takes the dtype that all its numbers promote to. Raises ValueError for lists of unequal length and
    for integers beyond the range of the dtype, TypeError for anything but numbers and booleans.
    """
    final, found = None if dtype is None else dtype_of(dtype), set()
    data = unpacked(list(data) if isinstance(data, range) else data, found)
    if complex in found and final is not None and final.kind != "c":
        raise TypeError(f"{final} has no imaginary part; use dtype=minigrad.complex64 or give real parts")
    whole = final is not None and final.kind in "iu" and not isinstance(data, np.ndarray)  # they wrap around
    try:
        with quiet():
            array = np.array(data, None if whole else promoted(found) if final is None else final)
    except (ValueError, TypeError, OverflowError) as error:
        meaning, kind = uneven(data) or error, TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"a tensor needs numbers in lists of equal length: {meaning}") from None
    if array.dtype.kind not in "fiub" and array.dtype not in COMPLEX or None in found:
        raise TypeError(f"a tensor holds numbers or booleans, got {type(data).__name__} of "
                        f"{np.array(data).dtype}")
    if whole:
        array = fitted(array, final)
    if final is None and not found and array.dtype == FLOAT64:
        array = array.astype(Default.dtype)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def legacy(data, requires_grad, *sizes):
    """(array, requires_grad) for Tensor(...), PyTorch's oldest constructor: sizes, or data as floats."""
    if isinstance(data, (int, Shape)) and not isinstance(data, bool):
        sizes = [data, *[size for size in (requires_grad, *sizes) if type(size) is int]]
        shape = tuple(data) if isinstance(data, Shape) else tuple(sizes)
        try:
            return np.empty(shape, Default.dtype), requires_grad is True
        except MemoryError as error:
            raise RuntimeError(f"Tensor: sizes {shape} need more memory than is free") from error
    if hasattr(data, "array") and hasattr(data, "device"):
        if data.dtype != Default.dtype:
            raise TypeError(f"Tensor: expected a tensor of {Default.dtype}, got {data.dtype}; convert it "
                            "with .float(), or copy it with .clone()")
        return data.array, requires_grad
    array = array_from(data)
    if requires_grad not in (True, False):
        raise TypeError(f"Tensor: requires_grad must be True or False, got {requires_grad!r}")
    return (array.astype(Default.dtype) if array.dtype.kind in "biu" else array), requires_grad


def unpacked(data, found):
    """`data` with tensors inside lists as arrays; the set `found` receives the dtypes of all its numbers."""
    if isinstance(data, (list, tuple)):
        kinds = set(map(type, data))
        if kinds <= PYTHON:
            found.update(kinds)
            return data
        return [unpacked(number_in(each), found) for each in data]
    if hasattr(data, "array") and hasattr(data, "device"):
        data = to_numpy(data)
    if is_numpy(data):
        found.add(data.dtype)
    elif isinstance(data, (bool, int, float, complex)):
        found.add(next(kind for kind in (bool, int, float, complex) if isinstance(data, kind)))
    elif data is None or isinstance(data, (str, bytes)):
        found.add(None)         # NumPy would read "1" as a number, and None as NaN
    return data


def number_in(value):
    """`value`, an element of a list; a tensor of one element, whatever its axes, as a 0-d array."""
    if not (hasattr(value, "array") and hasattr(value, "device")):
        return value
    if value.array.size != 1:
        raise ValueError(f"tensor: in a list, only tensors of one element are numbers, got "
                         f"{value.array.shape}; "
                         "join tensors with minigrad.stack(...) or minigrad.cat(...)")
    return to_numpy(value).reshape(())


PYTHON = {bool, int, float, complex}


def promoted(found):
    """The dtype to which numbers of several dtypes and Python types promote; None if there are none."""
    if not found or None in found:
        return None
    dtypes = [dtype_of(None if each is float else each) for each in found]
    highest = max(KINDS[dtype.kind] for dtype in dtypes)
    return np.result_type(*[dtype for dtype in dtypes if KINDS[dtype.kind] == highest])


def fitted(numbers, dtype, name="tensor"):
    """`numbers` as integers of `dtype`, without their fractions.

    Negative numbers wrap around in unsigned integers. Raises ValueError for numbers beyond the range.
    """
    limit, numbers = np.iinfo(dtype), np.asarray(numbers)
    lowest = -limit.max if dtype.kind == "u" else limit.min
    if numbers.dtype.kind in "fiuO":
        wrong = numbers[~((numbers > lowest - 1) & (numbers < limit.max + 1))]
        if wrong.size:
            raise ValueError(f"{name}: {dtype} holds {limit.min} to {limit.max}, got {wrong.flat[0]}")
    return numbers.astype(dtype)


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


# Arguments of an op

def constant(name, value, tensors):
    """An argument of op `name` that is neither an array nor a Python number: a NumPy scalar, or an error.

    Among arrays (no tensors) a NumPy scalar becomes a 0-d array; next to tensors it counts as the Python
    number that it holds.
    """
    if not isinstance(value, (np.generic, int, float, complex)):
        raise TypeError(f"{name} takes tensors and numbers, got {type(value).__name__}; "
                        "make it a tensor with minigrad.tensor(...)")
    if not tensors:
        return as_array(value)
    array = as_array(value.item() if isinstance(value, np.generic) else value)
    return array_on(array, tensors[0].device, weak(array, result_dtype([x.array for x in tensors])))


def as_array(number):
    """A number as a 0-d array; a Python integer has 64 bits wherever they hold it."""
    whole = type(number) is int and -2**63 <= number < 2**63
    return np.asarray(number, np.int64 if whole else None)


KINDS = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 2}


def weak(array, dtype):
    """The dtype of a number next to tensors of `dtype`: theirs, unless the number's kind is higher."""
    if KINDS[array.dtype.kind] <= KINDS[dtype.kind]:
        return complex_of(dtype) if array.dtype.kind == "c" else dtype
    return array.dtype if array.dtype.kind in "iu" else dtype_of({"f": None, "c": complex}[array.dtype.kind])


def result_dtype(arrays):
    """The dtype of a result computed from the arrays among `arrays`, at least one.

    As in PyTorch: the highest kind among them, in the order bool, integer, float, and in that kind the
    smallest dtype that holds all arrays with axes; 0-d arrays count only if none of that kind has axes.
    NumPy lets the width of every array count. Complex numbers are floats of two parts: one complex array,
    0-d or not, makes the result complex.
    """
    arrays = [a for a in arrays if type(a) in MODULES]
    kind = max(KINDS[a.dtype.kind] for a in arrays)
    highest = [a for a in arrays if KINDS[a.dtype.kind] == kind]
    dtype = np.result_type(*[a.dtype for a in highest if a.ndim] or [a.dtype for a in highest])
    return complex_of(dtype) if any([a.dtype.kind == "c" for a in highest]) else dtype


def common_dtype(arrays):
    """The dtype of a floating-point result: that of the floats among `arrays`, else the default dtype."""
    floats = [a for a in arrays if type(a) in MODULES and a.dtype.kind in "fc"]
    return result_dtype(floats) if floats else Default.dtype


def dtype_for(y, arrays):
    """The dtype of y, floating-point numbers real or complex that an op computed from `arrays`."""
    return (complex_of if y.dtype.kind == "c" else real_of)(common_dtype(arrays))


def to_common_dtype(arrays, rules):
    """`arrays` of different dtypes, or of float16 beside a number, in the one dtype in which they meet.

    Masks stay boolean, and integers whose argument has no rule stay indices. A variadic op has one rule. An
    op without rules compares or combines bits: NumPy does both exactly, so only floats change. float16 meets
    in float32, so that a number beyond its range does no harm; the op rounds the result.
    """
    rules = rules * len(arrays) if len(rules) == 1 else rules or [None] * len(arrays)
    takes = [type(a) in MODULES and a.dtype.kind in ("fiuc" if rule else "fc")
             for a, rule in zip(arrays, rules)]
    if not any(takes):
        return arrays
    dtype = result_dtype([a for a, each in zip(arrays, takes) if each])
    if dtype == FLOAT16 and any(rules):
        dtype, xp = FLOAT32, next(MODULES[type(a)] for a in arrays if type(a) in MODULES)
        arrays = [xp.asarray(a, dtype) if type(a) in (int, float) and a and not 1e-4 < abs(a) < 65504 else a
                  for a in arrays]          # a rule multiplies a gradient in float16 with it
    return [a.astype(dtype) if each and a.dtype != dtype else a for a, each in zip(arrays, takes)]


def settle(y, op, given, arrays, settings, boxed):
    """y, which `op` computed from `arrays`, in the dtype that its arguments `given` call for.

    A floating-point result takes their common dtype. NumPy turns integers into float64, small ones into
    float16. Only the result shows whether an op turns integers into floats, so it is computed again.
    """
    if boxed and op.takes != "fiub":        # a rule, which runs on arrays, may subtract masks
        check_kinds(op, given)
    if y.dtype == np.int32 and masks_and_integers(given):       # where NumPy's own integers have 32 bits
        y = y.astype(np.int64)
    if y.dtype.kind not in "fc" or settings.get("dtype") is not None:
        return y.astype(result_dtype(given)) if y.dtype.kind in "iu" and combines_bits(op, given) else y
    dtype, xp = dtype_for(y, given), MODULES[type(y)]
    if y.dtype != dtype and not any(type(a) in MODULES and a.dtype.kind in "fc" for a in arrays):
        arrays[:] = [a.astype(dtype) if type(a) in MODULES else a for a in arrays]
        y = op.forward(xp, *arrays, **settings)
    with quiet():                       # float32 beyond float16 is infinite
        return xp.asarray(y, dtype)


def without_arrays(op, args):
    """Refuse a call with numbers alone, such as exp(1.5), of an op that is not the user's own."""
    ours = str(op.forward.__module__).startswith("minigrad.")
    for name, value in zip(op.arguments, args):
        if ours and value is not None:
            raise TypeError(f"{op.name}: {name} must be a tensor, got {value!r}; make it a tensor with "
                            "minigrad.tensor(...)")
    return np.ndarray


def check_kinds(op, given):
    """Refuse booleans for an op that takes none, and integers alone for one of floats."""
    kinds = {a.dtype.kind for a in given if type(a) in MODULES}
    if op.takes == "fiu" and "b" in kinds:
        raise TypeError(f"{op.name}: booleans cannot be subtracted; the opposite of a mask is ~mask, and its "
                        "numbers are mask.float() or mask.long()")
    if op.takes == "f" and not kinds & {"f", "c"}:
        raise TypeError(f"{op.name}: expected floats, got integers or booleans; convert with .float()")


def masks_and_integers(given):
    """Are these arrays of booleans and Python integers, at least one of each?"""
    kinds = {a.dtype.kind if type(a) in MODULES else type(a) for a in given}
    return kinds == {"b", int}


def combines_bits(op, given):
    """Does `op` make one integer from each pair of integers, without a derivative?"""
    return not op.rules and len(given) == 2 and all(
        type(a) in MODULES and a.dtype.kind in "biu" for a in given)


def within_range(name, args, given):
    """`args` with Python integers beyond the dtype of the integers `given` wrapped around, as in PyTorch."""
    dtype, wide = result_dtype(given), [a for a in args if type(a) is int and not -2**63 <= a < 2**64]
    if wide or dtype.kind not in "iu":
        raise ValueError(f"{name}: {dtype} cannot hold {wide[0] if wide else 'a number that large'}; make it "
                         "a float")
    xp = next(MODULES[type(a)] for a in given if type(a) in MODULES)
    return [xp.asarray(np.asarray(a).astype(dtype).item(), dtype) if type(a) is int else a for a in args]


def single(array):
    """`array`, in float32 if it is float16: for a sum in an op's forward, whose result the engine rounds."""
    return array.astype(FLOAT32) if array.dtype is FLOAT16 else array


# Arrays to the host

def to_numpy(tensor: Any) -> np.ndarray:
    """The tensor's numbers on the host, from any device or graph; counted as a copy if they move."""
    if tensor.device == "cpu":
        return tensor.array
    copies["to_host"] += 1
    return library_of(tensor.array).to_host(tensor.array)


def restore(kind, array, device, requires_grad):
    """An unpickled tensor."""
    return kind(array_on(array, device), requires_grad)


class Shape(tuple):
    """A tuple of sizes, with PyTorch's numel(); its slices, sums and multiples are shapes, too."""

    __slots__ = ()

    def __repr__(self):
        return f"{Naming.library}.Size({list(self)})"

    def __getitem__(self, index):
        item = tuple.__getitem__(self, index)
        return Shape(item) if type(index) is slice else item

    def __add__(self, other):
        return Shape(tuple.__add__(self, other))

    def __radd__(self, other):
        return Shape((*other, *self))

    def __mul__(self, count):
        return Shape(tuple.__mul__(self, count))

    __rmul__ = __mul__

    def numel(self) -> int:
        count = 1
        for size in self:
            count *= size
        return count
