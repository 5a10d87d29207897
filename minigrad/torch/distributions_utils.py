"""torch.distributions.utils' further names."""

from typing import Any

import minigrad
from minigrad.autograd import Tensor
from minigrad.distributions.utils import lazy_property, sum_rightmost


def _sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last `dim` axes."""
    return sum_rightmost(value, dim)


def _standard_normal(shape: Any, dtype: Any, device: Any) -> Tensor:
    """Random numbers of mean 0 and variance 1."""
    return minigrad.randn(tuple(shape), dtype=dtype, device=device)


class lazy_property_and_property(lazy_property):
    """A lazy property that documents itself as a property."""


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """Vectors (..., n (n + 1) / 2) row by row as lower triangles (..., n, n); diag as for tril."""
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if round(n) - n:
        raise ValueError(f"vec_to_tril_matrix: {vec.shape[-1]} numbers do not fill a triangle")
    matrix = vec.new_zeros((*vec.shape[:-1], round(n), round(n)))
    rows, columns = minigrad.tril_indices(round(n), round(n), diag)
    matrix[..., rows, columns] = vec
    return matrix


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The lower triangles of matrices (..., n, n), row by row."""
    rows, columns = minigrad.tril_indices(mat.shape[-1], mat.shape[-1], diag)
    return mat[..., rows, columns]
