"""Beam search: the most probable sequences that a model writes, a few prefixes at a time.

    START -> T, D, ... -> T AH0, T EY1, D AH0, ... -> the best `beam` prefixes at every length

A model has two methods:

    state = model.start(source)             what step needs: tensors whose first axis are the N sources
    logits, state = model.step(ids, state)  the last token of each prefix (M,) -> logits (M, V) of the next one

A long sequence has a small probability because it has many factors, so ended ones are compared by

    log P / ((5 + length) / 6) ** alpha

Source: Wu et al. 2016, arXiv:1609.08144, sec. 7.
"""

from typing import Any, NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.nn import functional as F
from minigrad.ops.creation import tensor


class Hypothesis(NamedTuple):
    """ids: the tokens written, without start and stop. log_p: log P, in nats. score: by which they compete."""

    ids: list[int]
    log_p: float
    score: float


def beam_search(model: Any, source: Tensor, *, start: int, stop: int, beam: int = 5, longest: int = 50,
                alpha: float = 0.6, best: int = 1) -> list[list[Hypothesis]]:
    """The `best` sequences for each of N sources, the best one first; beam=1 is greedy.

    source: whatever model.start takes, N along its first axis. start, stop: the ids that open and end a
    sequence. A source is done when `beam` sequences have ended; what has not ended after `longest` tokens is cut,
    and returned only where fewer than `best` have. alpha: 0 prefers short sequences, 1 nearly takes the mean.

    Raises ValueError unless 1 <= best <= beam, 1 <= longest and 0 <= alpha.
    """
    for name, value in dict(beam=beam, longest=longest, best=best).items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"beam_search: {name} must be a whole number of at least 1, got {value!r}")
    if best > beam:
        raise ValueError(f"beam_search: best={best} sequences need a beam of at least {best}, got {beam}")
    if not alpha >= 0:
        raise ValueError(f"beam_search: alpha must be at least 0, got {alpha!r}")
    N = len(source)
    with no_grad():
        ended, cut = search(model, source, [start, stop], beam, longest, alpha)
    return [(sorted(ended[n], key=score, reverse=True) + sorted(cut[n], key=score, reverse=True))[:best]
            for n in range(N)]


def score(hypothesis):
    return hypothesis.score


def search(model, source, tokens, K, longest, alpha):
    (start, stop), N, device = tokens, len(source), source.device
    ended, cut = ([[] for _ in range(N)] for _ in range(2))
    going = list(range(N))                      # the sources that are not done
    # The K prefixes of the i-th of them are rows i K, i K + 1, ...; at first there is one, the empty one.
    prefixes, log_p = np.zeros((N * K, 0), int), np.full((N, K), -np.inf)
    log_p[:, 0] = 0
    ids = np.full(N * K, start)
    state = pick(model.start(source), np.repeat(np.arange(N), K), device)
    for length in range(1, longest + 1):
        logits, state = model.step(tensor(ids).to(device), state)
        V = logits.shape[1]
        total = log_p[:, :, None] + F.log_softmax(logits, dim=1).cpu().numpy().reshape(-1, K, V)
        total = total.reshape(-1, K * V)
        # At most K of the best 2 K are stops, so that K prefixes go on.
        first = np.argpartition(-total, min(2 * K, K * V) - 1, axis=1)[:, :2 * K]
        rows, ids, chosen, left = [], [], [], []
        for i, n in enumerate(going):
            order = first[i][np.argsort(-total[i, first[i]], kind="stable")]
            next_ones = []
            for rank, each in enumerate(order[total[i, order] > -np.inf]):
                parent, token = divmod(int(each), V)
                if token != stop:
                    next_ones.append((parent, token, total[i, each]))
                elif rank < K:
                    ended[n].append(hypothesis(prefixes[i * K + parent], total[i, each], length, alpha))
            if len(ended[n]) >= K or not next_ones:
                continue
            next_ones = (next_ones + [(0, stop, -np.inf)] * K)[:K]
            parents, following, values = zip(*next_ones)
            rows += [i * K + parent for parent in parents]
            ids += following
            chosen.append(values)
            left.append(n)
        going = left
        if not going:
            break
        ids, log_p = np.array(ids), np.array(chosen)
        state = pick(state, np.array(rows), device)
        prefixes = np.concatenate([prefixes[rows], ids[:, None]], 1)
    else:
        for i, n in enumerate(going):
            cut[n] = [hypothesis(prefix, value, longest, alpha)
                      for prefix, value in zip(prefixes[i * K:], log_p[i]) if value > -np.inf]
    return ended, cut


def hypothesis(prefix, log_p, length, alpha):
    """length: with the stop."""
    return Hypothesis(prefix.tolist(), float(log_p), float(log_p / ((5 + length) / 6) ** alpha))


def pick(state, rows, device):
    rows = tensor(rows).to(device)
    return [each[rows] for each in state]
