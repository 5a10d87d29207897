"""NumPy in a browser, made a little kinder to students."""

import functools

import numpy as np


def prepare() -> None:
    """Let np.bincount take labels and ids, which are int64; where integers have 32 bits, NumPy refuses."""
    refusing = np.bincount

    @functools.wraps(refusing)
    def bincount(x, /, weights=None, minlength=0):
        x = np.asarray(x)
        if x.dtype.kind in "iu" and x.dtype.itemsize > np.dtype(np.intp).itemsize:
            x = x.astype(np.intp)
        return refusing(x, weights, minlength)

    np.bincount = bincount      # type: ignore[assignment]
