"""Lesson 2: right answers written in other ways than the solutions, and wrong ones."""

import math

import minigrad


def push_by_place(node):
    for i in range(len(node.inputs)):
        node.inputs[i].grad = node.inputs[i].grad + node.slopes[i] * node.grad


def push_from_the_end(node):
    pairs = list(zip(node.slopes, node.inputs))
    while pairs:
        slope, each = pairs.pop()
        each.grad += slope * node.grad


def only_for_two_inputs(node):
    node.inputs[0].grad += node.grad * node.slopes[0]
    node.inputs[1].grad += node.grad * node.slopes[1]


def swish_slope_in_place(x):
    s = minigrad.sigmoid(x)
    s += x * s * (1 - s)
    return s


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


ALSO_RIGHT = {
    "2.1": [push_by_place, push_from_the_end],
    "2.2": [without_recursion, other_inputs_first],
    "2.3": [backward_by_counting, backward_in_order],
    "2.4": [power_by_logarithm, power_with_pow],
    "2.5": [swish_slope_with_exp, lambda x: minigrad.sigmoid(x) * (1 + x * minigrad.sigmoid(-x))],
}
ALSO_WRONG = {
    "2.1": [only_for_two_inputs, lambda node: node.grad, lambda node: node.slopes[0], lambda node: 1 / 0],
    "2.2": [lambda result: [result], lambda result: result, lambda result: [],
            lambda result: [node.data for node in without_recursion(result)]],
    "2.3": [lambda result: setattr(result, "grad", 1.0), lambda result: push_by_place(result.inputs)],
    "2.4": [lambda x, n: x.data ** n, lambda x, n: x ** n],
    "2.5": [swish_slope_in_place, lambda x: x, lambda x: x.numpy(), lambda x: 1 / (1 + math.exp(-x))],
}
