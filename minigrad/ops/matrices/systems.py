"""Systems of linear equations A X = B, for square, triangular, tall and wide A.

Source: Golub & Van Loan 2013, Matrix Computations, sec. 5.3 (least squares).
"""

import collections
import math
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, primitive
from minigrad.autograd.arrays import real_of
from minigrad.autograd.complex import for_complex
from minigrad.backend import MODULES
from minigrad.ops.matrices.inverses import check_square, inv, mh, mt, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.arithmetic import abs
from minigrad.ops.numbers.powers import square
from minigrad.ops.places.diagonals import tril, triu
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.layouts import clone
from minigrad.ops.places.shapes import movedim, reshape, squeeze, unsqueeze
from minigrad.ops.reductions.sums import sum


@composed
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """The X with A X = B, or X A = B if not `left`, for A (..., n, n).

    B is (..., n, k), one vector (n,), or one vector per matrix (..., n); if not `left`, (..., k, n) or
    vectors. Raises ValueError if A is singular.
    """
    check_square("solve", A)
    if not left:
        is_vector = B.ndim == 1 or B.shape == A.shape[:-1]
        return solve(mt(A), B) if is_vector else mt(solve(mt(A), mt(B)))
    if B.ndim == 1 or B.shape == A.shape[:-1]:
        return getitem(solve(A, unsqueeze(B, -1)), index=(Ellipsis, 0))
    if B.ndim < 2 or B.shape[-2] != A.shape[-1]:
        raise ValueError(f"solve: A {tuple(A.shape)} needs B (..., {A.shape[-1]}, k) or ({A.shape[-1]},), "
                         f"got {tuple(B.shape)}")
    return solve_matrix(A, B)


@primitive
def pseudo_inverse(xp, x, *, atol=None, rtol=None):
    """V diag(1 / s) Uᴴ of the singular values s above the threshold; see below."""
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    counts = s > threshold(xp, x, s, atol, rtol)
    inverse = xp.where(counts, 1 / xp.where(counts, s, 1), 0).astype(s.dtype)
    return xp.matmul(xp.conj(xp.swapaxes(vh, -1, -2)) * inverse[..., None, :],
                     xp.conj(xp.swapaxes(u, -1, -2)))


def pseudo_inverse_rule(g, x, y):
    """-Yᴴ g Yᴴ + (I - A Y) gᴴ Y Yᴴ + Yᴴ Y gᴴ (I - Y A), for a rank that stays the same."""
    back, turned = mh(y), mh(g)
    column, row = matmul(turned, matmul(y, back)), matmul(matmul(back, y), turned)
    return (column - matmul(x, matmul(y, column)) + row - matmul(matmul(row, y), x)
            - matmul(back, matmul(g, back)))


pseudo_inverse.defvjp(pseudo_inverse_rule)
for_complex(pseudo_inverse, pseudo_inverse_rule)


def check_matrices(name, A):
    if A.ndim < 2:
        raise ValueError(f"{name} takes matrices (..., m, n), got {tuple(A.shape)}")
    if A.dtype.kind not in "fc" or A.dtype.itemsize < 4:
        raise TypeError(f"{name} takes float32 or float64, real or complex, got {A.dtype}; convert with "
                        ".float()")


def threshold(xp, x, values, atol, rtol):
    """max(atol, rtol * the largest of `values`), (..., 1), up to which singular values of x count as 0.

    Defaults: atol is 0; rtol is max(m, n) eps, or 0 where an atol above 0 is given.
    """
    atol, rtol = (each.array[..., None] if isinstance(each, Tensor) else each for each in (atol, rtol))
    if rtol is None:
        rtol = max(x.shape[-2:]) * float(xp.finfo(x.dtype).eps)
        rtol = rtol if atol is None else xp.where(xp.asarray(atol) > 0, 0.0, rtol)
    largest = values.max(-1, keepdims=True) if values.shape[-1] else values.sum(-1, keepdims=True)
    return xp.maximum(xp.asarray(0.0 if atol is None else atol), rtol * largest)


def counted(A, atol, rtol, hermitian=False):
    """(the singular values, how many count), arrays; those of Hermitian matrices are |eigenvalues|."""
    xp, a = MODULES[type(A.array)], A.array
    values = abs(Tensor(xp.linalg.eigvalsh(a))).array if hermitian else xp.linalg.svd(a, compute_uv=False)
    return values, xp.asarray((values > threshold(xp, a, values, atol, rtol)).sum(-1), "int64")


@primitive
def mirrored(xp, x):
    """The Hermitian matrix with the lower triangle of x; the gradient is that of a whole matrix."""
    low = xp.tril(x, -1)
    whole = low + xp.conj(xp.swapaxes(low, -1, -2))
    places = xp.arange(x.shape[-1])
    whole[..., places, places] = x[..., places, places].real
    return whole


