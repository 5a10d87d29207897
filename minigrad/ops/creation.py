"""Making tensors: from numbers, filled, and random.

Random tensors come from the host's generator, so a seed gives the same numbers on every device.
"""

import math

import numpy as np

from minigrad.autograd import Tensor, array_from, composed, dtype_of
from minigrad.backend import CPU, array_on, device_generator, host_generator, module_on, move
from minigrad.ops.places.shapes import sizes

INT64 = np.dtype("int64")


@composed
def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """A tensor with a copy of `data`: numbers, nested lists, a NumPy array or a tensor.

    Python floats become float32, integers int64; NumPy data keeps its dtype.
    """
    if isinstance(data, Tensor):
        array = data.array.astype(dtype_of(dtype or data.dtype))
        return Tensor(move(array, device or data.device), requires_grad)
    return Tensor(array_on(array_from(data, dtype), device or CPU), requires_grad)


@composed
def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor, sharing its memory where dtype and device allow."""
    if not isinstance(data, Tensor):
        data = Tensor(data)
    return data.to(device=device or data.device, dtype=dtype or data.dtype)


def from_numpy(array):
    """A tensor that shares the memory of a NumPy array.

    What NumPy itself writes into that memory is not noticed: where backward() still needs the old values, it
    computes with the new ones instead of raising the error that a change in place (x.mul_(2)) meets.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy takes a numpy.ndarray, got {type(array).__name__}; use tensor(...)")
    return Tensor(array)


def shape_of(size):
    """The sizes given as f(2, 3) or f((2, 3)), none negative."""
    shape = sizes(size)
    if any(n < 0 for n in shape):
        raise ValueError(f"sizes are at least 0, got {shape}")
    return shape


def filled(make):
    """A creation function of sizes, from a NumPy function of a shape and a dtype."""
    def create(*sizes, size=None, dtype=None, device=None, requires_grad=False):
        shape = shape_of(sizes if size is None else (size,))
        array = getattr(module_on(device or CPU), make)(shape, dtype_of(dtype))
        return Tensor(array, requires_grad)
    create.__name__, create.__doc__ = make, f"A tensor of {make} with the given sizes, float32 by default."
    return composed(create)


zeros, ones, empty = filled("zeros"), filled("ones"), filled("empty")


@composed
def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor with fill_value everywhere; its dtype follows the value by default."""
    dtype = array_from(fill_value).dtype if dtype is None else dtype_of(dtype)
    return Tensor(module_on(device or CPU).full(shape_of((size,)), fill_value, dtype), requires_grad)


def like(create):
    """create(...) with the shape, dtype and device of a given tensor."""
    def create_like(x, *, dtype=None, device=None, requires_grad=False):
        return create(tuple(x.shape), dtype=dtype or x.dtype, device=device or x.device,
                      requires_grad=requires_grad)
    create_like.__name__ = create.__name__ + "_like"
    create_like.__doc__ = f"As {create.__name__}, with the shape, dtype and device of x."
    return composed(create_like)


@composed
def full_like(x, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor like x with fill_value everywhere."""
    return full(tuple(x.shape), fill_value, dtype=dtype or x.dtype, device=device or x.device,
                requires_grad=requires_grad)


