"""Linear algebra of square and tall matrices: determinants, inverses, systems, factors.

All take stacks (..., n, n). Rules with two results put them into one array, one below the other, and part
it after: an op has one output.

Sources: Giles 2008, Collected matrix derivative results for forward and reverse mode AD; Murray 2016,
arXiv:1602.07527 (Cholesky); Liao et al. 2019, arXiv:1903.09650, sec. 3 (QR); Townsend 2016, Differentiating the
singular value decomposition.
"""

import collections
import math

from minigrad.autograd import Tensor, composed, primitive
from minigrad.backend import MODULES
from minigrad.ops.elementwise import abs, logical_and, square, where
from minigrad.ops.indexing import getitem
from minigrad.ops.linalg import matmul
from minigrad.ops.reductions import amax, amin, norm, root, sum
from minigrad.ops.shapes import concatenate, movedim, reshape, transpose, tril, triu, unsqueeze


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


@primitive
def log_abs_det(xp, x):
    return xp.linalg.slogdet(x)[1]


@primitive
def sign_det(xp, x):
    return xp.linalg.slogdet(x)[0]


log_abs_det.defvjp(lambda g, x: corners(g) * mt(inverse(x)))

SignLogabsdet = collections.namedtuple("SignLogabsdet", "sign logabsdet")


@composed
def slogdet(A):
    """(sign, log |det A|): a determinant that neither overflows nor rounds to 0."""
    check_square("slogdet", A)
    return SignLogabsdet(sign_det(A), log_abs_det(A))


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


@primitive
def cholesky_factor(xp, x):
    return xp.linalg.cholesky(x)


def lower_half(x):
    """The lower triangle with half of the diagonal."""
    return tril(x) - 0.5 * tril(triu(x))


def cholesky_rule(g, y):
    """A gradient S with S = Sᵀ: from L⁻ᵀ Φ(Lᵀ g) L⁻¹, where Φ takes the lower half."""
    s = solve_matrix(mt(y), lower_half(matmul(mt(y), g)))
    s = mt(solve_matrix(mt(y), mt(s)))
    return 0.5 * (s + mt(s))


cholesky_factor.defvjp(cholesky_rule)


@composed
def cholesky(A, upper=False):
    """L, lower triangular, with L Lᵀ = A, for symmetric positive definite A; with upper, Lᵀ.

    Only A's lower triangle is read, and the gradient is spread over both. Raises ValueError where A is
    not positive definite.
    """
    check_square("cholesky", A)
    L = cholesky_factor(A)
    return mt(L) if upper else L


@primitive
def qr_packed(xp, x):
    q, r = xp.linalg.qr(x)
    return xp.concatenate((q, r), axis=-2)


def parts(y):
    """(..., m + n, n) -> (..., m, n) and (..., n, n)."""
    m = y.shape[-2] - y.shape[-1]
    return tuple(getitem(y, index=(Ellipsis, rows, slice(None))) for rows in (slice(m), slice(m, None)))


def qr_rule(g, y):
    """(gq + q sym(M)) R⁻ᵀ with M = R grᵀ - gqᵀ q, where sym copies the lower triangle to the upper."""
    (q, r), (gq, gr) = parts(y), parts(g)
    m = matmul(r, mt(gr)) - matmul(mt(gq), q)
    lower = tril(m, diagonal=-1)
    total = gq + matmul(q, tril(m) + mt(lower))
    return mt(solve_matrix(r, mt(total)))


qr_packed.defvjp(qr_rule)

QR = collections.namedtuple("QR", "Q R")


