"""What a type and a dtype are under the hook: `torch.float32`, and the class `torch.Tensor`.

minigrad has NumPy's dtypes, which print as float32. A `dtype` here holds one of them, is equal to it, and is
taken by NumPy and by minigrad in its place.
"""

from typing import Any

import numpy as np

import minigrad
from minigrad.autograd import Tensor as Array
from minigrad.autograd.arrays import BFLOAT16, Default, Naming
from minigrad.ops.questions import Storage

PLAIN = Array.__dict__["dtype"]      # the property that gives NumPy's dtype


class dtype:
    """A dtype of PyTorch. `numbers` is NumPy's; of each there is one object."""

    numbers: np.dtype
    known: dict[np.dtype, "dtype"] = {}

    def __init__(self, *arguments: Any):
        raise TypeError("torch.dtype: take one of torch.float32, torch.int64, torch.bool, ...")

    @property
    def dtype(self) -> np.dtype:        # NumPy asks for this name
        return self.numbers

    @property
    def is_floating_point(self) -> bool:
        return self.numbers.kind == "f"

    @property
    def is_complex(self) -> bool:
        return self.numbers.kind == "c"

    @property
    def is_signed(self) -> bool:
        return self.numbers.kind in "ifc"

    def to_complex(self) -> "Kind":
        return named(minigrad.autograd.arrays.complex_of(self.numbers))

    def to_real(self) -> "Kind":
        return named(minigrad.autograd.arrays.real_of(self.numbers))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.numbers, name)

    def __eq__(self, other: Any) -> bool:
        if other is None or isinstance(other, dtype):
            return self is other
        return bool(self.numbers == other)

    def __hash__(self) -> int:
        return hash(self.numbers)

    def __repr__(self) -> str:
        metadata: Any = self.numbers.metadata or {}
        name = metadata.get("name", str(self.numbers))
        return f"{Naming.library}.{name}"

    def __reduce__(self) -> Any:
        return (restored, ()) if self is bfloat16 else (named, (np.dtype(self.numbers.str),))

    def __copy__(self) -> "Kind":
        return self

    def __deepcopy__(self, memo: Any) -> "Kind":
        return self


Kind = dtype     # its name inside the class, where `dtype` is the property


def named(numbers: np.dtype) -> dtype:
    """The dtype of PyTorch for one of NumPy."""
    if numbers is BFLOAT16:
        return bfloat16
    if numbers not in dtype.known:
        dtype.known[numbers] = found = object.__new__(dtype)
        found.numbers = numbers
    return dtype.known[numbers]


bfloat16 = object.__new__(dtype)
bfloat16.numbers = BFLOAT16


def restored() -> dtype:
    """bfloat16, unpickled."""
    return bfloat16


class Foreign(dtype):
    """A dtype that minigrad does not have: programs may compare with it, and no tensor has it."""

    name: str

    @property
    def dtype(self) -> np.dtype:
        raise TypeError(f"{self}: minigrad does not have this dtype; it has float16, float32, float64, int8, "
                        "int16, int32, int64, uint8, bool, complex64 and complex128")

    is_floating_point = property(lambda self: "float" in self.name)
    is_complex = property(lambda self: "complex" in self.name)
    is_signed = property(lambda self: not self.name.startswith(("u", "qu")))
    itemsize = property(lambda self: next(
        n for n, bits in ((1, "8"), (2, "16"), (4, "32"), (8, "64"), (1, "")) if bits in self.name))

    def __eq__(self, other: Any) -> bool:
        return self is other

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"{Naming.library}.{self.name}"

    def __reduce__(self) -> Any:
        return foreign, (self.name,)


def foreign(name: str) -> Foreign:
    """The dtype of this name, which minigrad does not have."""
    if name not in FOREIGN:
        FOREIGN[name] = object.__new__(Foreign)
        FOREIGN[name].name = name
    return FOREIGN[name]


FOREIGN: dict[str, Foreign] = {}
Named = property(lambda x: named(x.array.dtype))


class finfo:
    """The limits of a floating-point dtype, as Python numbers."""

    EIGHT = {"float8_e4m3fn": (0.125, 448.0, 2.0 ** -6), "float8_e5m2": (0.25, 57344.0, 2.0 ** -14)}

    def __init__(self, type: Any = None):
        if isinstance(type, Foreign):
            if type.name not in self.EIGHT:
                raise TypeError(f"finfo: expected a floating-point dtype of minigrad, got {type}")
            self.bits, self.dtype, (self.eps, self.max, self.tiny) = 8, type.name, self.EIGHT[type.name]
            self.min, self.resolution = -self.max, 1.0
        else:
            numbers = Default.dtype if type is None else np.dtype(type)
            if numbers.kind not in "fc":
                raise TypeError(f"finfo: expected a floating-point dtype, got {type}; see iinfo")
            found = np.finfo(numbers)
            self.bits, self.dtype = found.bits, str(found.dtype)
            self.eps, self.max, self.min = float(found.eps), float(found.max), float(found.min)
            self.tiny, self.resolution = float(found.tiny), float(f"1e-{found.precision}")
        self.smallest_normal = self.tiny

    def __repr__(self) -> str:
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
                f"eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}, dtype={self.dtype})")


