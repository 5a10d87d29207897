"""Losses that are the negative log-likelihood of the target under a predicted distribution.

    poisson     counts, from their expected value
    gaussian    numbers, from mean and variance
    ctc         a sequence of labels, from class probabilities over a longer sequence of time steps

Cross entropy does the same for classes; it is in classification.py.
reduction: 'mean' (default), 'sum' or 'none'.
"""

import math
from collections.abc import Sequence

import numpy as np

from minigrad.autograd import Tensor, composed, primitive
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES, array_on
from minigrad.ops.losses.reduction import reduced, replaced, same_shape
from minigrad.ops.numbers.arithmetic import times
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import exp, log, square
from minigrad.ops.places.indexing import check_range, index_array, narrow, on_host, take_along
from minigrad.ops.places.joining import stack, unbind
from minigrad.ops.places.padding import pad_constant
from minigrad.ops.places.shapes import squeeze, unsqueeze
from minigrad.ops.reductions.softmax import logsumexp


@composed
def poisson_nll_loss(
        input: Tensor, target: Tensor, log_input: bool = True, full: bool = False,
        size_average: bool | None = None, eps: float = 1e-8, reduce: bool | None = None,
        reduction: str = "mean") -> Tensor:
    """e^input - target input, where input is the log of the expected count; log(target!) is left out.

    log_input=False: input is the expected count, and the loss is input - target log(input + eps).
    full: add Stirling's approximation of log(target!) where target > 1.
    """
    reduction = replaced("poisson_nll_loss", reduction, size_average, reduce, renamed=False)
    same_shape("poisson_nll_loss", input, target)
    loss = exp(input) - times(target, input) if log_input else input - times(target, log(input + eps))
    if full:
        n = where(target > 1, target.to(input.dtype), 1.0)
        loss = loss + where(target > 1, n * log(n) - n + 0.5 * log(2 * math.pi * n), 0.0)
    return reduced(loss, reduction)


@composed
def gaussian_nll_loss(input: Tensor, target: Tensor, var: Tensor | float, full: bool = False,
                      eps: float = 1e-6, reduction: str = "mean") -> Tensor:
    """(log var + (input - target)^2 / var) / 2, where input is the mean and var is clamped to at least eps.

    input and target broadcast. var is a number or has input's shape, size 1 along some axes, or no last axis.
    Its gradient ignores the clamp. full: add the constant log(2 pi) / 2.
    """
    shape = tuple(input.shape)
    if not isinstance(var, Tensor):
        var = Tensor(MODULES[type(input.array)].full((1,) * len(shape), var, input.dtype))
    if tuple(var.shape) == shape[:-1]:
        var = unsqueeze(var, -1)
    elif var.ndim != len(shape) or any(m not in (n, 1) for n, m in zip(shape, var.shape)):
        raise ValueError(f"gaussian_nll_loss: var {tuple(var.shape)} should be {shape}, or 1 along an axis, "
                         f"or {shape[:-1]}")
    if on_host(var.array) and (var.array < 0).any():
        raise ValueError(f"gaussian_nll_loss: var must be at least 0, got {var.array.min()}")
    var = at_least(var, eps=eps)
    loss = 0.5 * (log(var) + square(input - target) / var)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


@primitive
def at_least(xp, x, *, eps):
    """max(x, eps); the gradient is that of x."""
    return xp.maximum(x, eps)


at_least.defvjp(lambda g: g)


