"""Multi-head attention: several attentions in parallel, each in its own few dimensions.

Masks of the layers mean, as in PyTorch: True (or -inf) marks what may NOT be seen. The boolean mask of
functional.scaled_dot_product_attention means the opposite, also as in PyTorch.
"""

import functools
import math
import operator
from typing import Any

from minigrad.autograd import Parameter, Tensor, composed, is_grad_enabled
from minigrad.nn import init
from minigrad.nn.linear import Linear, NonDynamicallyQuantizableLinear, check_input
from minigrad.nn.module import Module
from minigrad.ops.creation import empty, zeros
from minigrad.ops.layers.attention import attention_weights, causal_mask, scaled_dot_product_attention
from minigrad.ops.layers.dropout import dropout
from minigrad.ops.layers.linear import linear
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.joining import cat, split
from minigrad.ops.places.moving import repeat_interleave
from minigrad.ops.places.padding import pad


class MultiHeadAttention(Module):
    """concat(head_1, ..., head_h) W_outᵀ + b,  head_i = softmax(Q_i K_iᵀ / sqrt(d)) V_i,  d = D / h.

    query (N, T, D), key (N, S, D), value (N, S, D) -> (N, T, D). key defaults to query, value to key. kdim
    and vdim: other widths of key and value. num_kv_heads: K heads of keys and values, each shared by h / K
    heads of queries. rotary: a RotaryEmbedding(d), which rotates queries and keys.
    in_proj_weight (3D, D), or (D + 2 K d, D), is W_q, W_k and W_v stacked: xavier_uniform_; in_proj_bias: 0;
    out_proj: weight as in Linear, bias 0.
    Sources: Vaswani et al. 2017, arXiv:1706.03762, sec. 3.2.2; Ainslie et al. 2023, arXiv:2305.13245
    (num_kv_heads).
    """

    projection: type[Linear] = Linear

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool | None = True,
                 add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
                 vdim: int | None = None, device: str | None = None, dtype: Any = None, *,
                 num_kv_heads: int | None = None, rotary: Module | None = None):
        name, num_kv_heads = type(self).__name__, num_kv_heads or num_heads
        if embed_dim % num_heads:
            raise ValueError(f"{name}: embed_dim {embed_dim} must be divisible by num_heads {num_heads}")
        if num_heads % num_kv_heads:
            raise ValueError(f"{name}: num_heads {num_heads} must be divisible by "
                             f"num_kv_heads {num_kv_heads}")
        D, on = embed_dim, dict(device=device, dtype=dtype)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.num_kv_heads, self.rotary = num_kv_heads, rotary
        self.kdim, self.vdim = D if kdim is None else kdim, D if vdim is None else vdim
        self.add_zero_attn = add_zero_attn
        E = D // num_heads * num_kv_heads           # the width of all keys, and of all values
        if self.kdim == self.vdim == D:
            self.in_proj_weight = Parameter(empty(D + 2 * E, D, **on))
        else:
            self.q_proj_weight = Parameter(empty(D, D, **on))
            self.k_proj_weight = Parameter(empty(E, self.kdim, **on))
            self.v_proj_weight = Parameter(empty(E, self.vdim, **on))
        self.register_parameter("in_proj_bias", Parameter(empty(D + 2 * E, **on)) if bias else None)
        self.out_proj = self.projection(D, D, bias, **on)
        self.bias_k = Parameter(empty(1, 1, E, **on)) if add_bias_kv else None
        self.bias_v = Parameter(empty(1, 1, E, **on)) if add_bias_kv else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        for name, parameter in self.named_parameters(recurse=False):
            if name.endswith("proj_weight"):
                init.xavier_uniform_(parameter)
            elif name == "in_proj_bias":
                init.zeros_(parameter)
            else:
                init.xavier_normal_(parameter)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def forward(self, query: Tensor, key: Tensor | None = None, value: Tensor | None = None,
                key_padding_mask: Tensor | None = None, need_weights: bool = False,
                attn_mask: Tensor | None = None, average_attn_weights: bool = True, is_causal: bool = False,
                cache: "KVCache | None" = None) -> Tensor | tuple[Tensor, Tensor]:
        """The output (N, T, D); with need_weights (output, weights), weights (N, T, S) or (N, h, T, S).

        key_padding_mask (N, S) and attn_mask (T, S), (N h, T, S) or (N, h, T, S): True hides a key; numbers
        are added to the scores. is_causal: position t sees positions up to t. average_attn_weights: average
        the weights over the heads. cache: a KVCache of the earlier positions, to which the new ones are
        added; S counts both.
        """
        key = query if key is None else key
        value = key if value is None else value
        for x in (query, key, value):
            check_input(self, x, self.out_proj.weight)
        if self.kdim == self.vdim == self.embed_dim:
            in_weights: Tensor | tuple[Tensor, ...] = self.in_proj_weight
        else:
            in_weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        y, weights = attend_by_heads(
            type(self).__name__, query, key, value, self.num_heads, in_weights, self.in_proj_bias,
            self.bias_k, self.bias_v, self.add_zero_attn, self.dropout if self.training else 0.0,
            key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal, self.rotary, cache)
        y = self.out_proj(y).transpose(0, 1)
        return (y, weights) if need_weights else y

    def extra_repr(self) -> str:
        text = f"{self.embed_dim}, {self.num_heads}" + (f", dropout={self.dropout}" if self.dropout else "")
        return text if self.num_kv_heads == self.num_heads else f"{text}, num_kv_heads={self.num_kv_heads}"


