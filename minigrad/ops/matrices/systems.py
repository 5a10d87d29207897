"""Systems of linear equations A X = B, for square, triangular, tall and wide A.

Source: Golub & Van Loan 2013, Matrix Computations, sec. 5.3 (least squares).
"""

import collections
import math
from collections.abc import Sequence

import numpy as np

from minigrad.autograd import Tensor, composed
from minigrad.autograd.arrays import real_of
from minigrad.backend import MODULES
from minigrad.ops.matrices.factors import qr, svd, svdvals
from minigrad.ops.matrices.inverses import check_square, inv, mh, mt, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.arithmetic import abs
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import square
from minigrad.ops.places.diagonals import tril, triu
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.shapes import movedim, reshape, squeeze, unsqueeze
from minigrad.ops.reductions.order import amax
from minigrad.ops.reductions.sums import sum


@composed
def solve(A: Tensor, B: Tensor) -> Tensor:
    """The X with A X = B, for A (..., n, n).

    B is (..., n, k), one vector (n,), or one vector per matrix (..., n). Raises ValueError if A is singular.
    """
    check_square("solve", A)
    if B.ndim == 1 or B.shape == A.shape[:-1]:
        return getitem(solve(A, unsqueeze(B, -1)), index=(Ellipsis, 0))
    if B.ndim < 2 or B.shape[-2] != A.shape[-1]:
        raise ValueError(f"solve: A {tuple(A.shape)} needs B (..., {A.shape[-1]}, k) or ({A.shape[-1]},), "
                         f"got {tuple(B.shape)}")
    return solve_matrix(A, B)


@composed
def pinv(A: Tensor) -> Tensor:
    """The pseudo-inverse of full-rank matrices, (..., m, n) -> (..., n, m).

    (AᵀA)⁻¹ Aᵀ for m >= n, Aᵀ (A Aᵀ)⁻¹ for m < n.
    """
    if A.ndim < 2:
        raise ValueError(f"pinv takes matrices (..., m, n), got {tuple(A.shape)}")
    if A.shape[-2] >= A.shape[-1]:
        return solve(matmul(mh(A), A), mh(A))
    return mh(solve(matmul(A, mh(A)), A))


@composed
def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True,
                     unitriangular: bool = False) -> Tensor:
    """The X with A X = B, or X A = B if not `left`, reading only A's upper or lower triangle.

    A is (..., n, n); B is (..., n, k), or (..., k, n) if not `left`. unitriangular: the diagonal counts as
    ones. Raises ValueError if an element of the diagonal is 0.
    """
    check_square("solve_triangular", A)
    if B.ndim < 2 or B.shape[-2 if left else -1] != A.shape[-1]:
        expected = f"(..., {A.shape[-1]}, k)" if left else f"(..., k, {A.shape[-1]})"
        raise ValueError(f"solve_triangular: A {tuple(A.shape)} needs B {expected}, got {tuple(B.shape)}")
    T = (triu if upper else tril)(A, diagonal=unitriangular * (1 if upper else -1))
    if unitriangular:
        T = T + identity(A)
    return solve(T, B) if left else mt(solve(mt(T), mt(B)))


def identity(A):
    """The identity matrix (n, n) for A (..., n, n), with its dtype, on its device."""
    return Tensor(MODULES[type(A.array)].eye(A.shape[-1], dtype=A.dtype))


@composed
def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """The X with A X = B, given the Cholesky factor of A = L Lᵀ, or of A = Lᵀ L if `upper`."""
    if upper:
        L = mh(L)
    half = solve_triangular(L, B, upper=False)
    return solve_triangular(mh(L), half, upper=True)


@composed
def cholesky_inverse(L: Tensor, upper: bool = False) -> Tensor:
    """The inverse of A, given its Cholesky factor: A = L Lᵀ, or Lᵀ L if `upper`."""
    check_square("cholesky_inverse", L)
    return cholesky_solve(identity(L), L, upper)


Lstsq = collections.namedtuple("Lstsq", "solution residuals rank singular_values")


DRIVERS = ("gelsy", "gels", "gelsd", "gelss")       # LAPACK's names


