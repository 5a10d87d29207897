"""Max pooling as a running maximum over shifted views of the image, without copying patches.

The views cover all images; the loops take a few images at a time, so that they stay in the cache. The axes
are put in memory order, in which NumPy needs the least setup per loop.
"""

import itertools

import numpy as np

from minigrad.backend.memory import empty
from minigrad.ops.images.convolution import spans
from minigrad.ops.images.pooling import max_windows

PIECE = 1 << 15         # elements of the result


def memory_order(x):
    """The permutation that puts x (N, C, *size) in memory order, N first, and its inverse."""
    order = [0, *sorted(range(1, x.ndim), key=lambda axis: -x.strides[axis])]
    return order, [order.index(axis) for axis in range(x.ndim)]


def pieces(y):
    """Slices that cut y into a few images each."""
    step = max(1, PIECE * len(y) // max(1, y.size))
    return [slice(i, i + step) for i in range(0, len(y), step)]


def shifted_views(x, axes, out, kernel, stride, dilation):
    """For each kernel element, in row-major order, the view of x that it sees."""
    for at in itertools.product(*map(range, kernel)):
        seen = [slice(None)] * x.ndim
        for axis, i, d, n, s in zip(axes, at, dilation, out, stride):
            seen[axis] = slice(i * d, i * d + (n - 1) * s + 1, s)
        yield x[tuple(seen)]


def forward(xp, x, *, kernel, stride, padding, dilation):
    if any(map(any, padding)) or x.size == 0:
        return NotImplemented
    order, back = memory_order(x)
    out = spans(x.shape[2:], kernel, stride, dilation)
    views = list(shifted_views(x.transpose(order), back[2:], out, kernel, stride, dilation))
    y = empty(views[0].shape, x.dtype)
    for images in pieces(y):
        top = y[images]
        top[...] = views[0][images]
        for view in views[1:]:
            np.maximum(top, view[images], out=top)
    y = y.transpose(back)
    return y, (y,)


def backward(xp, g, arrays, extra, wanted, *, kernel, stride, padding, dilation):
    """Each view takes what remains of g where it equals the maximum, so the first of tied maxima takes all.

    nan equals nothing, so where the maximum is nan the last view takes g. An infinite g makes nan in its
    whole window.
    """
    size, out = arrays[0].shape[2:], extra[0].shape[2:]
    apart = all(s >= d * (k - 1) + 1 for s, k, d in zip(stride, kernel, dilation))
    everywhere = apart and covered(size, out, kernel, stride, dilation)
    order, back = memory_order(arrays[0])
    x, y, g = (array.transpose(order) for array in (arrays[0], extra[0], g))
    settings = back[2:], out, kernel, stride, dilation
    gx, parts = empty(x.shape, x.dtype), pieces(y)
    *views, _ = shifted_views(x, *settings)
    *targets, last = shifted_views(gx, *settings)
    room = y[parts[0]].shape
    rest, part, equal = empty(room, y.dtype), empty(room, y.dtype), empty(room, bool)
    for images in parts:
        top = y[images]
        rest, part, equal = rest[:len(top)], part[:len(top)], equal[:len(top)]
        rest[...] = g[images]
        if not everywhere:
            gx[images] = 0
        for view, target in zip(views, targets):
            np.equal(view[images], top, out=equal)
            part[...] = equal.view(np.uint8)        # multiplying by booleans directly is slower
            part *= rest
            rest -= part
            add_or_set(target[images], part, apart)
        add_or_set(last[images], rest, apart)
    return gx.transpose(back),


def add_or_set(target, part, apart):
    if apart:
        target[...] = part
    else:
        target += part


def covered(size, out, kernel, stride, dilation):
    """Whether every element lies in a window."""
    return all(k == s and n == o * s and (d == 1 or k == 1)
               for n, o, k, s, d in zip(size, out, kernel, stride, dilation))


max_windows.kernel(np.ndarray, forward, backward)
