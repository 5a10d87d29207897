"""torch.nn.modules.utils: one number for every axis."""

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any


def _ntuple(count: int, name: str = "parse") -> Callable[[Any], tuple]:
    """A function that repeats a number `count` times, and makes a tuple of anything else."""
    def parse(value):
        return tuple(value) if isinstance(value, Iterable) else tuple(repeat(value, count))
    parse.__name__ = name
    return parse


_single, _pair, _triple, _quadruple = (
    _ntuple(count, name) for count, name in enumerate(("_single", "_pair", "_triple", "_quadruple"), 1))


def _reverse_repeat_tuple(values: Iterable[Any], times: int) -> tuple:
    """(a, b) twice is (b, b, a, a)."""
    return tuple(value for value in reversed(tuple(values)) for _ in range(times))


def _list_with_default(out_size: list, defaults: list) -> list:
    """`out_size`, with the last of `defaults` where it has None."""
    if isinstance(out_size, int):
        return out_size
    if len(defaults) <= len(out_size):
        raise ValueError(f"expected over {len(out_size)} sizes, got {len(defaults)}")
    return [own if own is not None else default for own, default in zip(out_size, defaults[-len(out_size):])]
