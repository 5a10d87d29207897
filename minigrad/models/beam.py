"""Beam search: the most probable sequences that a model writes, a few prefixes at a time.

    START -> T, D, ... -> T AH0, T EY1, D AH0, ... -> the best `beam` prefixes at every length

A model has two methods:

    state = model.start(source)             what step needs: tensors whose first axis are the N sources
    logits, state = model.step(ids, state)  the last token of each prefix (M,) -> logits (M, V) of the next

A long sequence has a small probability because it has many factors, so ended ones are compared by

    log P / ((5 + length) / 6) ** alpha

Source: Wu et al. 2016, arXiv:1609.08144, sec. 7.
"""

from typing import Any, NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import checked
from minigrad.nn import functional as F
from minigrad.ops.creation import tensor


class Hypothesis(NamedTuple):
    """ids: the tokens written, without start and stop. log_p: in nats. score: what they compete by."""

    ids: list[int]
    log_p: float
    score: float


@checked
def beam_search(model: Any, source: Tensor, *, start: int, stop: int, beam: int = 5, longest: int = 50,
                alpha: float = 0.6, best: int = 1) -> list[list[Hypothesis]]:
    """The `best` sequences for each of N sources, the best one first; beam=1 is greedy.

    source: whatever model.start takes, N along its first axis. start, stop: the ids that open and end a
    sequence. A source is done when no prefix can still overtake its `best` ended sequences. What has not
    ended after `longest` tokens is cut, and returned only where fewer than `best` have; there may also be
    fewer in all. alpha: 0 compares by log P, so that short sequences win; 1 by about the mean of a token.

    Raises ValueError unless 1 <= best <= beam, 1 <= longest and 0 <= alpha.
    """
    for name, value in dict(beam=beam, longest=longest, best=best).items():
        if value < 1:
            raise ValueError(f"beam_search: {name} must be at least 1, got {value}")
    if best > beam:
        raise ValueError(f"beam_search: best={best} sequences need a beam of at least {best}, got {beam}")
    if not alpha >= 0:
        raise ValueError(f"beam_search: alpha must be at least 0, got {alpha!r}")
    N, K, device = len(source), beam, source.device
    found: list[list[Hypothesis]] = [[] for _ in range(N)]
    going = list(range(N))                      # the sources that are not done
    # The prefixes of the i-th of them are the rows i K, i K + 1, ...; those with -inf are none.
    prefixes, log_p = np.zeros((N * K, 0), np.int64), np.full((N, K), -np.inf)
    log_p[:, 0] = 0
    with no_grad():
        ids = np.full(N * K, start)
        state = pick(model.start(source), np.repeat(np.arange(N), K), device)
        for length in range(1, longest + 1):
            logits, state = model.step(tensor(ids).to(device), state)
            V = logits.shape[1]
            total = log_p[:, :, None] + F.log_softmax(logits, dim=1).cpu().numpy().reshape(-1, K, V)
            total = total.reshape(-1, K * V)
            candidates = np.argpartition(-total, K - 1, axis=1)[:, :K]
            parents, ids = candidates // V + K * np.arange(len(going))[:, None], candidates % V     # (., K)
            log_p = np.take_along_axis(total, candidates, 1)
            for i, k in np.argwhere((ids == stop) & (log_p > -np.inf)):
                found[going[i]].append(hypothesis(prefixes[parents[i, k]], log_p[i, k], length, alpha))
            log_p[ids == stop] = -np.inf
            # log P only falls, so that no prefix can reach more than this:
            limits = log_p.max(1) / penalty(longest, alpha)
            left = [i for i, n in enumerate(going) if limits[i] > worst(found[n], best)]
            going = [going[i] for i in left]
            if not going:
                break
            log_p, rows, ids = log_p[left], parents[left].reshape(-1), ids[left].reshape(-1)
            state = pick(state, rows, device)
            prefixes = np.concatenate([prefixes[rows], ids[:, None]], 1)
    found = [ranked(each) for each in found]
    for i, n in enumerate(going):
        if len(found[n]) < best:
            found[n] += ranked(hypothesis(prefix, value, longest, alpha)
                               for prefix, value in zip(prefixes[i * K:], log_p[i]) if value > -np.inf)
    return [each[:best] for each in found]


def penalty(length, alpha):
    """length: with the stop."""
    return ((5 + length) / 6) ** alpha


def hypothesis(prefix, log_p, length, alpha):
    return Hypothesis(prefix.tolist(), float(log_p), float(log_p / penalty(length, alpha)))


def ranked(hypotheses):
    return sorted(hypotheses, key=lambda each: each.score, reverse=True)


def worst(found, best):
    """The score of the last one of the `best`; -inf if there are fewer."""
    return ranked(found)[best - 1].score if len(found) >= best else -np.inf


def pick(state, rows, device):
    rows = tensor(rows).to(device)
    return [each[rows] for each in state]
