"""The Transformer: attention, then a small network per position, each with a skip connection.

An encoder reads all of `src`; a decoder reads what it has written so far, `tgt`, and the encoder's
output, the `memory`.

Masks: True hides a key; numbers are added to the scores. A mask is (T, S), for T positions that look at S;
a key padding mask is (N, S). is_causal: position t sees positions up to t, also without a mask.

Source: Vaswani et al. 2017, arXiv:1706.03762, sec. 3.1; norm_first, Xiong et al. 2020, arXiv:2002.04745.
"""

import copy
import math
from collections.abc import Callable
from typing import Any

from minigrad.autograd import Tensor
from minigrad.autograd.errors import check_times
from minigrad.nn import functional as F, init
from minigrad.nn.attention import MultiheadAttention
from minigrad.nn.containers import ModuleList
from minigrad.nn.dropout import Dropout
from minigrad.nn.linear import Linear
from minigrad.nn.module import Module
from minigrad.nn.normalisation import LayerNorm
from minigrad.ops.creation import full
from minigrad.ops.places.diagonals import triu

ACTIVATIONS: dict[str, Any] = {"relu": F.relu, "gelu": F.gelu}


class TransformerLayer(Module):
    """The base of encoder and decoder layers: attention without its weights, and the small network."""

    def attend(self, attention: MultiheadAttention, x: Tensor, memory: Tensor, mask: Tensor | None,
               padding: Tensor | None, is_causal: bool) -> Tensor:
        return attention(x, memory, memory, padding, False, mask, is_causal=is_causal)[0]

    def feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def set_activation(self, activation: str | Callable[[Tensor], Tensor]) -> None:
        if isinstance(activation, str):
            if activation not in ACTIVATIONS:
                raise ValueError(f"{type(self).__name__}: activation must be 'relu', 'gelu' or a function, "
                                 f"got {activation!r}")
            activation = ACTIVATIONS[activation]
        self.activation: Any = activation


class TransformerEncoderLayer(TransformerLayer):
    """x = norm1(x + attention(x)),  y = norm2(x + linear2(activation(linear1(x)))).

    With norm_first: x = x + attention(norm1(x)),  y = x + linear2(activation(linear1(norm2(x)))), which
    is easier to train. src (T, N, d_model), or (N, T, d_model) with batch_first -> the same.
    activation: 'relu', 'gelu' or a function. Its parts use their own initialisation.
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Tensor], Tensor] = F.relu, layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool | None = True,
                 device: str | None = None, dtype: Any = None):
        on = dict(device=device, dtype=dtype)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **on)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **on)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **on)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.set_activation(activation)

    def forward(self, src: Tensor, src_mask: Tensor | None = None,
                src_key_padding_mask: Tensor | None = None, is_causal: bool = False) -> Tensor:
        def attention(x):
            return self.dropout1(self.attend(self.self_attn, x, x, src_mask, src_key_padding_mask, is_causal))

        x = src
        if self.norm_first:
            x = x + attention(self.norm1(x))
            return x + self.dropout2(self.feed_forward(self.norm2(x)))
        x = self.norm1(x + attention(x))
        return self.norm2(x + self.dropout2(self.feed_forward(x)))


class TransformerDecoderLayer(TransformerLayer):
    """TransformerEncoderLayer with attention to the memory between its two halves.

    x = norm1(x + self_attn(x)),  x = norm2(x + multihead_attn(x, memory)),  y = norm3(x + network(x));
    with norm_first each norm comes first, as in the encoder layer. tgt (T, N, d_model), memory
    (S, N, d_model), or (N, T, d_model), (N, S, d_model) with batch_first -> as tgt.
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Tensor], Tensor] = F.relu, layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool | None = True,
                 device: str | None = None, dtype: Any = None):
        on = dict(device=device, dtype=dtype)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **on)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **on)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **on)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **on)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, **on)
        self.dropout1, self.dropout2, self.dropout3 = Dropout(dropout), Dropout(dropout), Dropout(dropout)
        self.set_activation(activation)

    def forward(self, tgt: Tensor, memory: Tensor, tgt_mask: Tensor | None = None,
                memory_mask: Tensor | None = None, tgt_key_padding_mask: Tensor | None = None,
                memory_key_padding_mask: Tensor | None = None, tgt_is_causal: bool = False,
                memory_is_causal: bool = False) -> Tensor:
        def to_itself(x):
            return self.dropout1(self.attend(
                self.self_attn, x, x, tgt_mask, tgt_key_padding_mask, tgt_is_causal))

        def to_memory(x):
            return self.dropout2(self.attend(
                self.multihead_attn, x, memory, memory_mask, memory_key_padding_mask, memory_is_causal))

        x = tgt
        if self.norm_first:
            x = x + to_itself(self.norm1(x))
            x = x + to_memory(self.norm2(x))
            return x + self.dropout3(self.feed_forward(self.norm3(x)))
        x = self.norm1(x + to_itself(x))
        x = self.norm2(x + to_memory(x))
        return self.norm3(x + self.dropout3(self.feed_forward(x)))


