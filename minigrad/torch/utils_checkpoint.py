"""torch.utils.checkpoint's further names."""

from collections.abc import Callable
from typing import Any

from minigrad import func
from minigrad.hints import warn


def checkpoint(function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None,
               preserve_rng_state: bool = True, **kwargs: Any) -> Any:
    """function(*args), recomputed in backward; both kinds, reentrant or not, give the same gradients."""
    if use_reentrant is None:
        warn("checkpoint: pass use_reentrant=False", FutureWarning)
    call = (lambda *inner: function(*inner, **kwargs)) if kwargs else function
    return func.checkpoint(call, *args, preserve_rng_state=preserve_rng_state)


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: bool | None = None,
                          **settings: Any) -> Any:
    """A Sequential in `segments` parts, each but the last recomputed in backward."""
    layers = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(layers) // segments

    def part(start, end):
        def run(x):
            for layer in layers[start:end]:
                x = layer(x)
            return x
        return run

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(part(start, start + size), input, use_reentrant=False)
    return part(size * (segments - 1), len(layers))(input)


def get_device_states(*args: Any) -> tuple[list, list]:
    """The numbers and states of the GPUs on which tensors in `args` lie: none."""
    return [], []


def set_device_states(devices: Any, states: Any, **settings: Any) -> None:
    pass
