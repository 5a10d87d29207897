"""Losses with a margin: a prediction that is right by the margin costs nothing.

    hinge_embedding, cosine_embedding   two inputs should be close (target 1) or far apart (target -1)
    margin_ranking                      the first input should rank above the second (1) or below it (-1)
    triplet_margin                      the anchor should be closer to the positive than to the negative
    multi_margin, multilabel_margin, soft_margin    hinge and logistic losses of raw class scores

At the margin itself the slope is that of the loss beyond it, as in PyTorch, except in multi_margin and
multilabel_margin, where it is 0. reduction: 'mean' (default), 'sum' or 'none', as in reduction.py.
"""

import math
from collections.abc import Callable

from minigrad.autograd import Tensor, composed, dtype_of
from minigrad.backend import MODULES
from minigrad.ops.layers.activations import relu, softplus
from minigrad.ops.layers.embedding import one_hot
from minigrad.ops.losses.classification import check_weight, logistic_nll
from minigrad.ops.losses.reduction import reduced, replaced, same_shape
from minigrad.ops.matrices.distances import pairwise_distance
from minigrad.ops.numbers.arithmetic import times
from minigrad.ops.numbers.choosing import clamp, minimum, where
from minigrad.ops.numbers.powers import sqrt
from minigrad.ops.places.indexing import check_range, getitem, index_array, take_along
from minigrad.ops.places.shapes import reshape, squeeze, unsqueeze
from minigrad.ops.reductions.sums import mean, sum


def signed(target):
    """Targets 1 and -1 with signs: in uint8, -1 wraps around to 255."""
    return target.to(dtype_of(f"i{target.element_size()}")) if target.dtype.kind == "u" else target


