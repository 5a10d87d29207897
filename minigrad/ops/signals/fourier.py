"""The discrete Fourier transforms, with derivatives of every order.

    fft     y_k = sum_j x_j e^(-2 pi i j k / n)         ifft    with +, divided by n

`norm` says where to divide: "backward" (the default) in the inverse transform by n, "forward" in the forward
one by n, "ortho" in both by sqrt(n). Over several axes n is the product of their sizes.

Three ops do the work. Each is linear, so its rule is its adjoint, which is a transform, too, in the other
direction:

    whole       complex to complex          fft ifft fft2 ifft2 fftn ifftn
    half        real to half a spectrum     rfft rfft2 rfftn, and their conjugates ihfft ihfft2 ihfftn
    from_half   half a spectrum to real     irfft irfft2 irfftn, and of the conjugate hfft hfft2 hfftn

The spectrum of a real signal has y_(n-k) = conj(y_k), so its first n/2 + 1 numbers say all. Every number
strictly between the first and, if n is even, the last stands for two of the whole spectrum: `twice` has the
weights.

float32 gives complex64, float64 complex128. Source: Cooley and Tukey 1965, Math. Comp. 19, 297-301; NumPy and
CuPy compute them.
"""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, composed, dtype_of, primitive
from minigrad.autograd.complex import for_complex, real
from minigrad.backend import MODULES, module_on
from minigrad.ops.creation import on
from minigrad.ops.numbers.complex import conj, is_complex
from minigrad.ops.numbers.dtypes import DtypeLike
from minigrad.ops.places.indexing import axis_of, narrow
from minigrad.ops.places.moving import roll
from minigrad.ops.places.padding import pad_constant

OTHER = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
Sizes = int | Sequence[int] | None


@primitive
def whole(xp, x, *, dim, inverse, norm):
    return (xp.fft.ifftn if inverse else xp.fft.fftn)(x, axes=dim, norm=norm)


@primitive
def half(xp, x, *, dim, norm):
    return xp.fft.rfftn(x, axes=dim, norm=norm)


@primitive
def from_half(xp, x, *, dim, n, norm):
    return xp.fft.irfftn(x, [*(x.shape[d] for d in dim[:-1]), n], dim, norm)


def whole_rule(g, dim, inverse, norm):
    return whole(g, dim=dim, inverse=not inverse, norm=OTHER[norm])


