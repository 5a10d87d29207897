"""Losses for numbers: how far a prediction is from its target."""

import math

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import quiet
from minigrad.ops.layers.activations import hardtanh
from minigrad.ops.losses.reduction import note, reduced, replaced, same_shape
from minigrad.ops.numbers.arithmetic import abs
from minigrad.ops.numbers.powers import square


@composed
def mse_loss(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean") -> Tensor:
    """(input - target)^2, the squared error."""
    reduction = replaced("mse_loss", reduction, size_average, reduce)
    same_shape("mse_loss", input, target)
    if reduction == "mean" and input.numel() and input.dtype != "float16":
        note(input.numel)
        return mean_squared_error(input, target)
    return reduced(square(difference(input, target)), reduction)


def difference(input, target):
    """input - target, where a target that is a mask counts as 0 and 1."""
    return input - (target if target.dtype.kind != "b" else target.to(input.dtype))


@primitive
def mean_squared_error(xp, a, b):
    """The mean of (a - b)^2 as one op: in a small model three op calls cost more than the arithmetic."""
    d = a - b
    return (d * d).sum() * (1 / d.size)


mean_squared_error.defvjp(lambda g, a, b: (a - b) * (g * (2 / math.prod(a.shape))),
                          lambda g, a, b: (b - a) * (g * (2 / math.prod(a.shape))))


@composed
def l1_loss(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean") -> Tensor:
    """|input - target|, the absolute error."""
    reduction = replaced("l1_loss", reduction, size_average, reduce)
    same_shape("l1_loss", input, target)
    return reduced(abs(input - target), reduction)


@composed
def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """d^2 / 2 where |d| = |input - target| <= delta, else delta (|d| - delta / 2).

    Source: Huber 1964, Annals of Statistics 35, 73-101.
    """
    reduction = replaced("huber_loss", reduction)
    same_shape("huber_loss", input, target)
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be above 0, got {delta}")
    return reduced(huber(difference(input, target), delta=delta), reduction)


@primitive
def huber(xp, d, *, delta):
    """d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2)."""
    size = xp.abs(d)
    with quiet():
        return xp.where(size <= delta, 0.5 * d * d, delta * (size - 0.5 * delta))


huber.defvjp(lambda g, d, delta: g * hardtanh(d, min_val=-delta, max_val=delta))


@composed
def smooth_l1_loss(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """d^2 / (2 beta) where |d| = |input - target| < beta, else |d| - beta / 2."""
    reduction = replaced("smooth_l1_loss", reduction, size_average, reduce)
    same_shape("smooth_l1_loss", input, target)
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss: beta must be at least 0, got {beta}")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return reduced(huber(difference(input, target), delta=beta) * (1 / beta), reduction)
