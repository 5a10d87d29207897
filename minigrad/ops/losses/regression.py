"""Losses of numbers: how far a prediction is from its target."""

import math

from minigrad.autograd import composed, primitive
from minigrad.ops.losses.reduction import loss_function, reduce, same_shape
from minigrad.ops.numbers.arithmetic import abs
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import square


@loss_function
def mse_loss(input, target, reduction="mean"):
    """(input - target)^2."""
    same_shape("mse_loss", input, target)
    if reduction == "mean" and input.numel() and input.dtype != "float16":
        return mean_squared_error(input, target)
    return reduce(square(input - target), reduction)


@primitive
def mean_squared_error(xp, a, b):
    """The mean of (a - b)^2; one op, since in a small model calling sub, square and mean costs more than they
    compute."""
    d = a - b
    return (d * d).sum() * (1 / d.size)


mean_squared_error.defvjp(lambda g, a, b: (a - b) * (g * (2 / math.prod(a.shape))),
                          lambda g, a, b: (b - a) * (g * (2 / math.prod(a.shape))))


@loss_function
def l1_loss(input, target, reduction="mean"):
    """|input - target|."""
    same_shape("l1_loss", input, target)
    return reduce(abs(input - target), reduction)


@composed
def huber_loss(input, target, reduction="mean", delta=1.0):
    """d^2 / 2 where |d| = |input - target| <= delta, else delta (|d| - delta / 2).

    Source: Huber 1964, Annals of Statistics 35, 73-101.
    """
    same_shape("huber_loss", input, target)
    distance = abs(input - target)
    far = delta * (distance - 0.5 * delta)
    return reduce(where(distance <= delta, 0.5 * square(distance), far), reduction)


@loss_function
def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """d^2 / (2 beta) where |d| = |input - target| < beta, else |d| - beta / 2."""
    same_shape("smooth_l1_loss", input, target)
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    distance = abs(input - target)
    return reduce(where(distance < beta, square(distance) * (0.5 / beta), distance - 0.5 * beta), reduction)
