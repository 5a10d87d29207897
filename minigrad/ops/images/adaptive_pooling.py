"""Adaptive pooling: the caller gives the output size S, and the windows adapt to it.

Along an axis of length n, output i covers floor(i n / S) to ceil((i + 1) n / S), end excluded.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, composed
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES
from minigrad.ops.images.convolution import batched, per_axis
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.joining import stack
from minigrad.ops.places.shapes import reshape, transpose
from minigrad.ops.reductions.order import max


def targets(x, output_size, D, name):
    """The output size per axis; None keeps x's."""
    size = batched(x, D, name).shape[2:]
    wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * D
    return per_axis([n if s is None else s for s, n in zip(wanted, size)], D, f"{name}: output_size", 1)


@in_single
def adaptive_avg(x, output_size, D):
    """For each axis in turn, a product with an (n, S) averaging matrix."""
    xp = MODULES[type(x.array)]
    for axis, S in enumerate(targets(x, output_size, D, f"adaptive_avg_pool{D}d"), start=-D):
        n = x.shape[axis]
        places, steps = xp.arange(S), xp.arange(n).reshape(-1, 1)
        start, end = places * n // S, -(-(places + 1) * n // S)
        averages = ((steps >= start) & (steps < end)) / (end - start)
        x = transpose(matmul(transpose(x, axis, -1), Tensor(averages.astype(x.dtype))), axis, -1)
    return x


def adaptive_max(x, output_size, return_indices, D):
    """One maximum per window; with return_indices, (maxima, their flat places), as in max_pool2d."""
    out = targets(x, output_size, D, f"adaptive_max_pool{D}d")
    lead, size, xp = tuple(x.shape[:-D]), x.shape[-D:], MODULES[type(x.array)]
    numbers, maxima, places = xp.arange(math.prod(size)).reshape(size), [], []
    for at in itertools.product(*map(range, out)):
        window = tuple(slice(i * n // S, -(-(i + 1) * n // S)) for i, n, S in zip(at, size, out))
        patch = getitem(x, index=(Ellipsis, *window))
        values, indices = max(reshape(patch, shape=(*lead, math.prod(patch.shape[-D:]))), -1)
        maxima.append(values)
        if return_indices:
            places.append(Tensor(numbers[window].reshape(-1)[indices.array]))
    y = reshape(stack(maxima, -1), shape=lead + out)
    return (y, reshape(stack(places, -1), shape=lead + out)) if return_indices else y


@composed
def adaptive_avg_pool1d(x: Tensor, output_size: int | Sequence[int]) -> Tensor:
    """(N, C, L) -> (N, C, output_size); see adaptive_avg_pool2d."""
    return adaptive_avg(x, output_size, 1)


@composed
def adaptive_avg_pool2d(x: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """The mean of each window, (N, C, H, W) -> (N, C, *output_size); None keeps the size of an axis."""
    return adaptive_avg(x, output_size, 2)


@composed
def adaptive_avg_pool3d(x: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """(N, C, D, H, W) -> (N, C, *output_size); see adaptive_avg_pool2d."""
    return adaptive_avg(x, output_size, 3)


@composed
def adaptive_max_pool1d(x: Tensor, output_size: int | Sequence[int],
                        return_indices: bool = False) -> Tensor | Any:
    """(N, C, L) -> (N, C, output_size); see adaptive_max_pool2d."""
    return adaptive_max(x, output_size, return_indices, 1)


@composed
def adaptive_max_pool2d(x: Tensor, output_size: int | Sequence[int | None] | None,
                        return_indices: bool = False) -> Tensor | Any:
    """The maximum of each window, (N, C, H, W) -> (N, C, *output_size); None keeps the size of an axis.

    return_indices: return (y, indices), as in max_pool2d.
    """
    return adaptive_max(x, output_size, return_indices, 2)


@composed
def adaptive_max_pool3d(x: Tensor, output_size: int | Sequence[int | None] | None,
                        return_indices: bool = False) -> Tensor | Any:
    """(N, C, D, H, W) -> (N, C, *output_size); see adaptive_max_pool2d."""
    return adaptive_max(x, output_size, return_indices, 3)
