"""Attention in place: one array of scores, made in forward and made again in backward.

With p = softmax(scores) and y = p v, the gradient g of y gives
    dv = pᵀ g,   ds = p (g vᵀ - rowsum(g y)),   dq = ds k scale,   dk = dsᵀ q scale.
Source: the row sum, Dao et al. 2022, arXiv:2205.14135, sec. B.2, eq. 4.
"""

import math

import numpy as np

from minigrad.backend import quiet
from minigrad.ops.attention import attend


def added_mask(mask, is_causal, T, S, dtype):
    """What is added to the scores: 0 where attention is allowed, -inf where it is not; or None."""
    if mask is not None and mask.dtype == bool:
        mask = np.where(mask, 0, -np.inf).astype(dtype)
    if is_causal:
        causal = np.triu(np.full((T, S), -np.inf, dtype), 1)
        mask = causal if mask is None else mask + causal
    return mask


def score(q, k, mask, is_causal, scale):
    """q kᵀ scale + mask, an array of our own."""
    s = np.matmul(q * scale, np.ascontiguousarray(k.swapaxes(-1, -2)))  # half the time of a transposed k
    mask = added_mask(mask, is_causal, *s.shape[-2:], s.dtype)
    if mask is not None:
        s += mask
    return s


def forward(xp, q, k, v, mask, *, is_causal, scale):
    if not q.shape[:-2] == k.shape[:-2] == v.shape[:-2] or not q.dtype == k.dtype == v.dtype or k.shape[-2] == 0:
        return NotImplemented
    if mask is not None and mask.ndim > q.ndim:
        return NotImplemented
    p = score(q, k, mask, is_causal, 1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    top = p.max(-1, keepdims=True)
    top[top == -np.inf] = 0                     # a row that sees nothing
    p -= top
    np.exp(p, out=p)
    total = np.matmul(p, np.ones((p.shape[-1], 1), p.dtype))
    unseen = total == 0
    total[unseen] = 1
    y = np.matmul(p, v)
    y /= total
    log_sum = np.log(total)
    log_sum += top
    log_sum[unseen] = np.inf                    # so that exp(scores - log_sum) is 0
    return y, log_sum


def backward(xp, g, arrays, y, log_sum, wanted, *, is_causal, scale):
    q, k, v, mask = arrays
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    p = score(q, k, mask, is_causal, scale)
    with quiet():
        p -= log_sum
    np.exp(p, out=p)
    gq = gk = gv = None
    if wanted[2]:
        gv = np.matmul(p.swapaxes(-1, -2), g)
    s = np.matmul(g, np.ascontiguousarray(v.swapaxes(-1, -2)))
    s -= (g * y).sum(-1, keepdims=True)
    s *= p
    if wanted[0]:
        gq = np.matmul(s, k)
        gq *= scale
    if wanted[1]:
        gk = np.matmul(s.swapaxes(-1, -2), q)
        gk *= scale
    return gq, gk, gv, s if wanted[3] else None


attend.kernel(np.ndarray, forward, backward)
