"""The exercises of lesson 3: gradients of arrays, where shapes broadcast and matrices multiply."""

import numpy as np

import minigrad
from minigrad import nn, optim, primitive
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.lesson02 import some_digits
from minigrad.course.words import say


def numbers(*shape):
    """An array that has no symmetry, so that a mixed-up axis shows."""
    return np.sin(1.0 + np.arange(np.prod(shape, dtype=int))).reshape(shape)


# 3.1


def broadcast_shape(a, b):
    count = max(len(a), len(b))
    a, b = (1,) * (count - len(a)) + tuple(a), (1,) * (count - len(b)) + tuple(b)
    shape = []
    for m, n in zip(a, b):
        if m != n and 1 not in (m, n):
            return "error"
        shape.append(n if m == 1 else m)
    return tuple(shape)


def from_the_left(a, b):
    count = max(len(a), len(b))
    return broadcast_shape(tuple(a) + (1,) * (count - len(a)), tuple(b) + (1,) * (count - len(b)))


def never_refuses(a, b):
    count = max(len(a), len(b))
    a, b = (1,) * (count - len(a)) + tuple(a), (1,) * (count - len(b)) + tuple(b)
    return tuple(max(m, n) for m, n in zip(a, b))


def stops_at_the_shorter(a, b):
    return broadcast_shape(a[-len(b):], b[-len(a):]) if a and b else ()


def shape_of(a, b):
    """The answer for two shapes as an array of sizes; -1 for "error"."""
    def use(answer):
        shape = answer(a, b)
        if shape is None or shape is ...:
            return None
        if isinstance(shape, str) and shape == "error":
            return np.array([-1])
        try:
            return np.array(shape, dtype=int)
        except (TypeError, ValueError):
            raise TypeError(say('the answer should be a tuple of sizes, or the string "error", got {got}',
                                got=repr(shape))) from None
    return Case(f"{{name}}({a}, {b})", use)


BROADCAST = Exercise(
    "3.1", "the shape of a sum",
    cases=[shape_of((2, 3), (2, 3)), shape_of((4, 3), (3,)), shape_of((4, 1), (1, 5)), shape_of((), (2, 2)),
           shape_of((2, 3), (2,)), shape_of((3, 1, 2), (4, 1)), shape_of((0, 3), (1, 3)),
           shape_of((3,), (4,))],
    solution=broadcast_shape,
    mistakes={
        "Shapes are aligned at their last axis. Fill up the shorter one with ones on the left.":
            from_the_left,
        "Two sizes that differ fit only if one of them is 1. Otherwise, return \"error\".":
            never_refuses,
        "The axes that only the longer shape has belong to the result, too.":
            stops_at_the_shorter,
        "Size 1 becomes the other size, even if that is 0: the result has no elements then.":
            lambda a, b: (lambda shape: shape if shape == "error" else tuple(max(1, n) for n in shape))(
                broadcast_shape(a, b)),
    },
    hint="Fill up the shorter shape with ones on the left, then compare the sizes pair by pair.")


# 3.2


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(0)
    for axis, size in enumerate(shape):
        if size == 1:
            g = g.sum(axis, keepdims=True)
    return g


def only_leading_axes(g, shape):
    while g.ndim > len(shape):
        g = g.sum(0)
    return g


def means(g, shape):
    total = unbroadcast(g, shape)
    return total * (total.size / g.size)


def takes_the_first(g, shape):
    g = g[(0,) * (g.ndim - len(shape))]
    return g[tuple(slice(0, 1) if size == 1 else slice(None) for size in shape)]


UNBROADCAST = Exercise(
    "3.2", "the gradient of a broadcast array",
    cases=[call(numbers(4, 3), (4, 3)), call(numbers(4, 3), (3,)), call(numbers(4, 3), (4, 1)),
           call(numbers(2, 4, 3), (1, 3)), call(numbers(2, 3), ()), call(numbers(2, 1, 3), (2, 1, 1))],
    solution=unbroadcast,
    mistakes={
        "Axes of size 1 were stretched, too: sum over them, and keep them with keepdims=True.":
            only_leading_axes,
        "Each copy of the element contributes its own part, and parts add up: the sum, not the mean.":
            means,
        "Taking one copy forgets the gradients of all the others. Add them up.":
            takes_the_first,
        "Reshaping moves numbers around. A stretched axis has to be summed over.":
            lambda g, shape: np.resize(g, shape),
    },
    hint="First sum over the axes on the left that `shape` does not have, then over those where it has 1.")


# 3.3


def matmul_gradients(g, a, b):
    return g @ b.T, a.T @ g


MATMUL = Exercise(
    "3.3", "the gradients of a product of matrices",
    cases=[call(numbers(2, 4), numbers(2, 3), numbers(3, 4)),
           call(numbers(1, 1), numbers(1, 5), numbers(5, 1)),
           call(numbers(3, 3), numbers(3, 3) + 1, numbers(3, 3) - 2)],
    solution=matmul_gradients,
    mistakes={
        "The results are swapped: first the gradient of a, then that of b.":
            lambda g, a, b: (a.T @ g, g @ b.T),
        "Matrices do not commute, so the order in the product matters: a stands on the left, and so g stands "
        "on the left of b.T; b stands on the right, and so g stands on the right of a.T.":
            lambda g, a, b: (b.T @ g, g @ a.T),
        "A transpose is missing: with shapes (2, 3) @ (3, 4), g is (2, 4), and g @ b does not fit.":
            lambda g, a, b: (g @ b, a @ g),
        "This multiplies element by element. Here, @ is needed.":
            lambda g, a, b: (g * b.T, a.T * g),
    },
    hint="Write down the shapes. There is only one way to make the shape of a from those of g and b.")