def twice(g, n, dim):
    """Weights for half a spectrum g along the axis dim: 2 where a number stands for two, else 1."""
    xp = MODULES[type(g.array if isinstance(g, Tensor) else g)]
    weights = xp.full(n // 2 + 1, 2.0, real(g).dtype)
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    return weights.reshape((-1,) + (1,) * (g.ndim - 1 - dim % g.ndim))


def half_rule(g, x_shape, dim, norm):
    n = x_shape[dim[-1]]
    return from_half(g / twice(g, n, dim[-1]), dim=dim, n=n, norm=OTHER[norm])


def from_half_rule(g, dim, n, norm):
    y = half(g, dim=dim, norm=OTHER[norm])
    return y * twice(y, n, dim[-1])


whole.defvjp(lambda g, dim, inverse, norm: real(whole_rule(g, dim, inverse, norm)))
for_complex(whole, whole_rule)
half.defvjp(half_rule)
for_complex(from_half, from_half_rule)
from_half.defvjp(lambda g, dim, n, norm: real(from_half_rule(g, dim, n, norm)))


# From the arguments of torch.fft to the three ops


def prepared(name, x, s, dim, takes):
    """x in a dtype that can be transformed, the axes, and the sizes along them, None for that of x."""
    if takes == "real" and is_complex(x):
        raise TypeError(f"{name}: expected real numbers, got {x.dtype}; fft, fft2 and fftn take complex ones")
    if x.dtype.kind not in "fc":
        x = x.to(dtype_of())
    s = None if s is None else [s] if isinstance(s, int) else list(s)
    if dim is None:
        axes = list(range(x.ndim)) if s is None else list(range(x.ndim - len(s), x.ndim))
    else:
        axes = [dim] if isinstance(dim, int) else list(dim)
    if s is not None and len(s) > x.ndim:
        raise ValueError(f"{name}: s has {len(s)} sizes, but x has {x.ndim} axes")
    axes = [axis_of(x, d, name) for d in axes]
    s = [None] * len(axes) if s is None else s
    if len(s) != len(axes) or len(set(axes)) < len(axes):
        raise ValueError(f"{name}: expected different axes and one size for each, got dim {tuple(axes)} and "
                         f"s {s}")
    if not axes and takes != "any":
        raise ValueError(f"{name}: expected at least one axis, got x of shape {tuple(x.shape)} and dim {dim}")
    return x, axes, [None if n == -1 else n for n in s]


def fitted(name, x, axes, sizes):
    """x cut off or continued with zeros to `sizes` along `axes`; None keeps a size."""
    widths = [(0, 0)] * x.ndim
    for d, n in zip(axes, sizes):
        n = x.shape[d] if n is None else n
        if n < 1:
            raise ValueError(f"{name}: a transform needs at least one number along dim {d}, got {n}")
        if n < x.shape[d]:
            x = narrow(x, d, 0, n)
        widths[d] = (0, n - x.shape[d])
    return pad_constant(x, widths=tuple(widths), value=0) if any(after for _, after in widths) else x


def checked_norm(name, norm):
    if norm not in (None, *OTHER):
        raise ValueError(f"{name}: norm must be 'backward', 'forward', 'ortho' or None, got {norm!r}")
    return norm or "backward"


def transform(name, x, s, dim, norm, inverse):
    norm = checked_norm(name, norm)
    x, axes, sizes = prepared(name, x, s, dim, "any")
    return whole(fitted(name, x, axes, sizes), dim=tuple(axes), inverse=inverse, norm=norm)


def to_half(name, x, s, dim, norm, other=False):
    norm = checked_norm(name, norm)
    x, axes, sizes = prepared(name, x, s, dim, "real")
    y = half(fitted(name, x, axes, sizes), dim=tuple(axes), norm=OTHER[norm] if other else norm)
    return conj(y) if other else y


def to_real(name, x, s, dim, norm, other=False):
    norm = checked_norm(name, norm)
    x, axes, sizes = prepared(name, x, s, dim, "half")
    n = 2 * (x.shape[axes[-1]] - 1) if sizes[-1] is None else sizes[-1]
    if n < 1:
        raise ValueError(f"{name}: a transform needs at least one number along dim {axes[-1]}, got {n}")
    x = fitted(name, x, axes, [*sizes[:-1], n // 2 + 1])
    return from_half(conj(x) if other else x, dim=tuple(axes), n=n, norm=OTHER[norm] if other else norm)


FAMILIES = {
    "fft": (transform, dict(inverse=False), "The discrete Fourier transform"),
    "ifft": (transform, dict(inverse=True), "The inverse discrete Fourier transform"),
    "rfft": (to_half, {}, "The first half, n/2 + 1 numbers along the last transformed axis, of the Fourier "
                          "transform\n    of real numbers; the rest is its conjugate"),
    "irfft": (to_real, {}, "The inverse of rfft: half a spectrum to real numbers, along the last transformed "
                           "axis\n    by default an even number of them, 2 (m - 1)"),
    "hfft": (to_real, dict(other=True), "The Fourier transform, which is real, of a signal of which x is the "
                                        "first half\n    along the last transformed axis and its conjugate "
                                        "the rest"),
    "ihfft": (to_half, dict(other=True), "The inverse of hfft: the first half of the inverse Fourier "
                                         "transform\n    of real numbers"),
}
SETTINGS = """
    {size}
    norm: where to divide, 'backward' (the default), 'forward' or 'ortho'; see the top of the file. Raises
    ValueError for a size below 1{errors}.
    """


def family(name, kind):
    """The function of torch.fft that transforms along one axis, two, or `n` axes."""
    run, settings, text = FAMILIES[name.removesuffix(kind)]
    size = {"": "n: the number of elements along dim to transform, cut off or continued with zeros.",
            "2": "s: the sizes along the two axes dim, cut off or continued with zeros; -1 keeps one.",
            "n": "s: the sizes along the axes dim, cut off or continued with zeros; by default dim is all "
                 "axes,\n    or the last len(s)."}[kind]

    def one(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
        return run(name, input, n, dim, norm, **settings)

    def two(input: Tensor, s: Sequence[int] | None = None, dim: Sequence[int] = (-2, -1),
            norm: str | None = None) -> Tensor:
        return run(name, input, s, dim, norm, **settings)

    def several(input: Tensor, s: Sequence[int] | None = None, dim: Any = None,
                norm: str | None = None) -> Tensor:
        return run(name, input, s, dim, norm, **settings)

    function = {"": one, "2": two, "n": several}[kind]
    function.__name__ = function.__qualname__ = name
    errors = ", TypeError for complex numbers" if run is to_half else ""
    where = {"": " along dim", "2": " over two axes", "n": " over several axes"}[kind]
    function.__doc__ = text + where + ".\n" + SETTINGS.format(size=size, errors=errors)
    return composed(function)


fft, ifft, rfft, irfft, hfft, ihfft = (family(name, "") for name in FAMILIES)
fft2, ifft2, rfft2, irfft2, hfft2, ihfft2 = (family(name + "2", "2") for name in FAMILIES)
fftn, ifftn, rfftn, irfftn, hfftn, ihfftn = (family(name + "n", "n") for name in FAMILIES)


# Frequencies and their order


@composed
def fftfreq(n: int, d: float = 1.0, *, dtype: DtypeLike | None = None, device: str | int | None = None,
            requires_grad: bool = False) -> Tensor:
    """The frequencies of the n numbers of fft, in cycles per unit, for samples d apart.

    >>> fftfreq(5)
    tensor([ 0.0000,  0.2000,  0.4000, -0.4000, -0.2000])
    """
    xp, dtype = module_on(on(device)), dtype_of(dtype)
    numbers = xp.arange(n)
    numbers = xp.where(numbers < (n + 1) // 2, numbers, numbers - n)
    return Tensor(numbers.astype(dtype) * dtype.type(1.0 / (n * d)), requires_grad)


@composed
def rfftfreq(n: int, d: float = 1.0, *, dtype: DtypeLike | None = None, device: str | int | None = None,
             requires_grad: bool = False) -> Tensor:
    """The frequencies of the n/2 + 1 numbers of rfft, in cycles per unit, for n samples d apart.

    >>> rfftfreq(5)
    tensor([0.0000, 0.2000, 0.4000])
    """
    dtype = dtype_of(dtype)
    return Tensor(module_on(on(device)).arange(n // 2 + 1).astype(dtype) * dtype.type(1.0 / (n * d)),
                  requires_grad)


def shifted(x, dim, back):
    axes = range(x.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    axes = [axis_of(x, d, "fftshift") for d in axes]
    steps = [(x.shape[d] + 1) // 2 if back else x.shape[d] // 2 for d in axes]
    return roll(x, tuple(steps), tuple(axes)) if axes else x


@composed
def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    """Frequencies in the order of fft in ascending order, from the most negative one; dim None: all axes.

    >>> fftshift(fftfreq(4))
    tensor([-0.5000, -0.2500,  0.0000,  0.2500])
    """
    return shifted(input, dim, False)


@composed
def ifftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The inverse of fftshift: zero frequency first."""
    return shifted(input, dim, True)
