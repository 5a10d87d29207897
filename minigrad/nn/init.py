"""Initial values: random weights scaled so that signals neither vanish nor explode.

All draw from the host's generator: `manual_seed` fixes them, and they are the same on every device.
All write into the given tensor and return it; inside skipped() those that draw leave it as it is. For a
weight (out, in, *kernel)
    fan_in  = in * kernel size      the number of terms in one output
    fan_out = out * kernel size     the number of outputs that use one input
"""

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import checked
from minigrad.backend import array_on, host_generator
from minigrad.hints import missing as _missing, warn

__all__ = [
    "calculate_gain", "constant_", "dirac_", "eye_", "kaiming_normal_", "kaiming_uniform_", "normal_",
    "ones_", "orthogonal_", "sparse_", "trunc_normal_", "uniform_", "xavier_normal_", "xavier_uniform_",
    "zeros_"]


SKIPPING = ContextVar("skipping", default=False)


@contextmanager
def skipped() -> Iterator[None]:
    """Inside the block no initial values are drawn, for weights that others replace at once."""
    before = SKIPPING.set(True)
    try:
        yield
    finally:
        SKIPPING.reset(before)


def drawing(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function, which inside skipped() returns its tensor unchanged."""
    @functools.wraps(function)
    def call(tensor, *args, **settings):
        return tensor if SKIPPING.get() else function(tensor, *args, **settings)
    return call


@checked
@drawing
@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0,
             generator: np.random.Generator | None = None) -> Tensor:
    """U(a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@checked
@drawing
@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0,
            generator: np.random.Generator | None = None) -> Tensor:
    """N(mean, std^2)."""
    return tensor.normal_(mean, std, generator=generator)


@checked
@drawing
@no_grad()
def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
                  generator: np.random.Generator | None = None) -> Tensor:
    """N(mean, std^2), redrawn where it falls outside [a, b].

    Where most numbers would fall outside, uniform numbers from a to b are kept in proportion to the density.
    """
    if not (a < b and std > 0 and math.isfinite(mean)):
        raise ValueError(f"trunc_normal_: expected a < b, std > 0 and a finite mean, got a={a}, b={b}, "
                         f"std={std}, mean={mean}")
    rng, shape, dtype = host_generator(generator), tuple(tensor.shape), tensor.dtype
    inside = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    if inside > 0.3:
        def draw():
            values = rng.normal(mean, std, shape, dtype).astype(dtype)
            return values, (values < dtype.type(a)) | (values > dtype.type(b))
    else:       # most would fall outside: draw from a to b, and keep each with its density over the highest
        height = ((min(max(mean, a), b) - mean) / std) ** 2 / 2

        def draw():
            values = rng.uniform(a, b, shape, dtype).astype(dtype)
            with np.errstate(divide="ignore"):
                return values, np.log(rng.random(shape, dtype)) > height - ((values - mean) / std) ** 2 / 2

    values, wrong = draw()
    while wrong.any():
        others, still = draw()
        values, wrong = np.where(wrong, others, values), wrong & still
    return put(tensor, values)


@checked
@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """`val` everywhere."""
    return tensor.fill_(val)


@checked
def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return constant_(tensor, 0.0)


@checked
def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return constant_(tensor, 1.0)