# 3.4


def leaves_x_alone(rule):
    """The gradient, and x afterwards."""
    x = numbers(2, 3)
    return rule(2.0, x), x


def writes_into_x(g, x):
    x[:] = g / x.size
    return x


def mean_rule(g, x):
    return np.full(x.shape, g / x.size)


MEAN = Exercise(
    "3.4", "one number hands its gradient to many",
    cases=[call(1.0, numbers(5)), call(-3.0, numbers(2, 3)), call(2.0, numbers(1, 1, 4)),
           Case("({name}(2.0, x), x afterwards)", leaves_x_alone)],
    solution=mean_rule,
    mistakes={
        "That is the gradient of a sum. A mean divides by the number of elements.":
            lambda g, x: np.full(x.shape, g),
        "Divide by the number of all elements, x.size, and not by the length of the first axis.":
            lambda g, x: np.full(x.shape, g / len(x)),
        "The gradient of x has the shape of x: every element gets its part.":
            lambda g, x: g / x.size,
        "The slope of the mean does not depend on the elements: each counts 1/n.":
            lambda g, x: g * x / x.size,
        "This writes into x, which others still need. Make a new array.":
            writes_into_x,
    },
    hint="How much does the mean of n numbers grow if one of them grows by 1?")


# 3.5


def linear_gradients(g, x, weight, bias):
    return g @ weight, g.T @ x, g.sum(0)


def learns_with(gradients):
    """Train a network on 2,000 digits whose linear layers use the student's gradients."""
    @primitive
    def linear(xp, x, weight, bias):
        return x @ weight.T + bias
    linear.defvjp(lambda g, x, weight, bias: gradients(g, x, weight, bias)[0],
                  lambda g, x, weight, bias: gradients(g, x, weight, bias)[1],
                  lambda g, x, weight, bias: gradients(g, x, weight, bias)[2])

    x, weight, bias = (minigrad.tensor(numbers(*shape), requires_grad=True)
                       for shape in [(4, 3), (2, 3), (2,)])
    minigrad.gradcheck(linear, (x, weight, bias))
    print(say("minigrad's gradcheck accepts your three gradients."))

    state = minigrad.get_rng_state()        # the lesson's own random numbers go on as before
    minigrad.manual_seed(0)
    hidden, output = nn.Linear(784, 32), nn.Linear(32, 10)
    minigrad.set_rng_state(state)

    def network(images):
        h = minigrad.relu(linear(images, hidden.weight, hidden.bias))
        return linear(h, output.weight, output.bias)

    images, labels = some_digits("train", 2000)
    optimizer = optim.Adam([*hidden.parameters(), *output.parameters()], lr=0.003)
    for step in range(200):
        rows = slice(step * 100 % 2000, step * 100 % 2000 + 100)
        loss = nn.functional.cross_entropy(network(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    images, labels = some_digits("test", 1000)
    with minigrad.no_grad():
        share = (network(images).argmax(1) == labels).float().mean().item()
    print(say("200 steps with your linear layer: {share:.1%} of 1,000 unseen digits are read right.",
              share=share))


LINEAR = Exercise(
    "3.5", "a linear layer of your own",
    cases=[call(numbers(4, 2), numbers(4, 3), numbers(2, 3), numbers(2)),
           call(numbers(1, 5), numbers(1, 2), numbers(5, 2), numbers(5)),
           call(numbers(3, 3), numbers(3, 3) + 1, numbers(3, 3) - 2, numbers(3))],
    solution=linear_gradients,
    mistakes={
        "The bias is stretched over all rows of the batch, so its gradient is the sum over the rows.":
            lambda g, x, weight, bias: (g @ weight, g.T @ x, g),
        "The mean over the rows is too small: each row contributes its whole part.":
            lambda g, x, weight, bias: (g @ weight, g.T @ x, g.mean(0)),
        "The gradient of the weight must have the shape of the weight, (out, in). This one is transposed.":
            lambda g, x, weight, bias: (g @ weight, x.T @ g, g.sum(0)),
        "The layer multiplies by weight.T, so the gradient of x is g @ weight, with no transpose.":
            lambda g, x, weight, bias: (g @ weight.T, g.T @ x, g.sum(0)),
        "Sum the bias's gradient over axis 0, the rows; this sums over the outputs.":
            lambda g, x, weight, bias: (g @ weight, g.T @ x, g.sum(1)),
    },
    hint="x is (n, in), weight (out, in), bias (out,), and g (n, out). What fits together how?",
    then=learns_with)


EXERCISES = [BROADCAST, UNBROADCAST, MATMUL, MEAN, LINEAR]
