"""Norms of vectors and matrices; condition number and rank."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, dtype_of
from minigrad.autograd.half import in_single
from minigrad.ops.matrices.factors import svdvals
from minigrad.ops.matrices.inverses import check_square, corners, inv
from minigrad.ops.numbers.arithmetic import abs
from minigrad.ops.numbers.choosing import maximum, where
from minigrad.ops.numbers.dtypes import DtypeLike
from minigrad.ops.numbers.powers import pow, square
from minigrad.ops.places.indexing import axis_of, getitem
from minigrad.ops.places.padding import pad
from minigrad.ops.places.shapes import movedim
from minigrad.ops.reductions.order import amax, amin
from minigrad.ops.reductions.sums import check_float, root, sum


@composed
def norm(x: Tensor, p: float | str = 2, dim: int | Sequence[int] | None = None,
         keepdim: bool = False, *, dtype: DtypeLike | None = None) -> Tensor:
    """The p-norm (sum |x|^p)^(1/p) along dim, or of all elements.

    p='fro' means 2, 'nuc' the sum of the singular values of matrices; inf and -inf give the largest and the
    smallest |x|, 0 the number of nonzero elements.
    dtype: x is first converted to it, integers by default to the default dtype.
    The gradient is 0 where the norm is 0, and for p < 1 also where an element is. A second derivative is
    infinite where the norm is 0; it counts as 0, with a warning.
    """
    if p == "nuc":
        return matrix_norm(x, "nuc", (-2, -1) if dim is None else dim, keepdim, dtype=dtype)    # type: ignore
    return norm_of_elements(x, p, dim, keepdim, dtype=dtype)


@in_single
def norm_of_elements(x, p, dim, keepdim, *, dtype):
    if x.dtype.kind == "c":
        x = abs(x if dtype is None else x.to(dtype_of(dtype)))
        dtype = None
    if dtype is not None or x.dtype.kind != "f":        # squares of small integers would wrap around
        x = x.to(dtype_of(dtype))
        check_float(x, "norm")
    if p in ("fro", 2):
        return root(sum(square(x), dim=dim, keepdim=keepdim))
    if p == math.inf:
        return amax(abs(x), dim=dim, keepdim=keepdim)
    if p == -math.inf:
        return amin(abs(x), dim=dim, keepdim=keepdim)
    if p == 0:
        return sum(where(x == 0, abs(x), 1.0), dim=dim, keepdim=keepdim)      # NaN counts too
    if p == 1:
        return sum(abs(x), dim=dim, keepdim=keepdim)
    size = abs(x)
    if p < 1:                                                               # type: ignore[operator]
        powers = where(x == 0, 0.0 if p > 0 else math.inf, pow(where(x == 0, 1.0, size), p))  # type: ignore[operator]
    else:
        powers = pow(size, p)
    return root(sum(powers, dim=dim, keepdim=keepdim), p=p)


@composed
def vector_norm(x: Tensor, ord: float | str = 2, dim: int | Sequence[int] | None = None,
                keepdim: bool = False, *, dtype: DtypeLike | None = None) -> Tensor:
    """The vector norm (sum |x|^ord)^(1/ord) along dim, or of all elements; see norm."""
    return norm(x, ord, dim, keepdim, dtype=dtype)


@composed
def matrix_norm(A: Tensor, ord: float | str = "fro", dim: Sequence[int] = (-2, -1),
                keepdim: bool = False, *, dtype: DtypeLike | None = None) -> Tensor:
    """The norm of the matrices that lie along the two axes `dim`.

    'fro'       the root of the sum of squares
    1, -1       the largest, smallest sum of |A| over a column
    inf, -inf   the largest, smallest sum of |A| over a row
    2, -2       the largest, smallest singular value
    'nuc'       the sum of the singular values

    dtype: A is first converted to it. Raises ValueError for any other ord.
    """
    A = A if dtype is None else A.to(dtype_of(dtype))
    if ord == "fro":
        return norm(A, 2, dim, keepdim)
    if ord not in (1, -1, 2, -2, math.inf, -math.inf, "nuc"):
        raise ValueError(f"matrix_norm: ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}")
    A = movedim(A, tuple(dim), (-2, -1))
    if ord in (2, -2, "nuc"):
        values = svdvals(A)
        y = sum(values, dim=-1) if ord == "nuc" else getitem(values, index=(Ellipsis, 0 if ord == 2 else -1))
    else:
        sums = sum(abs(A), dim=-2 if ord in (1, -1) else -1)
        if not sums.shape[-1] and ord in (1, math.inf):         # without columns or rows, 0
            sums = pad(sums, (0, 1))
        y = (amax if ord in (1, math.inf) else amin)(sums, dim=-1)
    return movedim(corners(y), (-2, -1), tuple(dim)) if keepdim else y


@composed
def cond(A: Tensor, p: float | str | None = None) -> Tensor:
    """The condition number: how much solving A x = b can magnify relative errors in b.

    norm(A, p) norm(A⁻¹, p) with p as in matrix_norm. For p None or 2 it is the largest over the smallest
    singular value, for -2 the reciprocal; these work for A (..., m, n) that is not square.
    """
    if p in (None, 2, -2):
        values = svdvals(A)
        first, last = (getitem(values, index=(Ellipsis, i)) for i in (0, -1))
        return last / first if p == -2 else first / last
    check_square("cond", A)
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


def norm_of_any(A: Tensor, ord: float | str | None = None, dim: int | Sequence[int] | None = None,
                keepdim: bool = False, *, dtype: DtypeLike | None = None) -> Tensor:
    """matrix_norm if ord is given and A or `dim` has two axes, else vector_norm.

    By default the root of the sum of squares of all elements.
    """
    axes = A.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if ord is None or axes == 1:
        return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)
    if axes != 2:
        raise ValueError(f"norm: ord {ord!r} needs one or two axes, got shape {tuple(A.shape)} and dim {dim}")
    dim = (-2, -1) if dim is None else dim
    return matrix_norm(A, ord, dim, keepdim, dtype=dtype)  # type: ignore[arg-type]


norm_of_any.__name__, norm_of_any.__qualname__ = "norm", "linalg_norm"  # for error messages, for pickle
linalg_norm = composed(norm_of_any)


@composed
@in_single
def renorm(x: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """x with each slice along dim whose p-norm exceeds maxnorm scaled down to that norm.

    Raises ValueError for a tensor with fewer than two axes.
    """
    if x.ndim < 2:
        raise ValueError(f"renorm: x must have at least two axes, got {tuple(x.shape)}")
    axis = axis_of(x, dim, "renorm")
    size = norm(x, p, dim=tuple(i for i in range(x.ndim) if i != axis), keepdim=True)
    return x * where(size > maxnorm, maxnorm / (size + 1e-7), 1.0)              # PyTorch's 1e-7


@composed
@in_single
def normalize(x: Tensor, p: float = 2.0, dim: int | Sequence[int] = 1, eps: float = 1e-12) -> Tensor:
    """x / max(norm(x, p, dim), eps): vectors along dim of p-norm 1."""
    return x / maximum(norm(x, p, dim, keepdim=True), eps)
