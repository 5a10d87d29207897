"""New tensors: from data, filled, or random.

Random numbers come from the host's generator, so a seed gives the same numbers on every device; bernoulli
alone draws on the device.

Most take `dtype`, by default the default dtype, `device`, by default the CPU, and `requires_grad`.
"""

import math
import operator
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, array_from, composed, dtype_of, no_grad
from minigrad.autograd.arrays import COMPLEX, real_of, to_numpy
from minigrad.backend import (
    CPU,
    MODULES,
    array_on,
    device_generator,
    host_generator,
    host_state,
    module_on,
    move,
    set_host_state,
)
from minigrad.ops.numbers import choosing, special
from minigrad.ops.numbers.dtypes import DtypeLike, dtype_of_all, number_for, plain
from minigrad.ops.places import memory
from minigrad.ops.places.layouts import contiguous, contiguous_format, preserve_format
from minigrad.ops.places.shapes import sizes

INT64 = np.dtype("int64")


@composed
def tensor(data: Any, *, dtype: DtypeLike | None = None, device: str | int | None = None,
           requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested lists, a NumPy array or a tensor.

    Python floats take the default dtype and integers int64; arrays and tensors keep their dtype.
    """
    if isinstance(data, Tensor):
        array = data.array.astype(dtype_of(dtype or data.dtype))
        return Tensor(move(array, on(device, data)), requires_grad)
    return Tensor(array_on(array_from(data, dtype), on(device)), requires_grad)


@composed
def as_tensor(data: Any, dtype: DtypeLike | None = None, device: str | int | None = None) -> Tensor:
    """`data` as a tensor that shares its memory if dtype and device allow."""
    if not isinstance(data, Tensor):
        data = Tensor(data if type(data) in MODULES and data.dtype.isnative else array_from(data, dtype))
    return data.to(device=on(device, data), dtype=dtype or data.dtype)


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor that shares the memory of a NumPy array.

    minigrad does not notice writes made through NumPy: if backward() still needs the old values, it computes
    with the new ones. (After an in-place op such as x.mul_(2) it raises an error.)
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy takes a numpy.ndarray, got {type(array).__name__}; use tensor(...)")
    if array.dtype.kind not in "fiub" and array.dtype not in COMPLEX or not array.dtype.isnative:
        raise TypeError(f"from_numpy takes numbers or booleans in this machine's byte order, got "
                        f"{array.dtype.str!r}; convert it with .astype(...)")
    return Tensor(array)


def on(device, x=None):
    """`device`, which may be the number 0, or if it is None that of x, by default the CPU."""
    if device is None:
        return CPU if x is None else x.device
    return device


def shape_of(size):
    """The sizes given as f(2, 3) or f((2, 3)). Raises ValueError if one is negative."""
    shape = sizes(size)
    if any(n < 0 for n in shape):
        raise ValueError(f"sizes must not be negative, got {shape}")
    return shape


def filled(make) -> Callable[..., Tensor]:
    """A function that creates a tensor of given sizes with NumPy's function `make`."""
    def create(*sizes: int | Sequence[int], size: int | Sequence[int] | None = None,
               dtype: DtypeLike | None = None, device: str | int | None = None,
               requires_grad: bool = False) -> Tensor:
        shape = shape_of(sizes if size is None else (size,))
        array = getattr(module_on(on(device)), make)(shape, dtype_of(dtype))
        return Tensor(array, requires_grad)
    create.__name__ = create.__qualname__ = make
    create.__doc__ = f"A tensor of {make} with the given sizes, as in {make}(2, 3) or {make}((2, 3))."
    return composed(create)


zeros, ones = filled("zeros"), filled("ones")


@composed
def empty(*sizes: int | Sequence[int], size: int | Sequence[int] | None = None,
          dtype: DtypeLike | None = None, device: str | int | None = None, requires_grad: bool = False,
          memory_format: Any = contiguous_format) -> Tensor:
    """A tensor of arbitrary values with the given sizes, as in empty(2, 3) or empty((2, 3))."""
    x = Tensor(module_on(on(device)).empty(shape_of(sizes if size is None else (size,)), dtype_of(dtype)))
    return contiguous(x, memory_format).requires_grad_(requires_grad)


@composed
def empty_permuted(size: int | Sequence[int], physical_layout: Sequence[int], *,
                   dtype: DtypeLike | None = None, device: str | int | None = None,
                   requires_grad: bool = False) -> Tensor:
    """A tensor of arbitrary values; physical_layout: its axes, the outermost in memory first."""
    shape, order = shape_of((size,)), list(physical_layout)
    if sorted(order) != [axis for axis, _ in enumerate(shape)]:
        raise ValueError(f"empty_permuted: physical_layout must hold each of the {len(shape)} axes once, got "
                         f"{order}")
    array = module_on(on(device)).empty([shape[axis] for axis in order], dtype_of(dtype))
    return Tensor(array.transpose([order.index(axis) for axis, _ in enumerate(shape)]), requires_grad)


@composed
def empty_strided(size: int | Sequence[int], stride: int | Sequence[int], *, dtype: DtypeLike | None = None,
                  device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor of arbitrary values whose steps through memory are `stride`; see as_strided."""
    shape, steps = shape_of((size,)), shape_of((stride,))
    line = Tensor(module_on(on(device)).empty(memory.reach(shape, steps), dtype_of(dtype)))
    return Tensor(memory.as_strided(line, shape, steps).array, requires_grad)


@composed
def full(size: int | Sequence[int], fill_value: float, *, dtype: DtypeLike | None = None,
         device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor filled with fill_value; without `dtype`, the value decides the dtype.

    Raises TypeError for a fill_value that is a tensor with axes, ValueError for one beyond the range of
    integers.
    """
    if isinstance(fill_value, Tensor):
        if fill_value.ndim:
            raise TypeError(f"full: fill_value must be a number, got a tensor of shape "
                            f"{tuple(fill_value.shape)}")
        fill_value = fill_value.item()
    dtype = array_from(plain(fill_value)).dtype if dtype is None else dtype_of(dtype)
    value = number_for(fill_value, dtype, "full")
    return Tensor(module_on(on(device)).full(shape_of((size,)), value, dtype), requires_grad)


def like(create) -> Callable[..., Tensor]:
    """The variant of `create` that takes shape, dtype and device from a tensor."""
    def create_like(x: Tensor, *, dtype: DtypeLike | None = None, device: str | int | None = None,
                    requires_grad: bool = False, memory_format: Any = preserve_format) -> Tensor:
        y = create(tuple(x.shape), dtype=dtype or x.dtype, device=on(device, x))
        return contiguous(y, memory_format).requires_grad_(requires_grad)
    create_like.__name__ = create_like.__qualname__ = create.__name__ + "_like"
    create_like.__doc__ = f"Like {create.__name__}, with the shape, dtype and device of x."
    return composed(create_like)


@composed
def full_like(x: Tensor, fill_value: float, *, dtype: DtypeLike | None = None,
              device: str | int | None = None, requires_grad: bool = False,
              memory_format: Any = preserve_format) -> Tensor:
    """A tensor filled with fill_value, with the shape, dtype and device of x."""
    y = full(tuple(x.shape), fill_value, dtype=dtype or x.dtype, device=on(device, x))
    return contiguous(y, memory_format).requires_grad_(requires_grad)


@composed
def arange(start: float = 0, end: float | None = None, step: float = 1, *, dtype: DtypeLike | None = None,
           device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """start, start + step, ... up to but not including end; arange(end) starts at 0.

    The dtype is int64 if all three are integers, else the default dtype; an integer dtype drops the fractions
    of all three first. Raises ValueError for step 0, or one that leads away from end.
    """
    if end is None:
        start, end = 0, start
    for n in (start, end, step):
        if isinstance(n, str) or np.ndim(n):
            raise TypeError(f"arange takes numbers, got {n!r}")
    start, end, step = (n.item() if isinstance(n, Tensor) else n for n in (start, end, step))
    whole = dtype is not None and dtype_of(dtype).kind in "iu"
    count = (end - start) / step if step else 0.0           # of small integers, before the fractions go
    if whole:
        start, end, step = int(start), int(end), int(step)
    if step == 0:
        raise ValueError("arange: step must not be 0")
    if count < 0:
        raise ValueError(f"arange: step {step} leads from {start} away from {end}; give it the other sign")
    if whole and dtype_of(dtype) != INT64:
        places = module_on(on(device)).arange(max(0, math.ceil(count)))
        return Tensor((start + places * step).astype(dtype_of(dtype)), requires_grad)
    if dtype is None:
        dtype = INT64 if all(isinstance(n, (int, np.integer)) for n in (start, end, step)) else dtype_of()
    return Tensor(module_on(on(device)).arange(start, end, step, dtype), requires_grad)


@composed
def range(start: float = 0, end: float | None = None, step: float = 1, *, dtype: DtypeLike | None = None,
          device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """start, start + step, ... up to and including end; deprecated, as in PyTorch: use arange."""
    warnings.warn("range: use arange, which leaves out the end, as Python's range does", UserWarning,
                  stacklevel=3)
    start, end, step = number(start), number(end), number(step)
    count = math.floor((end - start) / step) + 1
    array = start + module_on(on(device)).arange(count) * step
    return Tensor(array.astype(dtype_of(dtype)), requires_grad)


@composed
def linspace(start: float, end: float, steps: int, *, dtype: DtypeLike | None = None,
             device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """`steps` evenly spaced numbers from start to end, both included."""
    start, end = ends(start, end, dtype)
    array = module_on(on(device)).linspace(start, end, *shape_of((steps,)))
    return Tensor(array.astype(dtype_of(dtype)), requires_grad)


def ends(start, end, dtype):
    """Both as numbers, for an integer dtype without their fractions."""
    whole = dtype is not None and dtype_of(dtype).kind in "iu"
    return (int(number(each)) if whole else number(each) for each in (start, end))


def number(value):
    """A number as Python's, so that NumPy computes in float64; value may be a tensor of one element."""
    return value.item() if isinstance(value, Tensor) else value


@composed
def logspace(start: float, end: float, steps: int, base: float = 10.0, *, dtype: DtypeLike | None = None,
             device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """base^linspace(start, end, steps)."""
    start, end = ends(start, end, dtype)
    powers = module_on(on(device)).linspace(start, end, *shape_of((steps,)))
    return Tensor((number(base)**powers).astype(dtype_of(dtype)), requires_grad)


@composed
def eye(n: int, m: int | None = None, *, dtype: DtypeLike | None = None, device: str | int | None = None,
        requires_grad: bool = False) -> Tensor:
    """The identity matrix (n, n), or a matrix (n, m) with ones on the diagonal and zeros elsewhere."""
    n, m = shape_of((n, n if m is None else m))
    return Tensor(module_on(on(device)).eye(n, m, dtype=dtype_of(dtype)), requires_grad)


@composed
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: DtypeLike | None = None,
                 device: str | int | None = None) -> Tensor:
    """The row and column indices (2, count) of the lower triangle of a matrix (row, col), int64 by default.

    The triangle reaches up to `offset` diagonals above the main one.
    """
    return triangle(row, col, dtype, device, lambda above: above <= offset)


@composed
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: DtypeLike | None = None,
                 device: str | int | None = None) -> Tensor:
    """The row and column indices (2, count) of the upper triangle of a matrix (row, col), int64 by default.

    The triangle starts `offset` diagonals above the main one.
    """
    return triangle(row, col, dtype, device, lambda above: above >= offset)


def triangle(rows, columns, dtype, device, is_in):
    rows, columns = shape_of((rows, columns))
    xp = module_on(on(device))
    above = xp.arange(columns) - xp.arange(rows)[:, None]
    return Tensor(xp.stack(xp.nonzero(is_in(above))).astype(dtype or INT64))


def random_tensor(draw, size, dtype, device, requires_grad, generator):
    """draw(generator, shape, dtype) on the host, moved to the device: the same numbers on every device."""
    dtype = dtype_of(dtype)
    module_on(on(device))           # a device that is not there raises an error before a number is drawn
    array = draw(host_generator(generator), shape_of(size), dtype)
    return Tensor(array_on(array, on(device), dtype), requires_grad)


def real(name, dtype):
    """dtype_of(dtype). Raises TypeError if it cannot hold fractions."""
    dtype = dtype_of(dtype)
    if dtype.kind not in "fc":
        raise TypeError(f"{name} makes floating-point numbers, got dtype {dtype}; see randint for integers")
    return dtype


def by_parts(draw, scale=1.0):
    """`draw` also for complex dtypes: each number of two draws, multiplied by `scale`."""
    def draw_parts(rng, shape, dtype):
        if dtype.kind != "c":
            return draw(rng, shape, dtype)
        parts = draw(rng, (*shape, 2), real_of(dtype))
        return (parts if scale == 1 else parts * parts.dtype.type(scale)).view(dtype)[..., 0]
    return draw_parts


@composed
def rand(*sizes: int | Sequence[int], size: int | Sequence[int] | None = None,
         dtype: DtypeLike | None = None, device: str | int | None = None,
         requires_grad: bool = False, generator: np.random.Generator | None = None) -> Tensor:
    """Uniform random numbers in [0, 1); of a complex dtype, both parts are."""
    dtype = real("rand", dtype)
    return random_tensor(by_parts(lambda rng, shape, dtype: rng.random(shape, dtype)),
                         sizes if size is None else (size,), dtype, device, requires_grad, generator)


@composed
def randn(*sizes: int | Sequence[int], size: int | Sequence[int] | None = None,
          dtype: DtypeLike | None = None, device: str | int | None = None,
          requires_grad: bool = False, generator: np.random.Generator | None = None) -> Tensor:
    """Random numbers from the normal distribution with mean 0 and variance 1.

    Of a complex dtype, each part has variance 1/2.
    """
    dtype = real("randn", dtype)
    return random_tensor(by_parts(lambda rng, shape, dtype: rng.standard_normal(shape, dtype), 0.5**0.5),
                         sizes if size is None else (size,), dtype, device, requires_grad, generator)


@composed
def randint(low: int = 0, high: Any = None, size: int | Sequence[int] | None = None, *,
            dtype: DtypeLike | None = None, device: str | int | None = None,
            requires_grad: bool = False, generator: np.random.Generator | None = None) -> Tensor:
    """Random integers from low to high - 1, int64 by default; randint(high, size) starts at 0.

    Raises ValueError unless low < high.
    """
    if size is None:
        high, size = None, high
    if high is None:
        low, high = 0, low
    if not low < high:
        raise ValueError(f"randint: low {low} must be below high {high}")
    return random_tensor(lambda rng, shape, dtype: rng.integers(low, high, shape), (size,), dtype or INT64,
                         device, requires_grad, generator)


@composed
def randperm(n: int, *, dtype: DtypeLike | None = None, device: str | int | None = None,
             generator: np.random.Generator | None = None) -> Tensor:
    """The integers 0 to n - 1 in random order, int64 by default."""
    array = host_generator(generator).permutation(operator.index(n))
    return Tensor(array_on(array, on(device), dtype or INT64))


@composed
def normal(mean: Tensor | float = 0.0, std: Tensor | float = 1.0, size: int | Sequence[int] | None = None, *,
           dtype: DtypeLike | None = None, device: str | int | None = None,
           generator: np.random.Generator | None = None) -> Tensor:
    """Random numbers from the normal distribution with the given mean and standard deviation.

    Without `size`, one number for each element of mean and std, which broadcast, in their dtype and device.
    The gradients of mean and std are 0; mean + std * randn(size) has others.
    """
    tensors = [each for each in (mean, std) if isinstance(each, Tensor)]
    if not tensors:
        return random_tensor(lambda rng, shape, dtype: rng.normal(mean, std, shape, dtype), (size or (),),
                             dtype, device, False, generator)
    if size is None:
        size = np.broadcast_shapes(*(tuple(x.shape) for x in tensors))
        dtype, device = dtype or dtype_of_all(mean, std), on(device, tensors[0])
    with no_grad():
        numbers = randn(size, dtype=dtype, device=device, generator=generator) * std + mean
    return choosing.drawn(*tensors, numbers=numbers.array)


@composed
def bernoulli(input: Tensor, p: float | None = None, *,
              generator: np.random.Generator | None = None) -> Tensor:
    """1 with probability `input`, else 0, for each element; drawn on its device, in its dtype.

    p: the probability for all elements, instead of `input`.
    """
    if not isinstance(input, Tensor):
        raise TypeError(f"bernoulli takes a tensor of probabilities, got {type(input).__name__}")
    if generator is not None:
        yes = empty_like(input).bernoulli_(input if p is None else p, generator=generator).array
    else:
        yes = device_generator(input.device).bernoulli(input.array if p is None else p, tuple(input.shape))
    return choosing.drawn(input, numbers=yes.astype(input.dtype))


@composed
def multinomial(p: Tensor, num_samples: int, replacement: bool = False, *,
                generator: np.random.Generator | None = None) -> Tensor:
    """Random indices, drawn with probabilities proportional to p.

    Shapes: p (V,) -> (num_samples,), or (N, V) -> (N, num_samples). Raises ValueError if p has a negative or
    infinite element or a row of zeros, or if too few are positive to draw num_samples without replacement.
    """
    if num_samples < 1:
        raise ValueError(f"multinomial: num_samples must be at least 1, got {num_samples}")
    if p.dtype.kind != "f" or p.ndim not in (1, 2):
        raise ValueError(f"multinomial: p must hold floats of shape (V,) or (N, V), got {p.dtype} "
                         f"{tuple(p.shape)}")
    host = np.atleast_2d(p.detach().cpu().numpy())
    if (host < 0).any() or not np.isfinite(host).all() or (host.sum(1) <= 0).any():
        raise ValueError("multinomial: probabilities must be finite and non-negative, and not all 0")
    rng = host_generator(generator)
    if not replacement and num_samples > int((host > 0).sum(1).min()):
        raise ValueError(f"multinomial: cannot draw {num_samples} different indices, only "
                         f"{int((host > 0).sum(1).min())} have a positive probability; set replacement=True")
    out = rng.categories(host, num_samples, replacement)
    return Tensor(array_on(out if p.ndim == 2 else out[0], p.device))


zeros_like, ones_like, empty_like = like(zeros), like(ones), like(empty)
rand_like, randn_like = like(rand), like(randn)


@composed
def scalar_tensor(value: float, *, dtype: DtypeLike | None = None, device: str | int | None = None,
                  requires_grad: bool = False) -> Tensor:
    """A number as a 0-d tensor."""
    return full((), value, dtype=dtype_of(dtype), device=device, requires_grad=requires_grad)


@composed
def asarray(obj: Any, *, dtype: DtypeLike | None = None, device: str | int | None = None,
            copy: bool | None = None, requires_grad: bool | None = None) -> Tensor:
    """`obj` as a tensor, sharing the memory of a tensor or NumPy array if dtype, device and copy allow.

    requires_grad, True or False, makes it a leaf; without it, a tensor stays part of its graph.
    """
    x = as_tensor(obj, dtype, device)
    x = x.clone() if copy else x
    return x if requires_grad is None else x.detach().requires_grad_(requires_grad)


@composed
def frombuffer(buffer: Any, *, dtype: DtypeLike, count: int = -1, offset: int = 0,
               requires_grad: bool = False) -> Tensor:
    """A 1-D tensor that shares the memory of a bytearray or another buffer.

    It holds `count` numbers, starting at byte `offset`; -1 means all.
    """
    return Tensor(np.frombuffer(buffer, dtype_of(dtype), count, offset), requires_grad)


class Capsule:
    """A capsule of DLPack on the CPU, as an object that np.from_dlpack() takes."""

    def __init__(self, capsule: Any):
        self.capsule = capsule

    def __dlpack__(self, **settings: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor that shares the memory of another library's, on the CPU, or of a capsule of DLPack."""
    return Tensor(np.from_dlpack(ext_tensor if hasattr(ext_tensor, "__dlpack__") else Capsule(ext_tensor)))


@composed
def from_file(filename: str, shared: bool | None = None, size: int = 0, *, dtype: DtypeLike | None = None,
              requires_grad: bool = False) -> Tensor:
    """The first `size` numbers of a file as a tensor, read when they are needed.

    shared: what is written to the tensor is written to the file, which is made if there is none.
    """
    kind = dtype_of(dtype)
    if shared:
        with open(filename, "ab") as file:
            file.truncate(max(file.tell(), size * kind.itemsize))
    numbers = np.memmap(filename, kind, "r+" if shared else "c", shape=(size,)) if size else np.empty(0, kind)
    return Tensor(np.asarray(numbers), requires_grad)


@composed
def randint_like(x: Tensor, low: int, high: int | None = None, *, dtype: DtypeLike | None = None,
                 device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """Random integers from low to high - 1, with the shape, dtype and device of x.

    randint_like(x, high) starts at 0.
    """
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, tuple(x.shape), dtype=dtype or x.dtype, device=on(device, x),
                   requires_grad=requires_grad)


@composed
def poisson(rate: Tensor, generator: np.random.Generator | None = None) -> Tensor:
    """Random numbers from the Poisson distribution: counts of events, of which `rate` are expected.

    Raises ValueError unless every rate is finite and at least 0.
    """
    if not (np.isfinite(array := rate.detach().cpu().numpy()) & (array >= 0)).all():
        raise ValueError("poisson: rates must be finite and not negative")
    return drawn_for(rate, lambda rng, rate: rng.poisson(rate), generator)


@composed
def binomial(count: Tensor, prob: Tensor, generator: np.random.Generator | None = None) -> Tensor:
    """Random numbers from the binomial distribution: successes in `count` trials of probability `prob`.

    Raises ValueError for a negative count, and for a prob outside [0, 1].
    """
    trials, chance = count.detach().cpu().numpy().astype(np.int64), prob.detach().cpu().numpy()
    if not ((trials >= 0).all() and ((chance >= 0) & (chance <= 1)).all()):
        raise ValueError("binomial: expected counts of at least 0 and probabilities in [0, 1]")
    return drawn_for(prob, lambda rng, p: rng.binomial(trials, p), generator)


def drawn_for(x, draw, generator):
    """draw(rng, x as a NumPy array), as a tensor with x's dtype and device."""
    numbers = draw(host_generator(generator), x.detach().cpu().numpy())
    return choosing.drawn(x, numbers=array_on(numbers, x.device, x.dtype))


# Windows: weights that fade a signal out at both ends


def window(name, doc, *cosines) -> Callable[..., Tensor]:
    """The window a_0 - a_1 cos(t) + a_2 cos(2 t), for t from 0 to 2 pi.

    Source: Harris 1978, Proc. IEEE 66, sec. V.
    """
    def create(window_length: int, periodic: bool = True, *, dtype: DtypeLike | None = None,
               device: str | int | None = None, requires_grad: bool = False) -> Tensor:
        n, = shape_of((window_length,))
        t = 2 * np.pi / max(n if periodic else n - 1, 1) * np.arange(n)
        values = sum((-1) ** k * a * np.cos(k * t) for k, a in enumerate(cosines)) if n > 1 else np.ones(n)
        return Tensor(array_on(values, on(device), dtype_of(dtype)), requires_grad)
    create.__name__ = create.__qualname__ = name
    create.__doc__ = doc + """

    Has window_length numbers. t runs from 0 to 2 pi; if `periodic`, 2 pi is left out, so that copies of the
    window join smoothly.
    """
    return composed(create)


hann_window = window("hann_window", "The Hann window, (1 - cos t) / 2.", 0.5, 0.5)
hamming_window = window("hamming_window", "The Hamming window, 0.54 - 0.46 cos t.", 0.54, 0.46)
blackman_window = window(
    "blackman_window", "The Blackman window, 0.42 - 0.5 cos t + 0.08 cos 2t.", 0.42, 0.5, 0.08)


@composed
def bartlett_window(window_length: int, periodic: bool = True, *, dtype: DtypeLike | None = None,
                    device: str | int | None = None, requires_grad: bool = False) -> Tensor:
    """The Bartlett window, a triangle that rises from 0 to 1 in the middle and falls back to 0.

    Has window_length numbers; if `periodic`, the last 0 is left out.
    """
    n, = shape_of((window_length,))
    t = np.arange(n) * 2 / max(n if periodic else n - 1, 1)
    values = 1 - np.abs(t - 1) if n > 1 else np.ones(n)
    return Tensor(array_on(values, on(device), dtype_of(dtype)), requires_grad)


@composed
def kaiser_window(window_length: int, periodic: bool = True, beta: float = 12.0, *,
                  dtype: DtypeLike | None = None, device: str | int | None = None,
                  requires_grad: bool = False) -> Tensor:
    """The Kaiser window, I_0(beta sqrt(1 - t^2)) / I_0(beta), for t from -1 to 1.

    Has window_length numbers; if `periodic`, t = 1 is left out. The larger beta, the narrower the window.
    Source: Kaiser and Schafer 1980, IEEE Trans. ASSP 28, eq. 1.
    """
    n, = shape_of((window_length,))
    t = np.arange(n) * 2 / max(n if periodic else n - 1, 1) - 1
    at = np.sqrt(np.maximum(1 - t * t, 0)) if n > 1 else np.ones(n)
    values = special.bessel_i(beta * at, order=0) / special.bessel_i(np.array([float(beta)]), order=0)
    return Tensor(array_on(values, on(device), dtype_of(dtype)), requires_grad)


# The state of the generator


@composed
def get_rng_state() -> Tensor:
    """The state of the generator that manual_seed() restarts, on the CPU, as a tensor of uint8.

    For PyTorch's numbers it is PyTorch's state, (5056,): each library continues from the other's.
    """
    return Tensor(host_state())


@composed
def set_rng_state(new_state: Tensor) -> None:
    """Continue from a state of get_rng_state(). Raises TypeError for anything but uint8."""
    if not isinstance(new_state, Tensor) or new_state.dtype != np.uint8:
        raise TypeError("set_rng_state: new_state must be a tensor of uint8 from get_rng_state(), got "
                        f"{new_state.dtype if isinstance(new_state, Tensor) else type(new_state).__name__}")
    set_host_state(to_numpy(new_state))
