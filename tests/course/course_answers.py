"""For each exercise of the course: right answers written in other ways than the solution, and wrong ones."""

import math

import numpy as np

import minigrad


def walks_by_recursion(f, x, rate, steps):
    if steps == 0:
        return x
    return walks_by_recursion(f, x - rate * (f(x + 1e-4) - f(x - 1e-4)) / 2e-4, rate, steps - 1)


def walks_with_while(f, x, rate, steps):
    count = 0
    while count < steps:
        x -= rate * (f(x + 1e-6) - f(x - 1e-6)) / (1e-6 + 1e-6)
        count += 1
    return x


def by_rows_of_a_matrix(f, x, h=1e-5):
    steps = np.eye(len(x)) * h
    return np.array([f(x + s) - f(x - s) for s in steps]) / (2 * h)


def by_moving_back(f, x, h=1e-5):
    x, slopes = np.array(x, dtype=float), []
    for i in range(x.size):
        kept = x[i]
        x[i] = kept + h
        right = f(x)
        x[i] = kept - h
        slopes.append((right - f(x)) / (2 * h))
        x[i] = kept
    return np.array(slopes)


def spoils_its_argument(f, x, h=1e-5):
    slopes = np.zeros(len(x))
    for i in range(len(x)):
        x[i] += h
        slopes[i] = f(x)
        x[i] -= 2 * h
        slopes[i] -= f(x)
    return slopes / (2 * h)


def first_of_the_sorted(f, x, true_slope, steps):
    def error(h):
        return abs((f(x + h) - f(x - h)) / (2 * h) - true_slope)
    return sorted(steps, key=error)[0]


def kept_while_looking(f, x, true_slope, steps):
    best, least = None, float("inf")
    for h in steps:
        error = ((f(x + h) - f(x - h)) / (2 * h) - true_slope) ** 2
        if error < least:
            best, least = h, error
    return best


ALSO_RIGHT = {
    "1.1": [lambda f, x, h: f(x + h) / h - f(x) / h, lambda f, x, h: -(f(x) - f(x + h)) / h],
    "1.2": [lambda f, x, h: ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2,
            lambda f, x, h: 0.5 * (f(x + h) - f(x - h)) / h],
    "1.3": [first_of_the_sorted, kept_while_looking],
    "1.4": [by_rows_of_a_matrix, by_moving_back],
    "1.5": [walks_by_recursion, walks_with_while],
}
ALSO_WRONG = {
    "1.1": [lambda f, x, h: 0, lambda f, x, h: "steep", lambda f, x: f(x)],
    "1.2": [lambda f, x, h: (f(x + h) + f(x - h)) / (2 * h), lambda f, x, h: f],
    "1.4": [spoils_its_argument, lambda f, x, h=1e-5: x,
            lambda f, x, h=1e-5: by_moving_back(f, x, h).tolist()[:1]],
    "1.3": [lambda f, x, true_slope, steps: steps[0], lambda f, x, true_slope, steps: 1e-6],
    "1.5": [lambda f, x, rate, steps: x, lambda f, x, rate, steps: min(x, 3.0)],
}


# Lesson 2


def push_by_place(node):
    for i in range(len(node.inputs)):
        node.inputs[i].grad = node.inputs[i].grad + node.slopes[i] * node.grad


def push_from_the_end(node):
    pairs = list(zip(node.slopes, node.inputs))
    while pairs:
        slope, each = pairs.pop()
        each.grad += slope * node.grad


def without_recursion(result):
    order, seen, stack = [], set(), [(result, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(each, False) for each in node.inputs]
    return order


def other_inputs_first(result, order=None):
    order = [] if order is None else order
    if all(result is not each for each in order):
        for each in reversed(result.inputs):
            other_inputs_first(each, order)
        order.append(result)
    return order


def backward_by_counting(result):
    """Push a node when all that use it have pushed."""
    users, stack, seen = {}, [result], {result}
    while stack:
        for each in stack.pop().inputs:
            users[each] = users.get(each, 0) + 1
            if each not in seen:
                seen.add(each)
                stack.append(each)
    result.grad, ready = 1, [result]
    while ready:
        node = ready.pop()
        push_by_place(node)
        for each in node.inputs:
            users[each] -= 1
            if users[each] == 0:
                ready.append(each)


def backward_in_order(result):
    order = without_recursion(result)
    order[-1].grad = 1.0
    while order:
        push_from_the_end(order.pop())


def power_by_logarithm(x, n):
    y = math.exp(n * math.log(x.data))
    return type(x)(y, [x], [n * y / x.data])


def power_with_pow(x, n):
    return x.__class__(pow(x.data, n), inputs=(x,), slopes=(n * pow(x.data, n - 1),))


def swish_slope_with_exp(x):
    e = minigrad.exp(-x)
    return (1 + e + x * e) / (1 + e) ** 2


ALSO_RIGHT |= {
    "2.1": [push_by_place, push_from_the_end],
    "2.2": [without_recursion, other_inputs_first],
    "2.3": [backward_by_counting, backward_in_order],
    "2.4": [power_by_logarithm, power_with_pow],
    "2.5": [swish_slope_with_exp, lambda x: minigrad.sigmoid(x) * (1 + x * minigrad.sigmoid(-x))],
}
ALSO_WRONG |= {
    "2.1": [lambda node: node.grad, lambda node: node.slopes[0], lambda node: 1 / 0],
    "2.2": [lambda result: [result], lambda result: result, lambda result: []],
    "2.3": [lambda result: setattr(result, "grad", 1.0), lambda result: push_by_place(result.inputs)],
    "2.4": [lambda x, n: x.data ** n, lambda x, n: x ** n],
    "2.5": [lambda x: x, lambda x: x.numpy(), lambda x: 1 / (1 + math.exp(-x))],
}


# Lesson 3


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


ALSO_RIGHT |= {
    "3.1": [broadcast_shape_with_numpy, broadcast_shape_from_the_end],
    "3.2": [unbroadcast_in_one_sum, unbroadcast_from_the_end],
    "3.3": [matmul_gradients_by_loops,
            lambda g, a, b: (np.einsum("ij,kj->ik", g, b), np.einsum("ij,ik->kj", g, a))],
    "3.4": [lambda g, x: np.ones_like(x) * g / x.size, lambda g, x: x * 0 + g / np.prod(x.shape)],
    "3.5": [lambda g, x, weight, bias: [(weight.T @ g.T).T, (x.T @ g).T, g.sum(axis=0)],
            lambda g, x, weight, bias: (g @ weight, g.T @ x, np.ones(len(g)) @ g)],
}
ALSO_WRONG |= {
    "3.1": [lambda a, b: a, lambda a, b: (*a, *b), lambda a, b: len(a)],
    "3.2": [lambda g, shape: g, lambda g, shape: g.sum(), lambda g, shape: np.zeros(shape)],
    "3.3": [lambda g, a, b: (a, b), lambda g, a, b: g @ b.T, lambda g, a, b: (g @ b.T, a.T @ g, g)],
    "3.4": [lambda g, x: x, lambda g, x: x.mean()],
    "3.5": [lambda g, x, weight, bias: (x, weight, bias), lambda g, x, weight, bias: g],
}
