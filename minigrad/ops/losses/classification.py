"""Losses of classes and probabilities: how unlikely the target is under the prediction."""

import math

from minigrad.autograd import Tensor, fused, primitive
from minigrad.backend import quiet
from minigrad.ops.layers.activations import softplus
from minigrad.ops.losses.reduction import loss_function, reduce, same_shape
from minigrad.ops.numbers.choosing import maximum
from minigrad.ops.numbers.powers import exp, log, xlogy
from minigrad.ops.places.indexing import check_range, index_array, on_host, subscript, take_along
from minigrad.ops.places.shapes import reshape, squeeze, unsqueeze
from minigrad.ops.reductions.softmax import log_softmax
from minigrad.ops.reductions.sums import sum


# Classes


@fused
def softmax_nll(logits, weight=None, *, ids, label_smoothing=0.0):
    """-weight[i] log softmax(logits)[i] at the ids i.   (N, V, ...), (V,) -> (N, ...)."""
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
    """The checked class ids as an array, 0 where ignored, and a tensor that is 0 there and else 1."""
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
        raise ValueError(f"{name}: weight is ({x.shape[1]},), one number per class, "
                         f"got {tuple(weight.shape)}")


def average(losses, counts, weight, ids, reduction):
    """The reduction over what counts: the mean is over the weights of the target classes."""
    if reduction == "mean" and ids.size:
        if weight is None:
            return weighted_mean(losses, counts)
        return sum(losses * counts) / sum(subscript(weight, Tensor(ids)) * counts)
    return reduce(losses * counts, reduction)


@primitive
def weighted_mean(xp, x, weight):
    """sum(x weight) / sum(weight)."""
    with quiet():
        return (x * weight).sum() / weight.sum()


weighted_mean.defvjp(lambda g, weight: weight * (g / weight.sum()),
                     lambda g, x, weight, y: (x - y) * (g / weight.sum()))


@loss_function(size_average_before="ignore_index")
def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """-weight[i] input[n, i] for the class ids i of target (N, ...); input (N, V, ...) log-probabilities.

    The mean is over the weights of the targets; targets equal to ignore_index do not count.
    """
    if input.ndim == 0:
        raise ValueError("nll_loss: input is (N, V), (N, V, ...) or (V,), got a 0-d tensor")
    if input.ndim == 1:
        return squeeze_batch(nll_loss(unsqueeze(input, 0), unsqueeze(target, 0), weight,
                                      ignore_index=ignore_index, reduction=reduction))
    ids, counts = class_ids("nll_loss", input, target, weight, ignore_index)
    return average(pick_class(input, weight, ids), counts, weight, ids, reduction)


def squeeze_batch(loss):
    """A loss without the batch axis that a single sample was given."""
    return squeeze(loss, 0) if loss.ndim else loss


@loss_function(size_average_before="ignore_index")
def cross_entropy(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Negative log-likelihood of `target` under softmax(input), in nats.

    input: raw scores (N, V), (N, V, ...) or (V,). target: class ids (N, ...) in [0, V), or
    probabilities of input's shape. weight (V,): how much each class counts; the mean over class ids is
    over these weights. Targets equal to ignore_index do not count. label_smoothing: the share of the
    target that is spread over all classes. Raises ValueError for class ids outside [0, V).
    Source: label smoothing, Szegedy et al. 2016, arXiv:1512.00567, sec. 7.

    >>> cross_entropy(Tensor([[0.0, 0.0]]), Tensor([1]))          # two equal scores: log 2
    tensor(0.6931)
    """
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing lies in [0, 1], got {label_smoothing}")
    if input.dtype.kind != "f":
        raise TypeError(f"cross_entropy: input holds scores, got {input.dtype} {tuple(input.shape)}; "
                        "the order is cross_entropy(input, target)")
    if input.ndim == 1:
        return squeeze_batch(cross_entropy(
            unsqueeze(input, 0), unsqueeze(target, 0), weight, ignore_index=ignore_index, reduction=reduction,
            label_smoothing=label_smoothing))
    if input.ndim == 0:
        raise ValueError("cross_entropy: input is (N, V), (N, V, ...) or (V,), got a 0-d tensor")
    if target.dtype.kind == "f":
        return soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    ids, counts = class_ids("cross_entropy", input, target, weight, ignore_index)
    losses = softmax_nll(input, weight, ids=ids, label_smoothing=label_smoothing)
    return average(losses, counts, weight, ids, reduction)


def soft_cross_entropy(input, target, weight, reduction, label_smoothing):
    """-sum over classes of target * log softmax(input)."""
    if target.ndim == input.ndim - 1:
        raise TypeError(f"cross_entropy: class ids are integers, got {target.dtype} {tuple(target.shape)}; "
                        "convert them with .long(), or give probabilities of input's shape "
                        f"{tuple(input.shape)}")
    same_shape("cross_entropy with probabilities", input, target)
    check_weight("cross_entropy", input, weight)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / input.shape[1]
    if weight is not None:
        target = target * reshape(weight, shape=(-1,) + (1,) * (input.ndim - 2))
    return reduce(-sum(target * log_softmax(input, dim=1), dim=1), reduction)


# Probabilities


@loss_function
def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """-(target log p + (1 - target) log(1 - p)) for probabilities p = input; logarithms not below -100.

    After a sigmoid binary_cross_entropy_with_logits is more exact.
    """
    same_shape("binary_cross_entropy", input, target)
    values = input.array
    if on_host(values) and values.size and not (0 <= values.min() and values.max() <= 1):
        raise ValueError(f"binary_cross_entropy: input lies in [0, 1], got {values.min()} to {values.max()}; "
                         "give raw scores to binary_cross_entropy_with_logits")
    loss = -(target * maximum(log(input), -100.0) + (1 - target) * maximum(log(1 - input), -100.0))
    return reduce(loss if weight is None else loss * weight, reduction)


@loss_function
def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """binary_cross_entropy of sigmoid(input), without rounding to 0 or 1: (1 - t) x + log(1 + e^-x).

    pos_weight: how much more a target of 1 counts.
    """
    same_shape("binary_cross_entropy_with_logits", input, target)
    rest = softplus(-input, threshold=math.inf)
    if pos_weight is not None:
        rest = rest * (1 + (pos_weight - 1) * target)
    loss = (1 - target) * input + rest
    return reduce(loss if weight is None else loss * weight, reduction)


@loss_function
def kl_div(input, target, reduction="mean", log_target=False):
    """target (log target - input), where input holds log-probabilities; 'batchmean' is the divergence.

    'mean' divides by all elements, 'batchmean' by the first axis, as the definition asks.
    """
    same_shape("kl_div", input, target)
    loss = exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    return sum(loss) * (1 / input.shape[0]) if reduction == "batchmean" else reduce(loss, reduction)
