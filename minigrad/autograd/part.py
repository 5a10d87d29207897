"""Part: a gradient that is zero except in one place, as indexing makes it.

In `for t in range(T): x[:, t]` the gradient of every slice has the size of x. Building them from zeros one
by one would cost the square of x's length. A Part only records what is added where:

    Part + Part     both in one array; the sum is a Part that holds it, and later ones are added in place
    array + Part    the same, and the array stays unchanged

backward() adds gradients with +, so it has to know about Parts only where a gradient is complete.
"""

from typing import Any

import numpy as np

from minigrad.backend import MODULES, library_of


class Part:
    """A gradient of `shape` that is `g` at `index` and 0 elsewhere."""

    __slots__ = ("g", "index", "shape", "array")
    __array_ufunc__ = None      # array + part calls Part.__radd__

    def __init__(self, g: Any, index: tuple, shape: tuple[int, ...]):
        self.g, self.index, self.shape = g, index, shape
        self.array = None       # the sum, from the first addition on; nobody else holds it

    def whole(self) -> Any:
        """The gradient as an array."""
        if self.array is None:
            self.array = MODULES.get(type(self.g), np).zeros(self.shape, self.g.dtype)
            add_at(self.array, self.index, self.g)
        return self.array

    def __add__(self, other):
        array = self.whole()
        if type(other) is Part and other.g.dtype == array.dtype:
            add_at(array, other.index, other.g)
        else:
            other = other.whole() if type(other) is Part else other
            self.array = MODULES[type(array)].asarray(array + other)    # NumPy makes scalars of 0-d arrays
        return self

    __radd__ = __add__


def add_at(array: Any, index: tuple, g: Any) -> None:
    """array[index] += g, in place; a position that `index` names twice receives both."""
    if any(type(i) in MODULES and i.dtype != bool for i in index):
        library_of(array).scatter_add(array, index if len(index) > 1 else index[0], g)
    else:
        array[index] += g       # slices and masks name no position twice
