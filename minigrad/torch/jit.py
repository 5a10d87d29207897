"""torch.jit: every function and module runs as it is, in Python."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from minigrad.nn import Module as ScriptModule

Any_ = TypeVar("Any_")
Attribute = lambda value, kind=None: value      # noqa: E731

__all__ = ["Attribute", "Final", "ScriptModule", "annotate", "export", "freeze", "ignore", "interface", "is_scripting",
           "is_tracing", "isinstance", "optimized_execution", "script", "script_if_tracing", "script_method", "trace",
           "trace_module", "unused"]


def script(obj: Any_, *settings: Any, **named: Any) -> Any_:
    """The function, class or module itself; also as a decorator."""
    return obj


trace = trace_module = freeze = optimize_for_inference = script_if_tracing = script_method = script
export = unused = interface = script


def ignore(drop: Any = False, **settings: Any) -> Any:
    """A decorator, with or without arguments, that returns the function itself."""
    return drop if callable(drop) else lambda function: function


def annotate(kind: Any, value: Any_) -> Any_:
    return value


def is_scripting() -> bool:
    return False


is_tracing = is_scripting


def isinstance(obj: Any, kind: Any) -> bool:
    return __builtins__["isinstance"](obj, kind)


@contextmanager
def optimized_execution(optimize: bool):
    yield


fuser = optimized_execution


def save(*arguments: Any, **named: Any) -> None:
    """Raises NotImplementedError: a program cannot be saved, its weights can."""
    raise NotImplementedError("torch.jit.save: there is no compiled program; save the weights with "
                              "torch.save(model.state_dict(), path)")


def load(*arguments: Any, **named: Any) -> Callable[..., Any]:
    """Raises NotImplementedError: TorchScript files hold PyTorch's own program."""
    raise NotImplementedError("torch.jit.load: a TorchScript file holds a program for PyTorch; build the model, "
                              "then load its state_dict with torch.load")
