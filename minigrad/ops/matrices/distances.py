"""Distances and similarities: of two vectors, and of all pairs of points."""

from minigrad.autograd import Tensor, composed
from minigrad.autograd.half import in_single
from minigrad.ops.creation import triu_indices
from minigrad.ops.matrices.norms import norm, normalize
from minigrad.ops.places.indexing import subscript
from minigrad.ops.places.shapes import broadcast_tensors, unsqueeze
from minigrad.ops.reductions.sums import sum


@composed
@in_single
def dist(a: Tensor, b: Tensor, p: float = 2) -> Tensor:
    """The p-norm of a - b over all elements."""
    return norm(a - b, p)


@composed
@in_single
def pdist(x: Tensor, p: float = 2.0) -> Tensor:
    """The p-norm distances between all pairs of the points x, (n, d) -> (n (n - 1) / 2,).

    These are the elements of cdist(x, x) above the diagonal, row by row.
    """
    if x.ndim != 2:
        raise ValueError(f"pdist takes points (n, d), got {tuple(x.shape)}")
    first, second = triu_indices(len(x), len(x), 1, device=x.device)
    return norm(subscript(x, first) - subscript(x, second), p, -1)


@composed
@in_single
def cdist(a: Tensor, b: Tensor, p: float = 2.0,
          compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The p-norm distances between all points of a and of b: (..., n, d), (..., m, d) -> (..., n, m).

    compute_mode: PyTorch's choice of an algorithm. Here it changes nothing: differences are always taken
    first, which is the exact way.
    """
    if min(a.ndim, b.ndim) < 2 or a.shape[-1] != b.shape[-1]:
        raise ValueError(f"cdist takes points (..., n, d) and (..., m, d), got {tuple(a.shape)} and "
                         f"{tuple(b.shape)}")
    return norm(unsqueeze(a, -2) - unsqueeze(b, -3), p, -1)


@composed
@in_single
def pairwise_distance(
        x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + eps along the last axis; eps avoids the kink at 0."""
    return norm(x1 - x2 + eps, p, dim=-1, keepdim=keepdim)


@composed
@in_single
def cosine_similarity(a: Tensor, b: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between a and b along dim, in [-1, 1]; norms below eps count as eps.

    a and b broadcast; dim is an axis of the shape that they broadcast to.
    """
    if a.shape != b.shape:
        a, b = broadcast_tensors(a, b)
    return sum(normalize(a, 2, dim, eps) * normalize(b, 2, dim, eps), dim=dim)
