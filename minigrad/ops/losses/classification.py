"""Losses for classes and probabilities: how unlikely the target is under the prediction."""

import math

from minigrad.autograd import Tensor, composed, fused, primitive
from minigrad.autograd.arrays import single
from minigrad.backend import quiet
from minigrad.ops.layers.activations import softplus
from minigrad.ops.losses.reduction import reduced, refuse_deprecated, same_shape
from minigrad.ops.numbers.choosing import maximum
from minigrad.ops.numbers.powers import exp, log, xlogy
from minigrad.ops.places.indexing import check_range, index_array, on_host, subscript, take_along
from minigrad.ops.places.shapes import reshape, squeeze, unsqueeze
from minigrad.ops.reductions.softmax import log_softmax
from minigrad.ops.reductions.sums import FLOAT16, FLOAT32, sum

# Classes


@fused
def softmax_nll(logits, weight=None, *, ids, label_smoothing=0.0):
    """-weight[i] log softmax(logits)[i] at the class ids i.   (N, V, ...), (V,) -> (N, ...)."""
    return pick_class(log_softmax(logits, dim=1), weight, ids, label_smoothing)


def pick_class(log_p, weight, ids, label_smoothing=0.0):
    """-log_p at the ids, mixed with -log_p averaged over all classes."""
    if weight is not None:
        log_p = log_p * reshape(weight, shape=(-1,) + (1,) * (log_p.ndim - 2))
    losses = -squeeze(take_along(log_p, dim=1, index=ids[:, None]), 1)
    if not label_smoothing:
        return losses
    return losses * (1 - label_smoothing) - sum(log_p, dim=1) * (label_smoothing / log_p.shape[1])


def class_ids(name, x, target, weight, ignore_index):
    """The checked class ids, an array with 0 for ignored ones, and a tensor: 0 where ignored, else 1."""
    check_weight(name, x, weight)
    ids = index_array(x, target, f"{name}: target")
    if tuple(ids.shape) != tuple(x.shape[:1]) + tuple(x.shape[2:]):
        raise ValueError(f"{name}: input {tuple(x.shape)} (N, V, ...) needs class ids of shape "
                         f"{tuple(x.shape[:1]) + tuple(x.shape[2:])}, got {tuple(ids.shape)}")
    counts = ids != ignore_index
    ids = ids * counts
    check_range(ids, x.shape[1], f"{name}: class ids")
    return ids, Tensor(counts.astype(x.dtype))


def check_weight(name, x, weight):
    if weight is not None and tuple(weight.shape) != (x.shape[1],):
        raise ValueError(f"{name}: weight should be ({x.shape[1]},), one number per class, "
                         f"got {tuple(weight.shape)}")


def average(losses, counts, weight, ids, reduction):
    """Reduce over the targets that count; the mean divides by the weights of the target classes."""
    if reduction == "mean" and ids.size:
        if weight is None:
            return weighted_mean(losses, counts)
        return sum(losses * counts) / sum(subscript(weight, Tensor(ids)) * counts)
    return reduced(losses * counts, reduction)


@primitive
def weighted_mean(xp, x, weight):
    """sum(x weight) / sum(weight)."""
    x, weight = single(x), single(weight)
    with quiet():
        return (x * weight).sum() / weight.sum()


def total(weight):
    """The sum of the weights; of float16 in float32, where it cannot overflow."""
    return sum(weight, dtype=FLOAT32 if weight.dtype is FLOAT16 else None)


weighted_mean.defvjp(lambda g, weight: weight * (g / total(weight)),
                     lambda g, x, weight, y: (x - y) * (g / total(weight)))


@composed
def nll_loss(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """-weight[i] input[n, i] for the class ids i of target (N, ...); input (N, V, ...) log-probabilities.

    The mean divides by the sum of the targets' weights. Targets equal to ignore_index do not count.
    """
    refuse_deprecated("nll_loss", size_average, reduce)
    if input.ndim == 0:
        raise ValueError("nll_loss: input should be (N, V), (N, V, ...) or (V,), got a 0-d tensor")
    if input.ndim == 1:
        return squeeze_batch(nll_loss(unsqueeze(input, 0), unsqueeze(target, 0), weight,
                                      ignore_index=ignore_index, reduction=reduction))
    ids, counts = class_ids("nll_loss", input, target, weight, ignore_index)
    return average(pick_class(input, weight, ids), counts, weight, ids, reduction)


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
    of the targets' weights. Targets equal to ignore_index do not count. label_smoothing: the share of each
    target that is spread over all classes. Raises ValueError for class ids outside [0, V).
    Source: label smoothing, Szegedy et al. 2016, arXiv:1512.00567, sec. 7.

    >>> cross_entropy(Tensor([[0.0, 0.0]]), Tensor([1]))          # two equal scores: log 2
    tensor(0.6931)
    """
    refuse_deprecated("cross_entropy", size_average, reduce)
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
        return soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    ids, counts = class_ids("cross_entropy", input, target, weight, ignore_index)
    losses = softmax_nll(input, weight, ids=ids, label_smoothing=label_smoothing)
    return average(losses, counts, weight, ids, reduction)


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
    return reduced(-sum(target * log_softmax(input, dim=1), dim=1), reduction)


# Probabilities


@composed
def binary_cross_entropy(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean") -> Tensor:
    """-(target log p + (1 - target) log(1 - p)) for probabilities p = input; logarithms are at least -100.

    For the output of a sigmoid, pass the scores to binary_cross_entropy_with_logits: it is more accurate.
    """
    refuse_deprecated("binary_cross_entropy", size_average, reduce)
    same_shape("binary_cross_entropy", input, target)
    values = input.array
    if on_host(values) and values.size and not (0 <= values.min() and values.max() <= 1):
        raise ValueError(f"binary_cross_entropy: input must be in [0, 1], got {values.min()} to "
                         f"{values.max()}; pass raw scores to binary_cross_entropy_with_logits")
    loss = -(target * maximum(log(input), -100.0) + (1 - target) * maximum(log(1 - input), -100.0))
    return reduced(loss if weight is None else loss * weight, reduction)


@composed
def binary_cross_entropy_with_logits(
        input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean", pos_weight: Tensor | None = None) -> Tensor:
    """binary_cross_entropy of sigmoid(input), computed as (1 - t) x + log(1 + e^-x).

    The sigmoid itself would round to 0 or 1. pos_weight: the factor on the loss of targets of 1.
    """
    refuse_deprecated("binary_cross_entropy_with_logits", size_average, reduce)
    same_shape("binary_cross_entropy_with_logits", input, target)
    rest = softplus(-input, threshold=math.inf)
    if pos_weight is not None:
        rest = rest * (1 + (pos_weight - 1) * target)
    loss = (1 - target) * input + rest
    return reduced(loss if weight is None else loss * weight, reduction)


@composed
def kl_div(
        input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean", log_target: bool = False) -> Tensor:
    """target (log target - input), where input holds log-probabilities. log_target: target does too.

    reduction 'mean' divides by the number of elements; 'batchmean' divides by the batch size, which gives
    the Kullback-Leibler divergence.
    """
    refuse_deprecated("kl_div", size_average, reduce)
    same_shape("kl_div", input, target)
    loss = exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    return sum(loss) * (1 / input.shape[0]) if reduction == "batchmean" else reduced(loss, reduction)
