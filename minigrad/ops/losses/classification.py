"""Losses for classes and probabilities: how unlikely the target is under the prediction."""

import math
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, composed, fused, primitive
from minigrad.autograd.arrays import single
from minigrad.backend import MODULES, quiet
from minigrad.ops.layers.activations import sigmoid, softplus
from minigrad.ops.layers.linear import linear
from minigrad.ops.losses.reduction import note, reduced, replaced, same_shape
from minigrad.ops.numbers.arithmetic import times
from minigrad.ops.numbers.choosing import maximum, where
from minigrad.ops.numbers.powers import exp, xlogy
from minigrad.ops.places.indexing import check_range, getitem, index_array, on_host, take_along
from minigrad.ops.places.shapes import reshape, squeeze, unsqueeze
from minigrad.ops.reductions.softmax import log_softmax
from minigrad.ops.reductions.sums import FLOAT16, sum

# Classes


@fused
def softmax_nll(logits, weight=None, *, ids, label_smoothing=0.0):
    """-weight[i] log softmax(logits)[i] for class ids i, 0 where i is -1.  (N, V, ...), (V,) -> (N, ...)."""
    return pick_class(log_softmax(counting(logits, ids[:, None]), dim=1), weight, ids, label_smoothing)


def counting(x, ids):
    """x with 0 where an id is -1: an infinity or NaN there reaches neither the loss nor a gradient."""
    counts = ids >= 0
    return x if on_host(ids) and counts.all() else where(Tensor(counts), x, 0.0)


def pick_class(log_p, weight, ids, label_smoothing=0.0):
    """-log_p at the ids, mixed with -log_p averaged over all classes; 0 where an id is -1."""
    losses = -squeeze(take_along(log_p, dim=1, index=(ids * (ids >= 0))[:, None]), 1)
    if weight is not None:
        losses = times(weight_of(weight, ids), losses)
    if label_smoothing:
        if weight is not None:
            log_p = times(reshape(weight, shape=(-1,) + (1,) * (log_p.ndim - 2)), log_p)
        losses = losses * (1 - label_smoothing) - sum(log_p, dim=1) * (label_smoothing / log_p.shape[1])
    return counting(losses, ids)


def weight_of(weight, ids):
    """The weights of the targets' classes, 0 where an id is -1."""
    return where(Tensor(ids >= 0), getitem(weight, index=(ids * (ids >= 0),)), 0.0)


def class_ids(name, x, target, weight, ignore_index):
    """The checked class ids, an array with -1 for ignored ones."""
    check_weight(name, x, weight)
    ids = index_array(x, target, f"{name}: target")
    if tuple(ids.shape) != tuple(x.shape[:1]) + tuple(x.shape[2:]):
        raise ValueError(f"{name}: input {tuple(x.shape)} (N, V, ...) needs class ids of shape "
                         f"{tuple(x.shape[:1]) + tuple(x.shape[2:])}, got {tuple(ids.shape)}")
    counts = ids != ignore_index
    if not on_host(ids):
        return MODULES[type(ids)].where(counts, ids.astype("int64"), -1)
    if counts.all():
        check_range(ids, x.shape[1], f"{name}: class ids")
        return ids
    check_range(ids[counts], x.shape[1], f"{name}: class ids")
    return np.where(counts, ids.astype("int64"), -1)


def check_weight(name, x, weight):
    if weight is not None and tuple(weight.shape) != (x.shape[1],):
        raise ValueError(f"{name}: weight should be ({x.shape[1]},), one number per class, "
                         f"got {tuple(weight.shape)}")


def average(losses, weight, ids, reduction):
    """Reduce the losses; the mean divides by the weights of the targets that count."""
    if reduction != "mean" or not ids.size:
        return reduced(losses, reduction)
    if losses.dtype == FLOAT16:         # the sum can overflow even if the mean does not
        return average(losses.float(), None if weight is None else weight.float(), ids, reduction).half()
    if weight is None:
        counts = (ids >= 0).astype(losses.dtype)
        note(lambda: Tensor((ids >= 0).sum()))
        with quiet():
            return weighted_sum(losses, Tensor(counts / counts.sum()))      # 0 / 0 = NaN if all are ignored
    total = sum(weight_of(weight, ids))
    note(total.detach)
    return sum(losses) / where(total == 0, math.inf, total) + where(total == 0, math.nan, 0.0)


@primitive
def weighted_sum(xp, x, weight):
    """The sum of x weight over all elements."""
    return (single(x) * single(weight)).sum()


weighted_sum.defvjp(lambda g, weight: g * weight, None)


