"""Norms of vectors and matrices, and what they tell: condition and rank."""

import math

from minigrad.autograd import composed
from minigrad.backend import MODULES
from minigrad.ops.matrices.factors import svdvals
from minigrad.ops.matrices.inverses import check_square, corners, inv
from minigrad.ops.numbers.arithmetic import abs, sign
from minigrad.ops.numbers.choosing import maximum, where
from minigrad.ops.numbers.powers import pow, square
from minigrad.ops.places.indexing import axis_of, getitem
from minigrad.ops.places.shapes import movedim
from minigrad.ops.reductions.order import amax, amin
from minigrad.ops.reductions.sums import root, sum


@composed
def norm(x, p=2, dim=None, keepdim=False):
    """(sum |x|^p)^(1/p) over dim; p 'fro' is 2, inf the greatest |x|. The gradient at 0 is 0."""
    if p in ("fro", 2):
        return root(sum(square(x), dim=dim, keepdim=keepdim))
    if p == math.inf:
        return amax(abs(x), dim=dim, keepdim=keepdim)
    if p == -math.inf:
        return amin(abs(x), dim=dim, keepdim=keepdim)
    if p == 0:
        return sum(abs(sign(x)), dim=dim, keepdim=keepdim)
    if p == 1:
        return sum(abs(x), dim=dim, keepdim=keepdim)
    total = sum(pow(abs(x), p), dim=dim, keepdim=keepdim)
    return where(total > 0, pow(where(total > 0, total, 1.0), 1 / p), 0.0)


@composed
def vector_norm(x, ord=2, dim=None, keepdim=False):
    """(sum |x|^ord)^(1/ord) over dim, all axes by default."""
    return norm(x, ord, dim, keepdim)


@composed
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False):
    """The norm of matrices along two axes.

    ord: 'fro', the root of the sum of squares; 1 or -1, the greatest or least of column sums, inf or
    -inf, of row sums; 2 or -2, the greatest or least singular value, 'nuc' their sum.
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


@composed
def cond(A, p=None):
    """How much a system magnifies errors: the norm of A times that of its inverse; by default and for p =
    2 of the greatest and the least singular value, also for A that is not square. p as in matrix_norm.
    """
    if p in (None, 2, -2):
        values = svdvals(A)
        first, last = (getitem(values, index=(Ellipsis, i)) for i in (0, -1))
        return last / first if p == -2 else first / last
    check_square("cond", A)
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


@composed
def matrix_rank(A, tol=None, *, atol=None, rtol=None, hermitian=False):
    """The number of singular values above max(atol, rtol s_max); by default 0 and max(m, n) roundings of
    1."""
    if A.ndim < 2:
        raise ValueError(f"matrix_rank takes matrices (..., m, n), got {tuple(A.shape)}")
    atol = tol if atol is None else atol
    if rtol is None:
        xp = MODULES[type(A.array)]
        rtol = max(A.shape[-2:]) * float(xp.finfo(A.dtype).eps) if atol is None else 0.0
    values = svdvals(A.detach())
    limit = (getitem(values, index=(Ellipsis, slice(1))) * rtol).clamp(min=atol or 0.0)
    return sum(values > limit, dim=-1)


def norm_of_any(A, ord=None, dim=None, keepdim=False):
    """matrix_norm where ord is given for two axes, else vector_norm, by default the root of the sum of
    all squares."""
    axes = A.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if ord is None or axes == 1:
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim)
    if axes != 2:
        raise ValueError(f"norm: ord {ord!r} is for a vector or a matrix, got {tuple(A.shape)} and dim {dim}")
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim)


norm_of_any.__name__ = "norm"       # as errors call it
linalg_norm = composed(norm_of_any)


@composed
def renorm(x, p, dim, maxnorm):
    """x with every part along dim whose p-norm is above maxnorm scaled down to it."""
    axis = axis_of(x, dim, "renorm")
    size = norm(x, p, dim=tuple(i for i in range(x.ndim) if i != axis), keepdim=True)
    return x * where(size > maxnorm, maxnorm / (size + 1e-7), 1.0)              # PyTorch's 1e-7


@composed
def normalize(x, p=2.0, dim=1, eps=1e-12):
    """x / max(norm(x, p), eps) along dim."""
    return x / maximum(norm(x, p, dim, keepdim=True), eps)
