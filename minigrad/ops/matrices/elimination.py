"""The LU factorisation A = P L U, by Gaussian elimination with partial pivoting, and what it solves.

P permutes rows, L (..., m, k) is lower triangular with ones on its diagonal, U (..., k, n) is upper
triangular; k = min(m, n). L below its diagonal and U lie together in one matrix LU (..., m, n). pivots
(..., k), int32, says that in step i row i changed places with row pivots[i], counted from 1 as in LAPACK.

Sources: Golub & Van Loan 2013, Matrix Computations, sec. 3.4; de Hoog, Anderssen and Lukas 2011,
Differentiation of matrix functionals using triangular factorization, Math. Comp. 80.
"""

import collections
import math
from typing import Any

from minigrad.autograd import Tensor, composed, primitive_with_outputs
from minigrad.backend import MODULES
from minigrad.ops.matrices.inverses import check_square, corners, inv, mh, mt, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.matrices.systems import check_matrices, solve
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.diagonals import tril, triu
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.joining import concatenate

LUFactor = collections.namedtuple("LUFactor", "LU pivots")
LUFactorEx = collections.namedtuple("LUFactorEx", "LU pivots info")
LU = collections.namedtuple("LU", "P L U")


@primitive_with_outputs(LUFactorEx)
def elimination(xp, x, *, pivot=True):
    """(LU, pivots, info): info (...) is 0, or the number of the first pivot, from 1, that is 0."""
    (m, n), batch = x.shape[-2:], math.prod(x.shape[:-2])
    a = x.reshape((batch, m, n)).copy()
    rows, steps = xp.arange(batch), min(m, n)
    pivots, info = xp.zeros((batch, steps), "int32"), xp.zeros(batch, "int32")
    for k in range(steps):
        if pivot:
            column = a[:, k:, k]
            size = xp.abs(column.real) + xp.abs(column.imag) if x.dtype.kind == "c" else xp.abs(column)
            chosen = xp.argmax(size, axis=1) + k
            top = a[:, k].copy()
            a[:, k] = a[rows, chosen]
            a[rows, chosen] = top
            pivots[:, k] = chosen + 1
        else:
            pivots[:, k] = k + 1
        d = a[:, k, k]
        info = xp.where((d == 0) & (info == 0), k + 1, info)
        a[:, k + 1:, k] /= xp.where(d == 0, xp.ones_like(d), d)[:, None]
        a[:, k + 1:, k + 1:] -= a[:, k + 1:, k, None] * a[:, k, None, k + 1:]
    shape = x.shape[:-2]
    return a.reshape(x.shape), pivots.reshape(shape + (steps,)), info.astype("int32").reshape(shape)


def elimination_rule(g, LU, pivots):
    """P L⁻ᵀ (Φ(Lᵀ gL) + Ψ(gU Uᵀ)) U⁻ᵀ: Φ is the triangle below the diagonal, Ψ the one above with it.

    Rows of L beyond U's, L₂ = B₂ U⁻¹, and columns of U beyond L's, U₂ = L⁻¹ B₂, pass gradients on to U and L.
    """
    g, *_ = g
    m, n = LU.shape[-2:]
    k = min(m, n)
    L, U, rest = square_factors(LU, k), triu(corner(LU, k)), None
    low, up = tril(corner(g, k), diagonal=-1), triu(corner(g, k))
    if m > n:
        lower = slice(k, None), slice(None)
        rest = over(part(g, *lower), U)
        up = up - triu(matmul(mt(part(LU, *lower)), rest))
    elif n > m:
        right = slice(None), slice(k, None)
        rest = solve_matrix(mt(L), part(g, *right))
        low = low - tril(matmul(rest, mt(part(LU, *right))), diagonal=-1)
    inner = tril(matmul(mt(L), low), diagonal=-1) + triu(matmul(up, mt(U)))
    total = over(solve_matrix(mt(L), inner), U)
    if rest is not None:
        total = concatenate(total, rest, dim=-2 if m > n else -1)
    return matmul(permutation(pivots, m, LU.dtype), total)


def part(x, rows, columns):
    return getitem(x, index=(Ellipsis, rows, columns))


def corner(x, k):
    return part(x, slice(k), slice(k))


def over(x, U):
    """x U⁻ᵀ."""
    return mt(solve_matrix(U, mt(x)))


def square_factors(LU, k):
    """The first k rows of L."""
    xp = MODULES[type(LU.array if isinstance(LU, Tensor) else LU)]
    return tril(corner(LU, k), diagonal=-1) + xp.eye(k, dtype=LU.dtype)


elimination.defvjp(elimination_rule)


