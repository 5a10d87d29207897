"""Names of torch itself that only its programs need: legacy types, layouts, and questions answered with no.

Types such as `FloatTensor` are PyTorch's oldest constructors. They make tensors of sizes or of data, and
isinstance() takes them as a question about the dtype.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad
from minigrad.autograd import Tensor
from minigrad.autograd.anomaly import set_detect_anomaly
from minigrad.backend.seam import Device
from minigrad.ops.questions import Storage, strided


class LegacyType(type):
    """The class of `FloatTensor` and the like."""

    dtype: np.dtype
    device: str

    def __call__(cls, *data: Any) -> Tensor:
        """A tensor of the sizes given, (2, 3), or of data: a list, an array or a tensor."""
        if len(data) == 1 and not isinstance(data[0], int):
            if isinstance(data[0], minigrad.Size):
                data = tuple(data[0])
            elif isinstance(data[0], Tensor):
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


def get_autocast_dtype(device_type: str) -> np.dtype:
    return minigrad.float32


get_autocast_gpu_dtype = get_autocast_cpu_dtype = lambda: minigrad.float32


layout = type(strided)
memory_format = type(minigrad.channels_last)
SymInt, SymFloat, SymBool = (type(name, (), {}) for name in ("SymInt", "SymFloat", "SymBool"))  # of a tracer
