"""Random numbers of an exercise's own: the lesson's go on afterwards as if nothing had been drawn."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

import minigrad


@contextmanager
def own_random_numbers(seed: int = 0) -> Iterator[None]:
    """In the block, the random numbers of minigrad and NumPy start from a seed; both go on as before it."""
    state, numpys = minigrad.get_rng_state(), np.random.get_state()
    minigrad.manual_seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        minigrad.set_rng_state(state)
        np.random.set_state(numpys)
