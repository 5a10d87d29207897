"""Factorisations of matrices (..., m, n): Cholesky, QR, eigenvalues and eigenvectors, singular values.

Sources: Murray 2016, arXiv:1602.07527 (Cholesky); Liao et al. 2019, arXiv:1903.09650, sec. 3 (QR); Giles
2008, Collected matrix derivative results for forward and reverse mode AD (eigenvalues); Townsend 2016,
Differentiating the singular value decomposition.
"""

import collections
import math

from minigrad.autograd import Tensor, composed, is_grad_enabled, primitive, primitive_with_outputs
from minigrad.backend import MODULES
from minigrad.ops.matrices.inverses import check_square, corners, mh, mt, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.comparisons import logical_and
from minigrad.ops.places.diagonals import tril, triu
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.joining import concatenate
from minigrad.ops.places.shapes import unsqueeze


@primitive
def cholesky_factor(xp, x):
    """The lower triangular L with L Lᵀ = x."""
    return xp.linalg.cholesky(x)


def lower_half(x):
    """The lower triangle, with the diagonal halved."""
    return tril(x) - 0.5 * tril(triu(x))


def cholesky_rule(g, y):
    """The symmetric part of L⁻ᵀ Φ(Lᵀ g) L⁻¹, where Φ is lower_half."""
    s = solve_matrix(mt(y), lower_half(matmul(mt(y), g)))
    s = mt(solve_matrix(mt(y), mt(s)))
    return 0.5 * (s + mt(s))


cholesky_factor.defvjp(cholesky_rule)


@composed
def cholesky(A: Tensor, upper: bool = False) -> Tensor:
    """The lower triangular L with L Lᵀ = A, for symmetric positive definite A (..., n, n); Lᵀ if `upper`.

    Only A's lower triangle is read, but the gradient is symmetric. Raises ValueError if A is not positive
    definite.
    """
    check_square("cholesky", A)
    L = cholesky_factor(A)
    return mh(L) if upper else L


CholeskyEx = collections.namedtuple("CholeskyEx", "L info")


@composed
def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> CholeskyEx:
    """(L, info): cholesky, and in info (...), int32, 0 where A is positive definite.

    Elsewhere info is the order of the first leading square of A that is not positive definite, and L means
    nothing; with check_errors this raises ValueError, as in cholesky.
    """
    check_square("cholesky_ex", A)
    if check_errors:
        xp = MODULES[type(A.array)]
        return CholeskyEx(cholesky(A, upper), Tensor(xp.zeros(tuple(A.shape[:-2]), "int32")))
    info = leading_failure(A)
    fits, identity = info == 0, Tensor(MODULES[type(A.array)].eye(A.shape[-1], dtype=A.dtype))
    L = cholesky_factor(A if fits.all() else where(corners(fits), A, identity))
    return CholeskyEx(mh(L) if upper else L, info)


def leading_failure(A):
    """For each matrix the order of the first leading square that is not positive definite, else 0."""
    xp, n, batch = MODULES[type(A.array)], A.shape[-1], tuple(A.shape[:-2])
    info = xp.zeros(math.prod(batch), "int32")
    for i, each in enumerate(A.array.reshape((len(info), n, n))):
        if not is_positive(xp, each):
            info[i] = next(k for k in range(1, n + 1) if not is_positive(xp, each[:k, :k]))
    return Tensor(info.reshape(batch))


def is_positive(xp, matrix):
    try:
        return bool(xp.isfinite(xp.linalg.cholesky(matrix)).all())     # CuPy gives NaN instead of an error
    except xp.linalg.LinAlgError:
        return False


QR = collections.namedtuple("QR", "Q R")


@primitive_with_outputs(QR)
def tall_qr(xp, x):
    """The QR factors of matrices with at least as many rows as columns."""
    return tuple(xp.linalg.qr(x))


def qr_rule(g, Q, R):
    """(gQ + Q sym(M)) R⁻ᵀ with M = R gRᵀ - gQᵀ Q, where sym copies the lower triangle to the upper."""
    gQ, gR = g
    m = matmul(R, mt(gR)) - matmul(mt(gQ), Q)
    lower = tril(m, diagonal=-1)
    total = gQ + matmul(Q, tril(m) + mt(lower))
    return mt(solve_matrix(R, mt(total)))


