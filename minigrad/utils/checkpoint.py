"""PyTorch's place of minigrad.func.checkpoint; the one with use_reentrant=."""

from minigrad import func


def checkpoint(function, *args, use_reentrant=False, preserve_rng_state=True):
    """function(*args), whose inside is computed again in backward instead of kept; see minigrad.func."""
    if use_reentrant:
        raise ValueError("checkpoint: there is one way here, PyTorch's use_reentrant=False; leave the argument out")
    return func.checkpoint(function, *args, preserve_rng_state=preserve_rng_state)