class iinfo:
    """The limits of an integer dtype."""

    def __init__(self, type: Any):
        name = type.name if isinstance(type, Foreign) else type
        found = np.iinfo(np.dtype(name))
        self.bits, self.min, self.max, self.dtype = found.bits, found.min, found.max, str(found.dtype)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


class TensorType(type):
    """The class of torch.Tensor, which every tensor is an instance of."""

    def __call__(cls, *data: Any, **settings: Any) -> Any:
        if cls is not Tensor and cls.__new__ is not Array.__new__:      # it makes the tensor itself
            made = cls.__new__(cls, *data, **settings)     # type: ignore[arg-type]
            if isinstance(made, cls) and cls.__init__ is not Array.__init__:
                made.__init__(*data, **settings)
            return made
        if cls is not Tensor:
            return super().__call__(*data, **settings)
        settings.pop("device", None)
        if data and isinstance(data[0], np.ndarray):        # PyTorch makes floats of the default dtype of it
            data = (data[0].astype(Default.dtype), *data[1:])
        return Array(*data, **settings)

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, Array) if cls is Tensor else super().__instancecheck__(other)

    def __subclasscheck__(cls, other: Any) -> bool:
        return issubclass(other, Array) if cls is Tensor else super().__subclasscheck__(other)

    def __eq__(cls, other: Any) -> bool:
        return other is cls or cls is Tensor and other is Array

    def __hash__(cls) -> int:
        return hash(Array) if cls is Tensor else type.__hash__(cls)

    def __setattr__(cls, name: str, value: Any) -> None:
        """What a program sets on torch.Tensor, all tensors have."""
        if cls is Tensor and not name.startswith("__"):
            setattr(Array, name, value)
        else:
            type.__setattr__(cls, name, value)


class Tensor(Array, metaclass=TensorType):
    """torch.Tensor. Calling it gives a tensor of minigrad: Tensor(2, 3), or Tensor(data) as floats."""

    __slots__ = ()


type.__setattr__(Tensor, "__module__", "torch")


def made(cls: Any, data: Any, requires_grad: bool = False, **settings: Any) -> Any:
    """A tensor of this class with the memory of `data`."""
    return turned(data.detach().requires_grad_(requires_grad), cls)


def turned(x: Any, cls: Any) -> Any:
    """x as a tensor of a subclass, with the same memory and graph."""
    if cls in (Tensor, Array):
        return x
    result = Array.__new__(cls)
    Array.__init__(result, x.array, x.requires_grad, x.node)
    return result


class TypedStorage(Storage):
    """The memory of a tensor, counted in elements."""

    @property
    def dtype(self) -> dtype:
        return named(self.array.dtype)

    def __len__(self) -> int:
        return self.array.size

    size = __len__

    def __getitem__(self, index: Any) -> Any:
        found = self.array.reshape(-1)[index]
        return found.tolist() if isinstance(index, slice) else found.item()

    def __iter__(self) -> Any:
        return iter(self.tolist())

    def tolist(self) -> list:
        return self.array.reshape(-1).tolist()

    def untyped(self) -> Storage:
        return Storage(self.array)

    def element_size(self) -> int:
        return self.array.itemsize


def kind(x: Any, dtype: Any = None, non_blocking: bool = False) -> Any:
    """x of another dtype or legacy type; without one, the name of its legacy type."""
    if isinstance(dtype, type) and (dtype is Tensor or issubclass(dtype, Array)):
        return x.to(Default.dtype)
    wanted = dtype.dtype if isinstance(getattr(dtype, "dtype", None), np.dtype) else dtype
    return PLAIN_TYPE(x, wanted, non_blocking)


PLAIN_TYPE = Array.__dict__["type"]


def coalesced(x: Any, *settings: Any, **named: Any) -> Any:
    """x itself, which is dense and has no index twice."""
    return x


def array_ufunc(x: Any, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
    """np.log(x) and the like: a tensor of NumPy's result. Raises TypeError for one that requires grad."""
    try:
        return PLAIN_UFUNC(x, ufunc, method, *inputs, **settings)
    except TypeError:
        arrays = [each.numpy() if isinstance(each, Array) else each for each in inputs]
        result = getattr(ufunc, method)(*arrays, **settings)
        return Array(np.asarray(result)) if isinstance(result, (np.ndarray, np.generic)) else result


PLAIN_UFUNC = Array.__dict__["__array_ufunc__"]

# What tensors have under the hook only.
METHODS: dict[str, Any] = {
    "dtype": Named, "__array_ufunc__": array_ufunc, "type": kind, "_make_subclass": classmethod(made),
    "_base": property(lambda x: x.alias[0] if type(x.alias) is tuple else None),
    "as_subclass": turned, "storage": lambda x: TypedStorage(x.array),
    "__div__": Array.__truediv__, "__idiv__": Array.__itruediv__,
    "is_coalesced": lambda x: True, "coalesce": coalesced,
    **{f"to_sparse{kind}": coalesced for kind in ("", "_coo", "_csr", "_csc")},
    "indices": lambda x: x.nonzero().T, "values": lambda x: x[tuple(x.nonzero().T)],
    "_indices": lambda x: x.nonzero().T, "_values": lambda x: x[tuple(x.nonzero().T)],
    "_nnz": lambda x: int((x != 0).sum()),
}