@composed
@in_single
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor | Sequence[int],
             target_lengths: Tensor | Sequence[int], blank: int = 0, reduction: str = "mean",
             zero_infinity: bool = False) -> Tensor:
    """-log of the probability of a label sequence, summed over all its alignments with the time steps.

    At each step the network emits a label or a blank. Decoding merges repeated labels, then drops blanks:
    a a - b b and - a - - b both decode to "ab". The sum over alignments runs forward in time,
        alpha[t, s] = p[t, l[s]] (alpha[t-1, s] + alpha[t-1, s-1] + alpha[t-1, s-2]),
    over the labels with blanks around each, l = - a - b -. The last term skips a blank; it counts only where
    l[s] is not a blank and differs from l[s-2]. The sum is computed in log space.

    Shapes: log_probs (T, N, V) from log_softmax; targets (N, S), or concatenated (sum of target_lengths,),
    integers in [0, V) other than `blank`; input_lengths (N,), at most T; target_lengths (N,), at most S
    -> (). Or one sequence: (T, V), (S,), (), (). reduction 'mean' divides each loss by its target length.
    zero_infinity: a target that is too long for its input costs 0, not inf.
    Source: Graves et al. 2006, ICML, eq. 5 to 8.
    """
    reduction = replaced("ctc_loss", reduction)
    if log_probs.ndim == 2:
        loss = ctc_loss(unsqueeze(log_probs, 1), targets, input_lengths, target_lengths, blank, reduction,
                        zero_infinity)
        return squeeze(loss, 0) if reduction == "none" else loss
    if log_probs.ndim != 3:
        raise ValueError(f"ctc_loss: log_probs should be (T, N, V) or (T, V), got {tuple(log_probs.shape)}")
    T, N, V = log_probs.shape
    times = lengths_of("input_lengths", input_lengths, N, 1, T)
    lengths = lengths_of("target_lengths", target_lengths, N, 0, targets.shape[-1])
    labels = with_blanks(log_probs, targets, lengths, blank)                        # (N, L), L = 2 S + 1
    L = labels.shape[1]
    xp, here = MODULES[type(labels)], log_probs.device
    before = xp.concatenate([xp.full((N, 2), blank), labels], axis=1)[:, :L]
    may_skip = Tensor((labels != blank) & (labels != before))
    emitted = take_along(log_probs, dim=2, index=xp.broadcast_to(labels, (T, N, L)))
    first, *later = unbind(emitted)
    running = xp.arange(T)[:, None, None] < array_on(times, here)[:, None]          # (T, N, 1)
    alpha = where(Tensor(xp.arange(L) < 2), first, -math.inf)
    for t, log_p in enumerate(later, start=1):
        padded = pad_constant(alpha, widths=((0, 0), (2, 0)), value=-math.inf)
        ways = stack([alpha, narrow(padded, 1, 1, L), where(may_skip, narrow(padded, 1, 0, L), -math.inf)])
        alpha = where(Tensor(running[t]), logsumexp(ways, dim=0) + log_p, alpha)
    ends = array_on(np.stack([2 * lengths, np.maximum(2 * lengths - 1, 0)], 1), here)     # a blank, a label
    there = Tensor(array_on(np.stack([lengths >= 0, lengths > 0], 1), here))
    loss = -logsumexp(where(there, take_along(alpha, dim=1, index=ends), -math.inf), dim=1)
    if zero_infinity:
        loss = where(loss == math.inf, 0.0, loss)
    if reduction == "mean":
        loss = loss * Tensor(array_on(1 / np.maximum(lengths, 1), here, loss.dtype))
    return reduced(loss, reduction)


def lengths_of(name, lengths, N, least, most):
    """Checked lengths as a NumPy array (N,)."""
    lengths = np.atleast_1d(np.array(lengths.tolist() if isinstance(lengths, Tensor) else lengths))
    fits = lengths.shape == (N,) and lengths.dtype.kind == "i"
    if not fits or (lengths < least).any() or (lengths > most).any():
        raise ValueError(f"ctc_loss: {name} should be {N} integers from {least} to {most}, "
                         f"got {lengths.tolist()}")
    return lengths


def with_blanks(log_probs, targets, lengths, blank):
    """(N, 2 S + 1): target n in row n, with a blank before, after and between its labels."""
    V, N, here = log_probs.shape[2], len(lengths), log_probs.device
    ids = index_array(log_probs, targets, "ctc_loss: targets")
    if not 0 <= blank < V:
        raise ValueError(f"ctc_loss: blank must be in [0, {V}), got {blank}")
    if ids.ndim == 1 and ids.shape[0] == lengths.sum():
        starts = np.cumsum(lengths) - lengths
        places = starts[:, None] + np.arange(lengths.max(initial=0))
        ids = ids[array_on(np.minimum(places, ids.size - 1), here)]
    elif ids.ndim != 2 or ids.shape[0] != N:
        raise ValueError(f"ctc_loss: targets {tuple(ids.shape)} should be ({N}, S), or "
                         f"({lengths.sum()},), the sum of target_lengths {lengths.tolist()}")
    inside = array_on(np.arange(ids.shape[1]) < lengths[:, None], here)
    xp = MODULES[type(ids)]
    ids = xp.where(inside, ids, blank)
    check_range(ids, V, "ctc_loss: targets")
    labels = xp.full((N, 2 * ids.shape[1] + 1), blank)
    labels[:, 1::2] = ids
    return labels
