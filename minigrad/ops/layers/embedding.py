"""Embedding: look up rows of a table by integer ids, singly or reduced over bags; one-hot vectors."""

import math

import numpy as np

from minigrad.autograd import Tensor, composed, no_grad
from minigrad.backend import MODULES, array_on, bincount
from minigrad.ops.matrices.norms import norm
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.indexing import check_range, getitem, index_array
from minigrad.ops.reductions.order import max
from minigrad.ops.reductions.sums import sum


@composed
def embedding_bag(
        input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: float | None = None,
        norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
        per_sample_weights: Tensor | None = None, include_last_offset: bool = False,
        padding_idx: int | None = None) -> Tensor:
    """Look up rows of weight (V, D) for each bag of ids and take their 'mean', 'sum' or 'max' -> (N, D).

    input (N, L): N bags of L ids; or (L,) with offsets (N,), where each bag begins, starting with 0.
    include_last_offset: offsets also holds the end of the last bag, (N + 1,). per_sample_weights, in input's
    shape: factors on the rows, for mode 'sum'. Ids equal to padding_idx do not count. An empty bag gives
    zeros. max_norm, norm_type, sparse: see embedding; scale_grad_by_freq too, but not for 'max'.
    Raises ValueError for ids outside [0, V).
    """
    ids = index_array(weight, input, "embedding_bag: input")
    V, xp = weight.shape[0], MODULES[type(weight.array)]
    if mode not in ("mean", "sum", "max"):
        raise ValueError(f"embedding_bag: mode must be 'mean', 'sum' or 'max', got {mode!r}")
    if per_sample_weights is not None and (mode != "sum" or per_sample_weights.shape != input.shape):
        raise ValueError(f"embedding_bag: per_sample_weights needs mode 'sum' and input's shape "
                         f"{tuple(input.shape)}, got mode {mode!r} and {tuple(per_sample_weights.shape)}")
    if input.ndim != (2 if offsets is None else 1):
        raise ValueError("embedding_bag: input must be (N, L) without offsets or (L,) with them, "
                         f"got {tuple(input.shape)}")
    if scale_grad_by_freq and mode == "max":
        raise ValueError("embedding_bag: scale_grad_by_freq does not go with mode 'max'")
    check_range(ids, V, "embedding_bag: input")
    limit_rows(weight, ids, max_norm, norm_type)
    rare = shares(ids, V, weight.dtype) if scale_grad_by_freq else None
    counts = xp.ones(ids.shape, bool) if padding_idx is None else ids != padding_idx % V
    if offsets is not None:
        places, inside = bags(offsets, ids.size, include_last_offset, weight.device)
        counts, ids = counts[places] & inside, ids[places]
        rare = None if rare is None else rare[places]
        if per_sample_weights is not None:
            per_sample_weights = getitem(per_sample_weights, index=(places,))
    counts = Tensor(counts[..., None])                                              # (N, L, 1)
    rows = with_share(getitem(weight, index=(ids,)), rare)                          # (N, L, D)
    if mode == "max":
        filled = counts.array.any(1)
        if not ids.shape[1]:
            return sum(rows, dim=1)
        return where(Tensor(filled), max(where(counts, rows, -math.inf), 1).values, 0.0)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.unsqueeze(-1)
    total = sum(where(counts, rows, 0.0), dim=1)
    if mode == "sum":
        return total
    return total / Tensor(xp.maximum(counts.array.sum(1), 1).astype(weight.dtype))


def bags(offsets, size, include_last, device):
    """Turn offsets into (N, L) indices into the input, and (N, L) booleans that are True inside the bag."""
    starts = np.array(offsets.tolist(), np.int64)
    if not include_last:
        starts = np.append(starts, size)
    lengths = np.diff(starts)
    if starts[0] != 0 or (lengths < 0).any() or starts[-1] > size:
        raise ValueError(f"embedding_bag: offsets must start with 0 and rise to at most {size}, the length "
                         f"of input, got {offsets.tolist()}")
    steps = np.arange(lengths.max(initial=0))
    inside = steps < lengths[:, None]
    places = np.where(inside, starts[:-1, None] + steps, 0)
    return array_on(places, device), array_on(inside, device)


@composed
def one_hot(x: Tensor, num_classes: int = -1) -> Tensor:
    """One vector with a single 1 per class id, (...) -> (..., num_classes) int64; -1: max(x) + 1 classes."""
    ids = index_array(x, x, "one_hot: x")
    if num_classes == -1:
        num_classes = int(ids.max()) + 1 if ids.size else 0
    check_range(ids, num_classes, "one_hot: class ids")
    xp = MODULES[type(ids)]
    return Tensor((ids[..., None] == xp.arange(num_classes)).astype(xp.int64))


@composed
def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None, max_norm: float | None = None,
              norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """Look up the rows of weight (V, D) for the integers of input, (...) -> (..., D).

    The row padding_idx receives no gradient. max_norm: the rows that are looked up and whose norm_type-norm
    exceeds it are first scaled down to it, in place. scale_grad_by_freq: the gradient of a row is divided by
    the number of times that it is looked up. `sparse` has no effect: gradients are dense. Raises ValueError
    for integers outside [0, V).
    """
    x = input
    ids = index_array(weight, x, "embedding: x")
    if weight.ndim != 2:
        raise ValueError(f"embedding: weight must be (V, D), got {tuple(weight.shape)}")
    V = weight.shape[0]
    check_range(ids, V, "embedding: token ids")
    limit_rows(weight, ids, max_norm, norm_type)
    rows = with_share(getitem(weight, index=(ids,)),
                      shares(ids, V, weight.dtype) if scale_grad_by_freq else None)
    if padding_idx is None:
        return rows
    if not -V <= padding_idx < V:
        raise ValueError(f"embedding: padding_idx must lie in [{-V}, {V}), got {padding_idx}")
    is_padding = Tensor((ids == padding_idx % V)[..., None])
    return where(is_padding, rows.detach(), rows)


@no_grad()
def limit_rows(weight, ids, max_norm, norm_type):
    """Scale the rows that the ids name down to max_norm, in place."""
    if max_norm is None:
        return
    used = Tensor(MODULES[type(ids)].unique(ids))
    rows = weight[used]
    length = norm(rows, norm_type, dim=1, keepdim=True)
    weight[used] = where(length > max_norm, rows * (max_norm / (length + 1e-7)), rows)      # 1e-7: PyTorch's


def shares(ids, V, dtype):
    """1 / n for each id, where n is how often it occurs."""
    xp = MODULES[type(ids)]
    return (1 / bincount(xp, ids.reshape(-1), minlength=V)[ids]).astype(dtype)


def with_share(rows, share):
    """The rows (..., D), whose gradient is multiplied by share (...), if there is one."""
    if share is None:
        return rows
    value = rows.detach()
    return value + (rows - value) * Tensor(share[..., None])
