"""torch.cuda.amp: torch.amp for a GPU."""

from collections.abc import Callable
from typing import Any

from minigrad import amp
from minigrad.amp import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


class autocast(amp.autocast):
    """torch.amp.autocast("cuda", ...)."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True):
        super().__init__("cuda", dtype, enabled, cache_enabled)


def custom_fwd(function: Callable[..., Any] | None = None, **settings: Any) -> Any:
    """The forward of a Function itself; also as a decorator with arguments."""
    return (lambda inner: inner) if function is None else function


custom_bwd = custom_fwd
