"""Triangles and diagonals of matrices, and matrices with a given diagonal."""

from minigrad.autograd import Tensor, composed, primitive, view_primitive
from minigrad.backend import MODULES
from minigrad.ops.places.indexing import axis_of, zeros_with
from minigrad.ops.places.joining import cat
from minigrad.ops.places.padding import pad
from minigrad.ops.places.shapes import clone, flatten, movedim, several, two_axes


@primitive
def tril(xp, x, *, diagonal: int = 0):
    """The lower triangle of the last two axes, zeros above; `diagonal` moves its edge up."""
    return xp.tril(matrices(x), diagonal)


@primitive
def triu(xp, x, *, diagonal: int = 0):
    """The upper triangle of the last two axes, zeros below; `diagonal` moves its edge up."""
    return xp.triu(matrices(x), diagonal)


def matrices(x):
    if x.ndim < 2:
        raise ValueError("needs at least two axes")
    return x


tril.defvjp(lambda g, diagonal: tril(g, diagonal=diagonal))
triu.defvjp(lambda g, diagonal: triu(g, diagonal=diagonal))


@composed
def diagonal(x: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonals of the matrices in axes dim1 and dim2, as the last axis of a view.

    offset > 0 is above the main diagonal, offset < 0 below it.
    """
    if axis_of(x, dim1, "diagonal") == axis_of(x, dim2, "diagonal") or x.ndim < 2:
        raise ValueError("diagonal: dim1 and dim2 must be two different axes, "
                         f"got {dim1} and {dim2} for shape {tuple(x.shape)}")
    x = movedim(x, (dim1, dim2), (-2, -1))
    rows, columns = x.shape[-2:]
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    top, left = max(0, -offset), max(0, offset)
    return diagonal_of_squares(x[..., top:top + length, left:left + length])


@view_primitive
def diagonal_of_squares(xp, x):
    """The main diagonals of square matrices, (..., n, n) -> (..., n)."""
    return xp.einsum("...ii->...i", x)      # a writable view; NumPy's diagonal() is read-only


@primitive
def squares_of_diagonal(xp, x):
    """Zeros with x on the main diagonal, (..., n) -> (..., n, n)."""
    y = xp.zeros((*x.shape, x.shape[-1]), x.dtype)
    steps = xp.arange(x.shape[-1])
    y[..., steps, steps] = x
    return y


diagonal_of_squares.defvjp(lambda g: squares_of_diagonal(g))
squares_of_diagonal.defvjp(lambda g: diagonal_of_squares(g))


def diagonal_places(x, offset, length):
    """Row and column indices of the first `length` elements of a diagonal, on x's device."""
    steps = MODULES[type(x.array)].arange(length)
    return steps + max(0, -offset), steps + max(0, offset)


@composed
def diag(x: Tensor, diagonal: int = 0) -> Tensor:
    """A matrix with the vector x on a diagonal; for a matrix x, a copy of its diagonal."""
    if x.ndim == 2:
        return clone(x.diagonal(diagonal))
    if x.ndim != 1:
        raise ValueError(f"diag takes a vector or a matrix, got {tuple(x.shape)}")
    above, below = max(0, diagonal), max(0, -diagonal)
    return pad(squares_of_diagonal(x), (above, below, below, above))


@composed
def block_diag(*tensors: Tensor) -> Tensor:
    """A block diagonal matrix, zeros outside the blocks; vectors count as single rows."""
    blocks = [two_axes(x) for x in several(tensors, "block_diag")]
    if any(x.ndim > 2 for x in blocks):
        raise ValueError("block_diag takes tensors of at most 2 axes, got shapes "
                         f"{[tuple(x.shape) for x in tensors]}")
    widths = [x.shape[1] for x in blocks]
    return cat([pad(x, (sum(widths[:i]), sum(widths[i + 1:]))) for i, x in enumerate(blocks)], 0)


@composed
def diag_embed(x: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices in axes dim1 and dim2 with the last axis of x on a diagonal, zeros elsewhere.

    (..., n) -> (..., n + |offset|, n + |offset|) by default.
    """
    n = x.shape[-1]
    size = n + abs(offset)
    rows, columns = diagonal_places(x, offset, n)
    y = zeros_with(x, index=(Ellipsis, rows, columns), shape=tuple(x.shape[:-1]) + (size, size))
    if axis_of(y, dim1, "diag_embed") == axis_of(y, dim2, "diag_embed"):
        raise ValueError(f"diag_embed: dim1 and dim2 must be different axes, got {dim1} and {dim2}")
    return movedim(y, (-2, -1), (dim1, dim2))


@composed
def diagflat(x: Tensor, offset: int = 0) -> Tensor:
    """A matrix with the flattened x on a diagonal."""
    return diag(flatten(x), offset)