mirrored.defvjp(lambda g: g)


@composed
def pinv(A: Tensor, rcond: float | Tensor | None = None, hermitian: bool = False, *,
         atol: float | Tensor | None = None, rtol: float | Tensor | None = None) -> Tensor:
    """The pseudo-inverse, (..., m, n) -> (..., n, m): of A's full-rank part, 0 on the rest.

    Singular values up to max(atol, rtol s_max) count as 0. Defaults: atol is 0; rtol is rcond, or else
    max(m, n) eps, or 0 where an atol above 0 is given. Both may be tensors with a number for each matrix.
    hermitian: A is symmetric, or Hermitian if complex, and only its lower triangle is read. The gradient
    exists where a small change of A does not change its rank.
    """
    check_matrices("pinv", A)
    if hermitian:
        check_square("pinv", A)
        A = mirrored(A)
    if not A.numel():
        return mh(A)
    return pseudo_inverse(A, atol=atol, rtol=rcond if rtol is None else rtol)


@composed
def matrix_rank(A: Tensor, tol: float | Tensor | None = None, hermitian: bool = False, *,
                atol: float | Tensor | None = None, rtol: float | Tensor | None = None) -> Tensor:
    """The number of singular values above max(atol, rtol s_max), (..., m, n) -> (...).

    Defaults: atol is tol, or 0; rtol is max(m, n) eps, or 0 where an atol above 0 or tol is given. Both may
    be tensors with a number for each matrix. hermitian: A is symmetric, or Hermitian if complex, and only its
    lower triangle is read.
    """
    check_matrices("matrix_rank", A)
    if hermitian:
        check_square("matrix_rank", A)
    if tol is not None:
        atol, rtol = tol, 0.0
    return Tensor(counted(A, atol, rtol, hermitian)[1])


@composed
def pinverse(x: Tensor, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse: singular values up to rcond times the largest count as 0. See linalg.pinv."""
    return pinv(x, rcond)


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

    A is (..., m, n), B (..., m, k) or (..., m). Singular values of A up to rcond times the largest count as
    0; by default rcond is max(m, n) eps. All drivers compute the same X, but return different details, as in
    PyTorch:

        'gelsy'             rank (...)                              (the default)
        'gels'              residuals
        'gelsd', 'gelss'    residuals if every rank is n, rank, singular_values

    residuals are |A X - B|² of each column for m > n. What is not returned is empty. Raises ValueError with
    'gels' if a matrix has not full rank.
    """
    check_matrices("lstsq", A)
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise ValueError(f"lstsq: driver must be 'gels', 'gelsy', 'gelsd' or 'gelss', got {driver!r}")
    if A.dtype != B.dtype:
        raise TypeError(f"lstsq: A and B must have one dtype, got {A.dtype} and {B.dtype}")
    m, n = A.shape[-2:]
    is_vector = B.ndim == 1 or B.shape == A.shape[:-1]
    if is_vector:
        B = unsqueeze(B, -1)
    if B.ndim < 2 or B.shape[-2] != m:
        raise ValueError(f"lstsq: A {tuple(A.shape)} needs B (..., {m}, k) or (..., {m}), got "
                         f"{tuple(B.shape)}")
    X = matmul(pinv(A, rcond), B)
    xp = MODULES[type(A.array)]
    values, ranks = counted(A, None, rcond)
    if driver == "gels" and (ranks < min(m, n)).any():
        raise ValueError(f"lstsq: the driver 'gels' needs full rank, but a matrix of A {tuple(A.shape)} does "
                         f"not have rank {min(m, n)}; take another driver")
    with_values = driver in ("gelsd", "gelss")
    residuals = singular = Tensor(xp.zeros(0, real_of(A.dtype)))
    rank = Tensor(xp.zeros(0, "int64") if driver == "gels" else ranks)
    if m > n and (driver == "gels" or with_values and (ranks == n).all()):
        residuals = sum(square(abs(matmul(A, X) - B)), dim=-2)
    if with_values:
        singular = Tensor(values)
    return Lstsq(squeeze(X, -1) if is_vector else X, residuals, rank, singular)


TriangularSolve = collections.namedtuple("TriangularSolve", "solution cloned_coefficient")


@composed
def triangular_solve(b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False,
                     unitriangular: bool = False) -> TriangularSolve:
    """(the X with A X = b, a copy of A), reading only A's upper or lower triangle.

    See linalg.solve_triangular. transpose: Aᵀ X = b. b (..., n, k) and A (..., n, n) broadcast.
    """
    T = mt(A) if transpose else A
    X = solve_triangular(T, b, upper=upper != transpose, unitriangular=unitriangular)
    return TriangularSolve(X, clone(A))


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
