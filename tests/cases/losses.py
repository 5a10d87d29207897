"""Rows of the table of ops (see ops.py) for losses."""

import numpy as np
from cases.row import POSITIVE, logistic, row

from minigrad.ops.losses import classification, regression
from minigrad.ops.numbers import trigonometry
from minigrad.ops.reductions import sums


def distance_loss(formula, reduction, **settings):
    def loss(x, t, **_):
        value = formula(np.abs(x - t), **settings)
        return {"mean": value.mean(), "sum": value.sum(), "none": value}[reduction]
    return loss


for name, formula, settings in [
        ("mse_loss", lambda d: d**2, {}), ("l1_loss", lambda d: d, {}),
        ("huber_loss", lambda d, delta: np.where(d <= delta, d * d / 2, delta * (d - delta / 2)),
         dict(delta=0.8)),
        ("smooth_l1_loss", lambda d, beta: np.where(d < beta, d * d / 2 / beta, d - beta / 2),
         dict(beta=0.8))]:
    for reduction in ("mean", "sum", "none"):
        row(f"{name} {reduction}", getattr(regression, name), [(3, 4), (3, 4)],
            distance_loss(formula, reduction, **settings), dict(reduction=reduction, **settings))
row("huber_loss", regression.huber_loss, [(3, 4), (3, 4)],
    distance_loss(lambda d: np.where(d <= 1, d * d / 2, d - 0.5), "mean"))
row("smooth_l1_loss", regression.smooth_l1_loss, [(3, 4), (3, 4)],
    distance_loss(lambda d: np.where(d <= 1, d * d / 2, d - 0.5), "mean"))
row("smooth_l1_loss without corner", regression.smooth_l1_loss, [(3, 4), (3, 4)],
    distance_loss(lambda d: d, "mean"), dict(beta=0))


def class_loss(x, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0, log=True):
    """Sample by sample and class by class."""
    x = np.moveaxis(np.atleast_2d(x), 1, -1)
    V = x.shape[-1]
    weight = np.ones(V) if weight is None else weight
    log_p = x - np.log(np.exp(x).sum(-1, keepdims=True)) if log else x
    total, loss = 0.0, np.zeros(x.shape[:-1])
    for at in np.ndindex(loss.shape):
        i = target.reshape(loss.shape)[at]
        if i != ignore_index:
            goal = (1 - label_smoothing) * np.eye(V)[i] + label_smoothing / V
            loss[at] = -(goal * weight * log_p[at]).sum()
            total += weight[i]
    loss = loss.reshape(target.shape)
    return {"mean": loss.sum() / total, "sum": loss.sum(), "none": loss}[reduction]


IDS = np.array([0, 2, 3, 0])
for reduction in ("mean", "sum", "none"):
    row(f"cross_entropy {reduction}", classification.cross_entropy, [(4, 4), IDS], class_loss,
        dict(reduction=reduction))
    row(f"cross_entropy all settings {reduction}", classification.cross_entropy,
        [(4, 4), IDS, np.array([0.5, 2.0, 1.0, 0.3])], class_loss,
        dict(reduction=reduction, label_smoothing=0.2, ignore_index=2))
    row(f"nll_loss {reduction}", classification.nll_loss, [(4, 4), IDS, np.array([0.5, 2.0, 1.0, 0.3])],
        lambda *args, **settings: class_loss(*args, **settings, log=False),
        dict(reduction=reduction, ignore_index=3))
row("cross_entropy places", classification.cross_entropy,
    [(2, 3, 2), np.array([[0, 2], [1, -100]])], class_loss)
row("cross_entropy of one", classification.cross_entropy, [(3,), np.array(1)], class_loss)
row("nll_loss of one", classification.nll_loss, [(3,), np.array(1)], lambda x, t: -x[1])
row("nll_loss places", classification.nll_loss, [(2, 3, 2), np.array([[0, 2], [1, 1]])],
    lambda x, t: class_loss(x, t, log=False))


def soft_loss(x, target, weight=None, reduction="mean", label_smoothing=0.0):
    log_p = x - np.log(np.exp(x).sum(1, keepdims=True))
    target = target * (1 - label_smoothing) + label_smoothing / x.shape[1]
    loss = -(target * log_p * (1 if weight is None else weight)).sum(1)
    return {"mean": loss.mean(), "none": loss}[reduction]


row("cross_entropy probabilities", classification.cross_entropy, [(2, 3), (2, 3)], soft_loss, domain=POSITIVE)
row("cross_entropy probabilities settings", classification.cross_entropy, [(2, 3), (2, 3), (3,)], soft_loss,
    dict(reduction="none", label_smoothing=0.2), domain=POSITIVE)
row("binary_cross_entropy", classification.binary_cross_entropy, [(3, 2), (3, 2)],
    lambda p, t: -np.where(t > 0, t * np.log(p) + (1 - t) * np.log(1 - p), 0).mean(), domain=(0.1, 0.9))
row("binary_cross_entropy weight", classification.binary_cross_entropy,
    [(3, 2), (3, 2), np.array([0.5, 2.0])],
    lambda p, t, w, reduction: -(t * np.log(p) + (1 - t) * np.log(1 - p)) * w, dict(reduction="none"),
    domain=(0.1, 0.9))
row("binary_cross_entropy_with_logits", classification.binary_cross_entropy_with_logits, [(3, 2), (3, 2)],
    lambda x, t: -(t * np.log(logistic(x)) + (1 - t) * np.log(1 - logistic(x))).mean(),
    domain=[(-2, 2), (0, 1)])
row("binary_cross_entropy_with_logits weights", classification.binary_cross_entropy_with_logits,
    [(3, 2), (3, 2), np.array([0.5, 2.0]), np.array([3.0, 0.5])],
    lambda x, t, w, pos_weight, reduction: (
        -(pos_weight * t * np.log(logistic(x)) + (1 - t) * np.log(1 - logistic(x))) * w).sum(),
    dict(reduction="sum"), domain=[(-2, 2), (0, 1), None, None],
    call=lambda op, x, t, w, pos_weight, *, reduction: op(
        x, t, w, reduction=reduction, pos_weight=pos_weight))
row("kl_div", classification.kl_div, [(3, 2), (3, 2)], lambda x, t: (t * (np.log(t) - x)).mean(),
    domain=POSITIVE)
row("kl_div batchmean", classification.kl_div, [(3, 2), (3, 2)],
    lambda x, t, reduction: (t * (np.log(t) - x)).sum() / 3, dict(reduction="batchmean"),
    domain=POSITIVE)
row("kl_div log_target", classification.kl_div, [(3, 2), (3, 2)],
    lambda x, t, log_target, reduction: np.exp(t) * (t - x), dict(log_target=True, reduction="none"))


# Slopes that only derivatives use

row("bernoulli_slope", classification.bernoulli_slope, [(3, 2), (3, 2)],
    lambda p, t: t / -p + (1 - t) / (1 - p), domain=(0.1, 0.9), torch=False)
row("clamped_log_odds", classification.clamped_log_odds, [(3, 2)], lambda p: np.log(p) - np.log(1 - p),
    domain=(0.1, 0.9), torch=False)
for p in (2, 3, 0.5):
    row(f"through_root {p}", sums.through_root, [(3, 2), (3, 2)],
        lambda g, r, p: g * (1 / p) * (r**p) ** (1 / p - 1), dict(p=p), domain=POSITIVE, torch=False)
row("over_distance", trigonometry.over_distance, [(3, 2), (3, 2)], lambda x, r: x / r, domain=POSITIVE,
    torch=False)
