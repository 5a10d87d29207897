"""torch.linalg's names: the ops of linear algebra."""

from minigrad.hints import missing as _missing
from minigrad.ops.matrices.factors import cholesky, eigh, eigvalsh, qr, svd, svdvals
from minigrad.ops.matrices.functions import matrix_exp, matrix_power
from minigrad.ops.matrices.inverses import det, inv, logdet, slogdet
from minigrad.ops.matrices.norms import cond, linalg_norm as norm, matrix_norm, matrix_rank, vector_norm
from minigrad.ops.matrices.products import cross, matmul, multi_dot, vecdot
from minigrad.ops.matrices.systems import lstsq, pinv, solve, solve_triangular, tensorinv, tensorsolve
from minigrad.ops.places.diagonals import diagonal
from minigrad.ops.reductions.cumulative import powers as vander

__all__ = [
    "cholesky", "cond", "cross", "det", "diagonal", "eigh", "eigvalsh", "inv", "logdet", "lstsq", "matmul",
    "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr",
    "slogdet", "solve", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander",
    "vecdot", "vector_norm"]

_INSTEAD = {
    "eig": "use linalg.eigh for a symmetric matrix",
    "eigvals": "use linalg.eigvalsh for a symmetric matrix",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
