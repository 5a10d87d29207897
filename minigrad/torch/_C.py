"""torch._C: what programs ask PyTorch's C++ part. All answers are "no" or "nothing"."""

from typing import Any

import minigrad


def _get_tracing_state() -> None:
    return None


def _log_api_usage_once(event: str) -> None:
    pass


def _functorch_dispatch_enabled() -> bool:
    return False


def _disabled_torch_function_impl(function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
    return function(*arguments, **(named or {}))


def _jit_set_profiling_executor(*settings: Any) -> None:
    pass


_jit_set_profiling_mode = _jit_override_can_fuse_on_cpu = _jit_set_profiling_executor
_jit_override_can_fuse_on_gpu = _jit_set_profiling_executor
_jit_set_texpr_fuser_enabled = _jit_set_nvfuser_enabled = _set_print_stack_traces_on_fatal_signal = \
    _jit_set_profiling_executor


def _is_tracing() -> bool:
    return False


_are_functorch_transforms_active = _is_torch_function_mode_enabled = _get_cudnn_enabled = _is_tracing


def _get_default_device() -> str:
    return "cpu"


def _get_privateuse1_backend_name() -> str:
    return "privateuseone"


class DispatchKeySet:
    """A set of the dispatcher's keys, which minigrad does not have."""

    def __init__(self, *keys: Any):
        pass

    def __or__(self, other: Any) -> "DispatchKeySet":
        return self


class DispatchKey:
    """One of the dispatcher's keys."""

    AutocastCPU = AutocastCUDA = AutocastXPU = AutocastMPS = Autograd = CPU = CUDA = Meta = Undefined = None


class _ExcludeDispatchKeyGuard(DispatchKeySet):
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class DisableTorchFunctionSubclass(_ExcludeDispatchKeyGuard):
    """Without torch functions of subclasses: there are none."""


DisableTorchFunction = DisableTorchFunctionSubclass
_TensorMeta = type
Generator = minigrad.Generator


class Graph:
    """A traced program: there are none."""


class Node(Graph):
    """A step of one."""


class Value(Graph):
    """A value in one."""


ScriptModule = ScriptFunction = ScriptObject = Graph
