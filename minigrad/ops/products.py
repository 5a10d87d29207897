"""Products and distances made of others: Kronecker's, the cross product, sums of products, pairs of points."""

from minigrad.autograd import composed
from minigrad.ops.creation import triu_indices
from minigrad.ops.indexing import narrow, subscript
from minigrad.ops.linalg import bmm, combined, matmul, outer
from minigrad.ops.reductions import norm
from minigrad.ops.shapes import cat, reshape, unsqueeze


@composed
def kron(a, b):
    """Every element of a times all of b, laid side by side: (n, m), (k, l) -> (n k, m l), any number of axes."""
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
def mv(a, b):
    """A matrix times a vector."""
    if a.ndim != 2 or b.ndim != 1:
        raise ValueError(f"mv takes a matrix and a vector, got {tuple(a.shape)} and {tuple(b.shape)}")
    return matmul(a, b)


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
def dist(a, b, p=2):
    """The p-norm of a - b."""
    return norm(a - b, p)


@composed
def pdist(x, p=2.0):
    """The distances of all pairs of the points x (n, d): those above the diagonal of cdist(x, x), row by row."""
    if x.ndim != 2:
        raise ValueError(f"pdist takes points (n, d), got {tuple(x.shape)}")
    first, second = triu_indices(len(x), len(x), 1, device=x.device)
    return norm(subscript(x, first) - subscript(x, second), p, -1)


@composed
def cdist(a, b, p=2.0):
    """The distances of all pairs of points: (..., n, d), (..., m, d) -> (..., n, m)."""
    if min(a.ndim, b.ndim) < 2 or a.shape[-1] != b.shape[-1]:
        raise ValueError(f"cdist takes points (..., n, d) and (..., m, d), got {tuple(a.shape)} and {tuple(b.shape)}")
    return norm(unsqueeze(a, -2) - unsqueeze(b, -3), p, -1)
