"""Writes into tensors, in place: x[i] = v, x += y, x.fill_(v), ...

Inside a graph a write has a node of its own; autograd/inplace.py has the picture.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Op, Tensor, composed, mixed
from minigrad.autograd.beside import beside
from minigrad.autograd.inplace import become_view, before, in_graph, keep, rewire
from minigrad.backend import MODULES, array_on, host_generator, owner
from minigrad.backend.generator import in_memory_order
from minigrad.ops.layers import activations
from minigrad.ops.matrices import norms, products
from minigrad.ops.numbers import (
    arithmetic,
    choosing,
    comparisons,
    dtypes,
    gammas,
    powers,
    special,
    trigonometry,
)
from minigrad.ops.numbers.complex import is_complex, view_as_real
from minigrad.ops.numbers.dtypes import can_cast, number_for
from minigrad.ops.places import diagonals, indexing, memory, scattering, shapes
from minigrad.ops.places.indexing import as_index, items_of, refuse_bytes
from minigrad.ops.reductions import cumulative


def write(x, place, value, name):
    """x[place] = value; returns x."""
    if isinstance(value, Tensor) and not value.ndim and value.device == "cpu" and x.device != "cpu":
        value = beside(value, x.device)
    if not in_graph(name, x, value):
        return store(x, place, value, name)
    if place is Ellipsis:
        view = x
    elif all(item is None or item is Ellipsis or type(item) in (int, slice) for item in place):
        view = indexing.getitem(x, index=place)
    else:       # arrays select elements that are no view: write them into a copy, then all of it
        places = scattering.numbered(x)[place]
        new = value if isinstance(value, Tensor) else Tensor(array_on(np.asarray(value), x.device, x.dtype))
        new = fitted(new, places.shape).expand(places.shape)
        return write(x, ..., scattering.put_at(before(x), places, new, False, name), name)
    if isinstance(value, Tensor):
        value = fitted(value, view.shape)
        if value.dtype != x.dtype:
            value = dtypes.cast(value, dtype=x.dtype, source=value.dtype)
    store(view, ..., value, name)
    rewire(view, value, name)
    return x


def fitted(value, shape):
    """A tensor without the axes of size 1 that it has in front of those of `shape`."""
    extra = value.ndim - len(shape)
    if extra > 0 and set(value.shape[:extra]) == {1}:
        return shapes.reshape(value, shape=tuple(value.shape[extra:]))
    return value


def store(x, place, value, name):
    """Write into the array alone; returns x."""
    if isinstance(value, Tensor):
        value = value.array
    if type(value) in MODULES and type(value) is not type(x.array):
        raise mixed(name, (x, value))
    try:
        x.array[place] = value
    except (ValueError, TypeError, IndexError) as error:
        shared = "; several elements share one place in memory: write into a .clone()"
        hint = shared if "read-only" in str(error) else ""
        raise type(error)(f"{name}: cannot write {np.shape(value)} into {tuple(x.shape)}: "
                          f"{error}{hint}") from None
    return x.written()


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """x[index] = value."""
    items = items_of(index)
    refuse_bytes(items, value, "x[index] = value")
    if isinstance(value, (list, tuple, np.ndarray)):
        value = array_on(np.asarray(value), x.device)
    elif isinstance(value, (int, float, complex, np.generic)):
        value = number_for(value, x.dtype, "item assignment")
    write(x, tuple(as_index(i, x) for i in items), value, "item assignment")


def become(x, result, name):
    """Write the result of an op on x into x; returns x."""
    if not can_cast(result.dtype, x.dtype):
        raise TypeError(f"{name}: the result is {result.dtype} but x is {x.dtype}; compute a new tensor, or "
                        f"convert x with .{dict(c='cfloat', f='float').get(result.dtype.kind, 'long')}()")
    if result.shape != x.shape:
        raise ValueError(f"{name}: the result has shape {tuple(result.shape)} but x {tuple(x.shape)}; "
                         "compute a new tensor")
    return write(x, ..., result, name)


def inplace(name, op):
    """The method x.op_(...), which writes op(x, ...) into x."""
    def method(x: Tensor, *args: Any, **settings: Any) -> Tensor:
        return become(x, changed(op, name, x, args, settings), name)
    method.__name__, method.__doc__ = name, f"Write {op.__name__}(x, ...) into x; returns x."
    return method


def augmented(name, op):
    """x += y and the like, in place."""
    return lambda x, other: become(x, changed(op, name, x, (other,), {}), name)


def written_over(op, x, *args, **settings):
    """op(x, ...), written into x; returns x."""
    name = op.__name__ + "_"
    result = changed(op, name, x, args, settings)
    return x if result is x else become(x, result, name)


def changed(op, name, x, args, settings):
    """op(x, ...), which is about to be written into x, so that its nodes must not refer to x's memory."""
    if not in_graph(name, x, *args, *settings.values()):
        return op(x, *args, **settings)
    if not isinstance(op, Op):
        old = before(x)
        return op(old, *[old if each is x else each for each in args], **settings)
    result = op(x, *args, **settings)
    keep(result, x)
    return result


