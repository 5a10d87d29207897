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


def handle_torch_function(function: Any, relevant: Any, *arguments: Any, **named: Any) -> Any:
    return function(*arguments, **named)
