"""float16 in float32: what sums many numbers collects them in float32 and rounds the result once.

float16 has gaps above 2048 and ends at 65504, so a sum in float16 loses small terms and overflows. An op uses
`single` of arrays.py in its forward, and the engine rounds its result. A function made of several ops is
marked `in_single`.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from minigrad.autograd.arrays import FLOAT16, FLOAT32, common_dtype
from minigrad.autograd.tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


def in_single(function: F, again: Callable[..., Any] | None = None) -> F:
    """`function`, which computes float16 tensors in float32, by `again` if given, and rounds its results."""
    def widened(value):
        return value.to(FLOAT32) if isinstance(value, Tensor) and value.array.dtype is FLOAT16 else value

    def rounded(value):
        return value.to(FLOAT16) if isinstance(value, Tensor) and value.array.dtype is FLOAT32 else value

    @functools.wraps(function)
    def call(*args, **settings):
        arrays = [x.array for x in (*args, *settings.values()) if isinstance(x, Tensor)]
        if not any([a.dtype is FLOAT16 for a in arrays]):
            return function(*args, **settings)
        y = (again or function)(*map(widened, args), **{name: widened(x) for name, x in settings.items()})
        if common_dtype(arrays) != FLOAT16 or settings.get("dtype") is not None:
            return y
        if type(y) is tuple:
            return tuple(map(rounded, y))
        return type(y)(*map(rounded, y)) if isinstance(y, tuple) else rounded(y)
    return call  # type: ignore[return-value]
