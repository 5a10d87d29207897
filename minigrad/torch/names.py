"""Names of torch itself that only its programs need: legacy types, layouts, and questions answered with no.

Types such as `FloatTensor` are PyTorch's oldest constructors. They make tensors of sizes or of data, and
isinstance() takes them as a question about the dtype.
"""

import importlib
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad
from minigrad.autograd import Tensor as _Tensor
from minigrad.autograd.anomaly import set_detect_anomaly
from minigrad.backend import host_generator
from minigrad.backend.seam import Device
from minigrad.files import replacing
from minigrad.hints import warn
from minigrad.ops.places.layouts import strided
from minigrad.ops.questions import Storage
from minigrad.torch import kinds
from minigrad.torch.absent import absent
from minigrad.torch.kinds import (
    Tensor as Tensor,
    TypedStorage,
    dtype as dtype,
    finfo as finfo,
    iinfo as iinfo,
)


class LegacyType(type):
    """The class of `FloatTensor` and the like."""

    dtype: np.dtype
    device: str

    def __call__(cls, *data: Any) -> _Tensor:
        """A tensor of the sizes given, (2, 3), or of data: a list, an array or a tensor."""
        if len(data) == 1 and not isinstance(data[0], int):
            if isinstance(data[0], minigrad.Size):
                data = tuple(data[0])
            elif isinstance(data[0], _Tensor):
                if data[0].dtype != cls.dtype:
                    raise TypeError(f"{cls.__name__}: expected a tensor of {cls.dtype}, got {data[0].dtype}; "
                                    f"convert it with .to({cls.dtype})")
                return data[0].detach()
            else:
                values = np.asarray(data[0]) if isinstance(data[0], np.ndarray) else data[0]
                return minigrad.tensor(values, device=cls.device).to(cls.dtype)
        return minigrad.empty(*data or (0,), dtype=cls.dtype, device=cls.device)

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, Tensor) and other.dtype == cls.dtype and other.device.type == cls.device

    def __repr__(cls) -> str:
        return f"<class 'torch.{'cuda.' * (cls.device == 'cuda')}{cls.__name__}'>"


def legacy_types(device: str) -> dict[str, LegacyType]:
    """FloatTensor, LongTensor, ... on this device."""
    dtypes = dict(Float=minigrad.float32, Double=minigrad.float64, Half=minigrad.float16, Long=minigrad.int64,
                  Int=minigrad.int32, Short=minigrad.int16, Char=minigrad.int8, Byte=minigrad.uint8,
                  Bool=minigrad.bool)
    return {f"{kind}Tensor": LegacyType(f"{kind}Tensor", (), dict(dtype=dtype, device=device))
            for kind, dtype in dtypes.items()}


globals().update(legacy_types("cpu"))     # FloatTensor, LongTensor, ...


def set_default_tensor_type(kind: Any) -> None:
    """The dtype of new floating-point tensors, by legacy type or its name: 'torch.DoubleTensor'."""
    if isinstance(kind, str):
        kind = globals()[kind.rpartition(".")[2]]
    minigrad.set_default_dtype(kind.dtype)


def set_default_device(device: Any) -> None:
    """Where new tensors go, in PyTorch. Raises NotImplementedError for any device but the CPU."""
    if device is not None and minigrad.device(device).type != "cpu":
        raise NotImplementedError("set_default_device: only the CPU; pass device= to the functions that make "
                                  "tensors, or move them with .to(device)")


def get_default_device() -> Device:
    return minigrad.device("cpu")


def typename(obj: Any) -> str:
    """The full name of the type of `obj`; of a tensor, its legacy type."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def is_storage(obj: Any) -> bool:
    """Is obj the memory of a tensor?"""
    return isinstance(obj, Storage)


def _assert(condition: Any, message: str) -> None:
    """An assertion that also a traced graph has, in PyTorch."""
    assert condition, message


def _check(condition: Any, message: Callable[[], str] | str | None = None) -> None:
    """Raise RuntimeError if `condition` is False."""
    if not condition:
        raise RuntimeError(message() if callable(message) else message or "Expected cond to be True")


def is_autocast_enabled(device_type: str | None = None) -> bool:
    return False


def is_autocast_cpu_enabled() -> bool:
    return False


def is_anomaly_enabled() -> bool:
    return set_detect_anomaly.running is not None


def is_inference_mode_enabled() -> bool:
    return False


def are_deterministic_algorithms_enabled() -> bool:
    return True


def get_float32_matmul_precision() -> str:
    return "highest"


def compile(model: Any = None, **settings: Any) -> Any:
    """`model` itself, or as a decorator the function itself: there is no compiler here."""
    return (lambda function: function) if model is None else model


def vmap(func: Callable[..., Any], *settings: Any, **named: Any) -> Callable[..., Any]:
    return minigrad.func.vmap(func, *settings, **named)


def get_default_dtype() -> dtype:
    return kinds.named(minigrad.get_default_dtype())


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of a sum of these two tensors or numbers."""
    return kinds.named(np.dtype(minigrad.result_type(tensor1, tensor2)))