class MultiheadAttention(MultiHeadAttention):
    """MultiHeadAttention with PyTorch's interface: (T, N, D) unless batch_first, result (output, weights).

    The weights are None with need_weights=False. Inputs may lack the batch axis.
    """

    projection = NonDynamicallyQuantizableLinear

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool | None = True,
                 add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
                 vdim: int | None = None, batch_first: bool = False, device: str | None = None,
                 dtype: Any = None):
        super().__init__(embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim,
                         device, dtype)
        self.batch_first = batch_first

    # As in PyTorch, key and value have no default here.
    def forward(self, query: Tensor, key: Tensor, value: Tensor,    # type: ignore[override]
                key_padding_mask: Tensor | None = None,
                need_weights: bool = True, attn_mask: Tensor | None = None, average_attn_weights: bool = True,
                is_causal: bool = False) -> tuple[Tensor, Tensor | None]:
        axis = batch_axis(query, self.batch_first)
        query, key, value, key_padding_mask = with_batch_first(axis, query, key, value, key_padding_mask)
        y = super().forward(query, key, value, key_padding_mask, need_weights, attn_mask,
                            average_attn_weights, is_causal)
        y, weights = y if need_weights else (y, None)
        return with_batch_back(axis, y, weights)

    def extra_repr(self) -> str:
        return ""


@composed
def multi_head_attention_forward(
        query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int,
        in_proj_weight: Tensor | None, in_proj_bias: Tensor | None, bias_k: Tensor | None,
        bias_v: Tensor | None, add_zero_attn: bool, dropout_p: float, out_proj_weight: Tensor,
        out_proj_bias: Tensor | None, training: bool = True, key_padding_mask: Tensor | None = None,
        need_weights: bool = True, attn_mask: Tensor | None = None, use_separate_proj_weight: bool = False,
        q_proj_weight: Tensor | None = None, k_proj_weight: Tensor | None = None,
        v_proj_weight: Tensor | None = None, static_k: Tensor | None = None, static_v: Tensor | None = None,
        average_attn_weights: bool = True, is_causal: bool = False) -> tuple[Tensor, Tensor | None]:
    """MultiheadAttention with the given weights: (output, weights), of query (T, N, D) or (T, D).

    use_separate_proj_weight: q_proj_weight, k_proj_weight and v_proj_weight replace in_proj_weight, for other
    widths of key and value.
    """
    name = "multi_head_attention_forward"
    if static_k is not None or static_v is not None:
        raise ValueError(f"{name}: static_k and static_v are not supported; pass key and value")
    if query.shape[-1] != embed_dim_to_check:
        raise ValueError(f"{name}: query {tuple(query.shape)} should have a last axis of embed_dim_to_check, "
                         f"{embed_dim_to_check}")
    axis = batch_axis(query, batch_first=False)
    query, key, value, key_padding_mask = with_batch_first(axis, query, key, value, key_padding_mask)
    in_weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    y, weights = attend_by_heads(
        name, query, key, value, num_heads, in_weights, in_proj_bias, bias_k, bias_v, add_zero_attn,
        dropout_p if training else 0.0, key_padding_mask, need_weights, attn_mask, average_attn_weights,
        is_causal)
    return with_batch_back(axis, linear(y, out_proj_weight, out_proj_bias).transpose(0, 1), weights)


