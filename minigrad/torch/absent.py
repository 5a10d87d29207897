"""Addresses of PyTorch with no meaning here: programs may import their names, but not use them.

Each name is a class without instances, so that `isinstance(x, DTensor)` is False and a class may inherit from
it. Calling it raises NotImplementedError, which says what there is instead.
"""

from types import FunctionType, ModuleType
from typing import Any

SEVERAL = "this is one process; minigrad.parallel.Team trains on several"
TRACER = "there is no tracer: functions and modules run as they are, in Python"
COMPILER = "there is no compiler: functions and modules run as they are"
NUMBERS = "there are no quantized numbers; float16 saves memory"
ADDRESSES = {
    "distributed": SEVERAL, "nn.parallel.distributed": SEVERAL, "futures": SEVERAL,
    "fx": TRACER, "_subclasses": TRACER, "_guards": TRACER, "_functorch": TRACER, "_decomp": TRACER,
    "_prims": TRACER, "_prims_common": TRACER, "_higher_order_ops": TRACER, "utils._python_dispatch": TRACER,
    "utils._sympy": TRACER, "utils.flop_counter": "minigrad.profile() counts the operations",
    "utils.benchmark": "use timeit", "utils.bottleneck": "use minigrad.profile()",
    "_dynamo": COMPILER, "_inductor": COMPILER, "utils.cpp_extension": "code in C++ cannot be loaded",
    "utils.mobile_optimizer": COMPILER, "_custom_ops": COMPILER,
    "export": "there is no exporter; torch.save(model.state_dict(), path) writes the weights",
    "_export": "there is no exporter; torch.save(model.state_dict(), path) writes the weights",
    "onnx": "there is no exporter; load the weights in PyTorch, which has one",
    "package": "there are no packages of code; torch.save(model.state_dict(), path) writes the weights",
    "ao": NUMBERS, "quantization": NUMBERS, "nn.quantized": NUMBERS, "nn.qat": NUMBERS,
    "nn.intrinsic": NUMBERS, "nn.quantizable": NUMBERS, "backends.quantized": NUMBERS,
    "nested": "pad the sequences to one length and mask the padding",
    "jit": "there is no compiled program: functions and modules run as they are",
    "classes": "code in C++ cannot be loaded", "numa": SEVERAL,
    "mtia": "the devices are cpu and, with CuPy, cuda",
    "utils.data.datapipes": "use a Dataset or an IterableDataset",
    "utils.data.graph": "use a Dataset or an IterableDataset",
    "utils.data.graph_settings": "use a Dataset or an IterableDataset",
    "utils.data._utils.worker": "a DataLoader has threads, not processes",
    "quasirandom": "there is no Sobol sequence; use torch.rand",
    "autograd.forward_ad": "use torch.func.jvp, which goes forward and back",
    "_C._functorch": TRACER, "_C._distributed_rpc": SEVERAL, "_C._distributed_c10d": SEVERAL, "_ops": TRACER,
    "_library": COMPILER, "sparse.semi_structured": "all tensors are dense",
    "autograd.profiler_legacy": "use minigrad.profile()", "cuda.nvtx": "use minigrad.profile()",
    "cuda.profiler": "use minigrad.profile()",
}


def reason(address: str) -> str | None:
    """Why this address, or one above it, has no meaning here; None if it has."""
    while address:
        if address in ADDRESSES:
            return ADDRESSES[address]
        address = address.rpartition(".")[0]
    return None


class Absent(type):
    """The class of names that may be imported, but not used."""

    full: str
    why: str

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        if cls.__name__[0] == "_" and len(arguments) == 1 and isinstance(arguments[0], FunctionType):
            return arguments[0]             # a private decorator
        raise NotImplementedError(f"{cls.full}: {cls.why}")

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return absent(f"{cls.full}.{name}", cls.why)

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __repr__(cls) -> str:
        return f"<{cls.full}, which minigrad does not have>"


def absent(full: str, why: str) -> Absent:
    """The name `full`, which minigrad does not have."""
    return Absent(full.rpartition(".")[2], (), {"full": full, "why": why})


class AbsentModule(ModuleType):
    """A module all of whose names are absent."""

    def __init__(self, name: str, why: str):
        super().__init__(name, f"{name}: {why}")
        self._why = why

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return absent(f"{self.__name__}.{name}", self._why)
