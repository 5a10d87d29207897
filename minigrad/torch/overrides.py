"""torch.overrides: classes that take over torch's functions. There are none here."""

from typing import Any


def has_torch_function(arguments: Any) -> bool:
    return False


has_torch_function_unary = has_torch_function


def has_torch_function_variadic(*arguments: Any) -> bool:
    return False


def is_tensor_like(obj: Any) -> bool:
    from minigrad.autograd import Tensor
    return isinstance(obj, Tensor)


class TorchFunctionMode:
    """A block in which a program sees all calls of torch's functions: here it sees none."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function(*args, **(kwargs or {}))

    def __enter__(self) -> "TorchFunctionMode":
        return self

    def __exit__(self, *error: Any) -> None:
        pass


BaseTorchFunctionMode = TorchFunctionMode


def get_overridable_functions() -> dict:
    return {}


def get_ignored_functions() -> set:
    return set()


def resolve_name(function: Any) -> str:
    return getattr(function, "__name__", str(function))


def wrap_torch_function(dispatcher: Any) -> Any:
    return lambda function: function


def handle_torch_function(function: Any, relevant: Any, *arguments: Any, **named: Any) -> Any:
    return function(*arguments, **named)
