"""x Wᵀ + b as one matrix product over all leading axes."""

import functools
import math

import numpy as np

from minigrad.ops.layers.linear import linear

LARGE = 1 << 16         # elements
FEW = 32                # rows


def forward(xp, x, weight, bias):
    fits = x.ndim > 1 and weight.ndim == 2 and x.shape[-1] == weight.shape[-1] and x.size
    if not fits or bias is not None and bias.shape != weight.shape[:1]:
        return NotImplemented               # the definition raises the error
    matrix = rows(x)
    if len(matrix) <= FEW and weight.size >= LARGE:
        y = np.ascontiguousarray(np.matmul(weight, matrix.T).T)     # BLAS prefers the large matrix first
    else:
        y = np.matmul(matrix, weight.T)
    if bias is not None:
        add_to_rows(y, bias)
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
    """x (..., n) as a matrix (rows, n)."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def add_to_rows(y, bias):
    """y += bias for a matrix y. NumPy loops over rows, so a large y is viewed with up to 32 rows in one."""
    together = math.gcd(len(y), 32) if y.size >= LARGE else 1
    if together > 1:
        y, bias = y.reshape(-1, together * len(bias)), np.tile(bias, together)
    y += bias


def column_sums(g):
    """g.sum(0) of a matrix, as a matrix-vector product for BLAS."""
    return np.dot(ones(len(g), g.dtype), g)


@functools.lru_cache(8)
def ones(size, dtype):
    """A vector of ones, shared by all callers: do not write to it."""
    return np.ones(size, dtype)


linear.kernel(np.ndarray, forward, backward)
