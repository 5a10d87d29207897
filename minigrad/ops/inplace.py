"""Writing into tensors: x[i] = v, x += y, x.fill_(v), ...

For tensors that no graph records. Where the graph would miss a write, it raises; where a graph has
saved the array, backward notices (see Tensor.written).
"""

import numpy as np

from minigrad.autograd import Tensor, check_writable
from minigrad.autograd.modes import MODE
from minigrad.backend import MODULES, array_on, host_generator
from minigrad.ops import elementwise
from minigrad.ops.indexing import as_index


def write(x, value, name):
    """Make `value` the content of x's array."""
    check_writable(x, name)
    if isinstance(value, Tensor):
        value = value.array
    if type(value) in MODULES and type(value) is not type(x.array):
        raise RuntimeError(f"{name}: the tensor is on {x.device}, the values are not; move them with .to(...)")
    try:
        x.array[...] = value
    except (ValueError, TypeError) as error:
        raise type(error)(f"{name}: cannot write {np.shape(value)} into {tuple(x.shape)}: {error}") from None
    return x.written()


def setitem(x, index, value):
    """x[index] = value."""
    check_writable(x, "item assignment")
    items = index if type(index) is tuple else (index,)
    place = tuple(as_index(i, x) for i in items)
    if isinstance(value, (list, tuple, np.ndarray)):
        value = array_on(np.asarray(value), x.device)
    try:
        x.array[place] = value.array if isinstance(value, Tensor) else value
    except (ValueError, IndexError) as error:
        raise type(error)(f"item assignment into {tuple(x.shape)}: {error}") from None
    x.written()


def inplace(name, op):
    """The method x.op_(other): x becomes op(x, other)."""
    def method(x, *args, **settings):
        check_writable(x, name)
        return write(x, op(x, *args, **settings), name)
    method.__name__, method.__doc__ = name, f"x becomes {op.__name__}(x, ...), in place."
    return method


def augmented(name, op):
    """x += y: in place where no graph records x; in a graph a new tensor takes the name x."""
    def method(x, other):
        if MODE.recording and (x.requires_grad or isinstance(other, Tensor) and other.requires_grad):
            if x.node is None and x.requires_grad:
                check_writable(x, name)
            return op(x, other)
        return write(x, op(x, other), name)
    return method


def scaled(op):
    """add_ and sub_ with PyTorch's alpha."""
    def apply(x, other, *, alpha=1):
        return op(x, other if alpha == 1 else other * alpha)
    apply.__name__ = op.name
    return apply


def copy_(x, source):
    """x takes the values of source, whatever its dtype and device."""
    check_writable(x, "copy_")
    return write(x, source.detach().to(x.device), "copy_")


def fill_(x, value):
    """Every element becomes value."""
    return write(x, value, "fill_")


def zero_(x):
    """Every element becomes 0."""
    return write(x, 0, "zero_")


def normal_(x, mean=0.0, std=1.0, *, generator=None):
    """Normally distributed random numbers from the host's generator."""
    values = (generator or host_generator()).standard_normal(tuple(x.shape)) * std + mean
    return write(x, array_on(values, x.device, x.dtype), "normal_")


def uniform_(x, low=0.0, high=1.0, *, generator=None):
    """Uniform random numbers in [low, high) from the host's generator."""
    values = (generator or host_generator()).uniform(low, high, tuple(x.shape))
    return write(x, array_on(values, x.device, x.dtype), "uniform_")


METHODS = {
    "__setitem__": setitem, "copy_": copy_, "fill_": fill_, "zero_": zero_,
    "normal_": normal_, "uniform_": uniform_,
    "__iadd__": augmented("+=", elementwise.add), "__isub__": augmented("-=", elementwise.sub),
    "__imul__": augmented("*=", elementwise.mul), "__itruediv__": augmented("/=", elementwise.true_divide),
    "add_": inplace("add_", scaled(elementwise.add)), "sub_": inplace("sub_", scaled(elementwise.sub)),
    "mul_": inplace("mul_", elementwise.mul), "div_": inplace("div_", elementwise.div),
    "clamp_": inplace("clamp_", elementwise.clamp), "pow_": inplace("pow_", elementwise.pow),
    "sqrt_": inplace("sqrt_", elementwise.sqrt), "exp_": inplace("exp_", elementwise.exp),
    "neg_": inplace("neg_", elementwise.neg), "lerp_": inplace("lerp_", elementwise.lerp),
    "addcmul_": inplace("addcmul_", elementwise.addcmul), "addcdiv_": inplace("addcdiv_", elementwise.addcdiv),
}
