"""Lesson 11: right answers written in other ways than the solutions, and wrong ones."""

import math

import numpy as np

import minigrad
from minigrad.nn import functional as F


def padded_by_lists(rows):
    width = max(map(len, rows))
    ids = [row + [0] * (width - len(row)) for row in rows]
    padding = [[False] * len(row) + [True] * (width - len(row)) for row in rows]
    return np.array(ids), np.array(padding)


def padded_by_comparing(rows):
    lengths = np.array([len(row) for row in rows])
    padding = np.arange(lengths.max()) >= lengths[:, None]
    ids = np.zeros(padding.shape, np.int32)
    ids[~padding] = [each for row in rows for each in row]
    return [ids, padding]


def attention_by_library(Q, K, V, padding):
    return F.scaled_dot_product_attention(Q, K, V, ~padding[:, None, :])


def attention_with_exp(Q, K, V, padding):
    e = minigrad.exp((Q @ K.mT) * Q.shape[-1] ** -0.5) * (~padding).float()[:, None]
    return e @ V / e.sum(2, keepdim=True)


def attention_sentence_by_sentence(Q, K, V, padding):
    answers = []
    for q, k, v, hidden in zip(Q, K, V, padding):
        scores = q @ k.T / math.sqrt(q.shape[1]) - 1e9 * hidden.float()
        answers.append(minigrad.softmax(scores, dim=1) @ v)
    return minigrad.stack(answers)


def sinusoids_number_by_number(T, D):
    table = []
    for t in range(T):
        row = []
        for i in range(D // 2):
            row += [math.sin(t / 10000 ** (2 * i / D)), math.cos(t / 10000 ** (2 * i / D))]
        table.append(row)
    return table


def sinusoids_in_float32(T, D):
    frequencies = np.exp(-math.log(10000) * np.arange(0, D, 2, dtype=np.float32) / D)
    angles = np.arange(T, dtype=np.float32)[:, None] * np.repeat(frequencies, 2)
    return np.where(np.arange(D) % 2 == 0, np.sin(angles), np.cos(angles)).astype(np.float32)


def mean_sentence_by_sentence(x, padding):
    return minigrad.stack([each[~hidden].mean(0) for each, hidden in zip(x, padding)])


def mean_by_matrix_product(x, padding):
    weights = (~padding).float()
    weights = weights / weights.sum(1, keepdim=True)
    return (weights[:, None, :] @ x)[:, 0]


def contributions_in_one_batch(model, ids):
    T = len(ids)
    batch = np.tile(ids, (T + 1, 1))
    batch[np.arange(T), np.arange(T)] = 1
    p = F.sigmoid(model(minigrad.tensor(batch)))
    return (p[T] - p[:T]).numpy()


def contributions_with_put_back(model, ids):
    result = []
    for i in range(len(ids)):
        before = float(minigrad.sigmoid(model(minigrad.tensor([ids.tolist()])))[0])
        kept, ids[i] = ids[i], 1
        after = model(minigrad.tensor([list(ids)]))
        ids[i] = kept
        result += [before - 1 / (1 + math.exp(-after.item()))]
    return result


ALSO_RIGHT = {
    "11.1": [padded_by_lists, padded_by_comparing],
    "11.2": [attention_by_library, attention_with_exp, attention_sentence_by_sentence],
    "11.3": [sinusoids_number_by_number, sinusoids_in_float32],
    "11.4": [mean_sentence_by_sentence, mean_by_matrix_product],
    "11.5": [contributions_in_one_batch, contributions_with_put_back],
}
ALSO_WRONG = {
    "11.1": [lambda rows: np.array(rows), lambda rows: padded_by_lists(rows)[0],
             lambda rows: (padded_by_lists(rows)[0].astype(float), padded_by_lists(rows)[1])],
    "11.2": [lambda Q, K, V, padding: F.softmax(Q @ K) @ V, lambda Q, K, V, padding: V,
             lambda Q, K, V, padding: attention_by_library(Q, K, V, padding).numpy(),
             lambda Q, K, V, padding: attention_by_library(Q, K, V, padding).detach(),
             lambda Q, K, V, padding: attention_by_library(Q, Q, V, padding)],
    "11.3": [lambda T, D: np.arange(T), lambda T, D: np.sin(np.arange(T * D).reshape(T, D)),
             lambda T, D: minigrad.tensor(sinusoids_number_by_number(T, D))],
    "11.4": [lambda x, padding: x[~padding].mean(0), lambda x, padding: x.mean(2), lambda x, padding: x],
    "11.5": [lambda model, ids: model(ids), lambda model, ids: [0.0] * len(ids),
             lambda model, ids: model(minigrad.tensor(ids[None])).item()],
}
