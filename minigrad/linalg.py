"""torch.linalg's names: the ops of linear algebra."""

from minigrad.hints import missing as _missing
from minigrad.ops.matrices.eigen import eig, eigvals
from minigrad.ops.matrices.elimination import inv_ex, lu, lu_factor, lu_factor_ex, lu_solve, solve_ex
from minigrad.ops.matrices.factors import cholesky, cholesky_ex, eigh, eigvalsh, qr, svd, svdvals
from minigrad.ops.matrices.functions import matrix_exp, matrix_power
from minigrad.ops.matrices.indefinite import ldl_factor, ldl_factor_ex, ldl_solve
from minigrad.ops.matrices.inverses import det, inv, logdet, slogdet
from minigrad.ops.matrices.norms import cond, linalg_norm as norm, matrix_norm, vector_norm
from minigrad.ops.matrices.products import cross, matmul, multi_dot, vecdot
from minigrad.ops.matrices.reflections import householder_product
from minigrad.ops.matrices.systems import (
    lstsq, matrix_rank, pinv, solve, solve_triangular, tensorinv, tensorsolve)
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.reductions.cumulative import powers as vander

__all__ = [
    "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh",
    "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "logdet", "lstsq",
    "lu", "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power",
    "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular",
    "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
