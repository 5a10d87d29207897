"""Products of matrices and vectors: matmul for all ranks, and named special cases."""

import functools
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, primitive
from minigrad.ops.numbers.arithmetic import mul
from minigrad.ops.numbers.complex import conj
from minigrad.ops.places.indexing import narrow
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import reshape, several, squeeze, transpose, unsqueeze
from minigrad.ops.reductions.sums import sum


@primitive
def matrix_product(xp, a, b):
    """(..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast."""
    return xp.matmul(a, b)


matrix_product.defvjp(lambda g, b: matrix_product(g, transpose(b, dim0=-2, dim1=-1)),
                      lambda g, a: matrix_product(transpose(a, dim0=-2, dim1=-1), g))


matrix_product.name = "matmul"      # for graphs and error messages


@composed
def matmul(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast.

    A 1-D tensor counts as a row on the left and as a column on the right; the result lacks that axis.
    Raises ValueError if the inner sizes differ or a tensor is 0-d.
    """
    if not (a.ndim and b.ndim) or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"matmul: {tuple(a.shape)} @ {tuple(b.shape)}: the last axis of the first must "
                         "match the second-to-last axis of the second; transpose one with .mT?")
    if a.ndim == 1:
        return squeeze(matmul(unsqueeze(a, 0), b), -2 if b.ndim > 1 else 0)
    if b.ndim == 1:
        return squeeze(matrix_product(a, unsqueeze(b, 1)), -1)
    return matrix_product(a, b)


@composed
def dot(a: Tensor, b: Tensor) -> Tensor:
    """The dot product of two vectors, (n,), (n,) -> ()."""
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"dot takes two 1-D tensors, got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def vdot(a: Tensor, b: Tensor) -> Tensor:
    """The dot product of the conjugate of a with b, (n,), (n,) -> ()."""
    return dot(conj(a), b)


@composed
def mm(a: Tensor, b: Tensor) -> Tensor:
    """The product of two matrices, (n, k), (k, m) -> (n, m), without broadcasting; see matmul."""
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"mm takes two matrices, got {tuple(a.shape)} and {tuple(b.shape)}; see matmul")
    return matmul(a, b)


@composed
def bmm(a: Tensor, b: Tensor) -> Tensor:
    """The batched matrix product (N, n, k), (N, k, m) -> (N, n, m), without broadcasting; see matmul."""
    if a.ndim != 3 or b.ndim != 3 or a.shape[0] != b.shape[0]:
        raise ValueError(f"bmm takes (N, n, k) and (N, k, m), got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def mv(a: Tensor, b: Tensor) -> Tensor:
    """A matrix times a vector, (n, k), (k,) -> (n,)."""
    if a.ndim != 2 or b.ndim != 1:
        raise ValueError(f"mv takes a matrix and a vector, got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def outer(a: Tensor, b: Tensor) -> Tensor:
    """The outer product of two vectors: y_ij = a_i b_j, (n,), (m,) -> (n, m)."""
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"outer takes two 1-D tensors, got {tuple(a.shape)} and {tuple(b.shape)}")
    return unsqueeze(a, 1) * unsqueeze(b, 0)


@composed
def kron(a: Tensor, b: Tensor) -> Tensor:
    """The Kronecker product: each element of a times all of b, (n, m), (k, l) -> (n k, m l).

    Works for any number of axes; missing leading axes have size 1.
    """
    axes = max(a.ndim, b.ndim)
    a, b = (reshape(x, shape=(1,) * (axes - x.ndim) + tuple(x.shape)) for x in (a, b))
    wide_a = reshape(a, shape=tuple(n for size in a.shape for n in (size, 1)))
    wide_b = reshape(b, shape=tuple(n for size in b.shape for n in (1, size)))
    return reshape(wide_a * wide_b, shape=tuple(n * k for n, k in zip(a.shape, b.shape)))


@composed
def cross(a: Tensor, b: Tensor, dim: int = -1) -> Tensor:
    """The cross product of 3-D vectors along dim.

    Raises ValueError unless dim has size 3, and a and b have equally many axes.
    """
    if a.ndim != b.ndim:
        raise ValueError(f"cross: a and b need equally many axes, got {tuple(a.shape)} and {tuple(b.shape)}; "
                         "add axes of size 1 with unsqueeze")
    if a.shape[dim] != 3 or b.shape[dim] != 3:
        raise ValueError(f"cross: dim {dim} must have size 3, got {tuple(a.shape)} and {tuple(b.shape)}")
    (a1, a2, a3), (b1, b2, b3) = ([narrow(x, dim, i, 1) for i in range(3)] for x in (a, b))
    return cat([a2 * b3 - a3 * b2, a3 * b1 - a1 * b3, a1 * b2 - a2 * b1], dim)


@composed
def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of several matrices, multiplied in the order that takes the fewest multiplications.

    The first tensor may be a vector, which counts as a row, and so may the last, which counts as a column.
    Raises ValueError for fewer than two matrices, or if their sizes do not fit.
    """
    tensors = several(tensors, "multi_dot")
    ndims = [x.ndim for x in tensors]
    sizes = [*(tensors[0].shape if ndims[0] == 2 else (1, *tensors[0].shape)),
             *(x.shape[-1] if x.ndim > 1 else 1 for x in tensors[1:])]
    fits = all(n == 2 for n in ndims[1:-1]) and set(ndims) <= {1, 2} and all(
        x.shape[0] == n for x, n in zip(tensors[1:], sizes[1:]))
    if len(tensors) < 2 or not fits:
        raise ValueError("multi_dot takes at least two matrices, each with as many rows as the previous "
                         f"one has columns, got {[tuple(x.shape) for x in tensors]}")

    @functools.cache
    def cheapest(i, j):
        """(multiplications, middle) for the product of matrices i to j - 1, best split before middle."""
        if j - i == 1:
            return 0, i
        return min((cheapest(i, k)[0] + cheapest(k, j)[0] + sizes[i] * sizes[k] * sizes[j], k)
                   for k in range(i + 1, j))

    def product(i, j):
        middle = cheapest(i, j)[1]
        return tensors[i] if j - i == 1 else matmul(product(i, middle), product(middle, j))

    return product(0, len(tensors))


@composed
def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of one or several matrices; see multi_dot."""
    return matrices[0] if len(matrices) == 1 else multi_dot(matrices)


@composed
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The dot products of vectors along dim, of the conjugate of x with y; the other axes broadcast."""
    return sum(mul(conj(x), y), dim=dim)


# A product added to a tensor


@composed
def addmm(x: Tensor, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
    """beta x + alpha a @ b, for two matrices."""
    return combined(x, matmul(a, b), beta, alpha)


def combined(x, product, beta, alpha):
    """beta x + alpha product; with beta = 0, x is ignored, even where it is NaN.

    Of integers the factors lose their fractions; of booleans it is "or".
    """
    if product.dtype.kind != "f" and x.dtype.kind != "f":
        y = int(beta) * x + int(alpha) * product if beta else int(alpha) * product
        return y.bool() if product.dtype == x.dtype == bool else y
    return beta * x + alpha * product if beta else alpha * product


@composed
def addmv(x: Tensor, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
    """beta x + alpha a @ b, for a matrix and a vector."""
    return combined(x, mv(a, b), beta, alpha)


@composed
def addr(x: Tensor, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
    """beta x + alpha outer(a, b)."""
    return combined(x, outer(a, b), beta, alpha)


@composed
def baddbmm(x: Tensor, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
    """beta x + alpha bmm(a, b)."""
    return combined(x, bmm(a, b), beta, alpha)


@composed
def addbmm(x: Tensor, a: Tensor, b: Tensor, *, beta: complex = 1, alpha: complex = 1) -> Tensor:
    """beta x + alpha bmm(a, b).sum(0)."""
    product = bmm(a, b)
    return combined(x, sum(product, dim=0, dtype=product.dtype), beta, alpha)
