"""The LDL factorisation of symmetric matrices that need not be positive definite, and what it solves.

A = P L D Lᵀ Pᵀ, with D of blocks 1 x 1 and 2 x 2, in LAPACK's form: L below the diagonal of LD, D on it, the
lower element of a 2 x 2 block beside it. pivots[k] = p > 0 says that step k exchanged row and column k with
p - 1; two equal p < 0 in a row mark a 2 x 2 block, whose second row was exchanged with -p - 1.

Source: Bunch and Kaufman 1977, Some stable methods for calculating inertia and solving symmetric linear
systems, Math. Comp. 31.
"""

import collections
import math
from typing import Any

from minigrad.autograd import Tensor, composed, primitive, primitive_with_outputs
from minigrad.ops.matrices.inverses import check_square
from minigrad.ops.matrices.systems import check_matrices
from minigrad.ops.places.shapes import broadcast_shapes, expand

LDLFactor = collections.namedtuple("LDLFactor", "LD pivots")
LDLFactorEx = collections.namedtuple("LDLFactorEx", "LD pivots info")
ALPHA = (1 + math.sqrt(17)) / 8         # Bunch and Kaufman 1977, sec. 2: bounds the growth of elements


@primitive_with_outputs(LDLFactorEx)
def diagonal_pivoting(xp, x, *, hermitian=False):
    """(LD, pivots, info) of matrices (..., n, n), of which only the lower triangle is read."""
    n = x.shape[-1]
    batch = math.prod(x.shape[:-2])
    matrices, pivots, info = x.reshape((batch, n, n)).copy(), xp.zeros((batch, n), "int32"), []
    for i in range(batch):
        info.append(factor_one(xp, matrices[i], pivots[i], hermitian))
    shape = x.shape[:-2]
    return (xp.tril(matrices).reshape(x.shape), pivots.reshape(shape + (n,)),
            xp.asarray(info, "int32").reshape(shape))


def size(xp, z):
    """|z|, of complex z |re| + |im|."""
    return xp.abs(z.real) + xp.abs(z.imag) if z.dtype.kind == "c" else xp.abs(z)


def factor_one(xp, a, pivots, hermitian):
    """Factor the matrix a (n, n) in place; fills `pivots` and returns the first zero pivot, from 1, or 0."""
    n, info, k = len(a), 0, 0
    turned = xp.conj if hermitian else xp.asarray
    a[...] = xp.tril(a) + turned(xp.tril(a, -1).T)
    if hermitian and a.dtype.kind == "c":
        a[range(n), range(n)] = xp.diagonal(a).real
    while k < n:
        width, chosen = choice(xp, a, k, n)
        last = k + width - 1
        if chosen != last:
            swap(a, k, last, chosen)
        below = slice(k + width, n)
        block, column = a[k:k + width, k:k + width].copy(), a[below, k:k + width].copy()
        if width == 1 and block[0, 0] == 0:
            info = info or k + 1
        else:
            a[below, k:k + width] = xp.linalg.solve(block.T, column.T).T if width == 2 else column / block
            a[below, below] -= a[below, k:k + width] @ turned(column.T)
        pivots[k:k + width] = chosen + 1 if width == 1 else -(chosen + 1)
        k += width
    return info


def choice(xp, a, k, n):
    """(the size of the block of D at k, the row that comes to its last place)."""
    here, column = float(size(xp, a[k, k])), size(xp, a[k + 1:n, k])
    if not len(column) or max(here, most := float(column.max())) == 0 or here >= ALPHA * most:
        return 1, k
    row = k + 1 + int(column.argmax())
    others = size(xp, a[row, k:n])
    others[row - k] = 0
    widest = float(others.max())
    if here >= ALPHA * most * (most / widest):
        return 1, k
    return (1, row) if float(size(xp, a[row, row])) >= ALPHA * widest else (2, row)


def swap(a, k, i, j):
    """Exchange rows and columns i and j of the matrix that is left from k on."""
    rest = a[k:, k:]
    rest[[i - k, j - k]] = rest[[j - k, i - k]]
    rest[:, [i - k, j - k]] = rest[:, [j - k, i - k]]


