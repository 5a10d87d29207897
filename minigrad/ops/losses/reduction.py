"""What all losses share: the reduction to one number, its count, and the check of shapes.

reduction: 'mean' (default) and 'sum' over all elements give a scalar, 'none' keeps the shape. size_average
and reduce are PyTorch's deprecated arguments, in its positional order; see replaced().

The means of two batches give the mean of both only with the numbers that they were divided by: elements,
rows, or the weights of the targets that are not ignored. Whoever joins batches asks for these counts:

    loss, counts = counted(cross_entropy, logits, target)       # counts == [the number of targets that count]
"""

import math
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from minigrad.autograd import Tensor
from minigrad.hints import warn
from minigrad.ops.places.indexing import on_host
from minigrad.ops.reductions.sums import mean, sum

SUM = "sum"     # the count of a loss that is a sum: two batches add up
WHOLE = "whole"         # the count of a number that cannot be joined from batches, such as an area
COUNTS: ContextVar[list | None] = ContextVar("counts", default=None)


class Total(NamedTuple):
    """The note about a sum."""

    value: Tensor


def counted(function: Callable, *arguments: Any) -> tuple[Any, list]:
    """function(*arguments) and the counts of the means in it: numbers or Tensors (); [SUM] if it is a sum.

    A mean that the function computes by itself leaves no count, nor does a sum that it divides or adds to.
    """
    notes: list = []
    token = COUNTS.set(notes)
    try:
        value = function(*arguments)
    finally:
        COUNTS.reset(token)
    if [note for note in notes if type(note) is Total and note.value is value]:
        return value, [SUM]
    return value, [note for note in notes if type(note) is not Total]


def note(count):
    """Tell counted() what a mean is divided by, count(); a Tensor on a device stays there."""
    notes = COUNTS.get()
    if notes is not None:
        value = count()
        notes.append(value.item() if isinstance(value, Tensor) and on_host(value.array) else value)


def reduced(x, reduction):
    """x reduced to its mean or sum, or unchanged."""
    if reduction == "mean":
        if not math.prod(x.shape):
            raise ValueError(f"an empty batch, shape {tuple(x.shape)}, has no mean; skip empty batches, "
                             "or use reduction='sum'")
        note(x.numel)
        return mean(x)
    if reduction == "sum":
        total = sum(x)
        note(lambda: Total(total))
        return total
    if reduction == "none":
        return x
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def replaced(name, reduction, size_average=None, reduce=None, renamed=True):
    """The reduction that PyTorch's former arguments mean, with a warning where they are used.

    size_average and reduce, booleans, count as True where the other one is given. 'elementwise_mean' is the
    former name of 'mean', in the losses that were `renamed`.
    """
    if reduction == "elementwise_mean" and renamed:
        warn(f"{name}: reduction='elementwise_mean' is deprecated; write reduction='mean'")
        reduction = "mean"
    if size_average is None and reduce is None:
        return reduction
    if isinstance(size_average, str):       # F.mse_loss(x, y, "none")
        raise ValueError(f"{name}: got size_average={size_average!r}, a deprecated argument at this "
                         f"position; write reduction={size_average!r}")
    if not all(value is None or isinstance(value, bool) for value in (size_average, reduce)):
        raise ValueError(f"{name}: got size_average={size_average!r}, reduce={reduce!r}, two deprecated "
                         "arguments at these positions; pass None for them, or pass the settings by name")
    meant = "none" if reduce is False else "sum" if size_average is False else "mean"
    warn(f"{name}: size_average and reduce are deprecated; write reduction={meant!r}")
    return meant


def same_shape(name, x, target):
    if x.shape != target.shape:
        raise ValueError(f"{name}: input {tuple(x.shape)} and target {tuple(target.shape)} must have the "
                         "same shape; broadcasting would compare every element with every other")