class TransformerEncoder(Module):
    """num_layers copies of encoder_layer, each on the output of the one before; then `norm`, if given.

    The copies start with equal weights, as in PyTorch. enable_nested_tensor and mask_check have no effect.
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None,
                 enable_nested_tensor: bool = True,
                 mask_check: bool = True):
        check_times("TransformerEncoder: num_layers", num_layers, least=0)
        self.layers = ModuleList(copy.deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src: Tensor, mask: Tensor | None = None, src_key_padding_mask: Tensor | None = None,
                is_causal: bool | None = None) -> Tensor:
        """See TransformerEncoderLayer; `mask` is its src_mask."""
        x = src
        for layer in self.layers:
            x = layer(x, mask, src_key_padding_mask, bool(is_causal))
        return x if self.norm is None else self.norm(x)


class TransformerDecoder(Module):
    """num_layers copies of decoder_layer, each on the output of the one before; then `norm`, if given.

    All of them read the same memory. The copies start with equal weights, as in PyTorch.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None):
        check_times("TransformerDecoder: num_layers", num_layers, least=0)
        self.layers = ModuleList(copy.deepcopy(decoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, tgt: Tensor, memory: Tensor, tgt_mask: Tensor | None = None,
                memory_mask: Tensor | None = None, tgt_key_padding_mask: Tensor | None = None,
                memory_key_padding_mask: Tensor | None = None, tgt_is_causal: bool | None = None,
                memory_is_causal: bool = False) -> Tensor:
        x = tgt
        for layer in self.layers:
            x = layer(x, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
                      bool(tgt_is_causal), memory_is_causal)
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """Encoder and decoder: y = decoder(tgt, encoder(src)), both with a final norm.

    src (S, N, d_model), tgt (T, N, d_model), or (N, S, d_model), (N, T, d_model) with batch_first, or
    both without N -> as tgt. custom_encoder and custom_decoder replace the usual ones. All matrices
    are initialised with xavier_uniform_.

    To train on whole sentences pass tgt_mask=Transformer.generate_square_subsequent_mask(T): it hides from
    each position the words that it should predict.
    """

    def __init__(self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6,
                 num_decoder_layers: int = 6, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Tensor], Tensor] = F.relu,
                 custom_encoder: Module | None = None, custom_decoder: Module | None = None,
                 layer_norm_eps: float = 1e-5, batch_first: bool = False, norm_first: bool = False,
                 bias: bool | None = True, device: str | None = None, dtype: Any = None):
        on = dict(device=device, dtype=dtype)
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first,
                    norm_first, bias)
        if custom_encoder is None:
            custom_encoder = TransformerEncoder(TransformerEncoderLayer(*settings, **on), num_encoder_layers,
                                                LayerNorm(d_model, layer_norm_eps, bias=bias, **on))
        if custom_decoder is None:
            custom_decoder = TransformerDecoder(TransformerDecoderLayer(*settings, **on), num_decoder_layers,
                                                LayerNorm(d_model, layer_norm_eps, bias=bias, **on))
        self.encoder, self.decoder = custom_encoder, custom_decoder
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(self, src: Tensor, tgt: Tensor, src_mask: Tensor | None = None,
                tgt_mask: Tensor | None = None, memory_mask: Tensor | None = None,
                src_key_padding_mask: Tensor | None = None, tgt_key_padding_mask: Tensor | None = None,
                memory_key_padding_mask: Tensor | None = None, src_is_causal: bool | None = None,
                tgt_is_causal: bool | None = None, memory_is_causal: bool = False) -> Tensor:
        N, both = 0 if self.batch_first else 1, f"src {tuple(src.shape)} and tgt {tuple(tgt.shape)}"
        if src.ndim != tgt.ndim or src.ndim == 3 and src.shape[N] != tgt.shape[N]:
            raise ValueError(f"Transformer: {both} must have the same batch size, axis {N} with "
                             f"batch_first={self.batch_first}")
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise ValueError(f"Transformer: the last axis of {both} must be d_model, {self.d_model}")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask,
                              is_causal=src_is_causal)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                            tgt_key_padding_mask=tgt_key_padding_mask,
                            memory_key_padding_mask=memory_key_padding_mask,
                            tgt_is_causal=tgt_is_causal, memory_is_causal=memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: str | None = None, dtype: Any = None) -> Tensor:
        """(sz, sz): -inf above the diagonal, else 0, so that a position sees those up to itself."""
        return triu(full((sz, sz), -math.inf, dtype=dtype, device=device), 1)