@checked
@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: a linear layer that changes nothing."""
    if tensor.ndim != 2:
        raise ValueError(f"eye_ needs a matrix, got shape {tuple(tensor.shape)}")
    return put(tensor, np.eye(*tensor.shape))


@checked
@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """(out, in, *kernel): a convolution that passes each channel on unchanged."""
    if tensor.ndim < 3 or tensor.shape[0] % groups:
        raise ValueError(f"dirac_ needs a weight (out, in, *kernel) with out divisible by groups={groups}, "
                         f"got {tuple(tensor.shape)}")
    values = np.zeros(tensor.shape)
    each, centre = tensor.shape[0] // groups, tuple(k // 2 for k in tensor.shape[2:])
    for group in range(groups):
        for i in range(min(each, tensor.shape[1])):
            values[(group * each + i, i) + centre] = 1
    return put(tensor, values)


@checked
def xavier_uniform_(tensor: Tensor, gain: float = 1.0,
                    generator: np.random.Generator | None = None) -> Tensor:
    """U(-k, k), k = gain sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio 2010, AISTATS, eq. 16.
    """
    fan_in, fan_out = fans(tensor)
    k = gain * math.sqrt(6 / (fan_in + fan_out))
    return uniform_(tensor, -k, k, generator)


@checked
def xavier_normal_(tensor: Tensor, gain: float = 1.0,
                   generator: np.random.Generator | None = None) -> Tensor:
    """N(0, std^2), std = gain sqrt(2 / (fan_in + fan_out)).

    Source: Glorot and Bengio 2010, AISTATS, eq. 12.
    """
    fan_in, fan_out = fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2 / (fan_in + fan_out)), generator)


@checked
def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
                     generator: np.random.Generator | None = None) -> Tensor:
    """U(-k, k), k = gain sqrt(3 / fan); `a` is the slope of the leaky_relu that follows.

    mode 'fan_in' preserves the variance of the signals, 'fan_out' that of the gradients.
    Source: He et al. 2015, arXiv:1502.01852, sec. 2.2.
    """
    k = math.sqrt(3) * kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -k, k, generator)


@checked
def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
                    generator: np.random.Generator | None = None) -> Tensor:
    """N(0, std^2), std = gain / sqrt(fan); see kaiming_uniform_."""
    return normal_(tensor, 0.0, kaiming_std(tensor, a, mode, nonlinearity), generator)


def kaiming_std(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"kaiming: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


@checked
@drawing
@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: np.random.Generator | None = None) -> Tensor:
    """gain Q with orthonormal rows or columns; trailing axes are merged into one.

    Q is from the QR decomposition of a normal matrix, with the signs of R's diagonal.
    Source: Saxe et al. 2013, arXiv:1312.6120; Mezzadri 2007, Notices of the AMS 54, 592-604 (signs).
    """
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_ needs at least 2 axes, got shape {tuple(tensor.shape)}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    matrix = host_generator(generator).standard_normal((rows, columns), tensor.dtype)
    q, r = np.linalg.qr(matrix if rows >= columns else matrix.T)
    q *= np.sign(np.diag(r))
    return put(tensor, gain * (q if rows >= columns else q.T))


@checked
@drawing
@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01,
            generator: np.random.Generator | None = None) -> Tensor:
    """(rows, columns): N(0, std^2), with the fraction `sparsity` of each column, rounded up, set to 0.

    Source: Martens 2010, Deep learning via Hessian-free optimization, ICML, sec. 5.
    """
    if tensor.ndim != 2:
        raise ValueError(f"sparse_ needs a matrix, got shape {tuple(tensor.shape)}")
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparse_: sparsity must be from 0 to 1, got {sparsity}")
    rows, columns = tensor.shape
    rng, zeros = host_generator(generator), math.ceil(sparsity * rows)
    values = rng.normal(0.0, std, (rows, columns), tensor.dtype)
    for column in range(columns):
        values[rng.permutation(rows)[:zeros], column] = 0
    return put(tensor, values)


@checked
def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor on the weights that preserves the size of signals through a nonlinearity.

    relu sqrt(2), leaky_relu sqrt(2 / (1 + slope^2)) with slope `param`, tanh 5/3, selu 3/4, others 1.
    Source: He et al. 2015, arXiv:1502.01852, eq. 15.
    """
    if nonlinearity in ("linear", "sigmoid") or nonlinearity.startswith("conv"):
        return 1.0
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    gains = {"relu": math.sqrt(2), "tanh": 5 / 3, "selu": 3 / 4}
    if nonlinearity not in gains:
        raise ValueError(f"calculate_gain: {nonlinearity!r} is unknown; use 'linear', 'sigmoid', "
                         "'conv1d', ..., 'relu', 'leaky_relu', 'tanh' or 'selu'")
    return gains[nonlinearity]


def fans(tensor):
    """(fan_in, fan_out) of a weight (out, in, *kernel)."""
    if tensor.ndim < 2:
        raise ValueError("fan_in and fan_out need a weight with at least 2 axes, "
                         f"got shape {tuple(tensor.shape)}")
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def put(tensor, values):
    values = values.reshape(tuple(tensor.shape))
    return tensor.copy_(Tensor(array_on(values, tensor.device, tensor.dtype)))


def former(function):
    """The function under the name that it had before it got the underscore, with a warning."""
    name = function.__name__.rstrip("_")

    @functools.wraps(function)
    def call(*args, **settings):
        warn(f"init.{name} is deprecated; write init.{name}_", FutureWarning)
        return function(*args, **settings)
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The former name of {name}_."
    return call


(uniform, normal, constant, eye, dirac, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal,
 orthogonal, sparse) = map(former, (
     uniform_, normal_, constant_, eye_, dirac_, xavier_uniform_, xavier_normal_, kaiming_uniform_,
     kaiming_normal_, orthogonal_, sparse_))


_INSTEAD = {
    "he_normal": "use init.kaiming_normal_", "he_uniform": "use init.kaiming_uniform_",
    "glorot_normal": "use init.xavier_normal_", "glorot_uniform": "use init.xavier_uniform_",
    "lecun_normal": "use init.kaiming_normal_(tensor, nonlinearity='linear')",
    "truncated_normal": "use init.trunc_normal_",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
