"""Metrics that are not means over samples: they need all samples of an epoch at once."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import NamesArguments, composed
from minigrad.ops.losses.reduction import WHOLE, note

F = TypeVar("F", bound=Callable[..., Any])


def of_all(function: F) -> F:
    """A public function of all samples, whose values for batches say nothing: nobody may average them."""
    @functools.wraps(function)
    def call(*args, **settings):
        note(lambda: WHOLE)
        return function(*args, **settings)
    door: Any = composed(call)  # type: ignore[arg-type]
    door.of_all = True
    return door


def is_of_all(function: Any) -> bool:
    """Whether `function`, or what a functools.partial calls, needs all samples at once."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "of_all", False)


class WholeEpoch(NamesArguments):
    """A metric for the Trainer: function(output, target, **settings) of all samples of an epoch at once.

        Trainer(..., metrics={"f1": WholeEpoch(f1_score, average="macro"), "auc": roc_auc})

    The Trainer wraps the functions of minigrad.metrics by itself; settings and your own functions need this
    class. It keeps a copy of every batch in host memory. Where the lengths of batches differ, (N, V, T) is
    kept as (N T, V) and (N, T) as (N T): the function then sees tokens, not sequences.
    """

    doors = ("update", "compute")

    def __init__(self, function: Callable[..., Any], **settings: Any) -> None:
        if not callable(function):
            raise TypeError(f"WholeEpoch: expected a function (output, target), got {function!r}")
        self.function, self.settings = function, settings
        inner = function
        while isinstance(inner, functools.partial):
            inner = inner.func
        self.__name__ = getattr(inner, "__name__", type(inner).__name__.lower())
        self.reset()

    def reset(self) -> None:
        self.outputs: list[np.ndarray] = []
        self.targets: list[np.ndarray] = []

    def update(self, output: Any, target: Any) -> None:
        output, target = host(output), host(target)
        if not (output.ndim and target.ndim and len(output) == len(target)):
            raise ValueError(f"{self.__name__}: output {output.shape} and target {target.shape} must have "
                             "one entry per sample, the same number of them")
        self.outputs.append(output.copy())
        self.targets.append(target.copy())

    def compute(self) -> float:
        if not self.outputs:
            raise RuntimeError(f"{self.__name__}: compute() needs at least one update(output, target)")
        outputs, targets = self.outputs, self.targets
        if len({x.shape[1:] for x in outputs}) > 1 or len({x.shape[1:] for x in targets}) > 1:
            outputs = [np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]) if x.ndim == t.ndim + 1
                       else x.reshape(-1) for x, t in zip(outputs, targets)]
            targets = [t.reshape(-1) for t in targets]
        output, target = Tensor(np.concatenate(outputs)), Tensor(np.concatenate(targets))
        value = self.function(output, target, **self.settings)
        if np.ndim(host(value)):
            raise ValueError(f"{self.__name__} returned shape {host(value).shape}; a metric of an epoch must "
                             "be one number, so choose an average")
        return float(value)


def host(x: Any) -> np.ndarray:
    """A Tensor, array or list as a NumPy array."""
    return x.detach().cpu().numpy() if isinstance(x, Tensor) else np.asarray(x)
