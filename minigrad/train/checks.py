"""What a Trainer looks at before it starts, so that a mistake is told at the door, in the caller's words.

A wrong argument, data that holds samples instead of batches, an optimizer of another model: each would fail
much later, in the middle of a step, or train nothing without a word.
"""

import functools
import inspect
import types
from collections.abc import Iterator

import numpy as np

from minigrad.autograd import Tensor
from minigrad.data.datasets import Dataset, IterableDataset
from minigrad.hints import warn
from minigrad.nn.module import REPLACED, Module
from minigrad.train.callbacks import Callback
from minigrad.train.metrics import named_metrics

MOMENTS = {     # method of a callback -> what it is called with
    "on_fit_start": ("trainer",), "on_epoch_start": ("trainer",), "on_step_end": ("trainer",),
    "on_validation_start": ("trainer", "row"), "on_epoch_end": ("trainer", "row"),
    "on_fit_end": ("trainer",)}


def check_arguments(model, loss, optimizer, max_grad_norm, workers):
    """Of Trainer(...): the metrics and the callbacks have checks of their own."""
    if not callable(loss) or not hasattr(optimizer, "param_groups"):
        raise TypeError("Trainer takes (model, loss, optimizer), got "
                        f"({', '.join(type(each).__name__ for each in (model, loss, optimizer))})")
    if max_grad_norm is not None and not max_grad_norm > 0:
        raise ValueError(f"Trainer: max_grad_norm must be positive, got {max_grad_norm}")
    if not isinstance(workers, int) or workers < 1:
        raise ValueError(f"Trainer: workers must be a number of processes, at least 1; got {workers!r}")
    if isinstance(loss, type):
        raise TypeError(f"Trainer: the loss is a class; pass an instance, {loss.__name__}()")
    check_takes("the loss function", loss, ("output", "target"))


def checked_metrics(metrics):
    """{name: metric object} of the `metrics` argument."""
    metrics = named_metrics(metrics)
    for name, metric in metrics.items():
        check_takes(f"metric {name!r}", getattr(metric, "function", metric.update), ("output", "target"))
    return metrics


def checked_callbacks(callbacks):
    """The `callbacks` argument, one Callback or several, as a list."""
    callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    for callback in callbacks:
        if not isinstance(callback, Callback):
            hint = "; wrap a scheduler: Schedule(scheduler)" if hasattr(callback, "get_last_lr") else ""
            raise TypeError("Trainer: a callback must be an instance of train.Callback, "
                            f"got {callback!r}{hint}")
        name = type(callback).__name__
        for method in dir(callback):
            if method.startswith("on_") and method not in MOMENTS:
                warn(f"Trainer: {name}.{method} is never called; the Trainer calls {', '.join(MOMENTS)}")
        for moment, arguments in MOMENTS.items():
            check_takes(f"{name}.{moment}", getattr(callback, moment), arguments)
    return callbacks


def check_takes(what, function, arguments):
    """Raise TypeError unless the function can be called with these positional arguments."""
    if not callable(function):
        raise TypeError(f"Trainer: {what} must be a function of ({', '.join(arguments)}), got {function!r}")
    if isinstance(function, Module):
        function = function.forward
    elif not (inspect.isroutine(function) or isinstance(function, functools.partial)):
        function = function.__call__
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):     # a function written in C may have none
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise TypeError(f"Trainer: {what} is called with ({', '.join(arguments)}), but takes {signature}: "
                        f"{error}") from None


def goal(done, epochs, total_epochs):
    """The number of epochs after which fit ends, of which `done` are done."""
    if epochs is not None and total_epochs is not None:
        raise ValueError("fit: epochs is a number of further epochs, total_epochs counts from the first; "
                         "pass only one")
    for value, text in ((epochs, "epochs must be a number of further epochs"),
                        (total_epochs, "total_epochs must be a number of epochs in all")):
        if value is not None and (not isinstance(value, (int, np.integer)) or isinstance(value, bool)
                                  or value < 1):
            raise ValueError(f"fit: {text}, at least 1; got {value!r}")
    return done + (epochs or 1) if total_epochs is None else int(total_epochs)