tall_qr.defvjp(qr_rule)


@composed
def qr(A: Tensor, mode: str = "reduced") -> QR:
    """(Q, R) with A = Q R: Q (..., m, k) has orthonormal columns, R (..., k, n) is upper triangular.

    Here k = min(m, n), and with mode='complete' k = m. With mode='r', Q is empty. The gradient exists if the
    first min(m, n) columns of A are linearly independent. Raises ValueError for a tensor in a graph if the
    mode is 'r', or 'complete' with m > n: columns of Q beyond those of A have no derivative.
    """
    if A.ndim < 2:
        raise ValueError(f"qr takes matrices (..., m, n), got {tuple(A.shape)}")
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"qr: mode must be 'reduced', 'complete' or 'r', got {mode!r}")
    m, n = A.shape[-2:]
    if mode == "r" or mode == "complete" and m > n:
        if A.requires_grad and is_grad_enabled():
            raise ValueError(f"qr: mode={mode!r} has no derivative for {tuple(A.shape)}; take 'reduced', or "
                             "A.detach()")
        xp = MODULES[type(A.array)]
        Q, R = xp.linalg.qr(A.array, mode) if mode == "complete" else (
            xp.zeros(0, A.dtype), xp.linalg.qr(A.array, mode))
        return QR(Tensor(Q), Tensor(R))
    if m >= n:
        return tall_qr(A)  # type: ignore[return-value]
    Q, R = tall_qr(getitem(A, index=(Ellipsis, slice(m))))
    rest = matmul(mh(Q), getitem(A, index=(Ellipsis, slice(m, None))))
    return QR(Q, concatenate(R, rest, dim=-1))


Eigh = collections.namedtuple("Eigh", "eigenvalues eigenvectors")


@primitive_with_outputs(Eigh)
def symmetric_eigen(xp, x):
    """(eigenvalues, eigenvectors) of symmetric matrices."""
    return tuple(xp.linalg.eigh(x))


def eigh_rule(g, eigenvalues, eigenvectors):
    """V (diag(gw) + (Vᵀ gV) / (w_j - w_i)) Vᵀ; the quotient is 0 on the diagonal."""
    w, V, (gw, gV) = eigenvalues, eigenvectors, g
    gaps = unsqueeze(w, -2) - unsqueeze(w, -1)
    turn = over_gaps(off_diagonal(matmul(mt(V), gV)), gaps)
    s = matmul(matmul(V, turn) + V * unsqueeze(gw, -2), mt(V))
    return 0.5 * (s + mt(s))


def off_diagonal(x):
    return tril(x, diagonal=-1) + triu(x, diagonal=1)


def over_gaps(x, gaps):
    """x / gaps, and 0 where both are 0.

    Equal eigenvalues have gap 0. If no gradient reaches their vectors, x is 0 there too, and the result stays
    finite.
    """
    return x / where(logical_and(x == 0, gaps == 0), 1.0, gaps)


symmetric_eigen.defvjp(eigh_rule)


@composed
def eigh(A: Tensor, UPLO: str = "L") -> Eigh:
    """(w, V) with A V = V diag(w) for symmetric A (..., n, n): w in ascending order, V orthonormal.

    Only A's lower triangle is read, with UPLO='U' its upper one. The gradient through V exists if all
    eigenvalues differ.
    """
    check_square("eigh", A)
    if str(UPLO).upper() not in ("L", "U"):
        raise ValueError(f"eigh: UPLO must be 'L' for A's lower triangle or 'U' for its upper one, got "
                         f"{UPLO!r}")
    return symmetric_eigen(A if UPLO.upper() == "L" else mh(A))  # type: ignore[return-value]


@composed
def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """The eigenvalues of symmetric A in ascending order, (..., n, n) -> (..., n). UPLO: see eigh."""
    return eigh(A, UPLO).eigenvalues


SVD = collections.namedtuple("SVD", "U S Vh")


@primitive_with_outputs(SVD)
def reduced_svd(xp, x):
    """(U, S, Vh) with min(m, n) columns of U and rows of Vh."""
    return tuple(xp.linalg.svd(x, full_matrices=False))


