"""The factorisations of complex matrices: Hermitian where those of real ones are symmetric.

Aᴴ is the conjugate of Aᵀ. Cholesky is A = L Lᴴ, QR has Qᴴ Q = I, eigh takes A = Aᴴ, the SVD is U S Vᴴ. The
rules are those in factors.py and inverses.py with ᴴ in place of ᵀ. The columns of V in eigh, and of U and V
in the SVD, are determined up to a phase: the gradient is right if the loss does not depend on it.

Sources: as in factors.py; Wan and Zhang 2019, arXiv:1909.02659 (complex SVD); Roberts and Roberts 2020,
arXiv:2009.10071 (complex QR).
"""

from minigrad.autograd.complex import conj_physical, for_complex, imag, to_complex
from minigrad.ops.matrices import factors, inverses
from minigrad.ops.matrices.factors import off_diagonal, over_gaps, reduced_svd
from minigrad.ops.matrices.inverses import corners, inverse, mh, solve_matrix
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.diagonals import diagonal, tril, triu
from minigrad.ops.places.shapes import unsqueeze


def cholesky_rule(g, y):
    """L⁻ᴴ Φ L⁻¹ / 2, where Φ is the lower triangle of Lᴴ g, and its conjugate above."""
    m = matmul(mh(y), g)
    s = solve_matrix(mh(y), tril(m) + mh(tril(m, diagonal=-1)))
    return 0.5 * mh(solve_matrix(mh(y), mh(s)))


def qr_rule(g, Q, R):
    """(gQ + Q herm(M)) R⁻ᴴ with M = gR Rᴴ - Qᴴ gQ, where herm copies the upper triangle to the lower."""
    gQ, gR = g
    m = matmul(gR, mh(R)) - matmul(mh(Q), gQ)
    half = triu(m) - 0.5 * tril(triu(m))
    return mh(solve_matrix(R, mh(gQ + matmul(Q, half + mh(half)))))


def eigh_rule(g, eigenvalues, eigenvectors):
    """V (diag(gw) + (Vᴴ gV) / (w_j - w_i)) Vᴴ; the quotient is 0 on the diagonal."""
    w, V, (gw, gV) = eigenvalues, eigenvectors, g
    gaps = unsqueeze(w, -2) - unsqueeze(w, -1)
    turn = over_gaps(off_diagonal(matmul(mh(V), gV)), gaps)
    s = matmul(matmul(V, turn) + V * unsqueeze(gw, -2), mh(V))
    return 0.5 * (s + mh(s))


def svd_rule(g, U, S, Vh):
    """U (skew(Uᴴ gU) / E S + S skew(Vᴴ gV) / E + diag(gS + i Im(Uᴴ gU) / S)) Vᴴ, with skew(X) = X - Xᴴ.

    E and what lies outside the spans of U and V are as for real matrices.
    """
    (gU, gS, gVh), V = g, mh(Vh)
    m, n = U.shape[-2], V.shape[-2]
    row, column = unsqueeze(S, -2), unsqueeze(S, -1)
    gaps = (row - column) * (row + column)
    of_u, of_v = matmul(mh(U), gU), matmul(Vh, mh(gVh))
    turn = over_gaps(off_diagonal(of_u - mh(of_u)), gaps) * row
    turn = turn + over_gaps(off_diagonal(of_v - mh(of_v)), gaps) * column
    phase = to_complex(imag(diagonal(of_u, dim1=-2, dim2=-1)) / S) * 1j
    left = matmul(U, turn) + U * unsqueeze(gS + phase, -2)
    if m > n:
        left = left + (gU - matmul(U, of_u)) / row
    result = matmul(left, Vh)
    return result + matmul(U, mh((mh(gVh) - matmul(V, of_v)) / row)) if n > m else result


def singular_values_rule(g, x):
    """U diag(g) Vᴴ."""
    U, _, Vh = reduced_svd(x)
    return matmul(U * unsqueeze(g, -2), Vh)


def slogdet_rule(g, x, sign):
    """(g_log + i Im(conj(sign) g_sign)) A⁻ᴴ: the sign is a phase, which turns."""
    g_sign, g_log = g
    turn = to_complex(imag(conj_physical(sign) * g_sign)) * 1j
    return corners(g_log + turn) * mh(inverse(x))


for_complex(factors.cholesky_factor, cholesky_rule)
for_complex(factors.tall_qr, qr_rule)
for_complex(factors.symmetric_eigen, eigh_rule)
for_complex(factors.reduced_svd, svd_rule)
for_complex(factors.singular_values, singular_values_rule)
for_complex(inverses.sign_and_log, slogdet_rule)
