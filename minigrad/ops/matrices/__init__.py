"""Matrices: products, factorisations, systems of equations, norms.

    einsum       einsum, tensordot, inner
    products     matmul, dot, outer, addmm, kron, cross, multi_dot
    inverses     inv, det, slogdet, trace
    factors      cholesky, qr, eigh, svd
    hermitian    factors of complex matrices
    norms        norm, matrix_norm, cond, matrix_rank, normalize
    systems      solve, solve_triangular, lstsq, pinv
    functions    matrix_exp, matrix_power
    distances    cdist, pdist, pairwise_distance, cosine_similarity
"""

from minigrad.ops.matrices import (
    distances, einsum, factors, functions, hermitian, inverses, norms, products, systems)

__all__ = [
    "distances", "einsum", "factors", "functions", "hermitian", "inverses", "norms", "products",
    "systems"]
