"""Writing into tensors: x[i] = v, x += y, x.fill_(v), ...

For tensors that no graph records. Where a graph would miss a write, it raises; where a graph has saved
the array, backward notices (see Tensor.written).
"""

import numpy as np

from minigrad.autograd import Tensor, check_writable, is_grad_enabled, mixed
from minigrad.backend import MODULES, array_on, host_generator
from minigrad.ops import activations, elementwise, indexing
from minigrad.ops.indexing import as_index


def write(x, place, value, name):
    """x.array[place] = value; returns x."""
    check_writable(x, name)
    if isinstance(value, Tensor):
        if value.requires_grad and is_grad_enabled():
            raise RuntimeError(f"{name} writes values that are part of a graph, which would lose them; "
                               "write value.detach(), or compute a new tensor with where() or cat()")
        value = value.array
    if type(value) in MODULES and type(value) is not type(x.array):
        raise mixed(name, (x, value))
    try:
        x.array[place] = value
    except (ValueError, TypeError, IndexError) as error:
        raise type(error)(f"{name}: cannot write {np.shape(value)} into {tuple(x.shape)}: {error}") from None
    return x.written()


def setitem(x, index, value):
    """x[index] = value."""
    items = index if type(index) is tuple else (index,)
    if isinstance(value, (list, tuple, np.ndarray)):
        value = array_on(np.asarray(value), x.device)
    write(x, tuple(as_index(i, x) for i in items), value, "item assignment")


def become(x, result, name):
    """x takes the result of an op on it."""
    if result.dtype.kind == "f" and x.dtype.kind != "f":
        raise TypeError(f"{name}: the result is {result.dtype} and x {x.dtype}; compute a new tensor, or "
                        "convert x with .float()")
    return write(x, ..., result, name)


def inplace(name, op):
    """The method x.op_(other): x becomes op(x, other)."""
    def method(x, *args, **settings):
        return become(x, op(x, *args, **settings), name)
    method.__name__, method.__doc__ = name, f"x becomes {op.__name__}(x, ...), in place."
    return method


def augmented(name, op):
    """x += y: in place where no graph records it; in a graph a new tensor takes the name x."""
    def method(x, other):
        result = op(x, other)
        if not result.requires_grad:
            return become(x, result, name)
        if x.node is None:
            check_writable(x, name)         # a parameter keeps its identity
        return result
    return method


def copy_(x, source):
    """x takes the values of source, whatever its dtype and device."""
    return write(x, ..., source.to(x.device), "copy_")


def fill_(x, value):
    """Every element becomes value."""
    return write(x, ..., value, "fill_")


def zero_(x):
    """Every element becomes 0."""
    return write(x, ..., 0, "zero_")


def normal_(x, mean=0.0, std=1.0, *, generator=None):
    """Normally distributed random numbers from the host's generator."""
    values = (generator or host_generator()).standard_normal(tuple(x.shape)) * std + mean
    return write(x, ..., array_on(values, x.device, x.dtype), "normal_")


def uniform_(x, low=0.0, high=1.0, *, generator=None):
    """Uniform random numbers in [low, high) from the host's generator."""
    values = (generator or host_generator()).uniform(low, high, tuple(x.shape))
    return write(x, ..., array_on(values, x.device, x.dtype), "uniform_")


INPLACE = {
    elementwise: """add sub mul div pow clamp sqrt rsqrt square exp log abs neg reciprocal floor ceil round tanh
        remainder nan_to_num lerp addcmul addcdiv logical_and logical_or logical_not""",
    activations: "relu sigmoid",
    indexing: "masked_fill index_add scatter_add",
}

METHODS = {
    "__setitem__": setitem, "copy_": copy_, "fill_": fill_, "zero_": zero_,
    "normal_": normal_, "uniform_": uniform_,
    "__iadd__": augmented("+=", elementwise.add), "__isub__": augmented("-=", elementwise.sub),
    "__imul__": augmented("*=", elementwise.mul), "__itruediv__": augmented("/=", elementwise.true_divide),
    **{name + "_": inplace(name + "_", getattr(module, name)) for module, names in INPLACE.items()
       for name in names.split()},
}
