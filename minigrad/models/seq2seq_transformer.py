"""The Transformer as first published: an encoder and a decoder. Vaswani et al. 2017, arXiv:1706.03762.

    source (N, S) -> [self-attention, network] x layers -> memory (N, S, D)
    target (N, T) -> [masked self-attention, cross-attention to the memory, network] x layers -> logits

In the mask of the decoder, position t sees the positions up to t: all T predictions are learnt at once, and
writing later sees what it saw in training. Unlike in the paper, each part normalises what it reads, not what
it has added (Xiong et al. 2020, arXiv:2002.04745): this trains without a warm-up.
"""

import math

import numpy as np

from minigrad.autograd import Tensor
from minigrad.nn import (
    Dropout,
    Embedding,
    LayerNorm,
    Linear,
    Module,
    ModuleList,
    ReLU,
    Sequential,
    functional as F,
    init,
)
from minigrad.ops.creation import tensor
from minigrad.ops.places.joining import cat


class Seq2SeqTransformer(Module):
    """Source ids (N, S), target ids (N, T) -> logits (N, T, target_size) of the token after each target.

    The id 0 is padding, at the end of a sequence. Embeddings: N(0, 1 / D), times sqrt(D); linear layers:
    xavier_uniform_, bias 0.
    """

    def __init__(self, source_size: int, target_size: int, D: int = 128, heads: int = 4, layers: int = 3,
                 dropout: float = 0.1, longest: int = 64):
        """longest: of a sequence. The hidden width of the networks is 4 D."""
        if D % heads or D % 2:
            raise ValueError(f"Seq2SeqTransformer: D must be even and a multiple of heads, got D={D}, "
                             f"heads={heads}")
        self.D, self.longest = D, longest
        self.source, self.target = Embedding(source_size, D), Embedding(target_size, D)
        self.encoder = ModuleList(EncoderLayer(D, heads, dropout) for _ in range(layers))
        self.decoder = ModuleList(DecoderLayer(D, heads, dropout) for _ in range(layers))
        self.encoder_norm, self.decoder_norm = LayerNorm(D), LayerNorm(D)
        self.logits, self.dropout = Linear(D, target_size), Dropout(dropout)
        self.register_buffer("position", tensor(sinusoids(longest, D)))
        for module in self.modules():
            if isinstance(module, Linear):
                init.xavier_uniform_(module.weight)
                init.zeros_(module.bias)
            elif isinstance(module, Embedding):
                init.normal_(module.weight, std=D ** -0.5)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        x, memory = self.embed(self.target, target), self.encode(source)
        for layer, seen in zip(self.decoder, self.looked_at(memory)):
            x, _ = layer(x, seen, self.there(source))
        return self.logits(self.decoder_norm(x))

    def embed(self, table: Module, ids: Tensor, first: int = 0) -> Tensor:
        """(N, T) -> (N, T, D), for the positions from `first` on."""
        end = first + ids.shape[1]
        if end > self.longest:
            raise ValueError(f"Seq2SeqTransformer: a sequence of {end} tokens, but the model knows "
                             f"{self.longest} positions; shorten it, or create the model with longest={end}")
        return self.dropout(table(ids) * math.sqrt(self.D) + self.position[first:end])

    def encode(self, source: Tensor) -> Tensor:
        """(N, S) -> the memory (N, S, D)."""
        x, there = self.embed(self.source, source), self.there(source)
        for layer in self.encoder:
            x = layer(x, there)
        return self.encoder_norm(x)

    def there(self, source: Tensor) -> Tensor:
        """True where a source has a token, False at padding; (N, 1, 1, S) for all heads and queries."""
        return (source != 0).reshape(len(source), 1, 1, -1)

    def looked_at(self, memory: Tensor) -> list[tuple[Tensor, Tensor]]:
        """The keys and values of the memory for each layer's cross-attention."""
        return [layer.cross.keys_values(memory) for layer in self.decoder]

    def start(self, source: Tensor) -> list[Tensor]:
        """The state of beam_search: where there is a source; keys and values of memory and past, by layer."""
        looked_at = self.looked_at(self.encode(source))
        return [self.there(source), *(x for k, v in looked_at for x in (k, v, k[:, :, :0], v[:, :, :0]))]

    def step(self, ids: Tensor, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The last tokens (M,) -> logits (M, V) of the next ones; state has the keys of the earlier ones."""
        there, *rest = state
        x, after = self.embed(self.target, ids.unsqueeze(1), first=rest[2].shape[2]), [there]
        for layer, k, v, *past in zip(self.decoder, rest[::4], rest[1::4], rest[2::4], rest[3::4]):
            x, past = layer(x, (k, v), there, past)
            after += [k, v, *past]
        return self.logits(self.decoder_norm(x)).squeeze(1), after

    def attention(self, source: Tensor, target: Tensor) -> Tensor:
        """The weights of the last cross-attention, (N, heads, T, S): where each target token looks."""
        x, there, looked_at = self.embed(self.target, target), self.there(source), self.looked_at(
            self.encode(source))
        *layers, last = self.decoder
        for layer, seen in zip(layers, looked_at):
            x, _ = layer(x, seen, there)
        return last.cross.weights(last.norms[1](last.look_back(x)[0]), looked_at[-1][0], there)


class EncoderLayer(Module):
    """Self-attention mixes the positions, a network changes each by itself; both are added to x."""

    def __init__(self, D: int, heads: int, dropout: float):
        self.attention, self.network = Attention(D, heads), network(D)
        self.norms, self.dropout = ModuleList(LayerNorm(D) for _ in range(2)), Dropout(dropout)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        y = self.norms[0](x)
        x = x + self.dropout(self.attention(y, *self.attention.keys_values(y), there))
        return x + self.dropout(self.network(self.norms[1](x)))


class DecoderLayer(Module):
    """As an encoder's, with cross-attention to the memory between the two."""

    def __init__(self, D: int, heads: int, dropout: float):
        self.attention, self.cross, self.network = Attention(D, heads), Attention(D, heads), network(D)
        self.norms, self.dropout = ModuleList(LayerNorm(D) for _ in range(3)), Dropout(dropout)

    def forward(self, x: Tensor, seen: tuple[Tensor, Tensor], there: Tensor, past: list[Tensor] | None = None
                ) -> tuple[Tensor, list[Tensor]]:
        """seen: keys and values of the memory. past: those of the tokens before x, None if x is the whole."""
        x, past = self.look_back(x, past)
        x = x + self.dropout(self.cross(self.norms[1](x), *seen, there))
        return x + self.dropout(self.network(self.norms[2](x))), past

    def look_back(self, x: Tensor, past: list[Tensor] | None = None) -> tuple[Tensor, list[Tensor]]:
        """Masked self-attention: x and, as keys and values, all tokens up to it."""
        y = self.norms[0](x)
        k, v = self.attention.keys_values(y)
        if past is not None:
            k, v = cat([past[0], k], 2), cat([past[1], v], 2)
        return x + self.dropout(self.attention(y, k, v, causal=past is None)), [k, v]


class Attention(Module):
    """softmax(q kᵀ / sqrt(D / heads)) v in each head."""

    def __init__(self, D: int, heads: int):
        self.heads = heads
        self.query, self.key, self.value, self.out = (Linear(D, D) for _ in range(4))

    def by_head(self, x: Tensor) -> Tensor:
        """(N, T, D) -> (N, heads, T, D / heads)."""
        N, T, D = x.shape
        return x.reshape(N, T, self.heads, D // self.heads).transpose(1, 2)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.by_head(self.key(x)), self.by_head(self.value(x))

    def forward(self, x: Tensor, k: Tensor, v: Tensor, there: Tensor | None = None, causal: bool = False
                ) -> Tensor:
        q = self.by_head(self.query(x))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=there, is_causal=causal)
        return self.out(y.transpose(1, 2).reshape(*x.shape))

    def weights(self, x: Tensor, k: Tensor, there: Tensor) -> Tensor:
        """(N, heads, T, S): what forward multiplies the values by."""
        q = self.by_head(self.query(x))
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        return F.softmax(scores.masked_fill(~there, -math.inf), dim=3)


def network(D):
    return Sequential(Linear(D, 4 * D), ReLU(), Linear(4 * D, D))


def sinusoids(T, D):
    """sin and cos of t / 10000^(2 i / D), (T, D): a code of the position t. Sec. 3.5."""
    angle = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(T, D).astype(np.float32)
