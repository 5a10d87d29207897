"""Inverses, determinants and traces of square matrices (..., n, n).

Source: Giles 2008, Collected matrix derivative results for forward and reverse mode AD.
"""

import collections
import math

from minigrad.autograd import composed, primitive, primitive_with_outputs
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.shapes import reshape, transpose
from minigrad.ops.reductions.sums import sum


def mt(x):
    return transpose(x, dim0=-2, dim1=-1)


def check_square(name, x):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"{name} takes square matrices (..., n, n), got {tuple(x.shape)}")


@primitive
def inverse(xp, x):
    """The inverse matrices (..., n, n). Raises ValueError where one is singular."""
    return xp.linalg.inv(x)


inverse.defvjp(lambda g, y: -matmul(matmul(mt(y), g), mt(y)))


@composed
def inv(A):
    """The inverse matrices (..., n, n). Raises ValueError where one is singular."""
    check_square("inv", A)
    return inverse(A)


@primitive
def determinant(xp, x):
    return xp.linalg.det(x)


def corners(x):
    """(...) -> (..., 1, 1)."""
    return reshape(x, shape=tuple(x.shape) + (1, 1))


determinant.defvjp(lambda g, x, y: corners(g * y) * mt(inverse(x)))


@composed
def det(A):
    """The determinants. The gradient det(A) A⁻ᵀ needs an invertible matrix."""
    check_square("det", A)
    return determinant(A)


SignLogabsdet = collections.namedtuple("SignLogabsdet", "sign logabsdet")


@primitive_with_outputs(SignLogabsdet)
def sign_and_log(xp, x):
    return tuple(xp.linalg.slogdet(x))


def slogdet_rule(g, x):
    """gl A⁻ᵀ; the sign is constant where the determinant is not 0."""
    _, g_log = g
    return corners(g_log) * mt(inverse(x))


sign_and_log.defvjp(slogdet_rule)


@composed
def slogdet(A):
    """(sign, log |det A|): a determinant that neither overflows nor rounds to 0."""
    check_square("slogdet", A)
    return sign_and_log(A)


@composed
def logdet(A):
    """log det A; NaN where the determinant is negative."""
    sign, value = slogdet(A)
    return where(sign > 0, value, where(sign < 0, math.nan, -math.inf))


@primitive
def solve_matrix(xp, a, b):
    return xp.linalg.solve(a, b)


solve_matrix.defvjp(lambda g, a, y: -matmul(solve_matrix(mt(a), g), mt(y)),
                    lambda g, a: solve_matrix(mt(a), g))


@composed
def trace(x):
    """The sum of the diagonal of a matrix."""
    if x.ndim != 2:
        raise ValueError(f"trace takes a matrix, got {tuple(x.shape)}")
    return sum(diagonal(x))
