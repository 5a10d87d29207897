"""Complex numbers: their parts, made of two real tensors, and what ops of real numbers do with them.

autograd/complex.py says how they are differentiated.
"""

import math

from minigrad.autograd import Tensor, complex as engine, composed, primitive, view_primitive, zeros_like
from minigrad.autograd.arrays import FLOAT16, complex_of, real_of
from minigrad.autograd.complex import conj_physical, for_complex, refuse_complex
from minigrad.ops.numbers import arithmetic, choosing, comparisons, powers, trigonometry
from minigrad.ops.numbers.arithmetic import abs, mul, sign
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.dtypes import cast
from minigrad.ops.numbers.trigonometry import cos, sin


@composed
def is_complex(input: Tensor) -> bool:
    """Does the tensor have a complex dtype?"""
    return input.array.dtype.kind == "c"


@composed
def real(input: Tensor) -> Tensor:
    """The real part, a view: a write into it reaches `input`. Of a real tensor, the tensor itself."""
    return engine.real(input) if is_complex(input) else input


@composed
def imag(input: Tensor) -> Tensor:
    """The imaginary part, a view: a write into it reaches `input`. Raises TypeError for a real tensor."""
    return engine.imag(input)


@composed
def conj(input: Tensor) -> Tensor:
    """a - ib for each a + ib; a real tensor is returned itself."""
    return conj_physical(input) if is_complex(input) else input


@composed
def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself: minigrad computes conj() at once."""
    return input


@composed
def resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself: minigrad never keeps a negative sign apart from the numbers."""
    return input


@composed
def is_conj(input: Tensor) -> bool:
    """False: minigrad computes conj() at once and keeps no mark of it."""
    return False


@composed
def is_neg(input: Tensor) -> bool:
    """False: minigrad never keeps a negative sign apart from the numbers."""
    return False


@primitive
def join(xp, a, b):
    """a + ib, exactly: 1j * inf would be nan + inf j."""
    shape = xp.broadcast_shapes(a.shape, b.shape) if hasattr(xp, "broadcast_shapes") else (a + b).shape
    y = xp.empty(shape, complex_of(a.dtype))
    y.real, y.imag = a, b
    return y


join.defvjp(lambda g: engine.real(g), lambda g: engine.imag(g))


@composed
def complex(real: Tensor, imag: Tensor) -> Tensor:
    """real + i imag, elementwise; the two broadcast.

    Raises TypeError unless both are float32 or both float64.
    """
    if real.dtype != imag.dtype or real.dtype.kind != "f" or real.dtype == FLOAT16:
        raise TypeError(f"complex: expected two tensors of float32 or two of float64, got {real.dtype} and "
                        f"{imag.dtype}; convert with .float() or .double()")
    return join(real, imag)


@composed
def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """abs e^(i angle), elementwise; the two broadcast; angles in radians.

    Raises TypeError unless both are float32 or both float64.
    """
    if abs.dtype != angle.dtype or abs.dtype.kind != "f" or abs.dtype == FLOAT16:
        raise TypeError(f"polar: expected two tensors of float32 or two of float64, got {abs.dtype} and "
                        f"{angle.dtype}; convert with .float() or .double()")
    return join(mul(abs, cos(angle)), mul(abs, sin(angle)))


@view_primitive
def pairs(xp, x):
    """(...) complex -> (..., 2) real, a view."""
    return x[..., None].view(real_of(x.dtype))


@view_primitive
def from_pairs(xp, x):
    """(..., 2) real -> (...) complex, a view where the two numbers are neighbours and pairs lie even."""
    step, *_ = x.strides[::-1]
    if step != x.itemsize or any(stride % (2 * step) for stride in x.strides[:-1]):
        x = xp.ascontiguousarray(x)
    return x.view(complex_of(x.dtype))[..., 0]


for_complex(pairs, lambda g: from_pairs(g))
pairs.defvjp(lambda g: from_pairs(g))
from_pairs.defvjp(lambda g: pairs(g))