@composed
def hinge_embedding_loss(
        input: Tensor, target: Tensor, margin: float = 1.0, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """input where target is 1; max(0, margin - input) where target is -1. input is a distance."""
    reduction = replaced("hinge_embedding_loss", reduction, size_average, reduce)
    target = signed(target)
    close, far = where(target != -1, input, 0.0), where(target != 1, clamp(margin - input, min=0), 0.0)
    return reduced(close + far, reduction)


@composed
def cosine_embedding_loss(
        input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0,
        size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """1 - cos(input1, input2) where target is 1; max(0, cos - margin) where target is -1.

    Shapes: inputs (N, D), target (N,), or inputs (D,), target ().
    """
    reduction = replaced("cosine_embedding_loss", reduction, size_average, reduce)
    same_shape("cosine_embedding_loss", input1, input2)
    if input1.ndim not in (1, 2) or tuple(target.shape) != tuple(input1.shape[:-1]):
        raise ValueError(f"cosine_embedding_loss: inputs should be (N, D) with target (N,), or (D,) with (), "
                         f"got {tuple(input1.shape)} and {tuple(target.shape)}")
    target = signed(target)
    tiny = 1e-12        # PyTorch's constant: the cosine of a zero vector stays finite
    squares = (sum(input1 * input1, dim=-1) + tiny) * (sum(input2 * input2, dim=-1) + tiny)
    cos = sum(input1 * input2, dim=-1) / sqrt(squares)
    loss = where(target == 1, 1 - cos, 0.0) + where(target == -1, clamp(cos - margin, min=0), 0.0)
    return reduced(loss, reduction)


@composed
def margin_ranking_loss(
        input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0,
        size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """max(0, -target (input1 - input2) + margin)."""
    reduction = replaced("margin_ranking_loss", reduction, size_average, reduce)
    same_shape("margin_ranking_loss", input1, input2)
    same_shape("margin_ranking_loss", input1, target)
    return reduced(clamp(margin - signed(target) * (input1 - input2), min=0), reduction)


@composed
def triplet_margin_loss(
        anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2,
        eps: float = 1e-6, swap: bool = False, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean") -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d the pairwise_distance over the last axis.

    swap: use d(positive, negative) instead of d(anchor, negative) where it is smaller.
    Source: Balntas et al. 2016, BMVC, sec. 3.2; swap, sec. 3.3.
    """
    reduction = replaced("triplet_margin_loss", reduction, size_average, reduce)
    def distance(x1, x2):
        return pairwise_distance(x1, x2, p, eps)

    return triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=distance,
                                             margin=margin, swap=swap, reduction=reduction)


@composed
def triplet_margin_with_distance_loss(
        anchor: Tensor, positive: Tensor, negative: Tensor, *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None, margin: float = 1.0,
        swap: bool = False, reduction: str = "mean") -> Tensor:
    """triplet_margin_loss with any distance function of two tensors."""
    if not margin > 0:
        raise ValueError(f"triplet_margin_loss: margin must be above 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise ValueError(f"triplet_margin_loss: anchor {tuple(anchor.shape)}, positive "
                         f"{tuple(positive.shape)} and negative {tuple(negative.shape)} must have the same "
                         "number of axes")
    d = distance_function or pairwise_distance
    apart = d(anchor, negative)
    if swap:
        apart = minimum(apart, d(positive, negative))
    return reduced(clamp(d(anchor, positive) - apart + margin, min=0), reduction)


@composed
def multi_margin_loss(
        input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Tensor | None = None,
        size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """1/V sum over classes j other than i of weight[i] max(0, margin - input[i] + input[j])^p, i the target.

    Shapes: input (N, V) raw scores, target (N,) class ids in [0, V), or (V,) and (); weight (V,).
    """
    reduction = replaced("multi_margin_loss", reduction, size_average, reduce)
    if input.ndim < 2:
        loss = multi_margin_loss(reshape(input, shape=(1, -1)), reshape(target, shape=(-1,)), p, margin,
                                 weight, reduction="none")
        return reduced(reshape(loss, shape=tuple(target.shape)), reduction)
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p must be 1 or 2, got {p}")
    if input.ndim == 2 and tuple(target.shape) == (len(input), 1):
        target = squeeze(target, 1)
    ids = index_array(input, target, "multi_margin_loss: target")
    if input.ndim != 2 or tuple(ids.shape) != (input.shape[0],):
        raise ValueError(f"multi_margin_loss: input should be (N, V) with target (N,), or (V,) with (), "
                         f"got {tuple(input.shape)} and {tuple(ids.shape)}")
    V = input.shape[1]
    check_range(ids, V, "multi_margin_loss: class ids")
    check_weight("multi_margin_loss", input, weight)
    short = margin - take_along(input, dim=1, index=ids[:, None]) + input            # (N, V)
    short = where(one_hot(target, V) == 0, relu(short), 0.0)
    short = short if p == 1 else short * short
    if weight is not None:
        short = times(unsqueeze(getitem(weight, index=(ids,)), 1), short)
    return reduced(sum(short, dim=1) * (1 / V), reduction)


@composed
def multilabel_margin_loss(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean") -> Tensor:
    """1/V sum of max(0, 1 - input[j] + input[i]) over the targets j and all other classes i.

    Shapes: input (N, V) raw scores, target (N, V) class ids up to the first -1 of each row; or (V,), (V,).
    """
    reduction = replaced("multilabel_margin_loss", reduction, size_average, reduce)
    same_shape("multilabel_margin_loss", input, target)
    if not input.ndim:
        input, target = unsqueeze(input, 0), unsqueeze(target, 0)
    ids, V = index_array(input, target, "multilabel_margin_loss: target"), input.shape[-1]
    check_range(ids, V, "multilabel_margin_loss: class ids", least=-1)
    xp = MODULES[type(ids)]
    given = xp.cumsum(ids < 0, axis=-1) == 0
    ids = xp.where(given, ids, 0)
    is_target = ((ids[..., None] == xp.arange(V)) & given[..., None]).any(-2)
    pairs = Tensor(given[..., :, None] & ~is_target[..., None, :])                          # (N, V, V)
    short = relu(1 - unsqueeze(take_along(input, dim=-1, index=ids), -1) + unsqueeze(input, -2))
    return reduced(sum(where(pairs, short, 0.0), dim=(-2, -1)) * (1 / V), reduction)


@composed
def soft_margin_loss(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean") -> Tensor:
    """log(1 + e^(-target input)), the logistic loss, for targets 1 and -1."""
    reduction = replaced("soft_margin_loss", reduction, size_average, reduce)
    same_shape("soft_margin_loss", input, target)
    return reduced(softplus(-(signed(target) * input), threshold=math.inf), reduction)


@composed
def multilabel_soft_margin_loss(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """The mean over classes of -(target log s + (1 - target) log(1 - s)), s = sigmoid(input).

    Shapes: input and target (N, V) or (V,), target 0 or 1 for each class; weight (V,).
    """
    reduction = replaced("multilabel_soft_margin_loss", reduction, size_average, reduce, renamed=False)
    same_shape("multilabel_soft_margin_loss", input, target)
    loss = logistic_nll(input, target, 1.0)
    return reduced(mean(loss if weight is None else times(weight, loss), dim=-1), reduction)
