"""Layer and batch normalisation with their gradients written out.

With x̂ = (x - mean) / s over n numbers and the gradient ĝ of x̂,
    gradient of x = (ĝ - mean(ĝ) - x̂ mean(ĝ x̂)) / s
"""

import numpy as np

from minigrad.kernels.numpy.linear import column_sums
from minigrad.ops.normalisation import batch_norm_train, layer_norm_last


def rows_mean(x):
    """The means of the rows of a matrix, as a matrix-vector product."""
    return np.matmul(x, np.full(x.shape[1], 1 / x.shape[1], x.dtype))[:, None]


def normalised(x, mean, scale):
    """(x - mean) * scale."""
    hat = x - mean
    hat *= scale
    return hat


def layer_norm_forward(xp, x, weight, bias, *, axes, eps):
    if axes != 1 or x.size == 0:
        return NotImplemented
    rows = x.reshape(-1, x.shape[-1])
    mean = rows_mean(rows)
    y = rows - mean
    scale = 1 / np.sqrt(np.vecdot(y, y)[:, None] * (1 / rows.shape[1]) + eps)
    y *= scale
    if weight is not None:
        y *= weight
    if bias is not None:
        y += bias
    return y.reshape(x.shape), (mean, scale)


def layer_norm_backward(xp, g, arrays, y, extra, wanted, *, axes, eps):
    x, weight, bias = arrays
    mean, scale = extra
    g = g.reshape(-1, g.shape[-1])
    hat = normalised(x.reshape(g.shape), mean, scale)
    gx = gw = gb = None
    if wanted[1]:
        gw = column_sums(g * hat)
    if wanted[2]:
        gb = column_sums(g)
    if wanted[0]:
        gx = g * weight if weight is not None else g.copy()
        along = rows_mean(gx * hat)
        gx -= rows_mean(gx)
        hat *= along
        gx -= hat
        gx *= scale
        gx = gx.reshape(x.shape)
    return gx, gw, gb


layer_norm_last.kernel(np.ndarray, layer_norm_forward, layer_norm_backward)


def channels_last(x):
    """(N, C, ...) as a matrix with one column for each channel; free where memory is channels-last."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def channels_first(rows, shape):
    """The reverse of channels_last, a view with channels-last memory."""
    return np.moveaxis(rows.reshape(shape[:1] + shape[2:] + shape[1:2]), -1, 1)


def batch_norm_forward(xp, x, weight, bias, *, eps):
    rows = channels_last(x)
    mean = column_sums(rows) * (1 / len(rows))
    y = rows - mean
    scale = 1 / np.sqrt(column_sums(y * y) * (1 / len(rows)) + eps)
    y *= scale if weight is None else scale * weight
    if bias is not None:
        y += bias
    return channels_first(y, x.shape), (mean, scale)


def batch_norm_backward(xp, g, arrays, y, extra, wanted, *, eps):
    x, weight, bias = arrays
    mean, scale = extra
    rows = channels_last(g)
    hat = normalised(channels_last(x), mean, scale)
    total, along = column_sums(rows), column_sums(rows * hat)
    gx = None
    if wanted[0]:
        hat *= along * (1 / len(rows))
        gx = rows - total * (1 / len(rows))
        gx -= hat
        gx *= scale if weight is None else scale * weight
        gx = channels_first(gx, x.shape)
    return gx, along if wanted[1] else None, total if wanted[2] else None


batch_norm_train.kernel(np.ndarray, batch_norm_forward, batch_norm_backward)
