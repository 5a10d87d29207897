"""Layer and batch normalisation with their gradients written out, a few rows at a time.

With x̂ = (x - mean) / s over n elements and the gradient ĝ of x̂,
    gradient of x = (ĝ - mean(ĝ) - x̂ mean(ĝ x̂)) / s
"""

import math

import numpy as np

from minigrad.backend.memory import empty
from minigrad.kernels.numpy.linear import column_sums
from minigrad.ops.layers.normalisation import batch_norm_train, layer_norm_last

PIECE = 1 << 16         # elements


def pieces(rows):
    """Slices that cut the rows of a matrix into pieces."""
    step = max(1, PIECE // max(1, rows.shape[1]))
    return [slice(i, i + step) for i in range(0, len(rows), step)]


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
    """x̂ is never stored: its factor `scale`, one number per row, multiplies the sums instead."""
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
    return (gx.reshape(x.shape) if wanted[0] else None, gw if wanted[1] else None,
            column_sums(g) if wanted[2] else None)


layer_norm_last.kernel(np.ndarray, layer_norm_forward, layer_norm_backward)


def channels_last(x):
    """(N, C, ...) as a matrix with one column per channel; a view where memory is channels-last."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def channels_first(rows, shape):
    """The reverse of channels_last, a view with channels-last memory."""
    return np.moveaxis(rows.reshape(shape[:1] + shape[2:] + shape[1:2]), -1, 1)


def long_rows(rows):
    """A view of a matrix (n, C) with several rows joined into one of about 1024 elements; and how many.

    A vector (C,), tiled as many times, then broadcasts over long rows, because short inner loops are slow.
    """
    C = rows.shape[1]
    times = math.gcd(len(rows), 1 << max(0, 10 - (C - 1).bit_length()))
    return rows.reshape(-1, times * C), times


def batch_norm_forward(xp, x, weight, bias, *, eps):
    """Mean and variance come from sums of x - centre and of its squares, in one pass over x.

    The centre is the mean of the first part. What remains of the mean, squared, is then at most
    (number of parts) times the variance, so few digits cancel, however far from zero x lies.
    """
    rows, times = long_rows(channels_last(x))
    parts, n = pieces(rows), len(rows) * times
    first = rows[parts[0]]
    centre = column_sums(first).reshape(times, -1).sum(0) * (1 / (len(first) * times))
    y, squares, sums = empty(rows.shape, rows.dtype), empty(first.shape, rows.dtype), 0
    everywhere = np.tile(centre, times)
    for part in parts:
        centred, square = y[part], squares[:len(y[part])]
        np.subtract(rows[part], everywhere, out=centred)
        np.multiply(centred, centred, out=square)
        sums += np.array([column_sums(centred), column_sums(square)])
    rest, variance = sums.reshape(2, times, -1).sum(1) * (1 / n)
    variance = np.maximum(variance - rest * rest, 0)
    scale = 1 / np.sqrt(variance + eps)
    factor = scale if weight is None else scale * weight
    shift = -rest * factor if bias is None else bias - rest * factor
    factor, shift = np.tile(factor, times), np.tile(shift, times)
    for part in parts:
        out = y[part]
        out *= factor
        out += shift
    y = channels_first(y, x.shape)
    if y.ndim == 3:         # conv1d, unlike conv2d, leaves the channels first in memory
        y = np.ascontiguousarray(y)
    return (y, centre + rest, variance), (centre, rest, scale)


def batch_norm_backward(xp, g, arrays, extra, wanted, *, eps):
    x, weight, bias = arrays
    centre, rest, scale = extra
    (rows, times), (coming, _) = long_rows(channels_last(x)), long_rows(channels_last(g))
    parts, n = pieces(rows), len(rows) * times
    scratch, sums = empty(rows[parts[0]].shape, rows.dtype), 0
    everywhere = np.tile(centre, times)
    for part in parts:
        centred = scratch[:len(rows[part])]
        np.subtract(rows[part], everywhere, out=centred)
        centred *= coming[part]
        sums += np.array([column_sums(coming[part]), column_sums(centred)])
    total, along = sums.reshape(2, times, -1).sum(1)
    along = (along - rest * total) * scale
    gx = None
    if wanted[0]:       # g factor + (x - centre) slope + shift
        factor = scale if weight is None else scale * weight
        slope = factor * scale * along * (-1 / n)
        shift = np.tile(factor * total * (-1 / n) - rest * slope, times)
        factor, slope = np.tile(factor, times), np.tile(slope, times)
        gx = empty(rows.shape, rows.dtype)
        for part in parts:
            out, term = gx[part], scratch[:len(gx[part])]
            np.subtract(rows[part], everywhere, out=out)
            out *= slope
            out += shift
            np.multiply(coming[part], factor, out=term)
            out += term
        gx = channels_first(gx, x.shape)
    return gx, along if wanted[1] else None, total if wanted[2] else None


batch_norm_train.kernel(np.ndarray, batch_norm_forward, batch_norm_backward)
