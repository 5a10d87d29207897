"""A number on the CPU beside tensors on another device.

A tensor without axes on the CPU, such as tensor(2.0), works beside tensors of a GPU like the number 2.0: it
moves to them, and its gradient back. All other tensors of one call are on one device.
"""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd.errors import mixed
from minigrad.autograd.fused import Fused
from minigrad.autograd.op import Op, primitive
from minigrad.autograd.tensor import Tensor
from minigrad.backend import CPU, MODULES, device_of, move


@primitive
def to_device(xp, x, *, device, source):
    """x, which is on `source`, on `device`; the rule moves the gradient back."""
    return move(x, device)


to_device.defvjp(lambda g, device, source: to_device(g, device=source, source=device))


def beside(x: Any, device: Any) -> Any:
    """x, a tensor or an array on the CPU, on `device`."""
    return to_device(x, device=device, source=CPU)


def together(op: Any, args: Sequence[Any]) -> list:
    """The arguments of a call on one device. Raises RuntimeError if more than numbers would have to move."""
    arrays = [arg.array if isinstance(arg, Tensor) else arg for arg in args]
    arrays = [array if type(array) in MODULES else None for array in arrays]
    away = [device_of(array) for array in arrays if array is not None and device_of(array) != CPU]
    small = [array is not None and not array.ndim and device_of(array) == CPU for array in arrays]
    here = sum(array is not None for array in arrays) - len(away)
    fits = away and here == sum(small) and all(each == away[0] for each in away)
    if not fits or getattr(op, "variadic", False):
        raise mixed(op.name, args)
    return [beside(arg, away[0]) if each else arg for arg, each in zip(args, small)]


Op.together = Fused.together = together       # type: ignore[assignment, method-assign]
