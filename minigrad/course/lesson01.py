"""The exercises of lesson 1: slopes by finite differences, and going downhill."""

import math

import numpy as np

from minigrad.course.grading import Case, Exercise, call


def cube(x):
    return x * x * x


def bowl(x):
    """Lowest at 3, where it is 2."""
    return (x - 3) ** 2 + 2


def wave(x):
    """A function of an array: not symmetric in its elements, so that a mixed-up index shows."""
    return float(np.sin(x[0]) + x[0] * x[-1] ** 2 + np.sum(np.arange(x.size) * x))


# 1.1


def forward_difference(f, x, h):
    return (f(x + h) - f(x)) / h


FORWARD = Exercise(
    "1.1", "the slope between two points",
    cases=[call(cube, 2.0, 0.5), call(math.sin, 0.3, 0.25), call(math.exp, -1.0, 1e-6), call(bowl, 7, 2)],
    solution=forward_difference,
    mistakes={
        "This is how much f grows. A slope is growth per step: divide by h.":
            lambda f, x, h: f(x + h) - f(x),
        "This looks back, from x - h to x. The forward difference looks ahead, from x to x + h.":
            lambda f, x, h: (f(x) - f(x - h)) / h,
        "This looks to both sides. That is the next exercise; here, go from x to x + h.":
            lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        "The sign is the other way round: a function that grows has a positive slope.":
            lambda f, x, h: (f(x) - f(x + h)) / h,
        "A division binds tighter than a minus: put the difference in brackets before you divide by h.":
            lambda f, x, h: f(x + h) - f(x) / h,
    },
    hint="How much does f grow between x and x + h, and how far is that?", atol=1e-5)


# 1.2


def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


CENTRAL = Exercise(
    "1.2", "a better slope from the same two calls",
    cases=[call(cube, 2.0, 0.5), call(math.sin, 0.3, 0.25), call(math.exp, -1.0, 1e-4), call(bowl, 7, 2)],
    solution=central_difference,
    mistakes={
        "The two points are 2 * h apart, so divide by 2 * h.":
            lambda f, x, h: (f(x + h) - f(x - h)) / h,
        "`/ 2 * h` divides by 2 and then multiplies by h. Write `/ (2 * h)`.":
            lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
        "This is the forward difference of exercise 1.1. Look to both sides of x.":
            forward_difference,
        "The sign is the other way round: the value on the right minus the value on the left.":
            lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h),
    },
    hint="Which two points lie h to the left and h to the right of x?", atol=1e-5)


# 1.3


def best_step(f, x, true_slope, steps):
    errors = [abs(central_difference(f, x, h) - true_slope) for h in steps]
    return steps[errors.index(min(errors))]


STEPS = [10.0 ** -k for k in range(1, 14)]


BEST_STEP = Exercise(
    "1.3", "the best step is neither the largest nor the smallest",
    cases=[call(math.exp, 1.0, math.e, STEPS), call(math.sin, 1.0, math.cos(1.0), STEPS[:3]),
           call(cube, 100.0, 30000.0, STEPS[::-1]), call(math.cos, 1.0, -math.sin(1.0), [0.1, 1.0, 0.5])],
    solution=best_step,
    mistakes={
        "The smallest step is not the best: look at the plot above.":
            lambda f, x, true_slope, steps: min(steps),
        "The largest step is not the best: look at the plot above.":
            lambda f, x, true_slope, steps: max(steps),
        "An error of -1 is no better than one of 0.1. Compare the sizes of the errors: use abs.":
            lambda f, x, true_slope, steps: min(
                steps, key=lambda h: central_difference(f, x, h) - true_slope),
        "This is the error of the best step. Return the step.":
            lambda f, x, true_slope, steps: min(
                abs(central_difference(f, x, h) - true_slope) for h in steps),
        "This is the place of the best step in the list. Return the step itself.":
            lambda f, x, true_slope, steps: steps.index(best_step(f, x, true_slope, steps)),
    },
    hint="Compute the error of the central difference for each step, then take the step with the smallest.",
    atol=1e-15)


