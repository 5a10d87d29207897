"""Rows of the table of ops (see ops.py) for normalisation and attention."""

import numpy as np
from cases.row import row

from minigrad.ops import attention, normalisation


def standardised(x, axis, eps=1e-5):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)


def by_channel(x, w):
    return w.reshape(-1, *[1] * (x.ndim - 2))


row("layer_norm", normalisation.layer_norm, [(2, 3, 4)], lambda x, normalized_shape: standardised(x, -1),
    dict(normalized_shape=(4,)))
row("layer_norm affine", normalisation.layer_norm, [(2, 3, 4), (4,), (4,)],
    lambda x, w, b, eps: standardised(x, -1, 0.1) * w + b, dict(eps=0.1),
    call=lambda op, x, w, b, *, eps: op(x, (4,), w, b, eps))
row("layer_norm two axes", normalisation.layer_norm, [(2, 3, 2), (3, 2), (3, 2)],
    lambda x, w, b: standardised(x, (1, 2)) * w + b, call=lambda op, x, w, b: op(x, (3, 2), w, b))
row("rms_norm", normalisation.rms_norm, [(2, 3, 4), (4,)],
    lambda x, w, eps: x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w, dict(eps=0.1),
    call=lambda op, x, w, *, eps: op(x, (4,), w, eps))
row("rms_norm plain", normalisation.rms_norm, [(2, 3, 2)],
    lambda x, normalized_shape: x / np.sqrt((x * x).mean((1, 2), keepdims=True)),
    dict(normalized_shape=(3, 2)))
row("batch_norm training", normalisation.batch_norm, [(3, 2, 2), (2,), (2,)],
    lambda x, w, b: standardised(x, (0, 2)) * by_channel(x, w) + by_channel(x, b),
    call=lambda op, x, w, b: op(x, None, None, w, b, True))
row("batch_norm training rows", normalisation.batch_norm, [(3, 2)], lambda x: standardised(x, 0, 0.1),
    call=lambda op, x: op(x, None, None, training=True, eps=0.1))
row("batch_norm", normalisation.batch_norm, [(2, 2, 2, 2), (2,), (2,)],
    lambda x, w, b, running_mean, running_var: (x - by_channel(x, running_mean)) / np.sqrt(
        by_channel(x, running_var) + 1e-5) * by_channel(x, w) + by_channel(x, b),
    dict(running_mean=np.array([0.5, -0.5]), running_var=np.array([0.25, 4.0])),
    call=lambda op, x, w, b, *, running_mean, running_var: op(x, running_mean, running_var, w, b))
row("group_norm", normalisation.group_norm, [(2, 4, 3), (4,), (4,)],
    lambda x, w, b: by_channel(x, w) * standardised(x.reshape(2, 2, 6), -1).reshape(x.shape)
    + by_channel(x, b),
    call=lambda op, x, w, b: op(x, 2, w, b))
row("instance_norm", normalisation.instance_norm, [(2, 2, 3, 2)], lambda x: standardised(x, (2, 3)))
row("normalize", normalisation.normalize, [(3, 4)], lambda x: x / np.sqrt((x * x).sum(1, keepdims=True)))
row("normalize p", normalisation.normalize, [(3, 4)], lambda x, p, dim: x / np.abs(x).sum(0),
    dict(p=1, dim=0))


# Attention


def attended(q, k, v, attn_mask=None, is_causal=False, scale=None):
    scores = q @ np.swapaxes(k, -1, -2) * (q.shape[-1]**-0.5 if scale is None else scale)
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    if attn_mask is not None:
        scores = np.where(attn_mask, scores, -np.inf) if attn_mask.dtype == bool else scores + attn_mask
    e = np.exp(scores)
    return e / np.maximum(e.sum(-1, keepdims=True), 1e-300) @ v


HIDES = np.array([[True, False, True], [False, True, True]])
attend = attention.scaled_dot_product_attention
row("scaled_dot_product_attention", attend, [(2, 3, 4), (2, 5, 4), (2, 5, 2)], attended)
row("scaled_dot_product_attention self", attend, [(2, 3, 4), (2, 3, 4), (2, 3, 4)], attended)
row("scaled_dot_product_attention causal", attend, [(1, 2, 3, 2), (1, 2, 3, 2), (1, 2, 3, 3)], attended,
    dict(is_causal=True))
row("scaled_dot_product_attention scale", attend, [(2, 4), (3, 4), (3, 2)], attended, dict(scale=0.3))
row("scaled_dot_product_attention mask", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2)], attended,
    dict(attn_mask=HIDES))
row("scaled_dot_product_attention row without keys", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2)], attended,
    dict(attn_mask=np.array([[False, False, False], [False, True, True]])))
row("scaled_dot_product_attention added mask", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2), (2, 3)],
    attended)
row("scaled_dot_product_attention -inf mask", attend, [(2, 2, 4), (2, 3, 4), (2, 3, 2)],
    lambda q, k, v, attn_mask: attended(q, k, v, HIDES), dict(attn_mask=np.where(HIDES, 0, -np.inf)))
row("scaled_dot_product_attention grouped", attend, [(1, 4, 2, 3), (1, 2, 3, 3), (1, 2, 3, 2)],
    lambda q, k, v, enable_gqa: attended(q, np.repeat(k, 2, 1), np.repeat(v, 2, 1)),
    dict(enable_gqa=True))
