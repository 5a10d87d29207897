"""What all distributions share: broadcasting of parameters, probabilities and logits, lazy properties."""

import functools
from collections.abc import Callable
from typing import Any

from numpy import finfo

from minigrad.autograd import Tensor, dtype_of, enable_grad
from minigrad.ops.creation import arange, as_tensor
from minigrad.ops.places.shapes import broadcast_tensors

euler_constant = 0.57721566490153286061     # DLMF 5.2.3


def broadcast_all(*values: Tensor | float) -> tuple[Tensor, ...]:
    """Tensors of one shape; a number takes the dtype and device of the first tensor."""
    first = next((x for x in values if isinstance(x, Tensor)), None)
    dtype, device = (dtype_of(), None) if first is None else (first.dtype, first.device)
    for x in values:
        if not isinstance(x, (Tensor, int, float)) and not hasattr(x, "__float__"):
            raise ValueError(f"expected tensors or numbers, got a {type(x).__name__}")
    return tuple(broadcast_tensors(
        *[x if isinstance(x, Tensor) else as_tensor(x, dtype, device) for x in values]))


def are_numbers(*values: Any) -> bool:
    """Is none of the values a tensor?"""
    return not any(isinstance(x, Tensor) for x in values)


def one_of(name: str, probs: Any, logits: Any) -> None:
    """Raise ValueError unless exactly one of probs and logits is given."""
    if (probs is None) == (logits is None):
        raise ValueError(f"{name}: pass either probs= or logits=, and not both")


def clamp_probs(probs: Tensor) -> Tensor:
    """probs moved into [eps, 1 - eps], whose logarithms are finite; eps is that of the dtype."""
    eps = float(finfo(probs.dtype).eps)
    return probs.clamp(eps, 1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """log(p), or log(p / (1 - p)) if is_binary; finite for p = 0 and 1, too."""
    inside = clamp_probs(probs)
    return inside.log() - (-inside).log1p() if is_binary else inside.log()


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """softmax over the last axis, or sigmoid if is_binary."""
    return logits.sigmoid() if is_binary else logits.softmax(-1)


class lazy_property:
    """An attribute computed on first use and kept, with its graph even inside no_grad()."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)     # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


def sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last `dim` axes."""
    return value.sum(tuple(range(-dim, 0))) if dim else value


def tiny(x: Tensor) -> float:
    """The smallest positive normal number of the dtype of x."""
    return float(finfo(x.dtype).tiny)


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The lower triangle of matrices (..., D, D), row by row, up to the diagonal `diag`."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"tril_matrix_to_vec: diag must be from {-n} to {n - 1} for {n} x {n}, got {diag}")
    return mat[..., below(n, diag)]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """Matrices (..., D, D) whose lower triangle, up to the diagonal `diag`, holds vec row by row."""
    count = vec.shape[-1]
    n = next(n for n in range(1, count + 3 + abs(diag)) if entries_below(n, diag) >= count)
    if entries_below(n, diag) != count:
        raise ValueError(f"vec_to_tril_matrix: no triangle up to the diagonal {diag} has {count} entries")
    matrix = vec.new_zeros((*vec.shape[:-1], n, n))
    matrix[..., below(n, diag)] = vec
    return matrix


def below(n, diag):
    place = arange(n)
    return place < place.reshape(-1, 1) + (diag + 1)


def entries_below(n, diag):
    return sum(min(max(row + diag + 1, 0), n) for row in range(n))


