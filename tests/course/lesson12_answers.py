"""Lesson 12: right answers written in other ways than the solutions, and wrong ones."""

import math
from collections import Counter

import numpy as np

import minigrad
from minigrad.nn import functional as F


def pair_by_counter(words):
    pairs = Counter()
    for symbols, count in words.items():
        for i in range(len(symbols) - 1):
            pairs[symbols[i], symbols[i + 1]] += count
    return pairs.most_common(1)[0][0]


def pair_as_a_list(words):
    every = [pair for symbols, count in words.items() for pair in list(zip(symbols, symbols[1:])) * count]
    return list(max(set(every), key=every.count))


def merge_from_the_left(symbols, pair):
    done = []
    for symbol in symbols:
        if done and done[-1] == pair[0] and symbol == pair[1]:
            done[-1] = pair[0] + pair[1]
        else:
            done.append(symbol)
    return done


def merge_with_slices(symbols, pair):
    if not symbols:
        return []
    if tuple(symbols[:2]) == pair:
        return ["".join(pair), *merge_with_slices(symbols[2:], pair)]
    return [symbols[0], *merge_with_slices(symbols[1:], pair)]


def row_by_row(q, k, v):
    """For each query only the keys up to it, and no mask."""
    rows = []
    for t in range(q.shape[-2]):
        scores = q[..., t:t + 1, :] @ k[..., :t + 1, :].transpose(-1, -2) * q.shape[-1] ** -0.5
        rows.append(F.softmax(scores, dim=-1) @ v[..., :t + 1, :])
    return minigrad.cat(rows, dim=-2)


def a_large_number_instead_of_infinity(q, k, v):
    T = q.shape[-2]
    mask = minigrad.tensor(np.triu(np.full((T, T), -1e9, np.float32), 1))
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]) + mask).exp()
    return (weights / weights.sum(-1, keepdim=True)) @ v


def keep_in_a_loop(p, top_k, top_p):
    order = sorted(range(len(p)), key=lambda i: p[i], reverse=True)[:top_k]
    whole = sum(p[i] for i in order)
    kept, total = np.zeros_like(p), 0.0
    for i in order:
        kept[i] = p[i]
        total += p[i] / whole
        if total >= top_p:
            break
    return kept / kept.sum()


def keep_in_float32(p, top_k, top_p):
    p = p.astype(np.float32)
    least = np.sort(p)[::-1][:top_k][-1]
    p = np.where(p >= least, p, 0)
    p /= p.sum()
    before = np.array([p[p > each].sum() for each in p])      # what the more likely ones have together
    p = np.where(before < top_p, p, 0)
    return p / p.sum()


def step_by_the_library(q, k, v, cache):
    keys = k if cache is None else minigrad.cat((cache[0], k), dim=-2)
    values = v if cache is None else minigrad.cat((cache[1], v), dim=-2)
    return F.scaled_dot_product_attention(q, keys, values), [keys, values]


def step_with_the_full_mask(q, k, v, cache):
    if cache:
        k, v = minigrad.concat([cache[0], k], -2), minigrad.concat([cache[1], v], -2)
    scores = (q * k).sum(-1) / q.shape[-1] ** 0.5               # (..., t + 1)
    weights = F.softmax(scores, -1)
    return (weights.unsqueeze(-1) * v).sum(-2, keepdim=True), (k, v)


ALSO_RIGHT = {
    "12.1": [pair_by_counter, pair_as_a_list],
    "12.2": [merge_from_the_left, merge_with_slices],
    "12.3": [row_by_row, a_large_number_instead_of_infinity,
             lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)],
    "12.4": [keep_in_a_loop, keep_in_float32],
    "12.5": [step_by_the_library, step_with_the_full_mask],
}
ALSO_WRONG = {
    "12.1": [lambda words: ("a", "b"), lambda words: "ab", lambda words: max(words), lambda words: 3],
    "12.2": [lambda symbols, pair: "".join(symbols), lambda symbols, pair: [pair[0] + pair[1]],
             lambda symbols, pair: symbols[99], lambda symbols, pair: [symbols]],
    "12.3": [lambda q, k, v: v, lambda q, k, v: q @ k, lambda q, k, v: v.numpy(),
             lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True).detach()],
    "12.4": [lambda p, top_k, top_p: p, lambda p, top_k, top_p: list(p), lambda p, top_k, top_p: p[:top_k],
             lambda p, top_k, top_p: p > top_p],
    "12.5": [lambda q, k, v, cache: v, lambda q, k, v, cache: (v, None), lambda q, k, v, cache: (v, (k, v)),
             lambda q, k, v, cache: (q, k, v)],
}
