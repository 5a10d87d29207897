"""Layer and batch normalisation with their gradients written out, a part of the rows at a time.

With x̂ = (x - mean) / s over n numbers and the gradient ĝ of x̂,
    gradient of x = (ĝ - mean(ĝ) - x̂ mean(ĝ x̂)) / s
"""

import numpy as np

from minigrad.kernels.numpy.linear import column_sums
from minigrad.kernels.numpy.memory import empty
from minigrad.ops.normalisation import batch_norm_train, layer_norm_last

PIECE = 1 << 16         # numbers at a time


def pieces(rows):
    """Slices of the rows of a matrix."""
    step = max(1, PIECE // max(1, rows.shape[1]))
    return [slice(i, i + step) for i in range(0, len(rows), step)]


def normalised(x, mean, scale):
    """(x - mean) * scale."""
    hat = x - mean
    hat *= scale
    return hat


def layer_norm_forward(xp, x, weight, bias, *, axes, eps):
    if axes != 1 or x.size == 0:
        return NotImplemented
    rows = x.reshape(-1, x.shape[-1])
    n = rows.shape[1]
    y, scale = empty(rows.shape, x.dtype), np.empty_like(rows[:, :1])
    mean = np.matmul(rows, np.full((n, 1), 1 / n, x.dtype))
    for part in pieces(rows):
        out = y[part]
        np.subtract(rows[part], mean[part], out=out)
        scale[part] = 1 / np.sqrt(np.vecdot(out, out)[:, None] * (1 / n) + eps)
        out *= scale[part]
        if weight is not None:
            out *= weight
        if bias is not None:
            out += bias
    return y.reshape(x.shape), (mean, scale)


def layer_norm_backward(xp, g, arrays, extra, wanted, *, axes, eps):
    """x̂ is never made: its factor scale, one number a row, goes into the sums instead."""
    x, weight, bias = arrays
    mean, scale = extra
    g = g.reshape(-1, g.shape[-1])
    rows = x.reshape(g.shape)
    weight = np.ones(g.shape[1], g.dtype) if weight is None else weight
    over_n = weight * (1 / g.shape[1])
    shift = np.matmul(g, over_n)[:, None]                       # mean(ĝ)
    gx, gw = empty(g.shape, g.dtype), np.zeros_like(weight)
    for part in pieces(g):
        coming, out = g[part], gx[part]
        centred = rows[part] - mean[part]
        np.multiply(coming, centred, out=out)
        gw += np.matmul(scale[part, 0], out)
        if wanted[0]:
            along = np.matmul(out, over_n)[:, None]             # mean(ĝ x̂) / scale
            along *= scale[part] ** 2
            np.multiply(coming, weight, out=out)
            centred *= along
            out -= centred
            out -= shift[part]
            out *= scale[part]
    return gx.reshape(x.shape) if wanted[0] else None, gw if wanted[1] else None, column_sums(g) if wanted[2] else None


layer_norm_last.kernel(np.ndarray, layer_norm_forward, layer_norm_backward)


def channels_last(x):
    """(N, C, ...) as a matrix with one column for each channel; free where memory is channels-last."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def channels_first(rows, shape):
    """The reverse of channels_last, a view with channels-last memory."""
    return np.moveaxis(rows.reshape(shape[:1] + shape[2:] + shape[1:2]), -1, 1)


def batch_norm_forward(xp, x, weight, bias, *, eps, statistics):
    """Mean and variance are put together from those of the parts, so that x is read once for both.

    Source: Chan, Golub and LeVeque 1979, Stanford report STAN-CS-79-773, eq. 2.1.
    """
    rows = channels_last(x)
    parts, n = pieces(rows), len(rows)
    counts = np.array([min(part.stop, n) - part.start for part in parts], x.dtype)

    def moments(part):
        mean = column_sums(rows[part]) * (1 / len(rows[part]))
        centred = rows[part] - mean
        centred *= centred
        return mean, column_sums(centred)

    means, squares = map(np.array, zip(*map(moments, parts)))
    mean = counts @ means * (1 / n)
    variance = (squares.sum(0) + counts @ (means - mean) ** 2) * (1 / n)
    if statistics is not None:
        statistics.update(mean=mean, variance=variance)
    scale = 1 / np.sqrt(variance + eps)
    factor = scale if weight is None else scale * weight
    y = np.empty_like(rows)
    for part in parts:
        out = y[part]
        np.subtract(rows[part], mean, out=out)
        out *= factor
        if bias is not None:
            out += bias
    return channels_first(y, x.shape), (mean, scale)


def batch_norm_backward(xp, g, arrays, extra, wanted, *, eps, statistics):
    x, weight, bias = arrays
    mean, scale = extra
    rows, coming = channels_last(x), channels_last(g)
    parts, n = pieces(rows), len(rows)

    def sums(part):
        hat = normalised(rows[part], mean, scale)
        hat *= coming[part]
        return column_sums(coming[part]), column_sums(hat)

    total, along = map(sum, zip(*map(sums, parts)))
    gx = None
    if wanted[0]:
        gx = np.empty_like(rows)
        shift, slope = total * (1 / n), scale * along * (1 / n)
        factor = scale if weight is None else scale * weight
        for part in parts:
            np.subtract(coming[part], shift, out=gx[part])
            gx[part] -= normalised(rows[part], mean, slope)
            gx[part] *= factor
        gx = channels_first(gx, x.shape)
    return gx, along if wanted[1] else None, total if wanted[2] else None


batch_norm_train.kernel(np.ndarray, batch_norm_forward, batch_norm_backward)
