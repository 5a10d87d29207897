"""torch.library: ops that a program registers. A function registered here is the op."""

import inspect
from collections.abc import Callable
from typing import Any

from minigrad.autograd import Function

OPS: dict[str, dict[str, Any]] = {}     # those of torch.ops: namespace, name
HERE = {"", "cpu", "default", "CPU", "CompositeImplicitAutograd", "CompositeExplicitAutograd"}


class CustomOp:
    """An op that a program defined. Its gradient is its function's, or what `register_autograd` gave."""

    def __init__(self, name: str, function: Callable[..., Any]):
        self._qualname, self.function, self.apply = name, function, function
        self.signature = inspect.signature(function)
        space, _, short = name.partition("::")
        OPS.setdefault(space, {})[short.partition(".")[0]] = self

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        given = self.signature.bind(*arguments, **named)
        given.apply_defaults()
        return self.apply(*given.args, **given.kwargs)

    @property
    def default(self) -> "CustomOp":
        return self

    def register_fake(self, function: Any = None, **settings: Any) -> Any:
        """Shapes without numbers: not needed, as every op computes at once."""
        return (lambda inner: inner) if function is None else function

    register_vmap = register_torch_dispatch = register_fake

    def register_kernel(self, devices: Any, function: Any = None) -> Any:
        """Another version for a device; the CPU's is used from here on."""
        def take(inner):
            if devices is None or "cpu" in devices:
                self.function = self.apply = inner
            return inner
        return take if function is None else take(function)

    def register_autograd(self, backward: Any, *, setup_context: Any = None) -> None:
        """backward(ctx, *gradients) computes the gradients of the arguments."""
        function = self.function

        class Registered(Function):
            @staticmethod
            def forward(ctx, *arguments):
                output = function(*arguments)
                if setup_context is not None:
                    setup_context(ctx, arguments, output)
                return output

        Registered.backward = staticmethod(backward)      # type: ignore[method-assign]
        self.apply = Registered.apply


def custom_op(name: str, function: Any = None, *, mutates_args: Any = (), **settings: Any) -> Any:
    """The op `name`, such as "mine::double", of a function; also as a decorator."""
    return (lambda inner: CustomOp(name, inner)) if function is None else CustomOp(name, function)


triton_op = custom_op


def op_of(name: Any) -> Any:
    """The op of this name or object; None if there is none."""
    space, _, short = str(name).partition("::")
    return name if isinstance(name, CustomOp) else OPS.get(space, {}).get(short.partition(".")[0])


def register_fake(name: Any, function: Any = None, **settings: Any) -> Any:
    return (lambda inner: inner) if function is None else function


impl_abstract = register_vmap = register_torch_dispatch = register_fake


def register_autograd(name: Any, backward: Any, *, setup_context: Any = None, **settings: Any) -> None:
    """backward(ctx, *gradients) computes the gradients of the op's arguments."""
    op = op_of(name)
    if op is not None:
        op.register_autograd(backward, setup_context=setup_context)


def register_kernel(name: Any, devices: Any, function: Any = None, **settings: Any) -> Any:
    """Another version of the op for a device."""
    op = op_of(name)
    if op is not None:
        return op.register_kernel(devices, function)
    return (lambda inner: inner) if function is None else function


def impl(name: Any, kinds: Any = None, function: Any = None, **settings: Any) -> Any:
    """The function of an op that define() named."""
    def take(inner):
        if kinds is None or HERE & set(kinds if isinstance(kinds, tuple) else [kinds]):
            CustomOp(str(name), inner)
        return inner
    return take if function is None else take(function)


def define(name: Any, *settings: Any, **named: Any) -> Any:
    """Names an op; impl() gives it a function."""
    return lambda function: function


class Library:
    """A namespace of ops."""

    def __init__(self, ns: str, kind: str = "", dispatch_key: str = ""):
        self.ns = ns

    def define(self, schema: str, *settings: Any, **named: Any) -> str:
        return schema.partition("(")[0]

    def impl(self, name: Any, function: Any, *settings: Any, **named: Any) -> None:
        """The function of an op; a version for the CPU or for all devices is used."""
        kind = named.get("dispatch_key", settings[0] if settings else "")
        if kind in HERE:
            CustomOp(f"{self.ns}::{name}" if "::" not in str(name) else str(name), function)

    def fallback(self, *settings: Any, **named: Any) -> None:
        pass


def infer_schema(function: Any, *settings: Any, **named: Any) -> str:
    return str(inspect.signature(function))


def opcheck(*settings: Any, **named: Any) -> dict:
    return {}


def wrap_triton(kernel: Any) -> Any:
    return kernel
