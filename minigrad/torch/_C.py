"""torch._C: what programs ask PyTorch's C++ part. All answers are "no" or "nothing"."""

from typing import Any


def _get_tracing_state() -> None:
    return None


def _log_api_usage_once(event: str) -> None:
    pass


def _functorch_dispatch_enabled() -> bool:
    return False


def _disabled_torch_function_impl(function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
    return function(*arguments, **(named or {}))