# 1.4


def gradient(f, x, h=1e-5):
    slopes = np.zeros(x.shape)
    for i in range(len(x)):
        step = np.zeros(x.shape)
        step[i] = h
        slopes[i] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


def moves_all_at_once(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def never_moves_back(f, x, h=1e-5):
    x, slopes = x.astype(float), np.zeros(x.shape)
    for i in range(len(x)):
        x[i] += h
        slopes[i] = f(x)
        x[i] -= 2 * h
        slopes[i] -= f(x)
    return slopes / (2 * h)


def rounds_the_step_away(f, x, h=1e-5):
    slopes = np.zeros(x.shape)
    for i in range(len(x)):
        right, left = x.copy(), x.copy()
        right[i] += h
        left[i] -= h
        slopes[i] = (f(right) - f(left)) / (2 * h)
    return slopes


def adds_them_up(f, x, h=1e-5):
    return gradient(f, x, h).sum()


def leaves_its_argument_alone(answer):
    """The gradient, and the argument afterwards."""
    x = np.array([0.5, -1.0, 2.0])
    slopes = answer(wave, x)
    return slopes if np.array_equal(x, [0.5, -1.0, 2.0]) else np.full(3, np.inf)


GRADIENT = Exercise(
    "1.4", "one slope for each number",
    cases=[call(wave, np.array([0.5, -1.0, 2.0])), call(wave, np.array([1.0])),
           call(wave, np.array([1.0, 2.0]), 0.5),
           Case("{name}(wave, x), after which x must be as before,", leaves_its_argument_alone),
           call(wave, np.array([3, 1, 2]))],
    solution=gradient,
    mistakes={
        "This moves all elements of x at once. Move one, and leave the others where they are.":
            moves_all_at_once,
        "After you have moved an element, move it back before you move the next; or move a copy.":
            never_moves_back,
        "An array of integers cannot hold a step of 0.00001: it is rounded to 0. Add the step to the array, "
        "as in x + step, which gives floating-point numbers.":
            rounds_the_step_away,
        "The gradient has as many elements as x: one slope for each. Do not add them up.":
            adds_them_up,
        "The slope of element i belongs in place i of the result.":
            lambda f, x, h=1e-5: gradient(f, x, h)[::-1],
    },
    hint="For each i: a step of h in element i alone, then the central difference.", atol=1e-4)


# 1.5


def descend(f, x, rate, steps):
    for _ in range(steps):
        x = x - rate * central_difference(f, x, 1e-5)
    return x


def takes_the_first_slope_again(f, x, rate, steps):
    slope = central_difference(f, x, 1e-5)
    for _ in range(steps):
        x = x - rate * slope
    return x


DESCEND = Exercise(
    "1.5", "downhill, step by step",
    cases=[call(bowl, 0.0, 0.1, 1), call(bowl, 0.0, 0.1, 20), call(math.cos, 1.0, 0.5, 5),
           call(bowl, 5.0, 0.3, 0)],
    solution=descend,
    mistakes={
        "This goes uphill. The slope points to where f grows; subtract it.":
            lambda f, x, rate, steps: descend(f, x, -rate, steps),
        "Every step needs the slope at the place that you have reached: compute it inside the loop.":
            takes_the_first_slope_again,
        "This takes one step too few.": lambda f, x, rate, steps: descend(f, x, rate, max(steps - 1, 0)),
        "This takes one step too many.": lambda f, x, rate, steps: descend(f, x, rate, steps + 1),
        "This is how low f gets. Return x, the place.":
            lambda f, x, rate, steps: f(descend(f, x, rate, steps)),
    },
    hint="In each of the steps: x becomes x - rate * slope, with the slope at the current x.", atol=1e-5)


EXERCISES = [FORWARD, CENTRAL, BEST_STEP, GRADIENT, DESCEND]