@composed
def view_as_real(input: Tensor) -> Tensor:
    """Complex numbers as pairs of real ones, a view: (...) -> (..., 2). Raises TypeError for real ones."""
    if not is_complex(input):
        raise TypeError(f"view_as_real: expected complex numbers, got {input.dtype}")
    return pairs(input)


@composed
def view_as_complex(input: Tensor) -> Tensor:
    """Pairs (real, imaginary) as complex numbers: (..., 2) -> (...), a view.

    Raises TypeError unless input is float32 or float64, ValueError unless its last axis has size 2 and
    neighbours in memory, and its other axes have even strides: call .contiguous() first.
    """
    if input.dtype.kind != "f" or input.dtype == FLOAT16:
        raise TypeError(f"view_as_complex: expected float32 or float64, got {input.dtype}; "
                        "convert with .float()")
    if input.shape[-1:] != (2,):
        raise ValueError(f"view_as_complex: expected a last axis of size 2, got {tuple(input.shape)}; "
                         "x.reshape(*x.shape[:-1], -1, 2) makes pairs of neighbours")
    step, size = input.array.strides, input.array.itemsize
    if step[-1] != size or any(n % (2 * size) for n in step[:-1]):
        raise ValueError("view_as_complex: the two numbers of a pair must be neighbours in memory, and the "
                         "other axes have even strides; call .contiguous() first")
    return from_pairs(input)


@primitive
def angle(xp, x):
    """The angle of a complex number in radians, from -pi to pi; of a real number 0, or pi if negative."""
    if x.dtype.kind == "c":
        return xp.angle(x)
    return xp.where(x != x, x, xp.where(x < 0, math.pi, 0.0))


angle.defvjp(lambda g: zeros_like(g))
for_complex(angle, lambda g, x: g * turned(x))


def turned(x):
    """i x / |x|^2, the direction in which the angle grows, divided by the radius; 0 at 0."""
    zero = x == 0
    return where(zero, 0.0, 1j / conj_physical(where(zero, 1.0, x)))


@primitive
def direction(xp, x):
    """x / |x|, 0 at 0."""
    size = xp.abs(x)
    return x / xp.where(size == 0, 1, size)


for_complex(direction, lambda g, x, y: sideways(g, x, y))
direction.defvjp(lambda g: zeros_like(g))


def sideways(g, x, y):
    """The part of g across the direction y of x, divided by |x|; 0 at 0."""
    zero = x == 0
    size = abs(where(zero, 1.0, x))
    return where(zero, 0.0, (g - y * engine.real(conj_physical(y) * g)) / size)


@composed
def sgn(input: Tensor) -> Tensor:
    """x / |x|, 0 at 0: the direction of a complex number, the sign of a real one."""
    return direction(input) if is_complex(input) else sign(input)


def set_real(x, value):
    """x.real = value."""
    real(x)[...] = value


def set_imag(x, value):
    """x.imag = value."""
    imag(x)[...] = value


# What ops of real numbers do with complex ones, where it is not what they do with real ones

for_complex(abs, lambda g, x: g * direction(x))
for_complex(cast, lambda g, dtype, source: cast(g, dtype=source, source=dtype),
            forward=lambda xp, x, *, dtype, source: (x if dtype.kind in "cb" else x.real).astype(dtype))
for_complex(powers.sigmoid, forward=lambda xp, x: 1 / (1 + xp.exp(-x)))

refuse_complex(
    arithmetic.sign, arithmetic.floor, arithmetic.ceil, arithmetic.trunc, arithmetic.round,
    arithmetic.copysign, arithmetic.floor_divide, arithmetic.remainder, arithmetic.fmod,
    arithmetic.trunc_divide, arithmetic.nextafter,
    comparisons.lt, comparisons.le, comparisons.gt, comparisons.ge, comparisons.signbit,
    choosing.maximum, choosing.minimum, choosing.clip, trigonometry.atan2, trigonometry.hypot)