def svd_rule(g, U, S, Vh):
    """U (skew(Uᵀ gU) / E S + S skew(Vᵀ gV) / E + diag(gS)) Vᵀ, with E_ij = s_j² - s_i² and skew(X) = X - Xᵀ.

    The part of gU outside the span of U's columns adds (I - U Uᵀ) gU S⁻¹ Vᵀ; likewise for V.
    """
    (gU, gS, gVh), V = g, mt(Vh)
    m, n = U.shape[-2], V.shape[-2]
    row, column = unsqueeze(S, -2), unsqueeze(S, -1)
    gaps = (row - column) * (row + column)
    of_u, of_v = matmul(mt(U), gU), matmul(Vh, mt(gVh))
    turn = over_gaps(of_u - mt(of_u), gaps) * row + over_gaps(of_v - mt(of_v), gaps) * column
    left = matmul(U, turn) + U * unsqueeze(gS, -2)
    if m > n:
        left = left + (gU - matmul(U, of_u)) / row
    result = matmul(left, Vh)
    return result + matmul(U, mt((mt(gVh) - matmul(V, of_v)) / row)) if n > m else result


reduced_svd.defvjp(svd_rule)


@composed
def svd(A: Tensor, full_matrices: bool = True) -> SVD:
    """(U, S, Vh) with A = U diag(S) Vh for A (..., m, n): U and V orthonormal, S in descending order.

    Shapes, with k = min(m, n): S (..., k), and U (..., m, m), Vh (..., n, n); without full_matrices
    U (..., m, k), Vh (..., k, n). Vectors beyond the first k are constants for the gradient.
    The gradient through U and Vh is right if all singular values differ and are nonzero, and if the loss does
    not depend on the signs of the vectors. To get the gradient of S alone, use svdvals, which allows ties.
    """
    if A.ndim < 2:
        raise ValueError(f"svd takes matrices (..., m, n), got {tuple(A.shape)}")
    m, n = A.shape[-2:]
    U, S, Vh = reduced_svd(A)
    if full_matrices and m != n:
        left, _, right = MODULES[type(A.array)].linalg.svd(A.array)
        U = concatenate(U, Tensor(left[..., n:]), dim=-1) if m > n else U
        Vh = concatenate(Vh, Tensor(right[..., m:, :]), dim=-2) if n > m else Vh
    return SVD(U, S, Vh)


@primitive
def singular_values(xp, x):
    """The singular values in descending order."""
    return xp.linalg.svd(x, compute_uv=False)


def singular_values_rule(g, x):
    """U diag(g) Vᵀ."""
    U, _, Vh = reduced_svd(x)
    return matmul(U * unsqueeze(g, -2), Vh)


singular_values.defvjp(singular_values_rule)


@composed
def svdvals(A: Tensor) -> Tensor:
    """The singular values in descending order, (..., m, n) -> (..., min(m, n))."""
    if A.ndim < 2:
        raise ValueError(f"svdvals takes matrices (..., m, n), got {tuple(A.shape)}")
    return singular_values(A)


# torch.svd and torch.qr, whose arguments differ from those in torch.linalg

OlderSVD = collections.namedtuple("SVD", "U S V")  # type: ignore[name-match]  # prints as in PyTorch


def svd_of_some(x: Tensor, some: bool = True, compute_uv: bool = True) -> OlderSVD:
    """(U, S, V) with x = U diag(S) Vᵀ: min(m, n) columns in U and V, or all with some=False. See linalg.svd.

    With compute_uv=False, U and V are zeros.
    """
    U, S, Vh = svd(x, full_matrices=not some)
    if not compute_uv:
        xp = MODULES[type(x.array)]
        U, Vh = (Tensor(xp.zeros(tuple(x.shape[:-2]) + (n, n), x.dtype)) for n in x.shape[-2:])
    return OlderSVD(U, S, mh(Vh))


svd_of_some.__name__, svd_of_some.__qualname__ = "svd", "older_svd"     # for error messages, for pickle
older_svd = composed(svd_of_some)


def qr_of_some(x: Tensor, some: bool = True) -> QR:
    """(Q, R) with x = Q R; some=False asks for all columns of Q. See linalg.qr."""
    return qr(x, "reduced" if some else "complete")


qr_of_some.__name__, qr_of_some.__qualname__ = "qr", "older_qr"
older_qr = composed(qr_of_some)
