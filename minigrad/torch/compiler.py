"""torch.compiler and torch._dynamo: without a compiler every function is already what it returns."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

config = SimpleNamespace(cache_size_limit=8, suppress_errors=False, optimize_ddp=False)


def allow_in_graph(function: Any) -> Any:
    return function


def disable(function: Any = None, recursive: bool = True, **settings: Any) -> Any:
    """The function itself; also as a decorator with arguments."""
    return (lambda inner: inner) if function is None else function


assume_constant_result = disable_nested_graph = substitute_in_graph = allow_in_graph


def is_compiling() -> bool:
    return False


is_dynamo_compiling = is_exporting = is_compiling


def reset() -> None:
    pass


graph_break = mark_step_begin = cudagraph_mark_step_begin = reset


def mark_dynamic(tensor: Any, index: Any, **settings: Any) -> None:
    pass


mark_static = maybe_mark_dynamic = mark_dynamic


def optimize(*settings: Any, **named: Any) -> Callable[[Any], Any]:
    return lambda function: function


def list_backends() -> list[str]:
    return []