@composed
def qr(A, mode="reduced"):
    """(Q, R): A = Q R with orthonormal columns in Q (..., m, k) and R (..., k, n) upper triangular; k = min(m, n).

    The gradient needs the first k columns of A to be independent.
    """
    if A.ndim < 2:
        raise ValueError(f"qr takes matrices (..., m, n), got {tuple(A.shape)}")
    m, n = A.shape[-2:]
    if mode != "reduced" and not (mode == "complete" and m <= n):
        raise ValueError(f"qr: mode is 'reduced', got {mode!r}; more columns of Q than A has would have no derivative")
    if m >= n:
        return QR(*parts(qr_packed(A)))
    Q, R = parts(qr_packed(getitem(A, index=(Ellipsis, slice(m)))))
    rest = matmul(mt(Q), getitem(A, index=(Ellipsis, slice(m, None))))
    return QR(Q, concatenate(R, rest, dim=-1))


@primitive
def eigh_packed(xp, x):
    w, v = xp.linalg.eigh(x)
    return xp.concatenate((v, w[..., None, :]), axis=-2)


def eigh_rule(g, y):
    """V (diag(gw) + (Vᵀ gv) / (w_j - w_i)) Vᵀ, the quotient off the diagonal."""
    v, w = getitem(y, index=(Ellipsis, slice(None, -1), slice(None))), getitem(y, index=(Ellipsis, -1, slice(None)))
    gv, gw = getitem(g, index=(Ellipsis, slice(None, -1), slice(None))), getitem(g, index=(Ellipsis, -1, slice(None)))
    gaps = unsqueeze(w, -2) - unsqueeze(w, -1)
    turn = over_gaps(off_diagonal(matmul(mt(v), gv)), gaps)
    s = matmul(matmul(v, turn) + v * unsqueeze(gw, -2), mt(v))
    return 0.5 * (s + mt(s))


def off_diagonal(x):
    return tril(x, diagonal=-1) + triu(x, diagonal=1)


def over_gaps(x, gaps):
    """x / gaps, and 0 where both are 0: where eigenvalues are equal no vector turns, if no one asks for vectors."""
    return x / where(logical_and(x == 0, gaps == 0), 1.0, gaps)


eigh_packed.defvjp(eigh_rule)

Eigh = collections.namedtuple("Eigh", "eigenvalues eigenvectors")


@composed
def eigh(A):
    """(w, V) of symmetric A: A V = V diag(w), w in ascending order, V orthonormal.

    Only A's lower triangle is read. The gradient through V needs different eigenvalues.
    """
    check_square("eigh", A)
    y = eigh_packed(A)
    return Eigh(getitem(y, index=(Ellipsis, -1, slice(None))),
                getitem(y, index=(Ellipsis, slice(None, -1), slice(None))))


@composed
def eigvalsh(A):
    """The eigenvalues of symmetric A in ascending order."""
    return eigh(A).eigenvalues


@primitive
def svd_packed(xp, x):
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    return xp.concatenate((u, s[..., None, :], xp.swapaxes(vh, -2, -1)), axis=-2)


def three_parts(y, m):
    """(..., m + 1 + n, k) -> U (..., m, k), S (..., k) and V (..., n, k)."""
    return tuple(getitem(y, index=(Ellipsis, rows, slice(None))) for rows in (slice(m), m, slice(m + 1, None)))


def svd_rule(g, y, x_shape):
    """U (skew(Uᵀ gU) / E S + S skew(Vᵀ gV) / E + diag(gS)) Vᵀ, with E_ij = s_j² - s_i² and skew(X) = X - Xᵀ.

    What of gU lies outside the columns of U comes as (I - U Uᵀ) gU S⁻¹ Vᵀ; and so for V.
    """
    m, n = x_shape[-2:]
    (u, s, v), (gu, gs, gv) = three_parts(y, m), three_parts(g, m)
    row, column = unsqueeze(s, -2), unsqueeze(s, -1)
    gaps = (row - column) * (row + column)
    of_u, of_v = matmul(mt(u), gu), matmul(mt(v), gv)
    turn = over_gaps(of_u - mt(of_u), gaps) * row + over_gaps(of_v - mt(of_v), gaps) * column
    left = matmul(u, turn) + u * unsqueeze(gs, -2)
    if m > n:
        left = left + (gu - matmul(u, of_u)) / row
    result = matmul(left, mt(v))
    return result + matmul(u, mt((gv - matmul(v, of_v)) / row)) if n > m else result


