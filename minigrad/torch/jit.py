"""torch.jit: every function and module runs as it is, in Python."""

import builtins
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, Final as Final, TypeVar, get_origin

from minigrad.nn import Module

ScriptModule = RecursiveScriptModule = ScriptFunction = Module

T = TypeVar("T")


def script(obj: T, *settings: Any, **named: Any) -> T:
    """The function, class or module itself; also as a decorator."""
    return obj


trace = trace_module = freeze = optimize_for_inference = script_if_tracing = script_method = script
export = unused = interface = script


class TracerWarning(Warning):
    """Of a tracer: never given."""


def Attribute(value: T, kind: Any = None) -> T:
    return value


def ignore(drop: Any = False, **settings: Any) -> Any:
    """A decorator, with or without arguments, that returns the function itself."""
    return drop if callable(drop) else lambda function: function


def annotate(kind: Any, value: T) -> T:
    return value


def is_scripting() -> bool:
    return False


is_tracing = is_scripting


@contextmanager
def optimized_execution(optimize: bool):
    yield


fuser = optimized_execution
_script_if_tracing = _overload = _overload_method = script


def isinstance(obj: Any, kind: Any) -> bool:      # noqa: A001
    """Is obj of this kind, such as list[int]? Only the container is looked at."""
    return builtins.isinstance(obj, get_origin(kind) or kind)


def save(*arguments: Any, **named: Any) -> None:
    """Raises NotImplementedError: a program cannot be saved, its weights can."""
    raise NotImplementedError("torch.jit.save: there is no compiled program; save the weights with "
                              "torch.save(model.state_dict(), path)")


def load(*arguments: Any, **named: Any) -> Callable[..., Any]:
    """Raises NotImplementedError: TorchScript files hold PyTorch's own program."""
    raise NotImplementedError("torch.jit.load: a TorchScript file holds a program for PyTorch; build the "
                              "model, then load its state_dict with torch.load")