def promote_types(type1: Any, type2: Any) -> dtype:
    """The smallest dtype that holds both."""
    return kinds.named(np.dtype(minigrad.promote_types(type1, type2)))


def get_autocast_dtype(device_type: str) -> dtype:
    return kinds.named(minigrad.float32)


def get_autocast_gpu_dtype() -> dtype:
    return kinds.named(minigrad.float32)


get_autocast_cpu_dtype = get_autocast_gpu_dtype


class OtherLayout(type(strided)):       # type: ignore[misc]
    """A layout that no tensor has."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


layout = type(strided)
globals().update({name: OtherLayout(name) for name in (
    "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged", "_mkldnn")})
globals().update({name: kinds.foreign(name) for name in """
    uint16 uint32 uint64 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu
    float4_e2m1fn_x2 complex32 quint8 qint8 qint32 quint4x2 quint2x4 int1 int2 int4 uint1 uint2 uint3 uint4
    uint5 uint6 uint7 bits8 bits16""".split()})
chalf = kinds.foreign("complex32")
per_tensor_affine, per_tensor_symmetric, per_channel_affine, per_channel_symmetric = (
    OtherLayout(name) for name in ("per_tensor_affine", "per_tensor_symmetric", "per_channel_affine",
                                   "per_channel_symmetric"))
legacy_contiguous_format = minigrad.contiguous_format
has_cuda = has_mps = has_mkldnn = False
memory_format = type(minigrad.channels_last)
SymInt, SymFloat, SymBool = (type(name, (), {}) for name in ("SymInt", "SymFloat", "SymBool"))  # of a tracer


# Sparse tensors: here all are dense


class Dense:
    """Whether the program has been told that its sparse tensors are dense."""

    told = False


def dense(x: Any, name: str) -> Any:
    """x, with one warning that it is dense."""
    if not Dense.told:
        Dense.told = True
        warn(f"{name}: all tensors are dense here, also those that the program wants sparse: the same "
             "numbers, with the zeros in memory")
    return x


def sparse_coo_tensor(indices: Any, values: Any = None, size: Any = None, *, dtype: Any = None,
                      device: Any = None, requires_grad: bool = False, **settings: Any) -> _Tensor:
    """The dense tensor with `values` at `indices` (axes, numbers): added up where they repeat, else 0."""
    if values is None:
        return dense(minigrad.zeros(*indices, dtype=dtype, device=device), "sparse_coo_tensor")
    indices = minigrad.as_tensor(indices).long()
    values = minigrad.as_tensor(values, dtype=dtype, device=device)
    if size is None:
        size = (*[int(row.max()) + 1 for row in indices], *values.shape[1:])
    zeros = minigrad.zeros(tuple(size), dtype=values.dtype, device=values.device)
    x = zeros.index_put(tuple(indices), values, accumulate=True)
    return dense(x.detach().requires_grad_() if requires_grad else x, "sparse_coo_tensor")


def sparse_csr_tensor(crow_indices: Any, col_indices: Any, values: Any, size: Any = None,
                      **settings: Any) -> _Tensor:
    """The dense matrix whose row i has the values from crow_indices[i] on, in the columns col_indices."""
    crow = minigrad.as_tensor(crow_indices).long()
    rows = minigrad.repeat_interleave(minigrad.arange(len(crow) - 1), crow[1:] - crow[:-1])
    columns = minigrad.as_tensor(col_indices).long()
    size = size or (len(crow) - 1, int(columns.max()) + 1)
    return sparse_coo_tensor(minigrad.stack([rows, columns]), values, size, **settings)


def sparse_csc_tensor(ccol_indices: Any, row_indices: Any, values: Any, size: Any = None,
                      **settings: Any) -> _Tensor:
    """The dense matrix whose column i has the values from ccol_indices[i] on, in the rows row_indices."""
    turned = None if size is None else (size[1], size[0])
    return sparse_csr_tensor(ccol_indices, row_indices, values, turned, **settings).T


# Files


WHOLE = b"minigrad objects\n"       # begins a file with more than tensors and plain containers


def save(obj: Any, f: Any, pickle_module: Any = None, pickle_protocol: int = 2,
         _use_new_zipfile_serialization: bool = True) -> None:
    """Write `obj` into a file: as PyTorch does, if it is made of tensors, numbers, texts and containers.

    With anything else in it, such as a whole module, the file is minigrad's own, which PyTorch cannot read.
    """
    try:
        minigrad.save(obj, f)
    except TypeError:
        if isinstance(obj, (str, bytes)) or hasattr(f, "state_dict"):
            raise
        content = WHOLE + pickle.dumps(obj)
        if hasattr(f, "write"):
            f.write(content)
        else:
            with replacing(f) as file:
                file.write(content)


def load(f: Any, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool | None = None,
         mmap: bool | None = None, **pickle_load_args: Any) -> Any:
    """What a file of `save` or of PyTorch holds. weights_only=False also reads whole modules of `save`.

    Such a file can run any code: load only what you trust. Raises UnpicklingError for one without
    weights_only=False.
    """
    if hasattr(f, "read"):
        start = f.tell()
        head = f.read(len(WHOLE))
        f.seek(start + (len(WHOLE) if head == WHOLE else 0))
    else:
        with open(f, "rb") as file:
            head = file.read(len(WHOLE))
    if head != WHOLE:
        return minigrad.load(f, None if callable(map_location) else map_location)
    if weights_only is not False:
        raise pickle.UnpicklingError("torch.load: the file holds more than weights, such as a whole module, "
                                     "and could run code; pass weights_only=False if you trust it")
    if hasattr(f, "read"):
        return pickle.load(f)
    with open(f, "rb") as file:
        file.seek(len(WHOLE))
        return pickle.load(file)


mm, addmm = minigrad.mm, minigrad.addmm
spmm = dsmm = hsmm = smm = mm


# Many tensors at once


def each_of(name: str) -> Callable[..., Any]:
    """_foreach_add_ and the like: a method of each tensor in a list, with numbers or lists as arguments."""
    def call(tensors: Any, *arguments: Any, **named: Any) -> Any:
        count = len(tensors)
        columns = [list(a) if isinstance(a, (list, tuple)) else [a] * count for a in arguments]
        if name in ("addcdiv", "addcmul", "addcdiv_", "addcmul_") and len(columns) == 3:
            named["value"] = columns.pop()
        named = {key: list(a) if isinstance(a, (list, tuple)) else [a] * count for key, a in named.items()}
        function = ELSEWHERE.get(name) or (lambda x, *rest, **more: getattr(x, name)(*rest, **more))
        results = [function(x, *[column[i] for column in columns], **{key: a[i] for key, a in named.items()})
                   for i, x in enumerate(tensors)]
        return None if name.endswith("_") else tuple(results)
    return call


ELSEWHERE: dict[str, Callable[..., Any]] = {
    "norm": lambda x, ord=2, dtype=None: minigrad.linalg.vector_norm(x, ord, dtype=dtype),
    "copy_": lambda x, other, non_blocking=False: x.copy_(other), "zero_": lambda x: x.zero_(),
    "max": lambda x: x.max(),
    "maximum_": lambda x, y: x.clamp_(min=y), "minimum_": lambda x, y: x.clamp_(max=y),
    "maximum": lambda x, y: x.clamp(min=y), "minimum": lambda x, y: x.clamp(max=y)}


def __getattr__(name: str) -> Any:
    if name == "default_generator":
        return host_generator()
    if name.startswith("_foreach_"):
        return each_of(name[9:])
    raise AttributeError(f"torch has no {name!r}")


# Further questions and older names


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    return False


def get_deterministic_debug_mode() -> int:
    return 0


def set_deterministic_debug_mode(debug_mode: Any) -> None:
    pass


def _assert_async(condition: Any, message: str = "") -> None:
    assert bool(condition), message


def _check_with(error: Any, condition: Any, message: Any = None) -> None:
    """Raise `error` if `condition` is False."""
    if not condition:
        raise error(message() if callable(message) else message or "Expected cond to be True")


def _check_index(condition: Any, message: Any = None) -> None:
    _check_with(IndexError, condition, message)


def _check_value(condition: Any, message: Any = None) -> None:
    _check_with(ValueError, condition, message)


def _check_type(condition: Any, message: Any = None) -> None:
    _check_with(TypeError, condition, message)


def _shape_as_tensor(x: _Tensor) -> _Tensor:
    return minigrad.tensor(list(x.shape))


def sym_not(a: Any) -> bool:
    return not a


def sym_ite(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


def get_device_module(device: Any = None) -> Any:
    """torch.cuda or torch.cpu."""
    kind = minigrad.device(device or "cpu").type
    return importlib.import_module(f"torch.{kind}")


sym_int, sym_float, sym_max, sym_min, sym_sum = int, float, max, min, sum
OutOfMemoryError = AcceleratorError = type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch"})
DeviceObjType = minigrad.device
PyTorchFileReader, PyTorchFileWriter, Future = (
    absent(f"torch.{name}", "use torch.load and torch.save") for name in (
        "PyTorchFileReader", "PyTorchFileWriter", "Future"))
UntypedStorage = StorageBase = Storage
ByteStorage = FloatStorage = LongStorage = DoubleStorage = TypedStorage
HalfStorage = IntStorage = BoolStorage = TypedStorage
ScriptModule = ScriptFunction = minigrad.nn.Module
