"""torch.library: ops registered with PyTorch's dispatcher. A function registered here is itself."""

from typing import Any


def custom_op(name: Any, function: Any = None, **settings: Any) -> Any:
    return (lambda inner: inner) if function is None else function


def register_fake(*settings: Any, **named: Any) -> Any:
    return lambda function: function


impl = register_kernel = impl_abstract = register_autograd = register_fake


def define(*settings: Any, **named: Any) -> None:
    pass
