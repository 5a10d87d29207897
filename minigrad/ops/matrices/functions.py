"""Functions of square matrices: the exponential and powers.

Sources: Higham 2005, The scaling and squaring method for the matrix exponential revisited; Higham 2008,
Functions of Matrices, sec. 3.2 (the derivative of the exponential).
"""

import numpy as np

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES
from minigrad.ops.matrices.inverses import check_square, inv, mt
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.joining import concatenate

PADE = [c / 64764752532480000 for c in (
        64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
        10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182,
        1)]                                             # Higham 2005, eq. 2.3, m = 13
WIDEST = 5.371920351148152                              # Higham 2005, table 2.3: theta_13


@primitive
def exponential(xp, x):
    """e^x by scaling and squaring: halve x until its 1-norm is small, use a Padé approximant, square back."""
    if not x.size:
        return x.copy()
    norms = xp.max(xp.sum(xp.abs(x), axis=-2), axis=-1)
    halvings = xp.ceil(xp.log2(xp.maximum(norms / WIDEST, 1)))
    halvings = xp.where(xp.isfinite(halvings), halvings, 0)[..., None, None]
    a = (x * 0.5 ** halvings).astype(x.dtype)
    a2 = xp.matmul(a, a)
    powers = [xp.broadcast_to(xp.eye(x.shape[-1], dtype=x.dtype), x.shape), a2, xp.matmul(a2, a2)]
    powers.append(xp.matmul(powers[2], a2))

    def series(first):
        low = [c * p for c, p in zip(PADE[first:8:2], powers)]
        high = [c * p for c, p in zip(PADE[first + 8::2], powers[1:])]
        return low[0] + low[1] + low[2] + low[3] + xp.matmul(powers[3], high[0] + high[1] + high[2])

    even, odd = series(0), xp.matmul(a, series(1))
    y = xp.linalg.solve(even - odd, even + odd)
    for i in range(int(xp.max(halvings))):
        y = xp.where(i < halvings, xp.matmul(y, y), y)
    return y


def exponential_rule(g, x):
    """The upper right block of exp((Xᵀ g; 0 Xᵀ)): the derivative of exp at Xᵀ in the direction g."""
    n = x.shape[-1]
    block = concatenate(concatenate(mt(x), g, dim=-1), concatenate(zeros_like(g), mt(x), dim=-1), dim=-2)
    return getitem(exponential(block), index=(Ellipsis, slice(n), slice(n, None)))


exponential.defvjp(exponential_rule)


@composed
@in_single
def matrix_exp(A: Tensor) -> Tensor:
    """The matrix exponential I + A + A²/2! + A³/3! + ... of square matrices (..., n, n)."""
    check_square("matrix_exp", A)
    return exponential(A)


@composed
def matrix_power(A: Tensor, n: int) -> Tensor:
    """A^n for square matrices (..., k, k), by repeated squaring; n < 0 raises the inverse to -n."""
    check_square("matrix_power", A)
    if not isinstance(n, (int, np.integer)):
        raise TypeError(f"matrix_power: n must be an integer, got {n!r}")
    if n < 0:
        return matrix_power(inv(A), -n)
    result = None
    while n:
        if n % 2:
            result = A if result is None else matmul(result, A)
        A, n = matmul(A, A) if n > 1 else A, n // 2
    if result is None:
        xp = MODULES[type(A.array)]
        return A * 0 + type(A)(xp.eye(A.shape[-1], dtype=A.dtype))
    return result
