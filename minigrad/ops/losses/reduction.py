"""What all losses share: reduction to one number, PyTorch's former arguments, and the check of shapes.

reduction: 'mean' (default) and 'sum' over all elements give a scalar, 'none' keeps the shape.
"""

import functools
import inspect
import math

from minigrad.autograd import composed
from minigrad.ops.reductions.sums import mean, sum


def reduce(x, reduction):
    if reduction == "mean":
        if not math.prod(x.shape):
            raise ValueError(f"the mean over an empty batch, shape {tuple(x.shape)}, does not exist; leave "
                             "empty batches out, or use reduction='sum'")
        return mean(x)
    if reduction == "sum":
        return sum(x)
    if reduction == "none":
        return x
    raise ValueError(f"reduction is 'mean', 'sum' or 'none', got {reduction!r}")


def loss_function(function=None, *, size_average_before="reduction"):
    """A loss that also has PyTorch's former arguments size_average and reduce, at their places.

    reduce stands before reduction, and so does size_average if nothing else is said. They are there for the
    positions of the others: what they said is said by reduction.
    """
    if function is None:
        return functools.partial(loss_function, size_average_before=size_average_before)
    parameters = list(inspect.signature(function).parameters.values())
    for former, before in (("size_average", size_average_before), ("reduce", "reduction")):
        place = [p.name for p in parameters].index(before)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters.insert(place, inspect.Parameter(former, kind, default=None))
    signature = inspect.Signature(parameters)
    first = list(signature.parameters).index("size_average")

    @functools.wraps(function)
    def call(*args, size_average=None, reduce=None, **settings):
        if len(args) > first:
            settings = signature.bind(*args, **settings).arguments
            args, size_average, reduce = (), settings.pop("size_average"), settings.pop("reduce", reduce)
        if size_average is not None or reduce is not None:
            refuse_former(function.__name__, size_average, reduce)
        return function(*args, **settings)

    call.__signature__ = signature
    return composed(call)


def refuse_former(name, size_average=None, reduce=None):
    """Say which reduction PyTorch's former arguments mean."""
    if size_average is None and reduce is None:
        return
    if isinstance(size_average, str):       # F.mse_loss(x, y, "none")
        meant = size_average
    elif all(value is None or isinstance(value, bool) for value in (size_average, reduce)):
        meant = "none" if reduce is False else "sum" if size_average is False else "mean"
    else:
        raise ValueError(f"{name}: got size_average={size_average!r}, reduce={reduce!r}, PyTorch's former "
                         "arguments at these positions; give None for them, or all settings by name")
    raise ValueError(f"{name}: got size_average={size_average!r}, reduce={reduce!r}, two arguments that "
                     f"reduction has replaced; write reduction={meant!r}")


def same_shape(name, x, target):
    if x.shape != target.shape:
        raise ValueError(f"{name}: input {tuple(x.shape)} and target {tuple(target.shape)} must have one "
                         "shape; broadcasting would compare every element with every other")
