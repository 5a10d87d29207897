"""Writing into tensors: x[i] = v, x += y, x.fill_(v), ...

For tensors that no graph records. Where a graph would miss a write, it raises; where a graph has saved
the array, backward notices (see Tensor.written).
"""

from typing import Any

import numpy as np

from minigrad.autograd import Tensor, check_writable, is_grad_enabled, mixed
from minigrad.backend import MODULES, array_on, host_generator
from minigrad.ops.layers import activations
from minigrad.ops.matrices import norms, products
from minigrad.ops.numbers import arithmetic, choosing, comparisons, powers, special, trigonometry
from minigrad.ops.places import diagonals, indexing, scattering, shapes
from minigrad.ops.places.indexing import as_index
from minigrad.ops.reductions import cumulative


def write(x, place, value, name):
    """x.array[place] = value; returns x."""
    check_writable(x, name)
    if isinstance(value, Tensor):
        if value.requires_grad and is_grad_enabled():
            raise RuntimeError(f"{name} writes values that are part of a graph, which would lose them; "
                               "write value.detach(), or compute a new tensor: of parts in a list with "
                               "stack() or cat(), of two tensors with where()")
        value = value.array
    if type(value) in MODULES and type(value) is not type(x.array):
        raise mixed(name, (x, value))
    try:
        x.array[place] = value
    except (ValueError, TypeError, IndexError) as error:
        shared = "; it shares its elements with other places: write into a .clone()"
        hint = shared if "read-only" in str(error) else ""
        raise type(error)(f"{name}: cannot write {np.shape(value)} into {tuple(x.shape)}: "
                          f"{error}{hint}") from None
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
    def method(x: Tensor, *args: Any, **settings: Any) -> Tensor:
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


def fill_diagonal_(x, fill_value, wrap=False):
    """The diagonal becomes fill_value; with wrap it starts again below the bottom of a tall matrix."""
    if x.ndim < 2 or x.ndim > 2 and len(set(x.shape)) > 1:
        raise ValueError(f"fill_diagonal_: needs a matrix, or more axes of one size, got {tuple(x.shape)}")
    steps = MODULES[type(x.array)].arange(x.shape[0] if wrap and x.ndim == 2 else min(x.shape))
    if x.ndim == 2 and wrap:
        columns = steps % (x.shape[1] + 1)          # one row stays as it is
        steps, columns = steps[columns < x.shape[1]], columns[columns < x.shape[1]]
        return write(x, (steps, columns), fill_value, "fill_diagonal_")
    return write(x, (steps,) * x.ndim, fill_value, "fill_diagonal_")


def rearranged(name, op):
    """The method x.op_(): x shows the same memory in another shape."""
    def method(x, *args, **settings):
        check_writable(x, name)
        x.array = op(x, *args, **settings).array
        return x.written()
    method.__name__, method.__doc__ = name, f"x becomes {op.__name__}(x, ...), of the same memory."
    return method


def drawing(draw):
    """The method that fills x with draw(rng, shape, ...), random numbers of the host's generator."""
    def method(x, *args, generator=None, **settings):
        values = draw(generator or host_generator(), tuple(x.shape), *args, **settings)
        return write(x, ..., array_on(values, x.device, x.dtype), draw.__name__)
    method.__name__, method.__doc__ = draw.__name__, draw.__doc__
    return method


@drawing
def normal_(rng, shape, mean=0.0, std=1.0):
    """Normally distributed random numbers."""
    return rng.standard_normal(shape) * std + mean


@drawing
def log_normal_(rng, shape, mean=1.0, std=2.0):
    """Random numbers whose logarithms are normally distributed."""
    return rng.lognormal(mean, std, shape)


@drawing
def uniform_(rng, shape, low=0.0, high=1.0):
    """Uniform random numbers in [low, high)."""
    return rng.uniform(low, high, shape)


@drawing
def exponential_(rng, shape, lambd=1.0):
    """Random numbers of density lambd e^(-lambd x)."""
    return rng.exponential(1 / lambd, shape)


@drawing
def geometric_(rng, shape, p):
    """How many trials, each with probability p, it takes to succeed: 1, 2, ..."""
    return rng.geometric(p, shape)


@drawing
def cauchy_(rng, shape, median=0.0, sigma=1.0):
    """Random numbers of density sigma / (pi ((x - median)^2 + sigma^2))."""
    return rng.standard_cauchy(shape) * sigma + median


def random_(x, low=None, high=None, *, generator=None):
    """Random integers from low to high - 1; from 0 if one number is given, up to what the dtype holds if
    none is.

    In a floating-point dtype these are all integers that it holds exactly: 0 to 2^24 in float32.
    """
    if high is None:
        low, high = 0, greatest_of(x.dtype) + 1 if low is None else low
    if not low < high:
        raise ValueError(f"random_: low {low} must be below high {high}")
    values = (generator or host_generator()).integers(low, high - 1, tuple(x.shape), endpoint=True)
    return write(x, ..., array_on(values, x.device, x.dtype), "random_")


def greatest_of(dtype):
    """The greatest integer up to which `dtype` holds all."""
    if dtype.kind == "f":
        return 2 ** (np.finfo(dtype).nmant + 1)
    return 1 if dtype == bool else int(np.iinfo(dtype).max)


def bernoulli_(x, p=0.5, *, generator=None):
    """1 with probability p, a number or a tensor of them, else 0."""
    values = array_on((generator or host_generator()).random(tuple(x.shape)), x.device)
    return write(x, ..., values < (p.array if isinstance(p, Tensor) else p), "bernoulli_")


INPLACE = {
    arithmetic: """add sub mul div true_divide floor_divide remainder fmod reciprocal abs neg sign floor
        ceil round trunc frac lerp addcmul addcdiv copysign gcd lcm nextafter""",
    powers: "pow sqrt rsqrt square exp exp2 expm1 log log1p log2 log10 xlogy float_power ldexp",
    trigonometry: """sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot deg2rad
        rad2deg""",
    special: "erf erfc erfinv lgamma digamma mvlgamma i0 sinc logit",
    comparisons: """eq ne lt le gt ge logical_and logical_or logical_xor logical_not bitwise_and
        bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift""",
    choosing: "clamp nan_to_num clamp_min clamp_max heaviside",
    indexing: "masked_fill",
    diagonals: "tril triu",
    scattering: """index_add scatter_add index_copy index_fill index_put index_reduce masked_scatter put
        scatter scatter_reduce""",
    cumulative: "cumsum cumprod",
    products: "addmm addmv addr baddbmm addbmm",
    norms: "renorm",
    activations: "relu sigmoid",
}

METHODS = {
    "__setitem__": setitem, "copy_": copy_, "fill_": fill_, "zero_": zero_,
    **{draw.__name__: draw for draw in (normal_, log_normal_, uniform_, exponential_, geometric_, cauchy_)},
    "random_": random_, "bernoulli_": bernoulli_, "fill_diagonal_": fill_diagonal_,
    "swapaxes_": rearranged("swapaxes_", shapes.transpose),
    "swapdims_": rearranged("swapdims_", shapes.transpose),
    **{name: rearranged(name, getattr(shapes, name[:-1]))
       for name in ("squeeze_", "unsqueeze_", "t_", "transpose_")},
    "__iadd__": augmented("+=", arithmetic.add), "__isub__": augmented("-=", arithmetic.sub),
    "__imul__": augmented("*=", arithmetic.mul), "__itruediv__": augmented("/=", arithmetic.true_divide),
    **{name + "_": inplace(name + "_", getattr(module, name)) for module, names in INPLACE.items()
       for name in names.split()},
}
