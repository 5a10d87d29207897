"""The fake device: NumPy arrays with CuPy's behaviour, to run GPU code on a machine without a GPU.

It has only the names that CuPy has, never mixes with NumPy arrays, refuses np.asarray, and returns 0-d
arrays where NumPy returns scalars. It verifies that code uses only `xp`; it does not reproduce the
numerics or speed of a GPU.
"""

import json
from pathlib import Path

import numpy as np

from minigrad.backend.numpy import NumPy
from minigrad.backend.seam import Device, register

NAMES = json.loads((Path(__file__).parent / "cupy_names.json").read_text())
FAKE = Device("fake")
CONSTANTS = (np.dtype, type, int, float, bool, str, type(None))


class FakeArray:
    """A NumPy array that behaves like a cupy.ndarray. Its operators are added below."""

    __slots__ = ("_array", "__weakref__")
    __array_ufunc__ = None          # numpy_array + fake_array calls our __radd__, which refuses
    __hash__ = None     # type: ignore[assignment]  # an array is not hashable

    def __init__(self, array):
        self._array = array

    def __array__(self, *args, **kwargs):
        raise TypeError("implicit conversion to a NumPy array is not allowed; move the tensor "
                        "with .to('cpu')")

    def __getattr__(self, name):
        if name not in NAMES["ndarray"]:
            raise AttributeError(f"cupy.ndarray has no attribute {name!r}")
        value = getattr(self._array, name)
        return guarded(value) if callable(value) else wrap(value)

    def __getitem__(self, index):
        index = unwrap(index)
        y = self._array[index]
        if isinstance(y, np.generic):       # CuPy returns a view even of a single element
            y = self._array[(*index, ...) if isinstance(index, tuple) else (index, ...)]
        return wrap(y)

    def __setitem__(self, index, value):
        self._array[unwrap(index)] = unwrap(value)

    def __len__(self):
        return len(self._array)

    def __iter__(self):
        return map(wrap, self._array)

    def __repr__(self):
        return f"fake({self._array!r})"

    def __bool__(self):
        return bool(self._array)

    def __int__(self):
        return int(self._array)

    def __float__(self):
        return float(self._array)

    def __index__(self):
        return self._array.__index__()

    def get(self):
        return self._array.copy()

    @property
    def base(self):
        """The NumPy array that owns the memory, never None: a FakeArray only wraps an array."""
        return self._array if self._array.base is None else self._array.base


def wrap(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return FakeArray(np.asarray(value))
    if isinstance(value, (tuple, list)) and any(isinstance(v, (np.ndarray, np.generic)) for v in value):
        return [wrap(each) for each in value] if isinstance(value, list) else tuple(map(wrap, value))
    return value


def unwrap(value):
    if isinstance(value, FakeArray):
        return value._array
    if isinstance(value, np.ndarray):
        raise TypeError("unsupported type numpy.ndarray: a device array cannot mix with a NumPy array")
    if isinstance(value, (tuple, list)):
        return type(value)(map(unwrap, value))
    return value


def guarded(function):
    """Make a function of NumPy arrays work on fake arrays."""
    def call(*args, **kwargs):
        return wrap(function(*map(unwrap, args), **{k: unwrap(v) for k, v in kwargs.items()}))
    return call


def operator(name):
    method = getattr(np.ndarray, name)

    def call(self, *args):
        if any(hasattr(arg, "__array_ufunc__") and not isinstance(arg, KNOWN) for arg in args):
            return NotImplemented       # a Tensor: Python calls its reflected operator
        result = method(self._array, *map(unwrap, args))
        return self if result is self._array else wrap(result)
    call.__name__ = name
    return call


KNOWN = (FakeArray, np.ndarray, np.generic)
ARITHMETIC = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
OPERATORS = [f"__{prefix}{name}__" for name in ARITHMETIC for prefix in ("", "r", "i")]
OPERATORS += ["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__neg__", "__pos__", "__abs__",
              "__invert__", "__divmod__", "__complex__"]
for _name in OPERATORS:
    if _name in NAMES["ndarray"]:
        setattr(FakeArray, _name, operator(_name))


class FakeModule:
    """NumPy, limited to the names CuPy has: fake.sum, fake.lib.stride_tricks.as_strided, ..."""

    def __init__(self, module, names=None):
        self._module = module
        self._names = names

    def __getattr__(self, name):
        if self._names is not None and name not in self._names:
            raise AttributeError(f"cupy has no attribute {name!r}")
        value = getattr(self._module, name)
        if isinstance(value, type(np)):
            value = FakeModule(value)
        elif callable(value) and not isinstance(value, CONSTANTS):
            value = guarded(value)
        setattr(self, name, value)
        return value


class FakeGenerator:
    """The methods that CuPy's Generator shares with NumPy's."""

    def __init__(self, seed):
        self.host = np.random.default_rng(seed)

    def random(self, size=None, dtype=np.float64):
        return wrap(self.host.random(size, dtype))

    def standard_normal(self, size=None, dtype=np.float64):
        return wrap(self.host.standard_normal(size, dtype))

    def bernoulli(self, p, size=None):
        return self.random(size, np.float32) < p


class Fake(NumPy):
    array_type = FakeArray
    module = FakeModule(np, set(NAMES["top"]))
    device = "fake"

    def device_of(self, array):
        return FAKE

    def from_host(self, array, index=None):
        return FakeArray(array)

    def to_host(self, array):
        return array.get()

    def address(self, array):
        return super().address(unwrap(array))

    def generator(self, seed):
        return FakeGenerator(seed)

    def generator_state(self, generator):
        return generator.host.bit_generator.state

    def set_generator_state(self, generator, state):
        generator.host.bit_generator.state = state

    def scatter_add(self, array, index, values):
        super().scatter_add(unwrap(array), unwrap(index), unwrap(values))

    def erf(self, x):
        return wrap(super().erf(unwrap(x)))

    def erfc(self, x):
        return wrap(super().erfc(unwrap(x)))


register(Fake())
