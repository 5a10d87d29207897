"""Attention in tiles: a few rows of the scores at a time, which stay in the cache.

With p = softmax(scores) and y = p v, the gradient g of y gives
    dv = pᵀ g,   ds = p (g vᵀ - rowsum(g y)),   dq = ds k scale,   dk = dsᵀ q scale.
Source: the row sum, Dao et al. 2022, arXiv:2205.14135, sec. B.2, eq. 4.

An elementwise pass over the scores costs a good part of a matrix product, so there are few of them:
    p stays unnormalised, e^scores. Its row sums z divide y and g instead, which are smaller.
    The row maximum is not subtracted before the exponential. If a z is too large or too small to keep its
    digits, the tile is computed again with the maximum of each row subtracted.
    The row sum and the scale are part of a product: ds = p ([g / z, -rowsum] [v, 1]ᵀ scale).
    A causal tile stops at the last column that any of its rows sees; the other scores are never computed.
Backward reuses p of short sequences. For long ones it computes p again, so memory grows linearly with length.
"""

import functools
import math

import numpy as np

from minigrad.autograd.modes import MODE
from minigrad.backend import quiet
from minigrad.backend.memory import empty
from minigrad.ops.layers.attention import attend

SCORES = 1 << 18        # per tile, unless ROWS of all heads hold more
ROWS = 256              # per tile, at least, if T is that large
CAUSAL_ROWS = 64        # per causal tile; fewer rows waste fewer scores above the diagonal
KEPT = 1 << 21          # keep p for backward up to this many scores
ALL = slice(None)


