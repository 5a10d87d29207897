"""Two LSTMs and attention: one reads a sequence, the other writes one. Luong et al. 2015, arXiv:1508.04025.

    source (N, S) -> LSTM in both directions -> memory (N, S, D)
    target (N, T) -> LSTM that starts with the reader's last state -> h (N, T, D)
    weights = softmax(h W memoryᵀ)          "general" scores, eq. 8: where each h looks
    context = weights memory                what it sees there
    logits  = V tanh(U [context, h])        eq. 5 and 6

Without the attention, the last state alone would have to hold the whole source (Bahdanau et al. 2014,
arXiv:1409.0473). Unlike in the paper, the tanh is not fed into the next step ("input feeding"): so the LSTM
runs over all target tokens at once.
"""

import math

from minigrad.autograd import Tensor
from minigrad.nn import LSTM, Dropout, Embedding, Linear, Module, functional as F, utils
from minigrad.ops.places.joining import cat


class AttentionLSTM(Module):
    """Source ids (N, S), target ids (N, T) -> logits (N, T, target_size) of the token after each target.

    The id 0 is padding, at the end of a sequence; a source has at least one token. Embeddings: N(0, 1); LSTM
    and linear layers: as in PyTorch.
    """

    def __init__(self, source_size: int, target_size: int, D: int = 128, dropout: float = 0.1):
        if D % 2:
            raise ValueError(f"AttentionLSTM: D must be even, a half for each direction, got {D}")
        self.source, self.target = Embedding(source_size, D), Embedding(target_size, D)
        self.reader = LSTM(D, D // 2, batch_first=True, bidirectional=True)
        self.writer = LSTM(D, D, batch_first=True)
        self.score, self.mix = Linear(D, D, bias=False), Linear(2 * D, D)
        self.logits, self.dropout = Linear(D, target_size), Dropout(dropout)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory, state = self.read(source)
        h, _ = self.writer(self.dropout(self.target(target)), state)                    # (N, T, D)
        return self.answer(h, memory, self.there(source))

    def read(self, source: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(N, S) -> the memory (N, S, D), and the first state (h, c) of the writer, each (1, N, D)."""
        x = self.dropout(self.source(source))
        lengths = (source != 0).sum(1).cpu()
        # Packed, so that the LSTM that reads from the end starts with the last token, not with padding.
        packed = utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        packed, ends = self.reader(packed)
        memory, _ = utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=source.shape[1])
        h, c = (cat([end[0], end[1]], 1).unsqueeze(0) for end in ends)
        return memory, (h, c)

    def there(self, source: Tensor) -> Tensor:
        """True where a source has a token, False at padding, (N, 1, S)."""
        return (source != 0).unsqueeze(1)

    def weights(self, h: Tensor, memory: Tensor, there: Tensor) -> Tensor:
        """(N, T, S): where each h looks."""
        scores = self.score(h) @ memory.transpose(1, 2)
        return F.softmax(scores.masked_fill(~there, -math.inf), dim=2)

    def answer(self, h: Tensor, memory: Tensor, there: Tensor) -> Tensor:
        """(N, T, D) -> logits (N, T, V)."""
        context = self.weights(h, memory, there) @ memory                               # (N, T, D)
        return self.logits(self.dropout(F.tanh(self.mix(cat([context, h], 2)))))

    def start(self, source: Tensor) -> list[Tensor]:
        """The state of beam_search: memory, where it counts, and the writer's h and c, (N, 1, D)."""
        memory, (h, c) = self.read(source)
        return [memory, self.there(source), h.transpose(0, 1), c.transpose(0, 1)]

    def step(self, ids: Tensor, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The last tokens (M,) -> logits (M, V) of the next ones."""
        memory, there, h, c = state
        y, (h, c) = self.writer(self.target(ids.unsqueeze(1)), (h.transpose(0, 1).contiguous(),
                                                                c.transpose(0, 1).contiguous()))
        return self.answer(y, memory, there).squeeze(1), [memory, there, h.transpose(0, 1), c.transpose(0, 1)]

    def attention(self, source: Tensor, target: Tensor) -> Tensor:
        """(N, 1, T, S): where each target token looks."""
        memory, state = self.read(source)
        h, _ = self.writer(self.target(target), state)
        return self.weights(h, memory, self.there(source)).unsqueeze(1)