def copy_(x: Tensor, source: Tensor) -> Tensor:
    """Write the values of source, of any dtype and device, into x; returns x."""
    return write(x, ..., source.to(x.device), "copy_")


def fill_(x: Tensor, value: Tensor | float) -> Tensor:
    """Set every element to value; returns x. Raises ValueError for a number beyond the range of integers."""
    if not isinstance(value, Tensor):
        value = number_for(value, x.dtype, "fill_")
    return write(x, ..., value, "fill_")


def zero_(x: Tensor) -> Tensor:
    """Set every element to 0; returns x."""
    return write(x, ..., 0, "zero_")


def fill_diagonal_(x: Tensor, fill_value: float, wrap: bool = False) -> Tensor:
    """Set the diagonal to fill_value; `wrap` restarts it in a tall matrix, one row below its end. Returns x.

    Raises ValueError unless x is a matrix or all its axes have the same size.
    """
    if x.ndim < 2 or x.ndim > 2 and len(set(x.shape)) > 1:
        raise ValueError("fill_diagonal_: expected a matrix, or more than two axes of equal size, got "
                         f"{tuple(x.shape)}")
    fill_value = number_for(fill_value, x.dtype, "fill_diagonal_")
    steps = MODULES[type(x.array)].arange(x.shape[0] if wrap and x.ndim == 2 else min(x.shape))
    if x.ndim == 2 and wrap:
        columns = steps % (x.shape[1] + 1)          # the row between two diagonals
        steps, columns = steps[columns < x.shape[1]], columns[columns < x.shape[1]]
        return write(x, (steps, columns), fill_value, "fill_diagonal_")
    return write(x, (steps,) * x.ndim, fill_value, "fill_diagonal_")


def rearranged(name, op):
    """The method x.op_(...), which makes x the view op(x, ...) of its own memory."""
    def method(x, *args, **settings):
        in_graph(name, x)
        become_view(x, op, args, settings)
        return x.written()
    method.__name__, method.__doc__ = name, f"Make x the view {op.__name__}(x, ...) of its memory; returns x."
    return method


def drawing(draw):
    """The method that fills x with draw(rng, shape, dtype, ...), by default from the host's generator."""
    def method(x, *args, generator=None, **settings):
        if is_complex(x):
            if draw.__name__ != "uniform_":
                raise TypeError(f"{draw.__name__}: expected real numbers, got {x.dtype}; fill x.real")
            method(view_as_real(x), *args, generator=generator, **settings)
            return x
        rng = host_generator(generator)
        values = in_memory_order(x.array, lambda shape: draw(rng, shape, x.dtype, *args, **settings))
        return write(x, ..., array_on(values, x.device, x.dtype), draw.__name__)
    method.__name__, method.__doc__ = draw.__name__, draw.__doc__
    return method


def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, *,
            generator: np.random.Generator | None = None) -> Tensor:
    """Fill x with random numbers from the normal distribution; returns x.

    The parts of complex numbers both have this mean, and half the variance. Raises ValueError for std < 0.
    """
    if std < 0:
        raise ValueError(f"normal_: std must not be negative, got {std}")
    if is_complex(x):
        normal_(view_as_real(x), mean, std * 0.5**0.5, generator=generator)
        return x
    rng = host_generator(generator)
    if x.is_contiguous():
        values = rng.normal(mean, std, tuple(x.shape), x.dtype)
    else:
        values = in_memory_order(x.array, lambda shape: rng.normal_pairs(mean, std, shape))
    return write(x, ..., array_on(values, x.device, x.dtype), "normal_")


def check_positive(caller, name, value):
    if value <= 0:
        raise ValueError(f"{caller}: {name} must be greater than 0, got {value}")


@drawing
def log_normal_(rng, shape, dtype, mean=1.0, std=2.0):
    """Fill x with random numbers whose logarithms have the given mean and std > 0; returns x."""
    check_positive("log_normal_", "std", std)
    return rng.lognormal(mean, std, shape)


@drawing
def uniform_(rng, shape, dtype, low=0.0, high=1.0):
    """Fill x with uniform random numbers in [low, high); returns x. Raises ValueError for low > high."""
    if low > high:
        raise ValueError(f"uniform_: low must not exceed high, got {low} and {high}")
    values = rng.uniform(low, high, shape, dtype).astype(dtype)
    return np.where(values == dtype.type(high), dtype.type(low), values)    # rounding may reach the end


@drawing
def exponential_(rng, shape, dtype, lambd=1.0):
    """Fill x with random numbers of density lambd e^(-lambd x), lambd > 0; returns x."""
    check_positive("exponential_", "lambd", lambd)
    return rng.exponential(1 / lambd, shape)


