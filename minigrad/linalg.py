"""torch.linalg's names: the ops of linear algebra."""

from minigrad.ops.cumulative import powers as vander
from minigrad.ops.decompositions import (
    cholesky, det, eigh, eigvalsh, inv, logdet, matrix_norm, matrix_power, pinv, qr, slogdet, solve, svd,
    svdvals, vector_norm)
from minigrad.ops.linalg import matmul
from minigrad.ops.matrices import (
    cond, lstsq, matrix_exp, matrix_rank, multi_dot, norm, solve_triangular, tensorinv, tensorsolve, vecdot)
from minigrad.ops.products import cross
from minigrad.ops.shapes import diagonal

__all__ = [
    "cholesky", "cond", "cross", "det", "diagonal", "eigh", "eigvalsh", "inv", "logdet", "lstsq", "matmul",
    "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr",
    "slogdet", "solve", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander",
    "vecdot", "vector_norm"]
