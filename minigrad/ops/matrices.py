"""Systems, functions and products of matrices, made of the factors of decompositions.py and of matmul.

Sources: Higham 2005, The scaling and squaring method for the matrix exponential revisited; Higham 2008, Functions
of Matrices, sec. 3.2 (its derivative); Golub & Van Loan 2013, Matrix Computations, sec. 5.3 (least squares).
"""

import collections
import functools
import math

from minigrad.autograd import Tensor, composed, primitive, zeros_like
from minigrad.backend import MODULES
from minigrad.ops import decompositions
from minigrad.ops.decompositions import check_square, inv, matrix_norm, mt, solve, svdvals, vector_norm
from minigrad.ops.elementwise import mul, square
from minigrad.ops.indexing import getitem
from minigrad.ops.linalg import bmm, combined, matmul, tensordot
from minigrad.ops.reductions import sum
from minigrad.ops.shapes import concatenate, movedim, reshape, several, squeeze, tril, triu, unsqueeze

# Systems


@composed
def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """X with A X = B, or X A = B where left is False, of A's upper or lower triangle alone.

    A (..., n, n), B (..., n, k). unitriangular: the diagonal counts as ones. Raises ValueError where one of its
    elements is 0.
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

    A (..., m, n) of full rank, B (..., m, k) or (..., m). The residuals |A X - B|², of each column, are given for
    m > n, else an empty tensor, as for the singular values. Raises ValueError where the rank is not full.
    """
    if A.ndim < 2:
        raise ValueError(f"lstsq takes matrices (..., m, n), got {tuple(A.shape)}")
    m, n = A.shape[-2:]
    is_vector = B.ndim == A.ndim - 1
    if is_vector:
        B = unsqueeze(B, -1)
    if B.ndim < 2 or B.shape[-2] != m:
        raise ValueError(f"lstsq: A {tuple(A.shape)} needs B (..., {m}, k) or (..., {m}), got {tuple(B.shape)}")
    Q, R = decompositions.qr(A if m >= n else mt(A))
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
    """The inverse of A as a map from its axes behind the first `ind` to these: tensordot(tensorinv(A), A, ind) is 1."""
    rows, columns = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if ind < 1 or math.prod(rows) != math.prod(columns):
        raise ValueError(f"tensorinv: the first {ind} axes of {tuple(A.shape)} must have as many elements as the "
                         "others")
    return reshape(inv(reshape(A, shape=(math.prod(rows), -1))), shape=columns + rows)


@composed
def tensorsolve(A, B, dims=None):
    """X with tensordot(A, X, X.ndim) = B; the axes `dims` of A are moved behind the others first."""
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    shape = tuple(A.shape[B.ndim:])
    if math.prod(shape) != B.numel() or math.prod(A.shape) != B.numel() ** 2:
        raise ValueError(f"tensorsolve: A {tuple(A.shape)} should have the axes of B {tuple(B.shape)} and behind them "
                         "others with as many elements")
    return reshape(solve(reshape(A, shape=(B.numel(), -1)), reshape(B, shape=(-1,))), shape=shape)


# Rank and condition


@composed
def cond(A, p=None):
    """How much a system magnifies errors: the norm of A times that of its inverse; by default and for p = 2 of the
    greatest and the least singular value, also for A that is not square. p as in matrix_norm.
    """
    if p in (None, 2, -2):
        values = svdvals(A)
        first, last = (getitem(values, index=(Ellipsis, i)) for i in (0, -1))
        return last / first if p == -2 else first / last
    check_square("cond", A)
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


@composed
def matrix_rank(A, tol=None, *, atol=None, rtol=None, hermitian=False):
    """The number of singular values above max(atol, rtol s_max); by default 0 and max(m, n) roundings of 1."""
    if A.ndim < 2:
        raise ValueError(f"matrix_rank takes matrices (..., m, n), got {tuple(A.shape)}")
    atol = tol if atol is None else atol
    if rtol is None:
        xp = MODULES[type(A.array)]
        rtol = max(A.shape[-2:]) * float(xp.finfo(A.dtype).eps) if atol is None else 0.0
    values = svdvals(A.detach())
    limit = (getitem(values, index=(Ellipsis, slice(1))) * rtol).clamp(min=atol or 0.0)
    return sum(values > limit, dim=-1)