@composed
def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Lstsq:
    """(solution, residuals, rank, singular_values): the X that minimises |A X - B|², with the smallest |X|².

    A is (..., m, n), B (..., m, k) or (..., m). Singular values of at most rcond times the largest count as 0
    for the rank; rcond is max(m, n) times the spacing of floats near 1, unless given. As in PyTorch, the name
    of a method of LAPACK decides what is computed besides the solution:

        gelsy (None)    the rank
        gels            the residuals; A has full rank
        gelsd, gelss    the rank, the residuals, and the singular values (..., min(m, n))

    residuals holds |A X - B|² of each column if m > n and every matrix has rank n. What is not computed is
    empty. Where A is without full rank, there is no gradient. Raises ValueError then for A that requires
    grad, and with gels.
    """
    if A.ndim < 2:
        raise ValueError(f"lstsq takes matrices (..., m, n), got {tuple(A.shape)}")
    if driver not in (None, *DRIVERS):
        raise ValueError(f"lstsq: driver must be {', '.join(map(repr, DRIVERS))} or None, got {driver!r}")
    m, n = A.shape[-2:]
    is_vector = B.ndim == A.ndim - 1
    if is_vector:
        B = unsqueeze(B, -1)
    if B.ndim < 2 or B.shape[-2] != m:
        raise ValueError(f"lstsq: A {tuple(A.shape)} needs B (..., {m}, k) or (..., {m}), got "
                         f"{tuple(B.shape)}")
    Q, R = qr(A if m >= n else mh(A))
    S = svdvals(R.detach())                             # those of A, since Q is orthonormal
    if rcond is None or rcond < 0:
        rcond = max(m, n) * np.finfo(A.dtype).eps
    rank = sum(S > rcond * amax(S, dim=-1, keepdim=True) if S.numel() else S, dim=-1).long()
    full = bool((rank == min(m, n)).all())
    if not full and (driver == "gels" or A.requires_grad):
        raise ValueError(f"lstsq: A {tuple(A.shape)} does not have rank {min(m, n)}; the driver 'gels' and "
                         "gradients need full rank, A.detach() and another driver do not")
    if not full:
        X = matmul(pinv_of_rank(A, rcond), B)
    elif m >= n:
        X = solve_triangular(R, matmul(mh(Q), B), upper=True)
    else:
        X = matmul(Q, solve_triangular(mh(R), B, upper=False))
    empty = MODULES[type(A.array)].zeros(0, real_of(A.dtype))
    residuals = Tensor(empty)
    if m > n and full and driver in DRIVERS[1:]:
        residuals = sum(square(abs(matmul(A, X) - B)), dim=-2)
    return Lstsq(squeeze(X, -1) if is_vector else X, residuals,
                 Tensor(empty.astype("int64")) if driver == "gels" else rank,
                 S if driver in DRIVERS[2:] else Tensor(empty))


def pinv_of_rank(A, rcond):
    """The pseudo-inverse, with the singular values up to rcond times the largest left out."""
    U, S, Vh = svd(A, full_matrices=False)
    S = unsqueeze(where(S > rcond * amax(S, dim=-1, keepdim=True), S, math.inf), -2)
    return matmul(mh(Vh) / S, mh(U))


@composed
def tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """The inverse of A as a linear map from its remaining axes to its first `ind` axes.

    tensordot(tensorinv(A), A, ind) is the identity. Raises ValueError unless both groups of axes have equally
    many elements.
    """
    rows, columns = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if ind < 1 or math.prod(rows) != math.prod(columns):
        raise ValueError(f"tensorinv: the first {ind} axes of {tuple(A.shape)} must have as many elements "
                         "as the remaining axes")
    return reshape(inv(reshape(A, shape=(math.prod(rows), -1))), shape=columns + rows)


@composed
def tensorsolve(A: Tensor, B: Tensor, dims: Sequence[int] | None = None) -> Tensor:
    """The X with tensordot(A, X, X.ndim) = B; the axes `dims` of A are first moved to the end.

    Raises ValueError unless A's other axes have as many elements as B.
    """
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    shape = tuple(A.shape[B.ndim:])
    if math.prod(shape) != B.numel() or math.prod(A.shape) != B.numel() ** 2:
        raise ValueError(f"tensorsolve: A {tuple(A.shape)} must have the axes of B {tuple(B.shape)}, then "
                         "axes with as many elements")
    return reshape(solve(reshape(A, shape=(B.numel(), -1)), reshape(B, shape=(-1,))), shape=shape)
