"""The largest singular values and vectors of big matrices, by random projections.

Source: Halko, Martinsson and Tropp 2011, Finding structure with randomness, arXiv:0909.4061, algorithms 4.4
and 5.1.
"""

from minigrad.autograd import Tensor, composed
from minigrad.autograd.errors import check_times
from minigrad.ops.creation import randn
from minigrad.ops.matrices.factors import qr, svd
from minigrad.ops.matrices.inverses import mh
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.shapes import expand
from minigrad.ops.reductions.sums import mean


def basis(A, q, niter):
    """Q (..., m, q) with orthonormal columns, whose span nearly holds A's first q singular vectors."""
    Q = qr(matmul(A, randn(A.shape[-1], q, dtype=A.dtype, device=A.device))).Q
    for _ in range(niter):
        Q = qr(matmul(A, qr(matmul(mh(A), Q)).Q)).Q
    return Q


@composed
def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None) -> tuple:
    """(U, S, V): the q largest singular values of A - M (..., m, n), with their vectors.

    A - M ≈ U diag(S) Vᴴ. Shapes: U (..., m, q), S (..., q), V (..., n, q). It is near to the best
    approximation of rank q if q is a little more than the rank that matters; niter, the number of power
    iterations, makes it nearer. M broadcasts to A. Draws n, or for m < n m, times q normal random numbers.
    Raises ValueError for q beyond min(m, n).
    """
    if M is not None:
        A = A - expand(M, tuple(A.shape))
    q, niter = 6 if q is None else q, 2 if niter is None else niter
    check_times("svd_lowrank: niter", niter, least=0)
    m, n = A.shape[-2:]
    if not 0 <= q <= min(m, n):
        raise ValueError(f"svd_lowrank: q must be from 0 to min(m, n) = {min(m, n)}, got {q}")
    if m < n:
        A = mh(A)
    Q = basis(A, q, niter)
    U, S, Vh = svd(matmul(mh(Q), A), full_matrices=False)
    U, V = matmul(Q, U), mh(Vh)
    return (V, S, U) if m < n else (U, S, V)


@composed
def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> tuple:
    """(U, S, V): the columns of V (..., n, q) are the first q principal components of A's rows (..., m, n).

    S² / (m - 1) are their variances, A @ V the rows in these directions. The columns of A are centred first,
    unless `center` is False. q is by default min(6, m, n). See svd_lowrank. Raises ValueError for q beyond
    min(m, n) or a negative niter.
    """
    m, n = A.shape[-2:]
    q = min(6, m, n) if q is None else q
    if not 0 <= q <= min(m, n):
        raise ValueError(f"pca_lowrank: q must be from 0 to min(m, n) = {min(m, n)}, got {q}")
    check_times("pca_lowrank: niter", niter, least=0)
    return svd_lowrank(A - mean(A, dim=-2, keepdim=True) if center else A, q, niter)
