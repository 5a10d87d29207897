"""Part: a gradient that is 0 but for one place, as indexing has it.

Of `for t in range(T): x[:, t]` every slice has a gradient of the size of x. Made of zeros one by one and
added up, they would cost the square of x's length. A Part says only what is to be added where:

    Part + Part     both in one array; the sum is a Part that holds it, and further ones are added in place
    array + Part    the same, and the array is left as it is

backward() adds gradients with +, and so needs to know of it only where a gradient is whole.
"""

import numpy as np

from minigrad.backend import MODULES, library_of


class Part:
    """The gradient of `shape` that is `g` at `index`, and 0 elsewhere; made once and added to once."""

    __slots__ = ("g", "index", "shape", "array")
    __array_ufunc__ = None      # array + part is for the part to compute

    def __init__(self, g, index, shape):
        self.g, self.index, self.shape = g, index, shape
        self.array = None       # the sum from the first addition on, of which no one else knows

    def whole(self):
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
            self.array = MODULES[type(array)].asarray(array + other)    # of 0-d arrays NumPy makes scalars
        return self

    __radd__ = __add__


def add_at(array, index, g):
    """array[index] += g, where a place that `index` names twice receives both."""
    if any(type(i) in MODULES and i.dtype != bool for i in index):
        library_of(array).scatter_add(array, index if len(index) > 1 else index[0], g)
    else:
        array[index] += g       # slices and masks name no place twice
