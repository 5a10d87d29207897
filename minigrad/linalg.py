"""Linear algebra, under the names of torch.linalg."""

from minigrad.ops.decompositions import (
    cholesky, det, eigh, eigvalsh, inv, logdet, matrix_norm, matrix_power, pinv, qr, slogdet, solve, vector_norm)
from minigrad.ops.linalg import matmul
from minigrad.ops.reductions import norm
from minigrad.ops.shapes import diagonal

__all__ = [
    "cholesky", "det", "diagonal", "eigh", "eigvalsh", "inv", "logdet", "matmul", "matrix_norm",
    "matrix_power", "norm", "pinv", "qr", "slogdet", "solve", "vector_norm"]
