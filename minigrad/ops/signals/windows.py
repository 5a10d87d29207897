"""Windows: weights that fade a signal out at both ends, so that its spectrum shows no edges.

Each gives M numbers. With sym=True the window is symmetric; with sym=False it is one period: the first M of
the symmetric window of M + 1 numbers. All take `dtype` (float32 or float64), `device` and `requires_grad`.
Sources: Harris 1978, Proc. IEEE 66; Nuttall 1981, IEEE Trans. ASSP 29.
"""

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, composed, dtype_of
from minigrad.autograd.arrays import BFLOAT16
from minigrad.backend import array_on
from minigrad.ops.creation import on
from minigrad.ops.numbers.dtypes import DtypeLike
from minigrad.ops.numbers.special import bessel_i
from minigrad.ops.places.layouts import strided


def window(formula) -> Callable[..., Tensor]:
    """A window from a function of t, the steps from the middle, and n, how many steps there are.

    t runs from -n/2 to n/2; a window with a single number is 1.
    """
    name = formula.__name__

    @functools.wraps(formula)
    def create(M: int, *, sym: bool = True, dtype: DtypeLike | None = None, layout: Any = strided,
               device: str | int | None = None, requires_grad: bool = False, **settings: Any) -> Tensor:
        if not isinstance(M, int) or M < 0:
            raise ValueError(f"{name}: M, the length of the window, must be an integer >= 0, got {M!r}")
        if dtype is BFLOAT16 or dtype_of(dtype).name not in ("float32", "float64"):
            raise ValueError(f"{name}: dtype must be float32 or float64, got {dtype}")
        if layout != strided:
            raise ValueError(f"{name}: layout must be strided, got {layout}")
        n = M - 1 if sym else M
        values = formula(np.arange(M) - n / 2, n, sym=sym, **settings)
        values = np.ones(M) if M == 1 and name != "exponential" else values
        return Tensor(array_on(values, on(device), dtype_of(dtype)), requires_grad)

    first, *rest = inspect.signature(create, follow_wrapped=False).parameters.values()
    own = [p for p in inspect.signature(formula).parameters.values()
           if p.kind is p.KEYWORD_ONLY and p.name != "sym"]
    signature = inspect.Signature([first, *own, *rest[:-1]], return_annotation=Tensor)
    create.__signature__ = signature        # type: ignore[attr-defined]
    return composed(create)


def cosines(t, n, a):
    """a_0 + a_1 cos(2 pi t/n) + a_2 cos(4 pi t/n) + ..., which is largest in the middle."""
    return sum((c * np.cos(2 * math.pi * k * t / max(n, 1)) for k, c in enumerate(a)), np.zeros(len(t)))


@window
def general_cosine(t, n, *, a: Sequence[float], sym):
    """A sum of cosines: a_0 - a_1 cos u + a_2 cos 2u - ..., for u from 0 to 2 pi.

    Raises TypeError for an `a` that cannot be listed, ValueError for an empty one.
    """
    if not isinstance(a, (list, tuple)):
        raise TypeError(f"general_cosine: a must be a list or tuple of numbers, got {type(a).__name__}")
    if not a:
        raise ValueError("general_cosine: a must have at least one number, got none")
    return cosines(t, n, a)


@window
def general_hamming(t, n, *, alpha: float = 0.54, sym):
    """alpha - (1 - alpha) cos u, for u from 0 to 2 pi."""
    return cosines(t, n, (alpha, 1 - alpha))


@window
def hamming(t, n, *, sym):
    """The Hamming window, 0.54 - 0.46 cos u, for u from 0 to 2 pi."""
    return cosines(t, n, (0.54, 0.46))


@window
def hann(t, n, *, sym):
    """The Hann window, (1 - cos u) / 2, for u from 0 to 2 pi."""
    return cosines(t, n, (0.5, 0.5))


@window
def blackman(t, n, *, sym):
    """The Blackman window, 0.42 - 0.5 cos u + 0.08 cos 2u, for u from 0 to 2 pi."""
    return cosines(t, n, (0.42, 0.5, 0.08))


@window
def nuttall(t, n, *, sym):
    """Nuttall's window of four cosines with the smallest side lobes, 98 dB below the main one."""
    return cosines(t, n, (0.3635819, 0.4891775, 0.1365995, 0.0106411))


@window
def bartlett(t, n, *, sym):
    """The Bartlett window, a triangle that rises from 0 to 1 in the middle and falls back to 0."""
    return 1 - np.abs(2 * t / max(n, 1))


@window
def cosine(t, n, *, sym):
    """Half a period of a cosine, from the first 0 to the last, both left out."""
    return np.cos(math.pi * t / (n + 1))


@window
def exponential(t, n, *, center: float | None = None, tau: float = 1.0, sym):
    """e^(-|k - center| / tau) of the k-th number; center is by default the middle.

    Raises ValueError for a tau that is not above 0, and for a center in a symmetric window.
    """
    if tau <= 0:
        raise ValueError(f"exponential: tau must be above 0, got {tau}")
    if sym and center is not None:
        raise ValueError("exponential: a symmetric window has its center in the middle, got "
                         f"center={center}; pass sym=False")
    middle = n / 2 if center is None and len(t) != 1 else center or 0
    return np.exp(-np.abs(np.arange(len(t)) - middle) / tau)


@window
def gaussian(t, n, *, std: float = 1.0, sym):
    """The bell curve e^(-t^2 / (2 std^2)), t counted from the middle. Raises ValueError unless std > 0."""
    if std <= 0:
        raise ValueError(f"gaussian: std must be above 0, got {std}")
    return np.exp(-np.square(t / std) / 2)


@window
def kaiser(t, n, *, beta: float = 12.0, sym):
    """The Kaiser window, I_0(beta sqrt(1 - s^2)) / I_0(beta), for s from -1 to 1.

    Raises ValueError if beta < 0.
    Source: Kaiser and Schafer 1980, IEEE Trans. ASSP 28, eq. 1.
    """
    if beta < 0:
        raise ValueError(f"kaiser: beta must not be negative, got {beta}")
    root = np.sqrt(np.maximum(1 - np.square(2 * t / max(n, 1)), 0))
    return bessel_i(beta * root, order=0) / bessel_i(np.array([float(beta)]), order=0)
