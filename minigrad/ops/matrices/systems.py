"""Systems of linear equations: A X = B for square, triangular, tall and wide A.

Source: Golub & Van Loan 2013, Matrix Computations, sec. 5.3 (least squares).
"""

import collections
import math

from minigrad.autograd import Tensor, composed
from minigrad.backend import MODULES
from minigrad.ops.matrices.factors import qr
from minigrad.ops.matrices.inverses import check_square, inv, mt, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.powers import square
from minigrad.ops.places.diagonals import tril, triu
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.shapes import movedim, reshape, squeeze, unsqueeze
from minigrad.ops.reductions.sums import sum


@composed
def solve(A, B):
    """X with A X = B: (..., n, n) and (..., n, k), (n,) or one vector for each matrix, (..., n).

    Raises ValueError where A is singular.
    """
    check_square("solve", A)
    if B.ndim == 1 or B.shape == A.shape[:-1]:
        return getitem(solve(A, unsqueeze(B, -1)), index=(Ellipsis, 0))
    if B.ndim < 2 or B.shape[-2] != A.shape[-1]:
        raise ValueError(f"solve: A {tuple(A.shape)} needs B (..., {A.shape[-1]}, k) or ({A.shape[-1]},), "
                         f"got {tuple(B.shape)}")
    return solve_matrix(A, B)


@composed
def pinv(A):
    """The pseudo-inverse of matrices of full rank: (AᵀA)⁻¹ Aᵀ, or Aᵀ (A Aᵀ)⁻¹ for wide ones."""
    if A.ndim < 2:
        raise ValueError(f"pinv takes matrices (..., m, n), got {tuple(A.shape)}")
    if A.shape[-2] >= A.shape[-1]:
        return solve(matmul(mt(A), A), mt(A))
    return mt(solve(matmul(A, mt(A)), A))


@composed
def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """X with A X = B, or X A = B where left is False, of A's upper or lower triangle alone.

    A (..., n, n), B (..., n, k). unitriangular: the diagonal counts as ones. Raises ValueError where one
    of its elements is 0.
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
    return Tensor(MODULES[type(A.array)].eye(A.shape[-1], dtype=A.dtype))


@composed
def cholesky_solve(B, L, upper=False):
    """X with A X = B, of the factor of A = L Lᵀ, or of A = Lᵀ L where upper."""
    if upper:
        L = mt(L)
    half = solve_triangular(L, B, upper=False)
    return solve_triangular(mt(L), half, upper=True)


@composed
def cholesky_inverse(L, upper=False):
    """The inverse of A, of its factor: A = L Lᵀ, or Lᵀ L where upper."""
    check_square("cholesky_inverse", L)
    return cholesky_solve(identity(L), L, upper)


Lstsq = collections.namedtuple("Lstsq", "solution residuals rank singular_values")


@composed
def lstsq(A, B, rcond=None, *, driver=None):
    """(solution, residuals, rank, singular_values): X for which |A X - B|² is least, and of these |X|².

    A (..., m, n) of full rank, B (..., m, k) or (..., m). The residuals |A X - B|², of each column, are
    given for m > n, else an empty tensor, as for the singular values. Raises ValueError where the rank is
    not full.
    """
    if A.ndim < 2:
        raise ValueError(f"lstsq takes matrices (..., m, n), got {tuple(A.shape)}")
    m, n = A.shape[-2:]
    is_vector = B.ndim == A.ndim - 1
    if is_vector:
        B = unsqueeze(B, -1)
    if B.ndim < 2 or B.shape[-2] != m:
        raise ValueError(f"lstsq: A {tuple(A.shape)} needs B (..., {m}, k) or (..., {m}), got "
                         f"{tuple(B.shape)}")
    Q, R = qr(A if m >= n else mt(A))
    if m >= n:
        X = solve_triangular(R, matmul(mt(Q), B), upper=True)
    else:
        X = matmul(Q, solve_triangular(mt(R), B, upper=False))
    xp = MODULES[type(A.array)]
    empty = Tensor(xp.zeros(0, A.dtype))
    residuals = sum(square(matmul(A, X) - B), dim=-2) if m > n else empty
    rank = Tensor(xp.full(tuple(A.shape[:-2]), min(m, n)))
    return Lstsq(squeeze(X, -1) if is_vector else X, residuals, rank, empty)


@composed
def tensorinv(A, ind=2):
    """The inverse of A as a map from its axes behind the first `ind` to these: tensordot(tensorinv(A), A,
    ind) is 1."""
    rows, columns = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if ind < 1 or math.prod(rows) != math.prod(columns):
        raise ValueError(f"tensorinv: the first {ind} axes of {tuple(A.shape)} must have as many elements "
                         "as the others")
    return reshape(inv(reshape(A, shape=(math.prod(rows), -1))), shape=columns + rows)


@composed
def tensorsolve(A, B, dims=None):
    """X with tensordot(A, X, X.ndim) = B; the axes `dims` of A are moved behind the others first."""
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    shape = tuple(A.shape[B.ndim:])
    if math.prod(shape) != B.numel() or math.prod(A.shape) != B.numel() ** 2:
        raise ValueError(f"tensorsolve: A {tuple(A.shape)} should have the axes of B {tuple(B.shape)} and "
                         "behind them others with as many elements")
    return reshape(solve(reshape(A, shape=(B.numel(), -1)), reshape(B, shape=(-1,))), shape=shape)
