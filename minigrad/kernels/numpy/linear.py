"""x Wᵀ + b as one matrix product over all leading axes at once."""

import functools

import numpy as np

from minigrad.ops.linalg import linear


def forward(xp, x, weight, bias):
    fits = x.ndim > 1 and weight.ndim == 2 and x.shape[-1] == weight.shape[-1] and x.size
    if not fits or bias is not None and bias.shape != weight.shape[:1]:
        return NotImplemented               # the definition says what is wrong
    y = np.matmul(rows(x), weight.T)
    if bias is not None:
        y += bias
    return (y if x.ndim == 2 else y.reshape(x.shape[:-1] + weight.shape[:1])), ()


def backward(xp, g, arrays, extra, wanted):
    x, weight, bias = arrays
    g = rows(g)
    gx = gw = gb = None
    if wanted[0]:
        gx = np.matmul(g, weight).reshape(x.shape)
    if wanted[1]:
        gw = np.matmul(g.T, rows(x))
    if wanted[2]:
        gb = column_sums(g)
    return gx, gw, gb


def rows(x):
    """(..., n) as a matrix of rows."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


def column_sums(g):
    """g.sum(0) of a matrix, as a matrix-vector product: twice as fast."""
    return np.dot(ones(len(g), g.dtype), g)


@functools.lru_cache(8)
def ones(size, dtype):
    """A vector of ones, to read only: to make it again and again costs as much as a small product."""
    return np.ones(size, dtype)


linear.kernel(np.ndarray, forward, backward)
