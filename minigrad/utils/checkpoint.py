"""torch.utils.checkpoint's name for func.checkpoint, with its argument use_reentrant=."""

from collections.abc import Callable
from typing import Any

from minigrad import func
from minigrad.autograd.errors import composed


@composed
def checkpoint(function: Callable[..., Any], *args: Any, use_reentrant: bool = False,
               preserve_rng_state: bool = True) -> Any:
    """function(*args), recomputed in backward instead of kept in memory; see minigrad.func.checkpoint."""
    if use_reentrant:
        raise ValueError("checkpoint: use_reentrant=True is not supported; pass use_reentrant=False")
    return func.checkpoint(function, *args, preserve_rng_state=preserve_rng_state)
