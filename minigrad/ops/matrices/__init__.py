"""Matrices: products, factorisations, systems of equations, norms.

    einsum       einsum, tensordot, inner
    products     matmul, dot, outer, addmm, kron, cross, multi_dot
    inverses     inv, det, slogdet, trace
    factors      cholesky, qr, eigh, svd
    eigen        eig of matrices that are not symmetric
    hermitian    factors of complex matrices
    norms        norm, matrix_norm, cond, normalize
    systems      solve, solve_triangular, lstsq, pinv, matrix_rank
    elimination  lu, lu_factor, lu_solve
    indefinite   ldl_factor, ldl_solve
    reflections  geqrf, householder_product, ormqr
    lowrank      svd_lowrank, pca_lowrank
    functions    matrix_exp, matrix_power
    distances    cdist, pdist, pairwise_distance, cosine_similarity
"""

from minigrad.ops.matrices import (
    distances, eigen, einsum, elimination, factors, functions, hermitian, indefinite, inverses, lowrank,
    norms, products, reflections, systems)

__all__ = [
    "distances", "eigen", "einsum", "elimination", "factors", "functions", "hermitian", "indefinite",
    "inverses", "lowrank", "norms", "products", "reflections", "systems"]
