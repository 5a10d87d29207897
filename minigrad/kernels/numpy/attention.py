"""Attention in place: one array of scores, made in forward and made again in backward.

With p = softmax(scores) and y = p v, the gradient g of y gives
    dv = pᵀ g,   ds = p (g vᵀ - rowsum(g y)),   dq = ds k scale,   dk = dsᵀ q scale.
Source: the row sum, Dao et al. 2022, arXiv:2205.14135, sec. B.2, eq. 4.
"""

import math

import numpy as np

from minigrad.backend import quiet
from minigrad.ops.attention import attend

SCORES = 1 << 17        # at a time


def added_mask(mask, is_causal, T, S, dtype):
    """What is added to the scores: 0 where attention is allowed, -inf where it is not; or None."""
    if mask is not None and mask.dtype == bool:
        mask = np.where(mask, 0, -np.inf).astype(dtype)
    if is_causal:
        causal = np.triu(np.full((T, S), -np.inf, dtype), 1)
        mask = causal if mask is None else mask + causal
    return mask


def score(q, k, mask, scale):
    """q kᵀ scale + mask, an array of our own."""
    s = np.matmul(q * scale, np.ascontiguousarray(k.swapaxes(-1, -2)))  # half the time of a transposed k
    if mask is not None:
        s += mask
    return s


def parts_of(q, k):
    """Slices of the leading axis, so that the scores of a part stay in the cache."""
    if q.ndim < 3:
        return [...]
    step = max(1, SCORES * len(q) // max(1, math.prod(q.shape[:-1]) * k.shape[-2]))
    return [slice(i, i + step) for i in range(0, len(q), step)]


def part_of_mask(mask, part, ndim):
    """A mask has its part where it has the leading axis."""
    return mask[part] if mask is not None and mask.ndim == ndim and len(mask) > 1 else mask


def forward(xp, q, k, v, mask, *, is_causal, scale):
    if not q.shape[:-2] == k.shape[:-2] == v.shape[:-2] or not q.dtype == k.dtype == v.dtype or k.shape[-2] == 0:
        return NotImplemented
    if mask is not None and mask.ndim > q.ndim:
        return NotImplemented
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    y, log_sum = np.empty(q.shape[:-1] + v.shape[-1:], q.dtype), np.empty(q.shape[:-1] + (1,), q.dtype)
    added = added_mask(mask, is_causal, q.shape[-2], k.shape[-2], q.dtype)
    for part in parts_of(q, k):
        p = score(q[part], k[part], part_of_mask(added, part, q.ndim), scale)
        p, top, total = exponentials(p)
        unseen = total == 0
        total[unseen] = 1
        np.matmul(p, v[part], out=y[part])
        y[part] /= total
        np.log(total, out=total)
        total += top
        total[unseen] = np.inf                  # so that exp(scores - log_sum) is 0
        log_sum[part] = total
    return y, (y, log_sum)


def exponentials(s):
    """e^(s - top) of the scores, with top and the sums of the rows.

    One top for all rows costs a quarter of one for each. It serves as long as no row lies so far below it
    that its sum loses digits.
    """
    top, ones = s.max(), np.ones((s.shape[-1], 1), s.dtype)
    if np.isfinite(top):
        p = s - top
        np.exp(p, out=p)
        total = np.matmul(p, ones)
        if total.min() > np.finfo(s.dtype).tiny ** 0.5:
            return p, top, total
    top = s.max(-1, keepdims=True)
    top[top == -np.inf] = 0                     # a row that sees nothing
    s -= top
    np.exp(s, out=s)
    return s, top, np.matmul(s, ones)


def backward(xp, g, arrays, extra, wanted, *, is_causal, scale):
    q, k, v, mask = arrays
    y, log_sum = extra
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    added = added_mask(mask, is_causal, q.shape[-2], k.shape[-2], q.dtype)
    gq, gk, gv, gmask = (np.empty(shape, q.dtype) if asked else None for shape, asked in zip(
        (q.shape, k.shape, v.shape, q.shape[:-1] + k.shape[-2:-1]), wanted))
    for part in parts_of(q, k):
        p = score(q[part], k[part], part_of_mask(added, part, q.ndim), scale)
        with quiet():
            p -= log_sum[part]
        np.exp(p, out=p)
        if wanted[2]:
            np.matmul(p.swapaxes(-1, -2), g[part], out=gv[part])
        s = np.matmul(g[part], np.ascontiguousarray(v[part].swapaxes(-1, -2)))
        s -= np.vecdot(g[part], y[part])[..., None]
        s *= p
        if wanted[0]:
            np.matmul(s, k[part], out=gq[part])
            gq[part] *= scale
        if wanted[1]:
            np.matmul(s.swapaxes(-1, -2), q[part], out=gk[part])
            gk[part] *= scale
        if wanted[3]:
            gmask[part] = s
    return gq, gk, gv, gmask


attend.kernel(np.ndarray, forward, backward)
