"""Products of Householder reflections: the form in which LAPACK leaves the Q of a QR factorisation.

Q = H₁ H₂ ... H_k with H_i = I - tau_i v_i v_iᴴ, where v_i is column i of a matrix (..., m, n) below its
diagonal, 1 on it, 0 above it.

Source: Golub & Van Loan 2013, Matrix Computations, sec. 5.1.
"""

import collections

from minigrad.autograd import Tensor, composed, primitive_with_outputs
from minigrad.autograd.complex import conj_physical
from minigrad.backend import MODULES
from minigrad.ops.matrices.inverses import mh
from minigrad.ops.matrices.products import matmul
from minigrad.ops.matrices.systems import check_matrices
from minigrad.ops.places.diagonals import tril
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.shapes import expand

Geqrf = collections.namedtuple("Geqrf", "a tau")


@primitive_with_outputs(Geqrf)
def raw_qr(xp, x):
    """(a, tau): R in the upper triangle of a, the v_i below it."""
    if not x.size:
        return x.copy(), xp.zeros(x.shape[:-2] + (min(x.shape[-2:]),), x.dtype)
    a, tau = xp.linalg.qr(x, mode="raw")
    return xp.swapaxes(a, -1, -2), tau


@composed
def geqrf(A: Tensor) -> Geqrf:
    """(a, tau) of matrices (..., m, n): their QR factorisation as LAPACK leaves it.

    The upper triangle of a (..., m, n) is R; below it lie the vectors of k = min(m, n) reflections, tau is
    (..., k). householder_product(a, tau) is Q, ormqr multiplies with it. There is no derivative; linalg.qr
    has one.

    >>> a, tau = geqrf(Tensor([[3.0], [4.0]]))
    >>> a.tolist(), tau.tolist()
    ([[-5.0], [0.5]], [1.600...])
    """
    check_matrices("geqrf", A)
    return raw_qr(A)  # type: ignore[return-value]


def reflected(vectors, tau, x, inverse):
    """Q x, with `inverse` Qᴴ x, for x (..., m, p)."""
    m, k = x.shape[-2], tau.shape[-1]
    xp = MODULES[type(vectors.array)]
    V = tril(getitem(vectors, index=(Ellipsis, slice(k))), diagonal=-1) + xp.eye(m, k, dtype=vectors.dtype)
    if inverse and tau.dtype.kind == "c":
        tau = conj_physical(tau)
    for i in range(k) if inverse else reversed(range(k)):
        v = getitem(V, index=(Ellipsis, slice(i, i + 1)))
        factor = getitem(tau, index=(Ellipsis, slice(i, i + 1), None))
        x = x - matmul(v, matmul(mh(v), x) * factor)
    return x


def check_reflections(name, A, tau):
    check_matrices(name, A)
    if A.shape[-1] > A.shape[-2] or tau.ndim < 1 or tau.shape[-1] > A.shape[-1]:
        raise ValueError(f"{name} takes matrices (..., m, n) with m >= n, and tau (..., k) with k <= n, got "
                         f"{tuple(A.shape)} and {tuple(tau.shape)}")
    if tuple(A.shape[:-2]) != tuple(tau.shape[:-1]):
        raise ValueError(f"{name}: the batches of A {tuple(A.shape)} and of tau {tuple(tau.shape)} differ")
    if A.dtype != tau.dtype:
        raise TypeError(f"{name}: A and tau must have one dtype, got {A.dtype} and {tau.dtype}")


@composed
def householder_product(A: Tensor, tau: Tensor) -> Tensor:
    """The first n columns of H₁ H₂ ... H_k, for the vectors A (..., m, n), m >= n, and tau (..., k), k <= n.

    Only A below its diagonal is read. Raises ValueError for other shapes.
    """
    check_reflections("householder_product", A, tau)
    m, n = A.shape[-2:]
    identity = Tensor(MODULES[type(A.array)].eye(m, n, dtype=A.dtype))
    return reflected(A, tau, expand(identity, tuple(A.shape)), False)


@composed
def ormqr(A: Tensor, tau: Tensor, C: Tensor, left: bool = True, transpose: bool = False) -> Tensor:
    """Q C, or C Q if not `left`, with Q = H₁ ... H_k (..., m, m); with `transpose` Qᴴ in place of Q.

    A (..., m, k) holds the vectors, tau (..., k) the factors, as geqrf returns them; the batches of all three
    are equal. Raises ValueError for shapes that do not fit.
    """
    check_matrices("ormqr", A)
    m, k = C.shape[-2 if left else -1] if C.ndim > 1 else None, tau.shape[-1] if tau.ndim else None
    if (m != A.shape[-2] or k is None or k > min(A.shape[-2:])
            or not tuple(A.shape[:-2]) == tuple(tau.shape[:-1]) == tuple(C.shape[:-2])):
        expected = "(..., m, n)" if left else "(..., n, m)"
        raise ValueError(f"ormqr takes A (..., m, k), tau (..., k) and C {expected} with equal batches, got "
                         f"{tuple(A.shape)}, {tuple(tau.shape)} and {tuple(C.shape)}")
    if not A.dtype == tau.dtype == C.dtype:
        raise TypeError(f"ormqr: its tensors must have one dtype, got {A.dtype}, {tau.dtype} and {C.dtype}")
    if left:
        return reflected(A, tau, C, transpose)
    return mh(reflected(A, tau, mh(C), not transpose))
