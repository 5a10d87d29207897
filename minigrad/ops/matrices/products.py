"""Products of matrices and vectors: matmul of any rank, and those with a name of their own."""

import functools

from minigrad.autograd import composed, primitive
from minigrad.ops.numbers.arithmetic import mul
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


matrix_product.name = "matmul"      # as graphs and errors call it


@composed
def matmul(a, b):
    """The matrix product (..., n, k) @ (..., k, m) -> (..., n, m); leading axes broadcast.

    A 1-D tensor is a row on the left and a column on the right, and its axis goes again.
    """
    if not (a.ndim and b.ndim) or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"matmul: {tuple(a.shape)} @ {tuple(b.shape)}: the last axis of the first must "
                         "equal the last but one of the second; transpose one with .mT?")
    if a.ndim == 1:
        return squeeze(matmul(unsqueeze(a, 0), b), -2 if b.ndim > 1 else 0)
    if b.ndim == 1:
        return squeeze(matrix_product(a, unsqueeze(b, 1)), -1)
    return matrix_product(a, b)


@composed
def dot(a, b):
    """The sum of the products of two vectors."""
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"dot takes two 1-D tensors, got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def mm(a, b):
    """The product of two matrices."""
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(f"mm takes two matrices, got {tuple(a.shape)} and {tuple(b.shape)}; see matmul")
    return matmul(a, b)


@composed
def bmm(a, b):
    """The products of two stacks of matrices, (N, n, k) and (N, k, m)."""
    if a.ndim != 3 or b.ndim != 3 or a.shape[0] != b.shape[0]:
        raise ValueError(f"bmm takes (N, n, k) and (N, k, m), got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def mv(a, b):
    """A matrix times a vector."""
    if a.ndim != 2 or b.ndim != 1:
        raise ValueError(f"mv takes a matrix and a vector, got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


@composed
def outer(a, b):
    """(n,), (m,) -> (n, m), the product of each with each."""
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"outer takes two 1-D tensors, got {tuple(a.shape)} and {tuple(b.shape)}")
    return unsqueeze(a, 1) * unsqueeze(b, 0)


@composed
def kron(a, b):
    """Every element of a times all of b, laid side by side: (n, m), (k, l) -> (n k, m l), any number of
    axes."""
    axes = max(a.ndim, b.ndim)
    a, b = (reshape(x, shape=(1,) * (axes - x.ndim) + tuple(x.shape)) for x in (a, b))
    wide_a = reshape(a, shape=tuple(n for size in a.shape for n in (size, 1)))
    wide_b = reshape(b, shape=tuple(n for size in b.shape for n in (1, size)))
    return reshape(wide_a * wide_b, shape=tuple(n * k for n, k in zip(a.shape, b.shape)))


@composed
def cross(a, b, dim=-1):
    """The vector across both: dim has size 3."""
    if a.shape[dim] != 3 or b.shape[dim] != 3:
        raise ValueError(f"cross: dim {dim} must have size 3, got {tuple(a.shape)} and {tuple(b.shape)}")
    (a1, a2, a3), (b1, b2, b3) = ([narrow(x, dim, i, 1) for i in range(3)] for x in (a, b))
    return cat([a2 * b3 - a3 * b2, a3 * b1 - a1 * b3, a1 * b2 - a2 * b1], dim)


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
        raise ValueError("multi_dot takes at least two matrices, each with as many rows as the one before "
                         f"has columns, got {[tuple(x.shape) for x in tensors]}")

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


# A product and what it is added to


@composed
def addmm(x, a, b, beta=1, alpha=1):
    """beta x + alpha a @ b."""
    return combined(x, matmul(a, b), beta, alpha)


def combined(x, product, beta, alpha):
    """beta x + alpha product; for beta = 0 x does not count, even where it is NaN."""
    return beta * x + alpha * product if beta else alpha * product


@composed
def addmv(x, a, b, beta=1, alpha=1):
    """beta x + alpha a @ b, for a matrix and a vector."""
    return combined(x, mv(a, b), beta, alpha)


@composed
def addr(x, a, b, beta=1, alpha=1):
    """beta x + alpha outer(a, b)."""
    return combined(x, outer(a, b), beta, alpha)


@composed
def baddbmm(x, a, b, beta=1, alpha=1):
    """beta x + alpha bmm(a, b)."""
    return combined(x, bmm(a, b), beta, alpha)


@composed
def addbmm(x, a, b, *, beta=1, alpha=1):
    """beta x + alpha times the sum of the products of two stacks of matrices."""
    return combined(x, sum(bmm(a, b), dim=0), beta, alpha)
