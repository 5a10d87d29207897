"""torch.random: the generator of all random functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from minigrad import get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from minigrad.backend import random_state, set_random_state

__all__ = ["fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state",
           "thread_safe_generator"]
default_generator = None


def thread_safe_generator() -> None:
    """The generator of the worker of a DataLoader; None, the one of all functions, elsewhere."""


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **settings: Any) -> Iterator[None]:
    """Random numbers drawn in the block do not change those after it."""
    state = random_state()
    try:
        yield
    finally:
        if enabled:
            set_random_state(state)
