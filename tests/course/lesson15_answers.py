"""Lesson 15: right answers written in other ways than the solutions, and wrong ones."""

import math

import numpy as np


def strides_by_products(shape, itemsize):
    return [itemsize * math.prod(shape[axis + 1:]) for axis in range(len(shape))]


def strides_from_the_left(shape, itemsize):
    step, steps = itemsize, ()
    for size in shape:
        step = step * size
    for size in shape:
        step = step // size
        steps += (step,)
    return steps


def cost_by_counting(n, inputs, outputs, itemsize):
    operations = 0
    for _ in range(n):
        for _ in range(outputs):
            operations += inputs            # products
            operations += inputs - 1        # sums
            operations += 1                 # the bias
    read = itemsize * n * inputs + itemsize * inputs * outputs + itemsize * outputs
    written = itemsize * n * outputs
    return [operations, read + written]


def blocked_by_columns(a, b, size):
    (m, inner), n = a.shape, b.shape[1]
    bands = []
    for j in range(0, n, size):
        band = []
        for i in range(0, m, size):
            part = 0
            for k in range(0, inner, size):
                part = part + a[i:min(i + size, m), k:k + size].dot(b[k:k + size, j:j + size])
            band.append(part)
        bands.append(np.concatenate(band, 0))
    return np.concatenate(bands, 1)


def blocked_in_float64(a, b, size):
    m, inner = a.shape
    c = np.zeros((m, b.shape[1]))
    for k in range(0, inner, size):
        for i in range(0, m, size):
            for j in range(0, b.shape[1], size):
                c[i:i + size, j:j + size] = c[i:i + size, j:j + size] + np.einsum(
                    "ik,kj->ij", a[i:i + size, k:k + size], b[k:k + size, j:j + size])
    return c


def product_in_loops(a, b, size):
    """Blocks of one number: slow, and right."""
    c = [[0.0] * b.shape[1] for _ in range(a.shape[0])]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i][j] += float(a[i, k] * b[k, j])
    return np.array(c)


def layout_of_windows(shape, strides, K):
    x = np.lib.stride_tricks.as_strided(np.zeros(1), shape, strides)
    view = np.lib.stride_tricks.sliding_window_view(x, (K, K), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    return view.shape, view.strides


def layout_in_lists(shape, strides, K):
    rows, columns = shape[2] - (K - 1), shape[3] - (K - 1)
    steps = [strides[axis] for axis in (0, 2, 3, 1, 2, 3)]
    return [[shape[0], rows, columns, shape[1], K, K], steps]


def merge_row_by_row(m, s, scores):
    new_m, new_s = [], []
    for highest, total, row in zip(m, s, scores):
        for score in row:
            if score > highest:
                total, highest = total * math.exp(highest - score), score
            total += math.exp(score - highest)
        new_m.append(highest)
        new_s.append(total)
    return np.array(new_m), np.array(new_s)


def merge_two_pairs(m, s, scores):
    of_tile = scores.max(axis=-1)
    sum_of_tile = np.exp(scores.T - of_tile).sum(0)
    both = np.where(m > of_tile, m, of_tile)
    return [both, np.exp(m - both) * s + np.exp(of_tile - both) * sum_of_tile]


def sum_by_the_first_thread(t, x, sums):
    t.shared[t.thread] = 0.0
    i = t.width * t.block + t.thread
    while i < len(x):
        t.shared[t.thread] += x[i]
        i += t.width * t.blocks
    yield "all have written"
    if t.thread == 0:
        total = 0.0
        for k in range(t.width):
            total += t.shared[k]
        sums[t.block] = total


def sum_in_a_chain(t, x, sums):
    mine = sum(x[i] for i in range(len(x)) if i // t.width % t.blocks == t.block and i % t.width == t.thread)
    for turn in range(t.width):
        if turn == t.thread:
            t.shared[0] = mine + (t.shared[0] if turn else 0)
        yield
    if t.thread == t.width - 1:
        sums[t.block] = t.shared[0]


def halves_without_a_barrier(t, x, sums):
    t.shared[t.thread] = sum(x[i] for i in range(t.block * t.width + t.thread, len(x), t.blocks * t.width))
    yield
    half = t.width // 2
    while half:
        if t.thread < half:
            t.shared[t.thread] += t.shared[t.thread + half]
        half //= 2
    if t.thread == 0:
        sums[t.block] = t.shared[0]


def sum_of_the_first_number(t, x, sums):
    if t.thread == 0:
        sums[t.block] = x[t.block]


ALSO_RIGHT = {
    "15.1": [strides_by_products, strides_from_the_left],
    "15.2": [cost_by_counting,
             lambda n, i, o, size: (n * o * (i + i), (n * (i + o) + (i + 1) * o) * size)],
    "15.3": [blocked_by_columns, blocked_in_float64, product_in_loops],
    "15.4": [layout_in_lists, layout_of_windows],
    "15.5": [merge_two_pairs, merge_row_by_row],
    "15.6": [sum_by_the_first_thread, sum_in_a_chain],
}
ALSO_WRONG = {
    "15.1": [lambda shape, itemsize: itemsize, lambda shape, itemsize: shape,
             lambda shape, itemsize: tuple(shape[1:]) + (itemsize,)],
    "15.2": [lambda n, i, o, size: 2 * n * i * o, lambda n, i, o, size: (2 * i * o, size * i * o),
             lambda n, i, o, size: (2 * n * i * o + n * o, size * (n * i + o * i + o + n * o))],
    "15.3": [lambda a, b, size: a[:size, :size] @ b[:size, :size], lambda a, b, size: np.dot(a, b),
             lambda a, b, size: np.zeros((len(a), b.shape[1]))],
    "15.4": [lambda shape, strides, K: (shape, strides),
             lambda shape, strides, K: ((shape[0], shape[2], shape[3], shape[1], K, K),
                                        (*strides, *strides[2:])),
             lambda shape, strides, K: shape[0] + K],
    "15.5": [lambda m, s, scores: (m, s), lambda m, s, scores: scores.max(1),
             lambda m, s, scores: (scores.max(), np.exp(scores).sum())],
    "15.6": [halves_without_a_barrier, sum_of_the_first_number, lambda t, x, sums: sum(x)],
}