def permutation(pivots, m, dtype):
    """The matrices P (..., m, m), an array, for pivots (..., k)."""
    pivots = pivots.array if isinstance(pivots, Tensor) else pivots
    xp, batch = MODULES[type(pivots)], math.prod(pivots.shape[:-1])
    chosen, rows = pivots.reshape((batch, pivots.shape[-1])) - 1, xp.arange(batch)
    order = xp.zeros((batch, m), "int64") + xp.arange(m)
    for k in range(chosen.shape[1]):
        first = order[:, k].copy()
        order[:, k] = order[rows, chosen[:, k]]
        order[rows, chosen[:, k]] = first
    P = xp.arange(m)[:, None] == order[:, None, :]
    return P.reshape(pivots.shape[:-1] + (m, m)).astype(dtype)


@composed
def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> LUFactorEx:
    """(LU, pivots, info) of matrices (..., m, n): L and U in one matrix, as lu_solve and lu_unpack take them.

    info (...), int32, is 0, or the number of the first zero on the diagonal of U, counted from 1. With
    check_errors such a zero raises ValueError. Without `pivot` no rows change places: less exact, and the
    elimination stops making sense at a zero.

    >>> LU, pivots, info = lu_factor_ex(Tensor([[0.0, 2.0], [4.0, 8.0]]))
    >>> LU.tolist(), pivots.tolist(), info.item()
    ([[4.0, 8.0], [0.0, 2.0]], [2, 2], 0)
    """
    check_matrices("lu_factor_ex", A)
    result: Any = elimination(A, pivot=pivot)
    if check_errors:
        check_pivots("lu_factor_ex", result.info)
    return result


def check_pivots(name, info):
    if (info.array > 0).any():
        worst = int(info.array.max())
        raise ValueError(f"{name}: U[{worst - 1}, {worst - 1}] is 0, so lu_solve would divide by zero; "
                         "linalg.lu and lu_factor_ex factor such matrices, too")


@composed
def lu_factor(A: Tensor, *, pivot: bool = True) -> LUFactor:
    """(LU, pivots) of matrices (..., m, n); see lu_factor_ex. Raises ValueError for a 0 on U's diagonal."""
    check_matrices("lu_factor", A)
    factors, pivots, info = elimination(A, pivot=pivot)
    check_pivots("lu_factor", info)
    return LUFactor(factors, pivots)


@composed
def lu(A: Tensor, *, pivot: bool = True) -> LU:
    """(P, L, U) with A = P L U for matrices (..., m, n); without `pivot` A = L U, and P is empty.

    P (..., m, m) permutes rows, L (..., m, k) has ones on its diagonal, U is (..., k, n), k = min(m, n).
    The gradient exists if the first k columns of A are linearly independent.

    >>> P, L, U = lu(Tensor([[0.0, 2.0], [4.0, 8.0]]))
    >>> P.tolist(), L.tolist(), U.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[4.0, 8.0], [0.0, 2.0]])
    """
    check_matrices("lu", A)
    factors, pivots, _ = elimination(A, pivot=pivot)
    return lu_unpack(factors, pivots, unpack_pivots=pivot)


@composed
def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True,
              unpack_pivots: bool = True) -> LU:
    """(P, L, U) from LU (..., m, n) and pivots (..., k), int32, as lu_factor returns them.

    L and U are empty without unpack_data, P is empty without unpack_pivots. Raises ValueError for pivots of
    another dtype, shape or range.
    """
    check_matrices("lu_unpack", LU_data)
    m, n = LU_data.shape[-2:]
    k = min(m, n)
    xp = MODULES[type(LU_data.array)]
    P = L = U = Tensor(xp.zeros(0, LU_data.dtype))
    if unpack_pivots:
        check_places("lu_unpack", LU_data, LU_pivots)
        P = Tensor(permutation(LU_pivots, m, LU_data.dtype))
    if unpack_data:
        L = tril(part(LU_data, slice(None), slice(k)), diagonal=-1) + xp.eye(m, k, dtype=LU_data.dtype)
        U = triu(part(LU_data, slice(k), slice(None)))
    return LU(P, L, U)


def check_places(name, factors, pivots):
    """Refuse pivots that do not belong to LU (..., m, n)."""
    m, n = factors.shape[-2:]
    expected = (*factors.shape[:-2], min(m, n))
    if pivots.dtype != "int32":
        raise ValueError(f"{name}: pivots must be int32, as lu_factor returns them, got {pivots.dtype}; "
                         "convert with .int()")
    if tuple(pivots.shape) != expected:
        raise ValueError(f"{name}: LU {tuple(factors.shape)} needs pivots {expected}, got "
                         f"{tuple(pivots.shape)}")
    if pivots.numel() and not 1 <= int(pivots.array.min()) <= int(pivots.array.max()) <= m:
        raise ValueError(f"{name}: pivots must be from 1 to {m}, the number of rows, got {pivots.tolist()}")