def check_lasts(name, data, epochs):
    """Refuse a generator, which can be read only once, where several epochs need it."""
    if epochs > 1 and read_once(data):
        raise ValueError(f"fit: {name} is {described(data)}, and a generator can be read only once, so it "
                         "lasts for 1 epoch; pass a list, a DataLoader, or an object whose __iter__ starts "
                         "again")


def check_data(caller, data):
    """Refuse a dataset or array, whose items are samples, where batches are expected."""
    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        raise TypeError(f"{caller}: a {type(data).__name__} gives single samples, not batches; pass "
                        "DataLoader(dataset, batch_size=32), for training with shuffle=True, or "
                        "DataLoader(dataset, batch_size=None) if its items are batches")
    if isinstance(data, (Tensor, np.ndarray, type)) or not (hasattr(data, "__iter__")
                                                            or hasattr(data, "__getitem__")):
        raise TypeError(f"{caller}: expected batches (input, target), got {described(data)}; for arrays use "
                        "DataLoader(TensorDataset(x, y), batch_size=32)")


def read_once(data):
    """Is it a generator, or another iterator of Python's own, which is exhausted after one epoch?"""
    return isinstance(data, types.GeneratorType) or (
        isinstance(data, Iterator) and type(data).__module__ in ("builtins", "itertools"))


def check_scalar(loss):
    if not isinstance(loss, Tensor):
        raise TypeError(f"the loss function must return a Tensor, got {described(loss)}")
    if loss.ndim:
        raise ValueError(f"the loss function must return a scalar, got shape {tuple(loss.shape)}; reduce it "
                         "with .mean(), or with reduction='mean'")


def check_trainable(model, optimizer, loss):
    """Raise ValueError if the optimizer's steps would not change the model; warn if they miss parts."""
    parameters = dict(model.named_parameters())
    if not parameters:
        raise ValueError(f"fit: {type(model).__name__} has no parameters to train")
    trainable = {id(p): name for name, p in parameters.items() if p.requires_grad}
    if not trainable:
        raise ValueError(f"fit: all {len(parameters)} parameters of {type(model).__name__} are frozen; call "
                         "p.requires_grad_() on those to train")
    held = {id(p): p for group in optimizer.param_groups for p in group["params"]}
    missed = [name for key, name in trainable.items() if key not in held]
    if len(missed) == len(trainable):
        raise ValueError(f"fit: the optimizer has none of the {len(trainable)} trainable parameters of "
                         f"{type(model).__name__}; create it from model.parameters() once the model is "
                         "complete")
    if missed:
        warn(f"fit: the optimizer lacks {several(missed)} of {type(model).__name__}, so they will "
             "not be trained; create it after the model is complete, or freeze them with "
             "requires_grad_(False)")
    known = {id(p) for p in parameters.values()}
    if isinstance(loss, Module):
        known.update(map(id, loss.parameters()))
    for key in held.keys() - known:
        REPLACED.pop(key, None)         # told here, once, not by the optimizer
    gone = [f"a parameter of shape {tuple(p.shape)}" for key, p in held.items() if key not in known]
    if gone:
        warn(f"fit: the optimizer has {several(gone)}, but {type(model).__name__} does not; was a "
             "layer replaced? Create the optimizer after the model is complete")


def several(names, most=5):
    """a, b, c, d, e and 2 more"""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def described(value):
    if isinstance(value, Tensor):
        return f"a Tensor of shape {tuple(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of length {len(value)}"
    if isinstance(value, np.ndarray):
        return f"a ndarray of shape {value.shape}"
    if value is None:
        return "None"
    return f"a {type(value).__name__}"