def attend_by_heads(name, query, key, value, num_heads, in_weights, in_bias, bias_k, bias_v, add_zero_attn,
                    dropout_p, key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal,
                    rotary=None, cache=None):
    """The outputs of all heads, concatenated (T, N, D), and the weights or None; out_proj comes after it.

    in_weights: W_q, W_k and W_v, stacked or as three tensors. name: who is calling, for errors.
    """
    check(name, query, key, value, in_weights)
    N, T, D = query.shape
    q, k, v = (heads(x, D // num_heads) for x in project(query, key, value, in_weights, in_bias))
    start = 0 if cache is None else len(cache)
    if rotary is not None:
        q, k = rotary(q, start), rotary(k, start)
    if cache is not None:
        k, v = cache.append(k, v)
    mask = merge(name, attn_mask, key_padding_mask, q, k, start if is_causal else 0)
    k, v, added = extend(k, v, bias_k, bias_v, add_zero_attn)
    if k.shape[1] < num_heads:
        k, v = (repeat_interleave(x, num_heads // x.shape[1], 1) for x in (k, v))
    if mask is not None and added:
        mask = pad(mask, (0, added), value=True if mask.dtype == bool else 0.0)
    is_causal = is_causal and not start         # after earlier positions `mask` does it
    weights = None
    if not need_weights:
        y = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
    else:
        weights = dropout(attention_weights(q, k, mask, is_causal), dropout_p)
        y = weights @ v
        weights = weights.mean(1) if average_attn_weights else weights
    return y.permute(2, 0, 1, 3).reshape(T, N, D), weights                    # (N, h, T, d) -> (T, N, D)


def check(name, query, key, value, in_weights):
    N = query.shape[0] if query.ndim == 3 else "N"
    matrices = in_weights if isinstance(in_weights, tuple) else (in_weights,) * 3
    for x, what, length, W in zip((query, key, value), ("query", "key", "value"), "TSS", matrices):
        if x.ndim != 3 or x.shape[2] != W.shape[1] or x.shape[0] != N:
            raise ValueError(f"{name}: {what} should be ({N}, {length}, {W.shape[1]}), got {tuple(x.shape)}")
    if key.shape[1] != value.shape[1]:
        raise ValueError(f"{name}: key {tuple(key.shape)} and value {tuple(value.shape)} "
                         "must have the same length")


def project(query, key, value, in_weights, in_bias):
    """Q, K and V; self-attention with stacked weights takes one product for all three."""
    if isinstance(in_weights, tuple):
        widths = [W.shape[0] for W in in_weights]
    else:
        D = query.shape[2]
        widths = [D, *[(in_weights.shape[0] - D) // 2] * 2]
        if query is key is value:
            return split(linear(query, in_weights, in_bias), widths, -1)
        in_weights = split(in_weights, widths)
    biases = (None,) * 3 if in_bias is None else split(in_bias, widths)
    return [linear(x, W, b) for x, W, b in zip((query, key, value), in_weights, biases)]


def heads(x, d):
    """(N, T, h d) -> (N, h, T, d)."""
    N, T, D = x.shape
    return x.reshape(N, T, D // d, d).transpose(1, 2)


def extend(k, v, bias_k, bias_v, add_zero_attn):
    """k and v with a learned position and a position of zeros at the end, and how many were added."""
    N, h, _, d = k.shape
    rows = []
    if bias_k is not None:
        rows.append([x.reshape(1, h, 1, d).expand(N, h, 1, d) for x in (bias_k, bias_v)])
    if add_zero_attn:
        rows.append((zeros(N, h, 1, d, dtype=k.dtype, device=k.device),) * 2)
    for row_k, row_v in rows:
        k, v = cat([k, row_k], 2), cat([v, row_v], 2)
    return k, v, len(rows)


def merge(name, attn_mask, key_padding_mask, q, k, start):
    """All masks as one for scaled_dot_product_attention: True may be seen, or numbers to add.

    start: if not 0, query t does not see keys after start + t.
    """
    N, h, T, _ = q.shape
    S = k.shape[2]
    masks = []
    if attn_mask is not None:
        if tuple(attn_mask.shape) == (N * h, T, S):
            attn_mask = attn_mask.reshape(N, h, T, S)
        elif tuple(attn_mask.shape) not in ((T, S), (N, h, T, S), (N, 1, T, S)):
            raise ValueError(f"{name}: attn_mask should be ({T}, {S}) or ({N * h}, {T}, {S}), "
                             f"got {tuple(attn_mask.shape)}")
        masks.append(attn_mask)
    if key_padding_mask is not None:
        if tuple(key_padding_mask.shape) != (N, S):
            raise ValueError(f"{name}: key_padding_mask should be ({N}, {S}), True where the key is "
                             f"padding, got {tuple(key_padding_mask.shape)}")
        masks.append(key_padding_mask.reshape(N, 1, 1, S))
    for mask in masks:
        if mask.dtype != bool and mask.dtype.kind != "f":
            raise TypeError(f"{name}: a mask should be boolean or floating-point, got {mask.dtype}; "
                            "compare, as in `ids == padding`, or convert it with .bool()")
    if start and T > 1:
        masks.append(~causal_mask(q, S, S)[start:])
    if not masks:
        return None
    if all(mask.dtype == bool for mask in masks):
        return ~functools.reduce(operator.or_, masks)
    nothing = zeros(dtype=q.dtype, device=q.device)
    return functools.reduce(operator.add, [
        where(mask, -math.inf, nothing) if mask.dtype == bool else mask for mask in masks])


def batch_axis(query, batch_first):
    """Which axis of query counts the batch: 0, 1, or None if it has no batch axis."""
    return None if query.ndim != 3 else 0 if batch_first else 1


def with_batch_first(axis, query, key, value, key_padding_mask):
    """All inputs with the batch axis in front.

    Self-attention is recognised by query, key and value being one tensor, so each tensor is changed once.
    """
    if axis == 0:
        return query, key, value, key_padding_mask
    if axis is None and key_padding_mask is not None:
        key_padding_mask = key_padding_mask.unsqueeze(0)
    changed = {id(x): x.transpose(0, 1) if axis else x.unsqueeze(0) for x in (query, key, value)}
    return *(changed[id(x)] for x in (query, key, value)), key_padding_mask


def with_batch_back(axis, y, weights):
    """The output in the layout of the query; weights (N, ...), without N if query had no batch axis."""
    if axis is None:
        return y.squeeze(0), weights if weights is None else weights.squeeze(0)
    return y.transpose(0, 1) if axis else y, weights


class KVCache:
    """The keys and values of all positions so far, so that decoding computes only the new positions.

    Use one per attention layer: layer(x_of_the_new_positions, is_causal=True, cache=cache), inside
    no_grad(). len(cache) is the number of positions it holds, at most max_len.
    """

    def __init__(self, max_len: int):
        self.max_len, self.length = max_len, 0
        self.k: Any = None              # (N, h, max_len, d)
        self.v: Any = None

    def __len__(self) -> int:
        return self.length

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add the keys and values (N, h, T, d) of T new positions; returns those of all, (N, h, S, d)."""
        if is_grad_enabled() and (k.requires_grad or v.requires_grad):
            raise RuntimeError("KVCache: gradients do not flow through a cache; decode inside "
                               "`with no_grad():`")
        N, h, T, d = k.shape
        end = self.length + T
        if end > self.max_len:
            raise ValueError(f"KVCache: {self.length} positions and {T} new ones exceed max_len, "
                             f"{self.max_len}")
        if self.k is None:
            self.k, self.v = (empty(N, h, self.max_len, d, dtype=k.dtype, device=k.device) for _ in (k, v))
        if self.k.shape[:2] != (N, h) or self.k.shape[3] != d:
            held = ", ".join(map(str, [*self.k.shape[:2], "T", self.k.shape[3]]))
            raise ValueError(f"KVCache: it holds keys ({held}), got {tuple(k.shape)}; use one cache per "
                             "layer and batch")
        self.k[:, :, self.length:end], self.v[:, :, self.length:end] = k, v
        self.length = end
        return self.k[:, :, :end], self.v[:, :, :end]