@composed
def lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """The X with A X = B, given LU (..., n, n) and pivots of A by lu_factor; B is (..., n, k).

    Not `left`: X A = B, with B (..., k, n). adjoint: Aᴴ in place of A. Raises ValueError for shapes that do
    not fit, or where U's diagonal has a 0.

    >>> LU, pivots = lu_factor(Tensor([[0.0, 2.0], [4.0, 8.0]]))
    >>> lu_solve(LU, pivots, Tensor([[2.0], [12.0]])).tolist()
    [[1.0], [1.0]]
    """
    check_square("lu_solve", LU)
    check_places("lu_solve", LU, pivots)
    if B.dtype != LU.dtype:
        raise TypeError(f"lu_solve: LU and B must have one dtype, got {LU.dtype} and {B.dtype}")
    if B.ndim < 2 or B.shape[-2 if left else -1] != LU.shape[-1]:
        expected = f"(..., {LU.shape[-1]}, k)" if left else f"(..., k, {LU.shape[-1]})"
        raise ValueError(f"lu_solve: LU {tuple(LU.shape)} needs B {expected}, got {tuple(B.shape)}")
    if not left:
        return mh(lu_solve(LU, pivots, mh(B), adjoint=not adjoint))
    P, L, U = lu_unpack(LU, pivots)
    if adjoint:
        return matmul(P, solve_matrix(mh(L), solve_matrix(mh(U), B)))
    return solve_matrix(U, solve_matrix(L, matmul(mt(P), B)))


# Inverses and solutions where some matrices may be singular

InvEx = collections.namedtuple("InvEx", "inverse info")
SolveEx = collections.namedtuple("SolveEx", "result info")


def regular(A):
    """(A with the identity in place of singular matrices, for each the number of its first zero pivot)."""
    xp, n, batch = MODULES[type(A.array)], A.shape[-1], tuple(A.shape[:-2])
    try:
        singular = xp.isnan(xp.linalg.inv(A.array)).any()       # in a browser, NumPy raises no error for it
    except xp.linalg.LinAlgError:
        singular = True
    if not singular:
        return A, Tensor(xp.zeros(batch, "int32"))
    info = elimination(A.array).info
    good = corners(Tensor(info == 0))
    return where(good, A, Tensor(xp.eye(n, dtype=A.dtype))), Tensor(info)


def unmarked(A):
    """(A, zeros in place of those numbers), where a singular matrix will raise an error."""
    return A, Tensor(elimination(A.array).info * 0)


@composed
def inv_ex(A: Tensor, *, check_errors: bool = False) -> InvEx:
    """(inverse, info): the inverses of matrices (..., n, n), and in info (...), int32, where they exist.

    info is 0, or the number of the first zero pivot, counted from 1; then the inverse means nothing. With
    check_errors it raises ValueError instead.
    """
    check_matrices("inv_ex", A)
    check_square("inv_ex", A)
    safe, info = (unmarked if check_errors else regular)(A)
    return InvEx(inv(safe), info)


@composed
def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> SolveEx:
    """(result, info): the X with A X = B, or X A = B if not `left`, and in info, int32, where it exists.

    Shapes as in linalg.solve. info is 0, or the number of A's first zero pivot, counted from 1; then X means
    nothing. With check_errors it raises ValueError instead.
    """
    check_matrices("solve_ex", A)
    check_square("solve_ex", A)
    safe, info = (unmarked if check_errors else regular)(A)
    return SolveEx(solve(safe, B, left=left), info)


# torch.lu and torch.lu_solve, whose arguments and results differ from those in torch.linalg


def lu_with_infos(A: Tensor, pivot: bool = True, get_infos: bool = False) -> tuple:
    """(LU, pivots), with get_infos also info; see linalg.lu_factor_ex. Raises ValueError as lu_factor."""
    check_matrices("lu", A)
    result: Any = elimination(A, pivot=pivot)
    if not get_infos:
        check_pivots("lu", result.info)
    return tuple(result) if get_infos else tuple(result[:2])


lu_with_infos.__name__, lu_with_infos.__qualname__ = "lu", "older_lu"   # for error messages, for pickle
older_lu = composed(lu_with_infos)


def lu_solve_of_b(b: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """The X with A X = b, b (..., n, k); see linalg.lu_solve."""
    return lu_solve(LU_data, LU_pivots, b)


lu_solve_of_b.__name__, lu_solve_of_b.__qualname__ = "lu_solve", "older_lu_solve"
older_lu_solve = composed(lu_solve_of_b)
