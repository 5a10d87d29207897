"""PyTorch's spellings of a call: input= and other= for tensors, out= for a result, and NumPy's names.

A call is read in these ways only after it has failed, so they cost nothing elsewhere.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from minigrad.autograd.arguments import short
from minigrad.autograd.arrays import KINDS
from minigrad.autograd.modes import MODE
from minigrad.autograd.tensor import Tensor
from minigrad.backend import MODULES
from minigrad.hints import warn

NUMPY = {"axis": "dim", "axis0": "dim0", "axis1": "dim1", "keepdims": "keepdim", "a": "input", "x": "input",
         "x1": "input", "x2": "other"}
WEIGHTED = {"add", "sub", "addmm", "addmv", "addr", "baddbmm", "addbmm", "addcmul", "addcdiv"}
EFFECTLESS = {"layout", "pin_memory", "memory_format"}      # of new tensors: they change no number


def respelled(function: Callable, takes: Any, args: Sequence[Any], settings: dict) -> Callable | None:
    """A failed call with PyTorch's arguments, as a call that `function` understands; None if it has none.

    takes: in a sequence, the names of the arguments of `function`. PyTorch calls the first tensors input=
    and other=, and writes a result into out=. It also understands NumPy's names of these and of dim= and
    keepdim=.
    """
    if "axis" in settings and settings.get("out", "") is None:      # np.sum(x) calls x.sum(axis, out)
        return None
    tensors = {"a", "x"} & {*takes[:1]} if not args else set()      # an op takes tensors by position
    if any(name in NUMPY and (name not in takes or name in tensors) for name in settings):
        spelt = {name if name in takes and name not in tensors else NUMPY.get(name, name): value
                 for name, value in settings.items()}
        if len(spelt) == len(settings) and all(
                name in takes or name in settings or name in ("input", "other") for name in spelt):
            return lambda: function(*args, **spelt)
    if getattr(function, "__name__", "") in WEIGHTED:
        again = weights_first(function, takes, args, settings)
        if again:
            return again
    plain = {name: value for name, value in settings.items() if name in takes or name not in EFFECTLESS}
    if len(plain) < len(settings) and "dtype" in takes:
        return lambda: function(*args, **plain)
    names = ("out",) if "out" in settings else ("input", "other")
    if not any(name in settings and name not in takes for name in names):
        return None
    rest = {name: value for name, value in settings.items() if name not in names}
    if names == ("out",):
        return lambda: into(settings["out"], function, args, rest)
    first, second = ([settings[name]] if name in settings else [] for name in names)
    return lambda: function(*first, *args, *second, **rest)


def weights_first(function: Callable, takes: Any, args: Sequence[Any], settings: dict) -> Callable | None:
    """PyTorch's oldest form of a weighted sum, weights before their tensors: addmm(beta, x, alpha, a, b)."""
    if isinstance(settings.get("alpha"), Tensor):       # add(x, alpha, y), which was read as add(x, y, alpha)
        args, settings = (*args, settings["alpha"]), {}
    names = [name for name in ("beta", "alpha", "value") if name in takes]
    tensors = [each for each in args if isinstance(each, Tensor)]
    weights = [each for each in args if isinstance(each, (int, float))]
    places = tuple(i for i, each in enumerate(args) if not isinstance(each, Tensor))
    known = {(0,), (0, 2), (1,), (1, 2)} if len(names) == 2 else {(1,)}         # of a function, of a method
    if places not in known or len(weights) != len(places) or set(names) & {*settings} or (
            len(tensors) + len(names) != len(takes)):
        return None

    def again():
        told = ", ".join(f"{name}={weight}" for name, weight in zip(names, weights))
        warn(f"{function.__name__}: weights by position are deprecated; write {told} after the tensors")
        return function(*tensors, **dict(zip(names, weights)), **settings)
    return again


def into(out: Any, function: Callable, args: Sequence[Any], settings: dict) -> Any:
    """function(*args, **settings) written into `out`, a tensor or a tuple of them; returns `out`.

    A tensor of another shape takes that of the result, with a warning unless it is empty. Raises RuntimeError
    where gradients are recorded, TypeError where the dtype of `out` cannot hold the result.
    """
    if out is None:
        return function(*args, **settings)
    name, several = function.__name__, isinstance(out, (tuple, list))
    targets = list(out) if several else [out]
    if not all(isinstance(each, Tensor) for each in targets):
        raise TypeError(f"{name}: out must be a tensor, or a tuple of tensors for several results, got "
                        f"{short(out)}")
    given = [each for arg in (*args, *settings.values())
             for each in (arg if isinstance(arg, (tuple, list)) else [arg])]
    if MODE.recording and any(isinstance(each, Tensor) and each.requires_grad for each in [*targets, *given]):
        raise RuntimeError(f"{name}: a write into out= has no derivative, and an argument requires grad; "
                           f"write y = {name}(...), or do it inside `with no_grad():`")
    results = function(*args, **settings)
    for target, result in zip(targets, results if several else [results], strict=True):
        if KINDS[result.dtype.kind] > KINDS[target.dtype.kind]:
            raise TypeError(f"{name}: the result is {result.dtype}, which out, {target.dtype}, cannot hold")
        if target.shape != result.shape:
            if target.numel():
                warnings.warn(f"{name}: out has shape {tuple(target.shape)} and takes that of the result, "
                              f"{tuple(result.shape)}; pass an empty tensor, or one of the right shape",
                              stacklevel=3)
            target.array = MODULES[type(target.array)].empty(tuple(result.shape), target.dtype)
        target.array[...] = result.array
        target.written()
    return type(results)(*targets) if several and hasattr(results, "_fields") else out
