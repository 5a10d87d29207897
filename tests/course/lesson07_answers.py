"""Lesson 7: right answers written in other ways than the solutions, and wrong ones."""

import copy

import numpy as np

import minigrad
from minigrad.nn import functional as F


def scaled_column_by_column(values, train):
    result = np.zeros(values.shape)
    if values.ndim == 1:
        return scaled_column_by_column(values[:, None], train)[:, 0]
    for j in range(values.shape[1]):
        column = [values[i, j] for i in train]
        mean = sum(column) / len(column)
        deviation = (sum((each - mean) ** 2 for each in column) / len(column)) ** 0.5
        for i in range(len(values)):
            result[i, j] = (values[i, j] - mean) / deviation if deviation > 0 else 0
    return result


def scaled_and_repaired(values, train):
    part = values[train]
    with np.errstate(all="ignore"):
        return np.nan_to_num((values - np.mean(part, 0)) / np.std(part, 0), posinf=0, neginf=0)


def deep_with_linear(x, V1, c1, V2, c2, V3, c3):
    return F.linear(F.relu(F.linear(F.relu(F.linear(x, V1, c1)), V2, c2)), V3, c3)


def deep_by_maximum(x, V1, c1, V2, c2, V3, c3):
    for V, c in [(V1, c1), (V2, c2)]:
        x = x @ V.transpose(0, 1) + c
        x = x * (x > 0)
    return minigrad.matmul(x, V3.T) + c3


def stop_by_looking_back(losses, patience):
    for epoch in range(len(losses)):
        best = min(range(epoch + 1), key=lambda i: losses[i])       # the first of equal ones
        if epoch - best >= patience:
            return epoch
    return epoch


def stop_with_while(losses, patience):
    i, best, place = 0, losses[0], 0
    while i < len(losses) - 1:
        i = i + 1
        if losses[i] < best:
            best = losses[i]
            place = i
        if i - place == patience:
            break
    return i


def folds_by_remainder(rows, k):
    pairs = []
    for fold in range(k):
        training, validation = [], []
        for i, row in enumerate(rows):
            if i % k == fold:
                validation.append(int(row))
            else:
                training.append(int(row))
        pairs.append((training, validation))
    return pairs


def folds_by_mask(rows, k):
    group = np.arange(len(rows)) * k // len(rows)
    return tuple([rows[group != i], rows[group == i]] for i in range(k))


def importance_with_deepcopy(predict, x, y, column, order):
    total = ((y - y.mean()) ** 2).sum()
    other = copy.deepcopy(x)
    for i in range(len(x)):
        other[i, column] = x[order[i], column]
    return (((y - predict(other)) ** 2).sum() - ((y - predict(x)) ** 2).sum()) / total


def importance_by_columns(predict, x, y, column, order):
    columns = [x[order, j] if j == column else x[:, j] for j in range(x.shape[1])]
    errors = [np.mean((y - predict(each)) ** 2) for each in (np.stack(columns, axis=1), x)]
    return (errors[0] - errors[1]) / np.var(y)


def rounds_the_size_up(rows, k):
    size = -(-len(rows) // k)
    parts = [rows[i * size:(i + 1) * size] for i in range(k)]
    return [(np.concatenate(parts[:i] + parts[i + 1:]), parts[i]) for i in range(k)]


ALSO_RIGHT = {
    "7.1": [scaled_column_by_column, scaled_and_repaired],
    "7.2": [lambda e: np.sinh(e) / np.cosh(e), lambda e: 1 - 2 / (np.exp(2 * e) + 1)],
    "7.3": [deep_with_linear, deep_by_maximum],
    "7.4": [stop_by_looking_back, stop_with_while],
    "7.5": [folds_by_remainder, folds_by_mask],
    "7.6": [importance_with_deepcopy, importance_by_columns],
}
ALSO_WRONG = {
    "7.1": [lambda values, train: values, lambda values, train: values / values.max(0)],
    "7.2": [lambda e: e, lambda e: np.sign(e), lambda e: 1 / 0],
    "7.3": [lambda x, *parameters: x, lambda x, V1, *rest: x @ V1, lambda x: x],
    "7.4": [lambda losses, patience: patience, lambda losses, patience: losses[patience + 5]],
    "7.5": [rounds_the_size_up, lambda rows, k: [rows] * k, lambda rows, k: rows, lambda rows, k: []],
    "7.6": [lambda predict, x, y, column, order: 0.0, lambda predict, x, y, column, order: predict(x)],
}
