"""Lesson 1: right answers written in other ways than the solutions, and wrong ones."""

import numpy as np


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
