"""Max pooling as a running maximum over the K*K shifted views of the image: no patches are copied."""

import itertools

import numpy as np

from minigrad.ops.convolution import spans
from minigrad.ops.pooling import max_windows

PIECE = 1 << 15         # numbers of the result at a time


def pieces(y):
    """Slices of a few images each."""
    step = max(1, PIECE * len(y) // max(1, y.size))
    return [slice(i, i + step) for i in range(0, len(y), step)]


def shifted_views(x, out, kernel, stride, dilation):
    """For each place in the kernel, in row-major order, the elements of x that it sees."""
    for at in itertools.product(*map(range, kernel)):
        yield x[(...,) + tuple(slice(i * d, i * d + (n - 1) * s + 1, s)
                               for i, d, n, s in zip(at, dilation, out, stride))]


def forward(xp, x, *, kernel, stride, padding, dilation):
    if any(map(any, padding)):
        return NotImplemented
    out = spans(x.shape[2:], kernel, stride, dilation)
    y = np.empty_like(x[tuple(map(slice, x.shape[:2] + out))])
    for images in pieces(y):
        top = y[images]
        views = shifted_views(x[images], out, kernel, stride, dilation)
        top[...] = next(views)
        for view in views:
            np.maximum(top, view, out=top)
    return y, (y,)


def backward(xp, g, arrays, extra, wanted, *, kernel, stride, padding, dilation):
    """Each view takes what remains of g where it equals the maximum: of ties the first takes all.

    A few images at a time, so that what remains of their g stays in the cache.
    """
    x, = arrays
    y, = extra
    settings = y.shape[2:], kernel, stride, dilation
    apart = all(s >= d * (k - 1) + 1 for s, k, d in zip(stride, kernel, dilation))
    gx = np.empty_like(x) if apart and covered(x.shape[2:], *settings) else np.zeros_like(x)
    for images in pieces(y):
        top = y[images]
        rest, part, equal = np.empty_like(top), np.empty_like(top), np.empty_like(top, bool)
        rest[...] = g[images]               # in the memory layout of y
        views = list(shifted_views(x[images], *settings))
        targets = list(shifted_views(gx[images], *settings))
        for view, target in zip(views[:-1], targets[:-1]):
            np.equal(view, top, out=equal)
            part[...] = equal.view(np.uint8)        # a product with booleans costs twice as much
            part *= rest
            rest -= part
            add_or_set(target, part, apart)
        add_or_set(targets[-1], rest, apart)
    return gx,


def add_or_set(target, part, apart):
    if apart:
        target[...] = part
    else:
        target += part


def covered(size, out, kernel, stride, dilation):
    """True where every element lies in a window."""
    return all(k == s and n == o * s and (d == 1 or k == 1)
               for n, o, k, s, d in zip(size, out, kernel, stride, dilation))


max_windows.kernel(np.ndarray, forward, backward)
