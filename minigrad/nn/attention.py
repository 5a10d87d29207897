"""Multi-head attention: several attentions side by side, each in its own few dimensions.

Masks of the layers mean, as in PyTorch: True (or -inf) is what may NOT be seen. The boolean mask of
functional.scaled_dot_product_attention is the opposite, also as in PyTorch.
"""

import functools
import math
import operator

from minigrad.autograd import Parameter, is_grad_enabled
from minigrad.nn import init
from minigrad.nn.linear import Linear, check_input
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

    query (N, T, D), key (N, S, D), value (N, S, D) -> (N, T, D); key is query and value is key if not
    given. kdim and vdim: other widths of key and value. num_kv_heads: fewer heads of keys and values, K,
    each read by h / K heads of queries. rotary: a RotaryEmbedding(d), which turns queries and keys.
    in_proj_weight (3D, D), or (D + 2 K d, D), W_q, W_k and W_v stacked: xavier_uniform; in_proj_bias: 0;
    out_proj: weight as in Linear, bias 0.
    Sources: Vaswani et al. 2017, arXiv:1706.03762, sec. 3.2.2; Ainslie et al. 2023, arXiv:2305.13245
    (num_kv_heads).
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False,
                 kdim=None, vdim=None, device=None, dtype=None, *, num_kv_heads=None, rotary=None):
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
        self.widths = [D, E, E]
        if self.kdim == self.vdim == D:
            self.in_proj_weight = Parameter(empty(D + 2 * E, D, **on))
        else:
            self.q_proj_weight = Parameter(empty(D, D, **on))
            self.k_proj_weight = Parameter(empty(E, self.kdim, **on))
            self.v_proj_weight = Parameter(empty(E, self.vdim, **on))
        self.in_proj_bias = Parameter(empty(D + 2 * E, **on)) if bias else None
        self.out_proj = Linear(D, D, bias, **on)
        self.bias_k = Parameter(empty(1, 1, E, **on)) if add_bias_kv else None
        self.bias_v = Parameter(empty(1, 1, E, **on)) if add_bias_kv else None
        self.reset_parameters()

    def reset_parameters(self):
        for name, parameter in self.named_parameters(recurse=False):
            if name.endswith("proj_weight"):
                init.xavier_uniform_(parameter)
            elif name == "in_proj_bias":
                init.zeros_(parameter)
            else:
                init.xavier_normal_(parameter)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def forward(self, query, key=None, value=None, key_padding_mask=None, need_weights=False,
                attn_mask=None, average_attn_weights=True, is_causal=False, cache=None):
        """The output (N, T, D); with need_weights (output, weights), weights (N, T, S) or (N, h, T, S).

        key_padding_mask (N, S) and attn_mask (T, S), (N h, T, S) or (N, h, T, S): True is not seen, or
        numbers that are added to the scores. is_causal: position t sees positions up to t.
        average_attn_weights: the mean of the weights over the heads. cache: a KVCache of the positions
        before, to which these are added; S then counts both.
        """
        key = query if key is None else key
        value = key if value is None else value
        self.check(query, key, value)
        q, k, v = map(self.heads, self.project(query, key, value))            # (N, h, T, d)
        start = 0 if cache is None else len(cache)
        if self.rotary is not None:
            q, k = self.rotary(q, start), self.rotary(k, start)
        if cache is not None:
            k, v = cache.append(k, v)
        mask = self.merge(attn_mask, key_padding_mask, q, k, start if is_causal else 0)
        k, v, added = self.extend(k, v)
        if self.num_kv_heads < self.num_heads:
            k, v = (repeat_interleave(x, self.num_heads // self.num_kv_heads, 1) for x in (k, v))
        if mask is not None and added:
            mask = pad(mask, (0, added), value=True if mask.dtype == bool else 0.0)
        is_causal = is_causal and not start         # else the mask says it
        p = self.dropout if self.training else 0.0
        if not need_weights:
            y = scaled_dot_product_attention(q, k, v, mask, p, is_causal)
        else:
            weights = dropout(attention_weights(q, k, mask, is_causal), p)
            y = weights @ v
        N, T, D = query.shape
        y = self.out_proj(y.transpose(1, 2).reshape(N, T, D))                 # (N, h, T, d) -> (N, T, D)
        if not need_weights:
            return y
        return y, weights.mean(1) if average_attn_weights else weights

    def check(self, query, key, value):
        name, N = type(self).__name__, query.shape[0] if query.ndim == 3 else "N"
        for x, what, length, width in ((query, "query", "T", self.embed_dim), (key, "key", "S", self.kdim),
                                       (value, "value", "S", self.vdim)):
            check_input(self, x, self.out_proj.weight)
            if x.ndim != 3 or x.shape[2] != width or x.shape[0] != N:
                raise ValueError(f"{name}: {what} should be ({N}, {length}, {width}), got {tuple(x.shape)}")
        if key.shape[1] != value.shape[1]:
            raise ValueError(f"{name}: key {tuple(key.shape)} and value {tuple(value.shape)} "
                             "must have one length")

    def project(self, query, key, value):
        """Q, K and V; one product for all three where they come from one tensor."""
        if self.kdim == self.vdim == self.embed_dim:
            if query is key is value:
                return split(linear(query, self.in_proj_weight, self.in_proj_bias), self.widths, -1)
            weights = split(self.in_proj_weight, self.widths)
        else:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        biases = (None,) * 3 if self.in_proj_bias is None else split(self.in_proj_bias, self.widths)
        return [linear(x, W, b) for x, W, b in zip((query, key, value), weights, biases)]

    def heads(self, x):
        """(N, T, D) -> (N, h, T, d)."""
        N, T, D = x.shape
        d = self.embed_dim // self.num_heads
        return x.reshape(N, T, D // d, d).transpose(1, 2)

    def extend(self, k, v):
        """k and v with a learned position and a position of zeros at the end, and how many these are."""
        N, h, _, d = k.shape
        rows = []
        if self.bias_k is not None:
            rows.append([x.reshape(1, h, 1, d).expand(N, h, 1, d) for x in (self.bias_k, self.bias_v)])
        if self.add_zero_attn:
            rows.append((zeros(N, h, 1, d, dtype=k.dtype, device=k.device),) * 2)
        for row_k, row_v in rows:
            k, v = cat([k, row_k], 2), cat([v, row_v], 2)
        return k, v, len(rows)

    def merge(self, attn_mask, key_padding_mask, q, k, start):
        """All masks as one for scaled_dot_product_attention: True may be seen, or numbers to add.

        start: if not 0, query t does not see keys after start + t.
        """
        name, h = type(self).__name__, self.num_heads
        N, _, T, _ = q.shape
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
                raise TypeError(f"{name}: a mask is boolean or floating-point, got {mask.dtype}; "
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

    def extra_repr(self):
        text = f"{self.embed_dim}, {self.num_heads}" + (f", dropout={self.dropout}" if self.dropout else "")
        return text if self.num_kv_heads == self.num_heads else f"{text}, num_kv_heads={self.num_kv_heads}"


class MultiheadAttention(MultiHeadAttention):
    """MultiHeadAttention as PyTorch has it: (T, N, D) unless batch_first, and a pair (output, weights).

    The weights are None with need_weights=False. Inputs may lack the batch axis.
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False,
                 kdim=None, vdim=None, batch_first=False, device=None, dtype=None):
        super().__init__(embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim,
                         device, dtype)
        self.batch_first = batch_first

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False):
        batched = query.ndim == 3
        if not batched:
            query, key, value = self.each(lambda x: x.unsqueeze(0), query, key, value)
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = self.each(lambda x: x.transpose(0, 1), query, key, value)
        y = super().forward(query, key, value, key_padding_mask, need_weights, attn_mask,
                            average_attn_weights, is_causal)
        y, weights = y if need_weights else (y, None)
        if not batched:
            return y.squeeze(0), weights if weights is None else weights.squeeze(0)
        return y if self.batch_first else y.transpose(0, 1), weights

    def each(self, change, query, key, value):
        """Self-attention is seen by q, k and v being one tensor: change it once."""
        if query is key is value:
            return (change(query),) * 3
        changed = change(key)
        return change(query), changed, changed if value is key else change(value)


def multi_head_attention_forward(
        query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v,
        add_zero_attn,
        dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None,
        use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None,
        static_v=None, average_attn_weights=True, is_causal=False):
    """MultiheadAttention with the given weights: (output, weights), of query (T, N, D) or (T, D).

    use_separate_proj_weight: q_proj_weight, ... in the place of in_proj_weight, for other widths of key and value.
    """
    if static_k is not None or static_v is not None:
        raise ValueError("multi_head_attention_forward: static_k and static_v are not possible; give key and value")
    D = embed_dim_to_check
    kdim, vdim = (key.shape[-1], value.shape[-1]) if use_separate_proj_weight else (D, D)
    if use_separate_proj_weight and kdim == vdim == D:
        in_proj_weight = cat([q_proj_weight, k_proj_weight, v_proj_weight])
    layer, out_proj = MultiheadAttention.__new__(MultiheadAttention), Linear.__new__(Linear)    # without new weights
    vars(out_proj).update(in_features=D, out_features=D, weight=out_proj_weight, bias=out_proj_bias)
    vars(layer).update(
        embed_dim=D, num_heads=num_heads, num_kv_heads=num_heads, dropout=dropout_p, training=training, rotary=None,
        kdim=kdim, vdim=vdim, widths=[D] * 3, add_zero_attn=add_zero_attn, batch_first=False, out_proj=out_proj,
        in_proj_weight=in_proj_weight, in_proj_bias=in_proj_bias, bias_k=bias_k, bias_v=bias_v,
        q_proj_weight=q_proj_weight, k_proj_weight=k_proj_weight, v_proj_weight=v_proj_weight)
    return layer(query, key, value, key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal)


class KVCache:
    """The keys and values of all positions so far, so that decoding a new one costs one step, not all.

    One for each attention layer: layer(x_of_the_new_positions, is_causal=True, cache=cache), inside
    no_grad(). len(cache): how many positions it holds, at most max_len.
    """

    def __init__(self, max_len):
        self.max_len, self.length = max_len, 0
        self.k = self.v = None          # (N, h, max_len, d)

    def __len__(self):
        return self.length

    def append(self, k, v):
        """Add the keys and values (N, h, T, d) of T new positions; returns those of all, (N, h, S, d)."""
        if is_grad_enabled() and (k.requires_grad or v.requires_grad):
            raise RuntimeError("KVCache: gradients do not flow through a cache; decode inside "
                               "`with no_grad():`")
        N, h, T, d = k.shape
        end = self.length + T
        if end > self.max_len:
            raise ValueError(f"KVCache: {self.length} positions and {T} more are more than max_len, "
                             f"{self.max_len}")
        if self.k is None:
            self.k, self.v = (empty(N, h, self.max_len, d, dtype=k.dtype, device=k.device) for _ in (k, v))
        if self.k.shape[:2] != (N, h) or self.k.shape[3] != d:
            held = ", ".join(map(str, [*self.k.shape[:2], "T", self.k.shape[3]]))
            raise ValueError(f"KVCache: it holds keys ({held}), got {tuple(k.shape)}; make one for each layer "
                             "and each batch")
        self.k[:, :, self.length:end], self.v[:, :, self.length:end] = k, v
        self.length = end
        return self.k[:, :, :end], self.v[:, :, :end]
