"""The Transformer encoder: attention, then a small network for every position, each around a shortcut.

Source: Vaswani et al. 2017, arXiv:1706.03762, sec. 3.1; norm_first, Xiong et al. 2020, arXiv:2002.04745.
"""

import copy

from minigrad.nn import functional as F
from minigrad.nn.attention import MultiheadAttention
from minigrad.nn.containers import ModuleList
from minigrad.nn.dropout import Dropout
from minigrad.nn.linear import Linear
from minigrad.nn.module import Module
from minigrad.nn.normalisation import LayerNorm

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu}


class TransformerEncoderLayer(Module):
    """x = norm1(x + attention(x)),  y = norm2(x + linear2(activation(linear1(x)))).

    With norm_first: x = x + attention(norm1(x)),  y = x + linear2(activation(linear1(norm2(x)))), which
    trains more easily. src (T, N, d_model), or (N, T, d_model) with batch_first -> the same.
    activation: 'relu', 'gelu' or a function. All parts are initialised as these layers are.
    """

    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu,
                 layer_norm_eps=1e-5, batch_first=False, norm_first=False, bias=True, device=None,
                 dtype=None):
        on = dict(device=device, dtype=dtype)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **on)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **on)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **on)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        if isinstance(activation, str):
            if activation not in ACTIVATIONS:
                raise ValueError(f"TransformerEncoderLayer: activation is 'relu', 'gelu' or a function, "
                                 f"got {activation!r}")
            activation = ACTIVATIONS[activation]
        self.activation = activation

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        """src_mask (T, T) and src_key_padding_mask (N, T): True is not seen, or numbers that are added."""
        masks = src_mask, src_key_padding_mask, is_causal
        x = src
        if self.norm_first:
            x = x + self.attend(self.norm1(x), *masks)
            return x + self.feed_forward(self.norm2(x))
        x = self.norm1(x + self.attend(x, *masks))
        return self.norm2(x + self.feed_forward(x))

    def attend(self, x, src_mask, src_key_padding_mask, is_causal):
        y, _ = self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)
        return self.dropout1(y)

    def feed_forward(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoder(Module):
    """num_layers copies of encoder_layer, each on the output of the one before; then `norm`, if given.

    The copies begin with equal weights, as in PyTorch; enable_nested_tensor and mask_check are accepted
    and change nothing.
    """

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        self.layers = ModuleList(copy.deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        """As TransformerEncoderLayer, `mask` being its src_mask."""
        x = src
        for layer in self.layers:
            x = layer(x, mask, src_key_padding_mask, bool(is_causal))
        return x if self.norm is None else self.norm(x)