@composed
def ldl_factor_ex(A: Tensor, *, hermitian: bool = False, check_errors: bool = False) -> LDLFactorEx:
    """(LD, pivots, info) of symmetric matrices (..., n, n), for ldl_solve; only the lower triangle is read.

    hermitian: complex A with A = Aᴴ instead of A = Aᵀ. info (...), int32, is 0, or the number of the first
    zero block of D, counted from 1; with check_errors it raises ValueError. There is no derivative.

    >>> LD, pivots, info = ldl_factor_ex(Tensor([[0.0, 2.0], [2.0, 0.0]]))
    >>> LD.tolist(), pivots.tolist()        # one block 2 x 2
    ([[0.0, 0.0], [2.0, 0.0]], [-2, -2])
    """
    check_matrices("ldl_factor_ex", A)
    check_square("ldl_factor_ex", A)
    result: Any = diagonal_pivoting(A, hermitian=hermitian)
    if check_errors and (result.info.array > 0).any():
        worst = int(result.info.array.max())
        raise ValueError(f"ldl_factor_ex: D[{worst - 1}, {worst - 1}] is 0, so ldl_solve would divide by "
                         "zero")
    return result


@composed
def ldl_factor(A: Tensor, *, hermitian: bool = False) -> LDLFactor:
    """(LD, pivots) of symmetric matrices (..., n, n); see ldl_factor_ex. Raises ValueError for a 0 in D."""
    return LDLFactor(*ldl_factor_ex(A, hermitian=hermitian, check_errors=True)[:2])


@primitive
def solve_symmetric(xp, LD, pivots, B, *, hermitian=False):
    n, k = B.shape[-2:]
    batch = math.prod(B.shape[:-2])
    x = B.reshape((batch, n, k)).copy()
    for each in zip(LD.reshape((batch, n, n)), pivots.reshape((batch, n)), x):
        solve_one(xp, *each, hermitian)
    return x.reshape(B.shape)


def solve_one(xp, a, pivots, x, hermitian):
    """Solve with one factored matrix in place of x (n, k): down through L and D, up through Lᵀ."""
    turned = xp.conj if hermitian else xp.asarray
    n, k, blocks = len(a), 0, []
    pivots = [int(each) for each in pivots]
    while k < n:
        width = 1 if pivots[k] > 0 else 2
        blocks.append((k, width, abs(pivots[k]) - 1))
        k += width
    for k, width, chosen in blocks:
        here, below = slice(k, k + width), slice(k + width, n)
        exchange(x, k + width - 1, chosen)
        x[below] -= a[below, here] @ x[here]
        block = xp.tril(a[here, here])
        x[here] = xp.linalg.solve(block + turned(xp.tril(block, -1).T), x[here])
    for k, width, chosen in reversed(blocks):
        here, below = slice(k, k + width), slice(k + width, n)
        x[here] -= turned(a[below, here].T) @ x[below]
        exchange(x, k + width - 1, chosen)


def exchange(x, i, j):
    if i != j:
        x[[i, j]] = x[[j, i]]


@composed
def ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False) -> Tensor:
    """The X with A X = B, given LD (..., n, n) and pivots of A by ldl_factor; B is (..., n, k).

    hermitian: as in ldl_factor. There is no derivative. Raises ValueError for shapes that do not fit,
    TypeError for pivots that are not integers or for two dtypes.
    """
    check_square("ldl_solve", LD)
    if B.ndim < 2 or B.shape[-2] != LD.shape[-1]:
        raise ValueError(f"ldl_solve: LD {tuple(LD.shape)} needs B (..., {LD.shape[-1]}, k), got "
                         f"{tuple(B.shape)}")
    if tuple(pivots.shape) != tuple(LD.shape[:-1]):
        raise ValueError(f"ldl_solve: LD {tuple(LD.shape)} needs pivots {tuple(LD.shape[:-1])}, got "
                         f"{tuple(pivots.shape)}")
    if pivots.dtype.kind != "i":
        raise TypeError(f"ldl_solve: pivots must be integers, as ldl_factor returns them, got {pivots.dtype}")
    if LD.dtype != B.dtype:
        raise TypeError(f"ldl_solve: LD and B must have one dtype, got {LD.dtype} and {B.dtype}")
    batch = tuple(broadcast_shapes(LD.shape[:-2], B.shape[:-2]))
    LD, pivots, B = expand(LD, batch + LD.shape[-2:]), expand(pivots, batch + pivots.shape[-1:]), expand(
        B, batch + B.shape[-2:])
    return solve_symmetric(LD, pivots, B, hermitian=hermitian)