@composed
def arange(start=0, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """start, start + step, ... below end; from 0 if only one number is given. int64 for integers."""
    if end is None:
        start, end = 0, start
    for n in (start, end, step):
        if isinstance(n, str) or np.ndim(n):
            raise TypeError(f"arange takes numbers, got {n!r}")
    if step == 0:
        raise ValueError("arange: step must not be 0")
    if dtype is None:
        dtype = INT64 if all(isinstance(n, (int, np.integer)) for n in (start, end, step)) else dtype_of()
    return Tensor(module_on(device or CPU).arange(start, end, step, dtype), requires_grad)


@composed
def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` numbers at equal distances from start to end, both included."""
    array = module_on(device or CPU).linspace(start, end, *shape_of((steps,))).astype(dtype_of(dtype))
    return Tensor(array, requires_grad)


@composed
def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """base to the powers linspace(start, end, steps)."""
    powers = module_on(device or CPU).linspace(start, end, *shape_of((steps,)))
    return Tensor((base**powers).astype(dtype_of(dtype)), requires_grad)


@composed
def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """The identity matrix (n, n), or (n, m) with ones on the diagonal."""
    n, m = shape_of((n, n if m is None else m))
    return Tensor(module_on(device or CPU).eye(n, m, dtype=dtype_of(dtype)), requires_grad)


@composed
def tril_indices(row, col, offset=0, *, dtype=None, device=None):
    """The places (2, count) of the lower triangle of a matrix (row, col), up to `offset` diagonals above the
    main one."""
    return triangle(row, col, dtype, device, lambda above: above <= offset)


@composed
def triu_indices(row, col, offset=0, *, dtype=None, device=None):
    """The places (2, count) of the upper triangle of a matrix (row, col), from `offset` diagonals above the
    main one on."""
    return triangle(row, col, dtype, device, lambda above: above >= offset)


def triangle(rows, columns, dtype, device, is_in):
    rows, columns = shape_of((rows, columns))
    xp = module_on(device or CPU)
    above = xp.arange(columns) - xp.arange(rows)[:, None]
    return Tensor(xp.stack(xp.nonzero(is_in(above))).astype(dtype or INT64))


def random_tensor(draw, size, dtype, device, requires_grad, generator):
    """draw(generator, shape) on the host, then moved: the same numbers on every device."""
    dtype = dtype_of(dtype)
    array = draw(generator or host_generator(), shape_of(size))
    return Tensor(array_on(array, device or CPU, dtype), requires_grad)


@composed
def rand(*sizes, size=None, dtype=None, device=None, requires_grad=False, generator=None):
    """Uniform random numbers in [0, 1)."""
    kind = dtype_of() if dtype is None else "float64"
    return random_tensor(lambda rng, shape: rng.random(shape, kind),
                         sizes if size is None else (size,), dtype, device, requires_grad, generator)


@composed
def randn(*sizes, size=None, dtype=None, device=None, requires_grad=False, generator=None):
    """Normally distributed random numbers with mean 0 and variance 1."""
    kind = dtype_of() if dtype is None else "float64"
    return random_tensor(lambda rng, shape: rng.standard_normal(shape, kind),
                         sizes if size is None else (size,), dtype, device, requires_grad, generator)


@composed
def randint(low=0, high=None, size=None, *, dtype=None, device=None, requires_grad=False, generator=None):
    """Random integers from low to high - 1; from 0 if low is left out, as in randint(high, size)."""
    if size is None:
        high, size = None, high
    if high is None:
        low, high = 0, low
    if not low < high:
        raise ValueError(f"randint: low {low} must be below high {high}")
    return random_tensor(lambda rng, shape: rng.integers(low, high, shape), (size,), dtype or INT64,
                         device, requires_grad, generator)


@composed
def randperm(n, *, dtype=None, device=None, generator=None):
    """The numbers 0 to n - 1 in random order."""
    array = (generator or host_generator()).permutation(n)
    return Tensor(array_on(array, device or CPU, dtype or INT64))


@composed
def normal(mean=0.0, std=1.0, size=(), *, dtype=None, device=None, generator=None):
    """Normally distributed random numbers of a given mean and standard deviation."""
    return randn(size, dtype=dtype, device=device, generator=generator) * std + mean


@composed
def bernoulli(p):
    """1 with the probabilities p, else 0, drawn on p's device."""
    if not isinstance(p, Tensor):
        raise TypeError(f"bernoulli takes a tensor of probabilities, got {type(p).__name__}")
    random = device_generator(p.device).random(tuple(p.shape), dtype="float32")
    return Tensor((random < p.array).astype(p.dtype))


@composed
def multinomial(p, num_samples, replacement=False, *, generator=None):
    """Indices drawn with probabilities proportional to p.   (V,) -> (num_samples,), or with N in front."""
    host = np.atleast_2d(p.detach().cpu().numpy()).astype(np.float64)
    if (host < 0).any() or not np.isfinite(host).all() or (host.sum(1) <= 0).any():
        raise ValueError("multinomial: probabilities must be finite, not negative, and not all 0")
    rng = generator or host_generator()
    if not replacement and num_samples > int((host > 0).sum(1).min()):
        raise ValueError(f"multinomial: cannot draw {num_samples} different of "
                         f"{int((host > 0).sum(1).min())} possible; set replacement=True")
    rows = [rng.choice(len(row), num_samples, replacement, row / math.fsum(row)) for row in host]
    out = np.array(rows, np.int64)
    return Tensor(array_on(out if p.ndim == 2 else out[0], p.device))


zeros_like, ones_like, empty_like = like(zeros), like(ones), like(empty)
rand_like, randn_like = like(rand), like(randn)


@composed
def scalar_tensor(value, *, dtype=None, device=None, requires_grad=False):
    """A number as a tensor of the default dtype."""
    return full((), value, dtype=dtype_of(dtype), device=device, requires_grad=requires_grad)


@composed
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """`obj` as a tensor; of tensors and NumPy arrays without a copy, unless dtype, device or copy=True asks
    for one."""
    x = as_tensor(obj, dtype, device)
    x = x.clone() if copy else x
    return x.detach().requires_grad_() if requires_grad else x


@composed
def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A 1-D tensor of the memory of a bytearray or the like: `count` numbers from byte `offset` on, -1
    for all."""
    return Tensor(np.frombuffer(buffer, dtype_of(dtype), count, offset), requires_grad)


@composed
def randint_like(x, low, high=None, *, dtype=None, device=None, requires_grad=False):
    """Random integers from low to high - 1, from 0 if one number is given, with the shape and dtype of x."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, tuple(x.shape), dtype=dtype or x.dtype, device=device or x.device,
                   requires_grad=requires_grad)


@composed
def poisson(rate, generator=None):
    """Random counts: how many events happen where `rate` are expected."""
    return drawn_for(rate, lambda rng, rate: rng.poisson(rate), generator)


@composed
def binomial(count, prob, generator=None):
    """Random counts: how many of `count` trials succeed, each with probability `prob`."""
    trials = count.detach().cpu().numpy().astype(np.int64)
    return drawn_for(prob, lambda rng, p: rng.binomial(trials, p), generator)


def drawn_for(x, draw, generator):
    """draw(rng, the numbers of x), on x's device and in its dtype."""
    return Tensor(array_on(draw(generator or host_generator(), x.detach().cpu().numpy()), x.device, x.dtype))


# Windows: weights that fade a piece of a signal out at both ends


def window(name, doc, *cosines):
    """The window a_0 - a_1 cos(t) + a_2 cos(2 t), t from 0 to 2 pi.   Source: Harris 1978, Proc. IEEE 66,
    sec. V."""
    def create(window_length, periodic=True, *, dtype=None, device=None, requires_grad=False):
        n, = shape_of((window_length,))
        t = 2 * np.pi / max(n if periodic else n - 1, 1) * np.arange(n)
        values = sum((-1) ** k * a * np.cos(k * t) for k, a in enumerate(cosines)) if n > 1 else np.ones(n)
        return Tensor(array_on(values, device or CPU, dtype_of(dtype)), requires_grad)
    create.__name__ = name
    create.__doc__ = doc + " window_length numbers; periodic: without the last of one more."
    return composed(create)


hann_window = window("hann_window", "(1 - cos t) / 2.", 0.5, 0.5)
hamming_window = window("hamming_window", "0.54 - 0.46 cos t.", 0.54, 0.46)
blackman_window = window("blackman_window", "0.42 - 0.5 cos t + 0.08 cos 2t.", 0.42, 0.5, 0.08)


@composed
def bartlett_window(window_length, periodic=True, *, dtype=None, device=None, requires_grad=False):
    """A triangle: up from 0 to 1 in the middle and down again; periodic: without the last of one more."""
    n, = shape_of((window_length,))
    t = np.arange(n) * 2 / max(n if periodic else n - 1, 1)
    values = 1 - np.abs(t - 1) if n > 1 else np.ones(n)
    return Tensor(array_on(values, device or CPU, dtype_of(dtype)), requires_grad)
