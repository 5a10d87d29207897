"""Lesson 4: right answers written in other ways than the solutions, and wrong ones."""

from heapq import heappop, heappush

import numpy as np

import minigrad
from minigrad import Tensor, primitive
from minigrad.autograd import Node, grad
from minigrad.course.lesson04 import pull


@primitive
def squareplus(xp, x):
    root = xp.sqrt(xp.square(x) + 4.0)
    return 0.5 * (root + x)


def squareplus_slope(g, y):
    y = y * y
    return g * (y / (y + 1))


squareplus.defvjp(squareplus_slope)


def with_rule(rule):
    def squareplus(xp, x):
        return (x + xp.sqrt(x * x + 4)) / 2
    op = primitive(squareplus)
    op.defvjp(rule)
    return op


def gradients_with_a_heap(y):
    grads, heap = {y.node: np.ones_like(y.array)}, [(-y.node.time, y.node)]
    while heap:
        node = heappop(heap)[1]
        for parent, part in pull(node, grads.pop(node)):
            if parent in grads:
                grads[parent] = grads[parent] + part
            else:
                grads[parent] = part
                if isinstance(parent, Node):
                    heappush(heap, (-parent.time, parent))
    return grads


def gradients_sorted_first(y):
    """A beginner's way: collect all nodes, sort them by time, and go through the list."""
    nodes, stack = [], [y.node]
    while stack:
        node = stack.pop()
        if node not in nodes:
            nodes.append(node)
            for parent in node.parents:
                if parent is not None and not isinstance(parent, Tensor):
                    stack.append(parent)
    nodes.sort(key=lambda node: node.time, reverse=True)
    grads = {y.node: 1.0}
    for node in nodes:
        for parent, part in pull(node, np.asarray(grads[node])):
            grads[parent] = grads.get(parent, 0) + part
    return grads


def softmax_rule_with_none(g, y):
    s = (g * y).sum(-1)
    return g * y - y * s[..., None]


def softmax_rule_by_products(g, y):
    weighted = y * g
    return weighted - y * weighted.sum(axis=-1, keepdims=True)


def hessian_vector_by_grad_outputs(f, x, v):
    g = grad(f(x), x, create_graph=True)
    return grad(g, [x], grad_outputs=[v])[0]


def hessian_vector_by_columns(f, x, v):
    """A beginner's way: the whole Hessian, row by row."""
    g = grad(f(x), [x], create_graph=True)[0].reshape(-1)
    rows = [grad(g[i], x, retain_graph=True)[0].reshape(-1) for i in range(g.numel())]
    return (minigrad.stack(rows) @ v.reshape(-1)).reshape(x.shape)


def hessian_vector_by_differences(f, x, v):
    def slope(at):
        at = at.detach().requires_grad_()
        return grad(f(at), at)[0]
    return (slope(x + 1e-5 * v) - slope(x - 1e-5 * v)) / 2e-5




ALSO_RIGHT = {
    "4.1": [squareplus, with_rule(lambda g, y: g / (1 + 1 / y ** 2))],
    "4.2": [gradients_with_a_heap, gradients_sorted_first],
    "4.3": [softmax_rule_with_none, softmax_rule_by_products],
    "4.4": [hessian_vector_by_grad_outputs, hessian_vector_by_columns, hessian_vector_by_differences],
}
ALSO_WRONG = {
    "4.1": [lambda x: (x + minigrad.sqrt(x * x + 4)) / 2, lambda x: x, with_rule(lambda g, y: g),
            with_rule(lambda g, x: x), with_rule(lambda g, y: None)],
    "4.2": [lambda y: y, lambda y: {}, lambda y: [1.0], lambda y: {y.node: 1.0}],
    "4.3": [lambda g, y: g, lambda g, y: y.exp(), lambda g, y: g @ y,
            lambda g, y: y * (g - (g * y).sum(-1))],
    "4.4": [lambda f, x, v: f(x), lambda f, x, v: v, lambda f, x, v: v.numpy()],
}