@drawing
def geometric_(rng, shape, dtype, p):
    """Fill x with the number of trials, 1, 2, ..., until one of probability p succeeds; returns x.

    Raises ValueError unless 0 < p < 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"geometric_: p must be between 0 and 1, got {p}")
    return rng.geometric(p, shape)


@drawing
def cauchy_(rng, shape, dtype, median=0.0, sigma=1.0):
    """Fill x with random numbers of density sigma / (pi ((x - median)^2 + sigma^2)); returns x.

    Raises ValueError unless sigma > 0.
    """
    check_positive("cauchy_", "sigma", sigma)
    return rng.standard_cauchy(shape) * sigma + median


def resize_(x: Tensor, *size: int | Sequence[int], memory_format: Any = None) -> Tensor:
    """Give x another size in place, its elements in row-major order of its memory; returns x.

    New elements have arbitrary values. Views of x keep the old memory if the new size needs more. Raises
    RuntimeError for a tensor that requires grad.
    """
    in_graph("resize_", x)
    if x.requires_grad:
        raise RuntimeError("resize_: x requires grad; make a new tensor with x.new_empty(sizes)")
    shape, whole, start = shapes.sizes(size), owner(x.array), memory.begin(x)
    if shape == tuple(x.shape):
        return x
    if start + math.prod(shape) > whole.size:
        xp, array = MODULES[type(x.array)], x.array
        x.array = xp.empty(start + math.prod(shape), array.dtype)[start:]
        kept = memory.strided(array, size=(whole.size - start,), stride=(1,), offset=0, steps=())
        x.array[:kept.size] = kept
    stride = [math.prod(shape[axis + 1:]) for axis in range(len(shape))]
    x.array = memory.strided(x.array, size=shape, stride=stride, offset=0, steps=())
    return x.written()


@composed
def resize_as_(x: Tensor, other: Tensor, memory_format: Any = None) -> Tensor:
    """Give x the size of other in place; returns x. See resize_."""
    return resize_(x, tuple(other.shape))


def random_(x: Tensor, low: Any = None, high: int | None = None, *,
            generator: np.random.Generator | None = None) -> Tensor:
    """Fill x with random integers from low to high - 1; returns x.

    random_(high) starts at 0. random_() goes from 0 to the largest integer n for which the dtype holds all of
    0, ..., n exactly: 2^24 for float32. Raises ValueError unless low < high.
    """
    if high is None:
        low, high = 0, greatest_of(x.dtype) + 1 if low is None else low
    if not low < high:
        raise ValueError(f"random_: low {low} must be below high {high}")
    rng = host_generator(generator)
    values = in_memory_order(x.array, lambda shape: rng.integers(low, high - 1, shape, endpoint=True))
    return write(x, ..., array_on(values, x.device, x.dtype), "random_")


def greatest_of(dtype):
    """The largest n such that `dtype` holds all integers from 0 to n exactly."""
    if dtype.kind == "f":
        return 2 ** (np.finfo(dtype).nmant + 1)
    return 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)


@composed
def bernoulli_(x: Tensor, p: Tensor | float = 0.5, *, generator: np.random.Generator | None = None) -> Tensor:
    """Fill x with 1, with probability p, and 0; returns x."""
    rng = host_generator(generator)
    if isinstance(p, Tensor):
        values = rng.bernoulli(p.detach().cpu().numpy(), tuple(x.shape))
    else:
        values = in_memory_order(x.array, lambda shape: rng.bernoulli(p, shape))
    return write(x, ..., array_on(values, x.device, x.dtype), "bernoulli_")


INPLACE = {
    arithmetic: """add sub mul div true_divide floor_divide remainder fmod reciprocal abs neg sign floor
        ceil round trunc frac lerp addcmul addcdiv copysign gcd lcm nextafter""",
    powers: "pow sqrt rsqrt square exp exp2 expm1 log log1p log2 log10 xlogy float_power ldexp",
    trigonometry: """sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh hypot deg2rad
        rad2deg""",
    special: "erf erfc erfinv lgamma digamma mvlgamma i0 sinc logit",
    gammas: "igamma igammac",
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
    "random_": random_, "resize_": resize_, "resize_as_": resize_as_, "bernoulli_": bernoulli_,
    "fill_diagonal_": fill_diagonal_,
    "swapaxes_": rearranged("swapaxes_", shapes.transpose),
    "swapdims_": rearranged("swapdims_", shapes.transpose),
    **{name: rearranged(name, getattr(shapes, name[:-1]))
       for name in ("squeeze_", "unsqueeze_", "t_", "transpose_")},
    "__iadd__": augmented("+=", arithmetic.add), "__isub__": augmented("-=", arithmetic.sub),
    "__imul__": augmented("*=", arithmetic.mul), "__itruediv__": augmented("/=", arithmetic.true_divide),
    "__ifloordiv__": augmented("//=", arithmetic.floor_divide), "__ipow__": augmented("**=", powers.pow),
    "__imod__": augmented("%=", arithmetic.remainder), "__iand__": augmented("&=", comparisons.bitwise_and),
    "__ior__": augmented("|=", comparisons.bitwise_or), "__ixor__": augmented("^=", comparisons.bitwise_xor),
    "__ilshift__": augmented("<<=", comparisons.bitwise_left_shift),
    "__irshift__": augmented(">>=", comparisons.bitwise_right_shift),
    **{name + "_": inplace(name + "_", getattr(module, name)) for module, names in INPLACE.items()
       for name in names.split()},
}