svd_packed.defvjp(svd_rule)

SVD = collections.namedtuple("SVD", "U S Vh")


@composed
def svd(A, full_matrices=True):
    """(U, S, Vh): A = U diag(S) Vh with orthonormal U and V, S in descending order; A (..., m, n).

    Of k = min(m, n) columns of U (..., m, k) and rows of Vh (..., k, n), or with full_matrices of m and n, which
    are constants beyond k. The gradient of U and Vh needs singular values that all differ and are not 0, and a
    result that does not depend on the signs of the vectors; the gradient of S is right also where some are equal.
    """
    if A.ndim < 2:
        raise ValueError(f"svd takes matrices (..., m, n), got {tuple(A.shape)}")
    m, n = A.shape[-2:]
    U, S, V = three_parts(svd_packed(A), m)
    Vh = mt(V)
    if full_matrices and m != n:
        left, _, right = MODULES[type(A.array)].linalg.svd(A.array)
        U = concatenate(U, Tensor(left[..., n:]), dim=-1) if m > n else U
        Vh = concatenate(Vh, Tensor(right[..., m:, :]), dim=-2) if n > m else Vh
    return SVD(U, S, Vh)


@primitive
def singular_values(xp, x):
    return xp.linalg.svd(x, compute_uv=False)


def singular_values_rule(g, x):
    """U diag(g) Vᵀ."""
    u, _, v = three_parts(svd_packed(x), x.shape[-2])
    return matmul(u * unsqueeze(g, -2), mt(v))


singular_values.defvjp(singular_values_rule)


@composed
def svdvals(A):
    """The singular values in descending order.   (..., m, n) -> (..., min(m, n))."""
    if A.ndim < 2:
        raise ValueError(f"svdvals takes matrices (..., m, n), got {tuple(A.shape)}")
    return singular_values(A)


@composed
def pinv(A):
    """The pseudo-inverse of matrices of full rank: (AᵀA)⁻¹ Aᵀ, or Aᵀ (A Aᵀ)⁻¹ for wide ones."""
    if A.ndim < 2:
        raise ValueError(f"pinv takes matrices (..., m, n), got {tuple(A.shape)}")
    if A.shape[-2] >= A.shape[-1]:
        return solve(matmul(mt(A), A), mt(A))
    return mt(solve(matmul(A, mt(A)), A))


@composed
def matrix_power(A, n):
    """A multiplied n times, by squaring; n below 0 powers of the inverse."""
    check_square("matrix_power", A)
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


@composed
def vector_norm(x, ord=2, dim=None, keepdim=False):
    """(sum |x|^ord)^(1/ord) over dim, all axes by default."""
    return norm(x, ord, dim, keepdim)


@composed
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False):
    """The norm of matrices along two axes.

    ord: 'fro', the root of the sum of squares; 1 or -1, the greatest or least of column sums, inf or -inf, of row
    sums; 2 or -2, the greatest or least singular value, 'nuc' their sum.
    """
    if ord == "fro":
        return root(sum(square(A), dim=dim, keepdim=keepdim))
    if ord not in (1, -1, 2, -2, math.inf, -math.inf, "nuc"):
        raise ValueError(f"matrix_norm: ord is 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}")
    A = movedim(A, tuple(dim), (-2, -1))
    if ord in (2, -2, "nuc"):
        values = svdvals(A)
        y = sum(values, dim=-1) if ord == "nuc" else getitem(values, index=(Ellipsis, 0 if ord > 0 else -1))
    else:
        sums = sum(abs(A), dim=-2 if ord in (1, -1) else -1)
        y = (amax if ord > 0 else amin)(sums, dim=-1)
    return movedim(corners(y), (-2, -1), tuple(dim)) if keepdim else y