@composed
def nll_loss(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """-weight[i] input[n, i] for the class ids i of target (N, ...); input (N, V, ...) log-probabilities.

    The mean divides by the sum of the targets' weights. Targets equal to ignore_index do not count, nor what
    their rows hold; a mean over no target is NaN, with gradient 0.
    """
    reduction = replaced("nll_loss", reduction, size_average, reduce)
    if input.ndim == 0:
        raise ValueError("nll_loss: input should be (N, V), (N, V, ...) or (V,), got a 0-d tensor")
    if input.ndim == 1:
        return squeeze_batch(nll_loss(unsqueeze(input, 0), unsqueeze(target, 0), weight,
                                      ignore_index=ignore_index, reduction=reduction))
    ids = class_ids("nll_loss", input, target, weight, ignore_index)
    return average(pick_class(input, weight, ids), weight, ids, reduction)


def squeeze_batch(loss):
    """Remove the batch axis that a single sample was given."""
    return squeeze(loss, 0) if loss.ndim else loss


@composed
def cross_entropy(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean",
        label_smoothing: float = 0.0) -> Tensor:
    """Negative log-likelihood of `target` under softmax(input), in nats.

    input: raw scores (N, V), (N, V, ...) or (V,). target: class ids (N, ...) in [0, V), or probabilities
    with input's shape. weight (V,): how much each class counts; with class ids the mean divides by the sum
    of the targets' weights. Targets equal to ignore_index do not count, nor what their rows hold; a mean over
    no target is NaN, with gradient 0. label_smoothing: the share of each target that is spread over all
    classes. Raises ValueError for class ids outside [0, V).
    To accumulate gradients over parts of a batch, take reduction='sum' of each part and divide by the
    number, or the weights, of the targets that count in all of them.
    Source: label smoothing, Szegedy et al. 2016, arXiv:1512.00567, sec. 7.

    >>> cross_entropy(Tensor([[0.0, 0.0]]), tensor([1]))          # two equal scores: log 2
    tensor(0.6931)
    """
    reduction = replaced("cross_entropy", reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}")
    if input.dtype.kind != "f":
        raise TypeError(f"cross_entropy: input should be floating-point scores, got {input.dtype} "
                        f"{tuple(input.shape)}; the order is cross_entropy(input, target)")
    if input.ndim == 1:
        return squeeze_batch(cross_entropy(
            unsqueeze(input, 0), unsqueeze(target, 0), weight, ignore_index=ignore_index, reduction=reduction,
            label_smoothing=label_smoothing))
    if input.ndim == 0:
        raise ValueError("cross_entropy: input should be (N, V), (N, V, ...) or (V,), got a 0-d tensor")
    if target.dtype.kind == "f":
        if ignore_index >= 0:
            raise ValueError(f"cross_entropy: ignore_index={ignore_index} is a class id, but target holds "
                             "probabilities; a row of zeros in target adds nothing to the loss")
        return soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    ids = class_ids("cross_entropy", input, target, weight, ignore_index)
    losses = softmax_nll(input, weight, ids=ids, label_smoothing=label_smoothing)
    return average(losses, weight, ids, reduction)


@composed
def linear_cross_entropy(
        input: Tensor, linear_weight: Tensor, target: Tensor, *, linear_bias: Tensor | None = None,
        weight: Tensor | None = None, reduction: str = "mean", ignore_index: int | None = None,
        label_smoothing: float = 0.0, options: Any = None) -> Tensor:
    """cross_entropy of linear(input, linear_weight, linear_bias).

    linear_weight (V, D), or (V, d_1, ..., D) for scores (N, V, d_1, ...). options: PyTorch's division into
    chunks; it has no effect.
    """
    V, *extra, D = linear_weight.shape
    if extra and input.ndim == 1:
        raise ValueError(f"linear_cross_entropy: linear_weight {tuple(linear_weight.shape)} gives scores "
                         f"(N, V, ...), so input must be (N, {D}), got {tuple(input.shape)}")
    flat = reshape(linear_weight, shape=(-1, D))
    scores = linear(input, flat, None if linear_bias is None else reshape(linear_bias, shape=(-1,)))
    if extra:
        scores = reshape(scores, shape=(*input.shape[:-1], V, *extra))
    return cross_entropy(scores, target, weight, ignore_index=-100 if ignore_index is None else ignore_index,
                         reduction=reduction, label_smoothing=label_smoothing)


def soft_cross_entropy(input, target, weight, reduction, label_smoothing):
    """-sum over classes of target * log softmax(input)."""
    if target.ndim == input.ndim - 1:
        raise TypeError(f"cross_entropy: class ids must be integers, got {target.dtype} "
                        f"{tuple(target.shape)}; convert them with .long(), or pass probabilities with "
                        f"input's shape {tuple(input.shape)}")
    same_shape("cross_entropy with probabilities", input, target)
    check_weight("cross_entropy", input, weight)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / input.shape[1]
    if weight is not None:
        target = target * reshape(weight, shape=(-1,) + (1,) * (input.ndim - 2))
    return reduced(-sum(times(target, log_softmax(input, dim=1)), dim=1), reduction)


# Probabilities


@composed
def binary_cross_entropy(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """-(target log p + (1 - target) log(1 - p)) for probabilities p = input; logarithms are at least -100.

    The gradient (p - target) / (p (1 - p)) divides by at least 1e-12. For the output of a sigmoid, pass the
    scores to binary_cross_entropy_with_logits: it is more accurate.
    """
    reduction = replaced("binary_cross_entropy", reduction, size_average, reduce)
    same_shape("binary_cross_entropy", input, target)
    for name, values in (("input", input.array), ("target", target.array)):
        if on_host(values) and values.size and not (0 <= values.min() and values.max() <= 1):
            advice = "; pass raw scores to binary_cross_entropy_with_logits" if name == "input" else ""
            raise ValueError(f"binary_cross_entropy: {name} must be in [0, 1], got {values.min()} to "
                             f"{values.max()}{advice}")
    loss = bernoulli_nll(input, target)
    return reduced(loss if weight is None else times(weight, loss), reduction)


@primitive
def bernoulli_nll(xp, p, target):
    """-(target log p + (1 - target) log(1 - p)) with logarithms of at least -100."""
    with quiet():
        return -(target * xp.maximum(xp.log(p), -100) + (1 - target) * xp.maximum(xp.log1p(-p), -100))


def spread(p):
    """p (1 - p), at least 1e-12: a divisor that leaves slopes finite where p is 0 or 1."""
    return maximum(p * (1 - p), 1e-12 if p.dtype != FLOAT16 else 6.2e-5)     # float16's least normal number


@primitive
def bernoulli_slope(xp, p, target):
    """(p - target) / (p (1 - p))."""
    return (p - target) / spread(p)


@primitive
def clamped_log_odds(xp, p):
    """log p - log(1 - p) with logarithms of at least -100."""
    with quiet():
        return xp.maximum(xp.log(p), -100) - xp.maximum(xp.log1p(-p), -100)


bernoulli_nll.defvjp(lambda g, p, target: g * bernoulli_slope(p, target),
                     lambda g, p: -(g * clamped_log_odds(p)))
bernoulli_slope.defvjp(
    lambda g, p, target: g * ((p * p + target * (1 - 2 * p)) / spread(p) / spread(p)),
    lambda g, p: -(g / spread(p)))
clamped_log_odds.defvjp(lambda g, p: g / spread(p))


@composed
def binary_cross_entropy_with_logits(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean", pos_weight: Tensor | None = None) -> Tensor:
    """binary_cross_entropy of sigmoid(input), computed as (1 - t) x + log(1 + e^-x).

    The sigmoid itself would round to 0 or 1. pos_weight: the factor on the loss of targets of 1.
    """
    reduction = replaced("binary_cross_entropy_with_logits", reduction, size_average, reduce)
    same_shape("binary_cross_entropy_with_logits", input, target)
    loss = logistic_nll(input, target, 1.0 if pos_weight is None else pos_weight)
    return reduced(loss if weight is None else times(weight, loss), reduction)


@primitive
def logistic_nll(xp, x, target, pos_weight):
    """-(target pos_weight log s + (1 - target) log(1 - s)), s = sigmoid(x); 0 log 0 = 0."""
    for_1, for_0 = target * pos_weight, 1 - target
    with quiet():
        y = for_0 * xp.maximum(x, 0) + for_1 * xp.maximum(-x, 0)
        y = y + (for_1 + for_0) * xp.log1p(xp.exp(-xp.abs(x)))
        return xp.where(xp.isinf(x) & xp.isnan(y), 0, y)


def log_1_plus_exp(x):
    return softplus(x, threshold=math.inf)


logistic_nll.defvjp(
    lambda g, x, target, pos_weight: g * (1 - target - (1 - target + target * pos_weight) * sigmoid(-x)),
    lambda g, x, pos_weight: g * (pos_weight * log_1_plus_exp(-x) - log_1_plus_exp(x)),
    lambda g, x, target: g * target * log_1_plus_exp(-x))


@composed
def kl_div(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean", log_target: bool = False) -> Tensor:
    """target (log target - input), where input holds log-probabilities. log_target: target does too.

    reduction 'mean' divides by the number of elements; 'batchmean' divides by the batch size, which gives
    the Kullback-Leibler divergence.
    """
    reduction = replaced("kl_div", reduction, size_average, reduce)
    same_shape("kl_div", input, target)
    if log_target:
        impossible = target == -math.inf
        loss = times(exp(target), where(impossible, 0.0, target) - where(impossible, 0.0, input))
    else:
        loss = xlogy(target, target) - times(target, input)
    if reduction != "batchmean":
        return reduced(loss, reduction)
    return reduced(loss, "mean") * (loss.numel() / (len(loss) if loss.ndim else 1))
