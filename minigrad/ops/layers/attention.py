"""Attention: each query averages the values of all positions it may see, weighted by query-key similarity."""

import itertools
import math

from minigrad.autograd import Tensor, composed, fused
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES
from minigrad.ops.layers.dropout import dropout
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.moving import repeat_interleave
from minigrad.ops.places.shapes import transpose
from minigrad.ops.reductions.order import amax
from minigrad.ops.reductions.softmax import softmax


def causal_mask(x, T, S):
    """(T, S) booleans on x's device: position t sees positions up to t."""
    xp = MODULES[type(x.array)]
    return Tensor(xp.arange(S) <= xp.arange(T)[:, None])


def attention_weights(query, key, attn_mask=None, is_causal=False, scale=None):
    """softmax(Q Kᵀ scale + mask): (..., T, d), (..., S, d) -> (..., T, S); rows sum to 1.

    A row with every key masked is all zeros.
    """
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = matmul(query * scale, transpose(key, -2, -1))
    if is_causal:
        causal = causal_mask(query, *scores.shape[-2:])
        attn_mask = causal if attn_mask is None else join(attn_mask, causal)
    if attn_mask is None:
        return softmax(scores, dim=-1)
    if attn_mask.dtype == bool:
        scores = where(attn_mask, scores, -math.inf)
    else:
        scores = scores + attn_mask
    seen = amax(scores.detach(), dim=-1, keepdim=True) != -math.inf       # nan != -inf: a nan stays visible
    return where(seen, softmax(where(seen, scores, 0.0), dim=-1), 0.0)


def join(attn_mask, causal):
    """Combine a boolean or additive mask with the causal mask."""
    return attn_mask & causal if attn_mask.dtype == bool else where(causal, attn_mask, -math.inf)


@fused
def attend(query, key, value, attn_mask=None, *, is_causal=False, scale=None):
    return matmul(attention_weights(query, key, attn_mask, is_causal, scale), value)


@composed
@in_single
def scaled_dot_product_attention(
        query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0,
        is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False) -> Tensor:
    """softmax(Q Kᵀ / sqrt(d)) V.   (..., T, d), (..., S, d), (..., S, e) -> (..., T, e).

    attn_mask: boolean, True where attention is allowed, or numbers added to the scores; it broadcasts to
    (..., T, S). is_causal: position t sees positions up to t. dropout_p: dropout on the weights, applied
    whenever it is not 0, as there is no training flag. scale: replaces 1 / sqrt(d). enable_gqa: query may
    have a multiple of key's heads. A query with every key masked gives zeros.
    Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
    """
    check(query, key, value)
    if enable_gqa:
        groups = query.shape[-3] // max(1, key.shape[-3])
        if groups * key.shape[-3] != query.shape[-3]:
            raise ValueError(f"attention: with enable_gqa query {tuple(query.shape)} must have a multiple of "
                             f"the heads of key {tuple(key.shape)}")
        key, value = repeat_interleave(key, groups, -3), repeat_interleave(value, groups, -3)
    if attn_mask is not None:
        check_mask(query, key, attn_mask)
    if dropout_p:
        weights = attention_weights(query, key, attn_mask, is_causal, scale)
        return matmul(dropout(weights, dropout_p), value)
    return attend(query, key, value, attn_mask, is_causal=is_causal, scale=scale)


def check(query, key, value):
    if min(query.ndim, key.ndim, value.ndim) < 2 or query.shape[-1] != key.shape[-1] \
            or key.shape[-2] != value.shape[-2]:
        raise ValueError(f"attention: query {tuple(query.shape)}, key {tuple(key.shape)}, value "
                         f"{tuple(value.shape)} must be (..., T, d), (..., S, d), (..., S, e)")


def check_mask(query, key, attn_mask):
    """The last two axes of attn_mask must broadcast to (T, S), the leading ones with those of the scores."""
    T, S, mask = query.shape[-2], key.shape[-2], tuple(attn_mask.shape)
    lead = [max(n, m) for n, m in itertools.zip_longest(query.shape[-3::-1], key.shape[-3::-1], fillvalue=1)]
    if any(size not in (1, n) for size, n in zip(mask[::-1], (S, T))) \
            or any(size != n and 1 not in (size, n) for size, n in zip(mask[-3::-1], lead)):
        raise ValueError(f"attention: attn_mask {mask} must broadcast to the scores, {(*lead[::-1], T, S)}, "
                         "with a row per query and a column per key")
    if attn_mask.dtype.kind not in "fb":
        raise TypeError(f"attention: attn_mask must be boolean or floating-point, got {attn_mask.dtype}; "
                        "compare, as in ids != padding")
