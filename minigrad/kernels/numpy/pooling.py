"""Max pooling as a running maximum over the K*K shifted views of the image: no patches are copied."""

import itertools

import numpy as np

from minigrad.ops.convolution import spans
from minigrad.ops.pooling import max_windows


def shifted_views(x, out, kernel, stride, dilation):
    """For each place in the kernel, in row-major order, the elements of x that it sees."""
    for at in itertools.product(*map(range, kernel)):
        yield x[(...,) + tuple(slice(i * d, i * d + (n - 1) * s + 1, s)
                               for i, d, n, s in zip(at, dilation, out, stride))]


def forward(xp, x, *, kernel, stride, padding, dilation):
    if any(map(any, padding)):
        return NotImplemented
    views = shifted_views(x, spans(x.shape[2:], kernel, stride, dilation), kernel, stride, dilation)
    y = next(views).copy("K")
    for view in views:
        np.maximum(y, view, out=y)
    return y, None


def backward(xp, g, arrays, y, extra, wanted, *, kernel, stride, padding, dilation):
    """Each view takes what remains of g where it equals the maximum: of ties the first takes all."""
    x, = arrays
    gx = np.zeros_like(x)
    rest = g.copy("K")
    settings = y.shape[2:], kernel, stride, dilation
    apart = all(s >= d * (k - 1) + 1 for s, k, d in zip(stride, kernel, dilation))
    for view, target in zip(shifted_views(x, *settings), shifted_views(gx, *settings)):
        part = np.multiply(rest, view == y)
        rest -= part
        if apart:
            target[...] = part
        else:
            target += part
    return gx,


max_windows.kernel(np.ndarray, forward, backward)
