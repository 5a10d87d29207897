"""Lesson 3: right answers written in other ways than the solutions, and wrong ones."""

import numpy as np


def broadcast_shape_with_numpy(a, b):
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return "error"


def broadcast_shape_from_the_end(a, b):
    shape = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m == n or n == 1:
            shape.append(m)
        elif m == 1:
            shape.append(n)
        else:
            return "error"
    return shape[::-1]


def unbroadcast_in_one_sum(g, shape):
    padded = (1,) * (g.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, size in enumerate(padded) if size == 1)
    return g.sum(axis=axes).reshape(shape)


def unbroadcast_from_the_end(g, shape):
    shape = list(shape)
    for axis in range(-1, -g.ndim - 1, -1):
        if -axis > len(shape) or shape[axis] == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g.reshape(shape)


def matmul_gradients_by_loops(g, a, b):
    da, db = np.zeros_like(a), np.zeros_like(b)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                da[i, k] += g[i, j] * b[k, j]
                db[k, j] += g[i, j] * a[i, k]
    return da, db


ALSO_RIGHT = {
    "3.1": [broadcast_shape_with_numpy, broadcast_shape_from_the_end],
    "3.2": [unbroadcast_in_one_sum, unbroadcast_from_the_end],
    "3.3": [matmul_gradients_by_loops,
            lambda g, a, b: (np.einsum("ij,kj->ik", g, b), np.einsum("ij,ik->kj", g, a))],
    "3.4": [lambda g, x: np.ones_like(x) * g / x.size, lambda g, x: x * 0 + g / np.prod(x.shape)],
    "3.5": [lambda g, x, weight, bias: [(weight.T @ g.T).T, (x.T @ g).T, g.sum(axis=0)],
            lambda g, x, weight, bias: (g @ weight, g.T @ x, np.ones(len(g)) @ g)],
}
ALSO_WRONG = {
    "3.1": [lambda a, b: "Error", lambda a, b: ["error"],
            lambda a, b: a, lambda a, b: (*a, *b), lambda a, b: len(a)],
    "3.2": [lambda g, shape: g, lambda g, shape: g.sum(), lambda g, shape: np.zeros(shape)],
    "3.3": [lambda g, a, b: (a, b), lambda g, a, b: g @ b.T, lambda g, a, b: (g @ b.T, a.T @ g, g)],
    "3.4": [lambda g, x: x, lambda g, x: x.mean()],
    "3.5": [lambda g, x, weight, bias: (x, weight, bias), lambda g, x, weight, bias: g],
}