@composed
def norm(A, ord=None, dim=None, keepdim=False):
    """matrix_norm where ord is given for two axes, else vector_norm, by default the root of the sum of all squares."""
    axes = A.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if ord is None or axes == 1:
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim)
    if axes != 2:
        raise ValueError(f"norm: ord {ord!r} is for a vector or a matrix, got {tuple(A.shape)} and dim {dim}")
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim)


# The exponential

PADE = [c / 64764752532480000 for c in (
        64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
        10559470521600,
        670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)]        # Higham 2005, eq. 2.3, m = 13
WIDEST = 5.371920351148152                                                            # and table 2.3: theta_13


@primitive
def exponential(xp, x):
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
    """The upper right block of exp of (Xᵀ g; 0 Xᵀ): the derivative of exp at Xᵀ in the direction g."""
    n = x.shape[-1]
    block = concatenate(concatenate(mt(x), g, dim=-1), concatenate(zeros_like(g), mt(x), dim=-1), dim=-2)
    return getitem(exponential(block), index=(Ellipsis, slice(n), slice(n, None)))


exponential.defvjp(exponential_rule)


@composed
def matrix_exp(A):
    """1 + A + A²/2 + A³/6 + ..., of square matrices (..., n, n)."""
    check_square("matrix_exp", A)
    return exponential(A)


# Products


@composed
def multi_dot(tensors):
    """The product of several matrices, in the order of multiplication that takes the fewest steps.

    The first may be a vector, a row, and the last too, a column.
    """
    tensors = several(tensors, "multi_dot")
    ndims = [x.ndim for x in tensors]
    sizes = [*(tensors[0].shape if ndims[0] == 2 else (1, *tensors[0].shape)),
             *(x.shape[-1] if x.ndim > 1 else 1 for x in tensors[1:])]
    fits = all(n == 2 for n in ndims[1:-1]) and set(ndims) <= {1, 2} and all(
        x.shape[0] == n for x, n in zip(tensors[1:], sizes[1:]))
    if len(tensors) < 2 or not fits:
        raise ValueError("multi_dot takes at least two matrices, each with as many rows as the one before has columns, "
                         f"got {[tuple(x.shape) for x in tensors]}")

    @functools.cache
    def cheapest(i, j):
        """(steps, middle) of the product of the matrices i to j - 1, cut before the middle."""
        if j - i == 1:
            return 0, i
        return min((cheapest(i, k)[0] + cheapest(k, j)[0] + sizes[i] * sizes[k] * sizes[j], k)
                   for k in range(i + 1, j))

    def product(i, j):
        middle = cheapest(i, j)[1]
        return tensors[i] if j - i == 1 else matmul(product(i, middle), product(middle, j))

    return product(0, len(tensors))


@composed
def chain_matmul(*matrices):
    """The product of several matrices, as multi_dot."""
    return matrices[0] if len(matrices) == 1 else multi_dot(matrices)


@composed
def vecdot(x, y, *, dim=-1):
    """The sums of products along dim; the other axes broadcast."""
    return sum(mul(x, y), dim=dim)


@composed
def inner(a, b):
    """The sums of products along the last axes, of each with each: (..., k), (***, k) -> (..., ***)."""
    if not a.ndim or not b.ndim:
        return mul(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"inner: the last axes must have one size, got {tuple(a.shape)} and {tuple(b.shape)}")
    return tensordot(a, b, ([-1], [-1]))


@composed
def addbmm(x, a, b, *, beta=1, alpha=1):
    """beta x + alpha times the sum of the products of two stacks of matrices."""
    return combined(x, sum(bmm(a, b), dim=0), beta, alpha)


# As torch.svd and torch.qr, which differ from those of torch.linalg

SVD = collections.namedtuple("SVD", "U S V")


@composed
def svd(x, some=True, compute_uv=True):
    """(U, S, V): x = U diag(S) Vᵀ; of min(m, n) columns, or of all where some is False. See linalg.svd."""
    U, S, Vh = decompositions.svd(x, full_matrices=not some)
    if not compute_uv:
        xp = MODULES[type(x.array)]
        U, Vh = (Tensor(xp.zeros(tuple(x.shape[:-2]) + (n, n), x.dtype)) for n in x.shape[-2:])
    return SVD(U, S, mt(Vh))


@composed
def qr(x, some=True):
    """(Q, R): x = Q R. See linalg.qr."""
    return decompositions.qr(x, "reduced" if some else "complete")
