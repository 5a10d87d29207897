"""Rows of the table of ops (see cases.py) for linear algebra: determinants, inverses, systems, factors."""

import functools

import numpy as np
from cases import row

from minigrad.ops import decompositions as la

SQUARE = np.array([[[2.0, 0.3, -0.5], [0.1, 1.5, 0.4], [-0.3, 0.2, 1.8]],
                   [[1.2, -0.7, 0.2], [0.6, 2.1, -0.4], [0.5, 0.3, -1.6]]])
TALL = np.array([[1.0, 0.2, -0.4], [0.3, 1.7, 0.5], [-0.6, 0.4, 1.3], [0.2, -0.9, 0.8]])
POSITIVE = np.array([[2.0, 0.3, -0.5], [0.3, 1.5, 0.4], [-0.5, 0.4, 1.8]])


def of_symmetric(op, x, **settings):
    """The op of (x + xᵀ) / 2: finite differences move one element at a time, and would leave symmetry."""
    return op((x + x.mT) * 0.5, **settings)


def cofactors(x):
    """The determinant of 3 x 3 matrices by Sarrus' rule."""
    (a, b, c), (d, e, f), (g, h, i) = np.moveaxis(x, 0, -1) if x.ndim == 3 else x
    return a * e * i + b * f * g + c * d * h - c * e * g - b * d * i - a * f * h


def adjugate(x):
    """The inverse of 3 x 3 matrices: rows of cross products over the determinant."""
    r1, r2, r3 = np.moveaxis(x, -2, 0)
    columns = np.stack([np.cross(r2, r3), np.cross(r3, r1), np.cross(r1, r2)], -1)
    return columns / np.expand_dims(cofactors(x), (-1, -2))


def gram_schmidt(x):
    """Q R column by column, with the signs of LAPACK: R's diagonal is negative where Householder made it so."""
    q, r = np.linalg.qr(x)
    signs = np.sign(np.diagonal(r))
    columns = []
    for column in x.T:
        for each in columns:
            column = column - each * (each @ column)
        columns.append(column / np.sqrt(column @ column))
    q = np.stack(columns, 1) * signs
    return q, q.T @ x


regular = functools.partial(row, regular=True)

regular("inv", la.inv, [SQUARE], adjugate, torch="linalg.inv")
regular("inverse", la.inverse, [SQUARE], adjugate)
regular("det", la.det, [SQUARE], cofactors)
regular("slogdet", la.slogdet, [SQUARE], lambda x: (np.sign(cofactors(x)), np.log(abs(cofactors(x)))))
regular("logdet", la.logdet, [POSITIVE], lambda x: np.log(cofactors(x)))
regular("logdet of a negative determinant", la.logdet, [-POSITIVE], lambda x: np.nan * x[0, 0], differentiable=False)
regular("solve", la.solve, [SQUARE, (2, 3, 2)], lambda a, b: adjugate(a) @ b, torch="linalg.solve")
regular("solve vector", la.solve, [SQUARE, (3,)], lambda a, b: adjugate(a) @ b, torch="linalg.solve")
regular("cholesky", la.cholesky, [POSITIVE], np.linalg.cholesky, call=of_symmetric, torch="linalg.cholesky")
regular("cholesky upper", la.cholesky, [POSITIVE], lambda x, upper: np.linalg.cholesky(x).T, dict(upper=True),
    call=of_symmetric, torch="linalg.cholesky")
regular("qr", la.qr, [TALL], gram_schmidt, torch="linalg.qr")
regular("eigh", la.eigh, [POSITIVE], lambda x: np.linalg.eigh((x + x.T) / 2), call=of_symmetric, torch=False)       # eigenvectors have no sign of their own
regular("eigvalsh", la.eigvalsh, [POSITIVE], lambda x: np.sort(np.linalg.eigvals((x + x.T) / 2).real),
    call=of_symmetric, torch="linalg.eigvalsh")
regular("pinv", la.pinv, [TALL], np.linalg.pinv, torch="linalg.pinv")
regular("pinv wide", la.pinv, [TALL.T], np.linalg.pinv, torch="linalg.pinv")
for n in (0, 1, 2, 5):
    row(f"matrix_power {n}", la.matrix_power, [SQUARE], np.linalg.matrix_power, dict(n=n))
regular("matrix_power -2", la.matrix_power, [SQUARE], np.linalg.matrix_power, dict(n=-2))
row("vector_norm", la.vector_norm, [(3, 4)], lambda x: np.sqrt((x * x).sum()), torch="linalg.vector_norm")
row("vector_norm 3", la.vector_norm, [(3, 4)], lambda x, ord, dim: (abs(x) ** 3).sum(dim) ** (1 / 3),
    dict(ord=3, dim=1), torch="linalg.vector_norm")
for ord in ("fro", 1, -1, np.inf, -np.inf):
    for keepdim in (False, True):
        row(f"matrix_norm {ord} {keepdim}", la.matrix_norm, [(2, 3, 4)],
            lambda x, ord, keepdim: np.linalg.norm(x, ord, (-2, -1), keepdim), dict(ord=ord, keepdim=keepdim),
            torch="linalg.matrix_norm")
