"""Lesson 10: right answers written in other ways than the solutions, and wrong ones."""

import itertools
import math

import numpy as np

import minigrad
from minigrad.nn import functional as F


def bits_one_by_one(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        top = max(row)
        total += math.log2(sum(math.exp(each - top) for each in row)) - (row[target] - top) / math.log(2)
    return total / len(targets)


def bits_by_library(logits, targets):
    loss = F.cross_entropy(minigrad.tensor(logits), minigrad.tensor(targets))
    return loss.item() * math.log2(math.e)


def windows_by_indexing(ids, length, stride):
    starts = np.arange(0, len(ids) - length, stride)
    places = starts[:, None] + np.arange(length)
    return ids[places], ids[places + 1]


def windows_with_while(ids, length, stride):
    inputs, targets, start = [], [], 0
    while start + length + 1 <= len(ids):
        inputs.append(list(ids[start:start + length]))
        targets.append(list(ids[start + 1:start + length + 1]))
        start += stride
    return inputs, targets


def windows_of_the_library(ids, length, stride):
    all_of_them = np.lib.stride_tricks.sliding_window_view(ids, length + 1)[::stride]
    return all_of_them[:, :-1], all_of_them[:, 1:]


def rnn_step_of_columns(x, h, W, U, b):
    return (W @ x.T + U @ h.T + b[:, None]).T.tanh()


def rnn_step_row_by_row(x, h, W, U, b):
    return minigrad.stack([minigrad.tanh(W @ x[n] + U @ h[n] + b) for n in range(len(x))])


def lstm_step_by_slices(x, h, c, W, U, b):
    z, H = F.linear(x, W, b) + F.linear(h, U), h.shape[1]
    i, f, o = z[:, :H].sigmoid(), z[:, H:2 * H].sigmoid(), z[:, 3 * H:].sigmoid()
    new = f * c + i * z[:, 2 * H:3 * H].tanh()
    return o * new.tanh(), new


def lstm_step_gate_by_gate(x, h, c, W, U, b):
    H = c.shape[1]

    def part(k):
        rows = slice(k * H, (k + 1) * H)
        return x @ W[rows].T + h @ U[rows].T + b[rows]
    i, f, o = [1 / (1 + minigrad.exp(-part(k))) for k in (0, 1, 3)]
    c = f * c + i * minigrad.tanh(part(2))
    return [o * minigrad.tanh(c), c]


def sample_with_a_loop(logits, temperature, u):
    weights = [math.exp((each - max(logits)) / temperature) for each in logits]
    total = 0.0
    for i, weight in enumerate(weights):
        total += weight / sum(weights)
        if total > u:
            return i
    return len(weights) - 1


def sample_by_argmax(logits, temperature, u):
    p = F.softmax(minigrad.tensor(logits) / temperature, dim=0).numpy()
    return np.argmax(np.array(list(itertools.accumulate(p))) > u)


ALSO_RIGHT = {
    "10.1": [bits_one_by_one, bits_by_library],
    "10.2": [windows_by_indexing, windows_with_while, windows_of_the_library],
    "10.3": [rnn_step_of_columns, rnn_step_row_by_row],
    "10.4": [lstm_step_by_slices, lstm_step_gate_by_gate],
    "10.5": [sample_with_a_loop, sample_by_argmax],
}
ALSO_WRONG = {
    "10.1": [lambda logits, targets: 0.5, lambda logits, targets: logits[targets],
             lambda logits, targets: -np.log2(np.exp(logits) / np.exp(logits).sum(1))[:, targets].mean()],
    "10.2": [lambda ids, length, stride: ids, lambda ids, length, stride: (ids[:-1], ids[1:]),
             lambda ids, length, stride: windows_by_indexing(ids, length + 1, stride)],
    "10.3": [lambda x, h, W, U, b: minigrad.tanh(W @ x + U @ h + b), lambda x, h, W, U, b: h,
             lambda x, h, W, U, b: np.tanh(x.numpy() @ W.numpy().T), lambda x, h, W, U, b: x @ W.T * h],
    "10.4": [lambda x, h, c, W, U, b: lstm_step_by_slices(x, h, c, W, U, b)[0],
             lambda x, h, c, W, U, b: (h, c),
             lambda x, h, c, W, U, b: (x @ W.T + h @ U.T + b).chunk(4, dim=0)],
    "10.5": [lambda logits, temperature, u: 0, lambda logits, temperature, u: u,
             lambda logits, temperature, u: logits,
             lambda logits, temperature, u: np.random.choice(len(logits))],
}