class Scores:
    """q kᵀ scale + mask, (..., T, S), computed tile by tile."""

    def __init__(self, q, k, mask, is_causal, scale):
        self.q, self.k, self.is_causal = q, k, is_causal
        self.scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        self.shape = q.shape[:-1] + k.shape[-2:-1]
        if mask is not None and mask.dtype == bool:
            mask = np.where(mask, 0, -np.inf).astype(q.dtype)
        self.mask = mask if mask is None else np.broadcast_to(mask, self.shape)

    def tiles(self):
        """Yield (leading indices, rows, seen columns) of each tile; the last rows, which see most, first."""
        *lead, T, S = self.shape
        row = math.prod(lead[1:]) * S
        parts = -(-T // (CAUSAL_ROWS if self.is_causal else max(ROWS, SCORES // row)))
        height = -(-T // parts)
        step = max(1, SCORES // (row * height))
        for i in range(0, lead[0], step) if lead else (0,):
            first = (slice(i, i + step), ...) if lead else (...,)
            for start in reversed(range(0, T, height)):
                stop = min(start + height, T)
                yield first, slice(start, stop), slice(0, min(stop, S) if self.is_causal else S)

    @functools.cached_property
    def keys(self):
        return transposed(self.k, self.scale)

    def of(self, first, rows, seen):
        """The scores of a tile, in a new array."""
        q = self.q[(*first, rows, ALL)]
        s = np.matmul(q, self.keys[(*first, ALL, seen)], out=empty(q.shape[:-1] + (seen.stop,), q.dtype))
        if self.is_causal:
            corner = s[..., rows.start:]
            corner += np.triu(np.full(corner.shape[-2:], -np.inf, s.dtype), 1)
        if self.mask is not None:
            s += self.mask[(*first, rows, seen)]
        return s


def transposed(x, scale):
    """xᵀ scale, contiguous, which makes the products with it faster."""
    x = np.ascontiguousarray(x).swapaxes(-1, -2)        # two steps: each reads or writes along memory
    return np.multiply(x, scale, out=empty(x.shape, x.dtype))


def in_order_of(x, width):
    """An empty array of x's shape, except for the width of its last axis, with x's memory order."""
    order = [*sorted(range(x.ndim - 1), key=lambda axis: -x.strides[axis]), x.ndim - 1]
    room = empty([*(x.shape[axis] for axis in order[:-1]), width], x.dtype)
    return room.transpose(np.argsort(order))


def fits(mask, shape):
    """Whether a mask of that shape broadcasts to exactly `shape`."""
    return len(mask) <= len(shape) and all(n in (1, m) for n, m in zip(mask[::-1], shape[::-1]))


def row_sums(p):
    return np.matmul(p.reshape(-1, p.shape[-1]), np.ones(p.shape[-1], p.dtype)).reshape(p.shape[:-1] + (1,))


def forward(xp, q, k, v, mask, *, is_causal, scale):
    if not q.shape[:-2] == k.shape[:-2] == v.shape[:-2] or not q.dtype == k.dtype == v.dtype:
        return NotImplemented
    if q.dtype == np.float16:       # its largest number is 65504, and p v, unnormalised, would exceed it
        return NotImplemented
    if 0 in q.shape + k.shape + v.shape or scale == 0:
        return NotImplemented
    shape = q.shape[:-1] + k.shape[-2:-1]
    if mask is not None and not fits(mask.shape, shape):
        return NotImplemented
    scores = Scores(q, k, mask, is_causal, scale)
    y, z = in_order_of(q, v.shape[-1]), np.empty(q.shape[:-1] + (1,), q.dtype)
    top, kept = np.zeros_like(z), []
    least = np.finfo(q.dtype).tiny ** 0.4
    with quiet():
        for tile in scores.tiles():
            first, rows, seen = tile
            at = *first, rows, ALL
            p = scores.of(*tile)
            np.exp(p, out=p)
            total = row_sums(p)
            if not (total.min() > least and total.max() < 1 / least):
                p = scores.of(*tile)
                highest = p.max(-1, keepdims=True)
                highest[highest == -np.inf] = np.inf        # a row that sees nothing: makes p 0
                p -= highest
                np.exp(p, out=p)
                total = row_sums(p)
                total[total == 0] = 1
                top[at] = highest
            z[at] = total
            out = y[at]
            np.matmul(p, v[(*first, seen, ALL)], out=out)
            out /= total
            if MODE.recording and math.prod(shape) <= KEPT:
                kept.append(p)
    return y, (y, top, z, *kept)


def backward(xp, g, arrays, extra, wanted, *, is_causal, scale):
    q, k, v, mask = arrays
    y, top, z, *kept = extra
    scores = Scores(q, k, mask, is_causal, scale)
    T, S = scores.shape[-2:]
    gq, gk, gv = (in_order_of(x, x.shape[-1]) if asked else None for x, asked in zip((q, k, v), wanted))
    gmask = np.zeros(scores.shape, q.dtype) if wanted[3] else None
    for unseen in (gk, gv):
        if is_causal and unseen is not None:
            unseen[..., T:, :] = 0
    left = empty(g.shape[:-1] + (g.shape[-1] + 1,), g.dtype)            # [g / z, -rowsum]
    over_z = np.divide(g, z, out=left[..., :-1])
    np.negative(np.vecdot(over_z, y), out=left[..., -1])
    right = empty(v.shape[:-2] + (v.shape[-1] + 1, S), v.dtype)         # [v, 1]ᵀ scale
    right[..., :-1, :] = transposed(v, scores.scale)
    right[..., -1, :] = scores.scale
    for number, tile in enumerate(scores.tiles()):
        first, rows, seen = tile
        at, of = (*first, rows, ALL), (*first, seen, ALL)
        if kept:
            p = kept[number]
        else:
            p = scores.of(*tile)
            if top[at].any():
                p -= top[at]
            np.exp(p, out=p)
        if wanted[2]:
            product(p.swapaxes(-1, -2), over_z[at], gv[of], rows.stop < T)
        if not (wanted[0] or wanted[1] or wanted[3]):
            continue
        s = np.matmul(left[at], right[(*first, ALL, seen)], out=empty(p.shape, p.dtype))
        s *= p
        if wanted[0]:
            np.matmul(s, k[of], out=gq[at])
        if wanted[1]:
            product(s.swapaxes(-1, -2), q[at], gk[of], rows.stop < T)
        if wanted[3]:
            np.divide(s, scores.scale, out=gmask[(*first, rows, seen)])
    return gq, gk, gv, gmask


def product(a, b, out, add):
    """Write a b into out, or add it."""
    if add:
        out += np.matmul(a, b)
    else:
        np.matmul(a, b, out=out)


attend.kernel(np.ndarray, forward, backward)
