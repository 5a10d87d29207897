"""What the demos spelling and translate share: batches of pairs of sequences, loss, pictures of attention.

A sequence is a list of ids from 3 on; each target is learnt as

    decoder reads   START a b c
    and predicts    a b c STOP
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minigrad import Tensor, no_grad, tensor
from minigrad.data import DataLoader
from minigrad.models.beam import Hypothesis, beam_search
from minigrad.nn import functional as F
from minigrad.visual.figure import finish, new_figure

PAD, START, STOP = 0, 1, 2
FIRST = 3       # the first id that stands for something
Pair = tuple[list[int], list[int]]


def padded(sequences: Sequence[list[int]]) -> Tensor:
    """N lists of ids -> (N, T), padded at the end."""
    ids = np.full((len(sequences), max(map(len, sequences))), PAD)
    for row, sequence in zip(ids, sequences):
        row[:len(sequence)] = sequence
    return tensor(ids)


def batch(pairs: list[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Source (N, S), what the decoder reads (N, T), what it predicts (N, T)."""
    sources, targets = zip(*pairs)
    target = padded([[START, *ids, STOP] for ids in targets])
    # A shorter sequence also reads its STOP, but what it predicts there is padding, which does not count.
    return padded(sources), target[:, :-1], target[:, 1:]


class ByLength:
    """Batches of similar length, so that little is padding, in a new random order every epoch."""

    def __init__(self, pairs: list[Pair], size: int, seed: int) -> None:
        self.lengths = np.array([len(source) + len(target) for source, target in pairs])
        self.size, self.random = size, np.random.default_rng(seed)

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.size)

    def __iter__(self) -> Iterator[list[int]]:
        order = self.random.permutation(len(self.lengths))
        pools = [order[i:i + 50 * self.size] for i in range(0, len(order), 50 * self.size)]
        pools = [pool[np.argsort(self.lengths[pool], kind="stable")] for pool in pools]
        batches = [pool[i:i + self.size] for pool in pools for i in range(0, len(pool), self.size)]
        for i in self.random.permutation(len(batches)):
            yield batches[i].tolist()


def loader(pairs: list[Pair], size: int, seed: int) -> DataLoader:
    return DataLoader(pairs, batch_sampler=ByLength(pairs, size, seed), collate_fn=batch)


def loss(logits: Tensor, target: Tensor) -> Tensor:
    """The mean cross entropy of the tokens, in nats; logits (N, T, V), target (N, T)."""
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD)


def write(model: Any, sources: Sequence[list[int]], *, device: str = "cpu", size: int = 128, **settings: Any
          ) -> list[list[Hypothesis]]:
    """What beam_search finds for each source, in batches of similar length."""
    model.eval()
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    found: list = [None] * len(sources)
    for start in range(0, len(order), size):
        chosen = order[start:start + size]
        given = padded([sources[i] for i in chosen]).to(device)
        for i, each in zip(chosen, beam_search(model, given, start=START, stop=STOP, **settings)):
            found[i] = each
    return found


def plot_cross_attention(models: dict[str, Any], source: list[int], target: list[int], columns: list[str],
                         rows: list[str], path: Any) -> None:
    """Where each model looks in the source (columns) before it writes a target token (rows), and STOP."""
    figure, axes = new_figure(1, len(models), width=1.3 + 0.27 * len(columns), height=1.1 + 0.22 * len(rows))
    for axis, (name, model) in zip(axes[0], models.items()):
        device = next(model.parameters()).device
        with no_grad():
            weights = model.eval().attention(*[padded([x]).to(device) for x in (source, [START, *target])])
        axis.imshow(weights[0].mean(0).cpu().numpy(), cmap="Blues", vmin=0)
        axis.set_xticks(range(len(columns)), columns, rotation=90 if max(map(len, columns)) > 1 else 0,
                        fontsize=8)
        axis.set_yticks(range(len(rows) + 1), [*rows, "stop"], fontsize=8)
        axis.set_title(name, fontsize=9)
    finish(figure, path)
