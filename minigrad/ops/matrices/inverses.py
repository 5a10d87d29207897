"""Inverses, determinants and traces of square matrices (..., n, n).

Source: Giles 2008, Collected matrix derivative results for forward and reverse mode AD.
"""

import collections
import math

from minigrad.autograd import Tensor, composed, primitive, primitive_with_outputs
from minigrad.autograd.complex import conj_physical
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import log
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.shapes import reshape, transpose
from minigrad.ops.reductions.sums import sum


def mt(x):
    """The matrix transpose, (..., m, n) -> (..., n, m)."""
    return transpose(x, dim0=-2, dim1=-1)


def mh(x):
    """The conjugate transpose, (..., m, n) -> (..., n, m); of real matrices the transpose."""
    return conj_physical(mt(x)) if x.dtype.kind == "c" else mt(x)


def check_square(name, x):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"{name} takes square matrices (..., n, n), got {tuple(x.shape)}")


@primitive
def inverse(xp, x):
    """The inverses of matrices (..., n, n). Raises ValueError if one is singular."""
    return xp.linalg.inv(x)


inverse.defvjp(lambda g, y: -matmul(matmul(mt(y), g), mt(y)))


@composed
def inv(A: Tensor) -> Tensor:
    """The inverses of matrices (..., n, n). Raises ValueError if one is singular."""
    check_square("inv", A)
    return inverse(A)


@primitive
def determinant(xp, x):
    """The determinants, (..., n, n) -> (...)."""
    return xp.linalg.det(x)


def corners(x):
    """(...) -> (..., 1, 1)."""
    return reshape(x, shape=tuple(x.shape) + (1, 1))


determinant.defvjp(lambda g, x, y: corners(g * y) * mt(inverse(x)))


@composed
def det(A: Tensor) -> Tensor:
    """The determinants, (..., n, n) -> (...). The gradient, det(A) A⁻ᵀ, needs invertible matrices."""
    check_square("det", A)
    return determinant(A)


SignLogabsdet = collections.namedtuple("SignLogabsdet", "sign logabsdet")


@primitive_with_outputs(SignLogabsdet)
def sign_and_log(xp, x):
    """(sign, log |det x|)."""
    return tuple(xp.linalg.slogdet(x))


def slogdet_rule(g, x):
    """g_log A⁻ᵀ; the sign has gradient 0, for it is constant where the determinant is nonzero."""
    _, g_log = g
    return corners(g_log) * mt(inverse(x))


sign_and_log.defvjp(slogdet_rule)


@composed
def slogdet(A: Tensor) -> SignLogabsdet:
    """(sign, log |det A|), (..., n, n) -> (...) each: a determinant that cannot overflow or underflow."""
    check_square("slogdet", A)
    return sign_and_log(A)  # type: ignore[return-value]


@composed
def logdet(A: Tensor) -> Tensor:
    """log det A, (..., n, n) -> (...); -inf if the determinant is 0, NaN if it is negative.

    Of complex matrices the principal logarithm, with its imaginary part from -pi to pi.
    """
    sign, value = slogdet(A)
    if A.dtype.kind == "c":
        return value + log(sign)
    return where(sign > 0, value, where(sign < 0, math.nan, -math.inf))


@primitive
def solve_matrix(xp, a, b):
    """The x with a x = b, for matrices a (..., n, n) and b (..., n, k)."""
    return xp.linalg.solve(a, b)


solve_matrix.defvjp(lambda g, a, y: -matmul(solve_matrix(mt(a), g), mt(y)),
                    lambda g, a: solve_matrix(mt(a), g))


@composed
def trace(x: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix, (m, n) -> ()."""
    if x.ndim != 2:
        raise ValueError(f"trace takes a matrix, got {tuple(x.shape)}")
    return sum(diagonal(x))
