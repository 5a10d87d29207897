"""Eigenvalues and eigenvectors of matrices (..., n, n) that need not be symmetric; both are complex.

Source: Boeddeker, Hanebrink, Drude, Heymann and Haeb-Umbach 2017, On the computation of complex-valued
gradients with application to statistically optimum beamforming, arXiv:1701.00392, sec. 4.
"""

import collections

from minigrad.autograd import Tensor, composed, primitive_with_outputs
from minigrad.autograd.arrays import complex_of
from minigrad.autograd.complex import conj_physical, for_complex, real, to_complex
from minigrad.ops.matrices.factors import off_diagonal, over_gaps
from minigrad.ops.matrices.inverses import check_square, mh, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.matrices.systems import check_matrices
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.places.shapes import unsqueeze

Eig = collections.namedtuple("Eig", "eigenvalues eigenvectors")


@primitive_with_outputs(Eig)
def eigen(xp, x):
    """(eigenvalues, eigenvectors), complex."""
    w, V = xp.linalg.eig(x)
    return w.astype(complex_of(x.dtype)), V.astype(complex_of(x.dtype))


def eigen_rule(g, eigenvalues, eigenvectors):
    """V⁻ᴴ (diag(gw) + (Vᴴ gV - Vᴴ V Re(diag(Vᴴ gV))) / conj(w_j - w_i)) Vᴴ.

    The quotient is 0 on the diagonal. The second term in it keeps the columns of V at length 1.
    """
    w, V, (gw, gV) = eigenvalues, eigenvectors, g
    gaps = conj_physical(unsqueeze(w, -2) - unsqueeze(w, -1))
    turn = matmul(mh(V), gV)
    lengths = to_complex(real(diagonal(turn, dim1=-2, dim2=-1)))
    turn = turn - matmul(mh(V), V) * unsqueeze(lengths, -2)
    inner = over_gaps(off_diagonal(turn), gaps)
    return solve_matrix(mh(V), matmul(inner, mh(V)) + unsqueeze(gw, -1) * mh(V))


eigen.defvjp(lambda g, eigenvalues, eigenvectors: real(eigen_rule(g, eigenvalues, eigenvectors)))
for_complex(eigen, eigen_rule)


@composed
def eig(A: Tensor) -> Eig:
    """(w, V) with A V = V diag(w): complex eigenvalues (..., n) in no order, and in the columns of V vectors.

    The eigenvectors have length 1. The gradient exists if all eigenvalues differ and the loss does not
    depend on the phases of the vectors.
    For symmetric A, eigh is faster and exact. Raises ValueError for inf and NaN.

    >>> eig(Tensor([[0.0, 1.0], [-1.0, 0.0]])).eigenvalues.tolist()
    [1j, -1j]
    """
    check_matrices("eig", A)
    check_square("eig", A)
    return eigen(A)  # type: ignore[return-value]


@composed
def eigvals(A: Tensor) -> Tensor:
    """The eigenvalues of A in no order, complex, (..., n, n) -> (..., n). See eig."""
    check_matrices("eigvals", A)
    check_square("eigvals", A)
    return eigen(A).eigenvalues     # type: ignore[attr-defined]
