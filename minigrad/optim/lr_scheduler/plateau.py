"""A scheduler that reduces the lr when the loss stops falling."""

import math
from collections.abc import Sequence

from minigrad.interrupts import uninterrupted
from minigrad.optim.lr_scheduler.scheduler import LRScheduler, per_group
from minigrad.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiply lr by factor when the metric of step(metric) has not improved for more than patience steps.

    mode        'min': smaller is better; 'max': larger is better
    threshold   the least improvement: relative to the best (threshold_mode 'rel') or absolute ('abs')
    cooldown    steps after a reduction that do not count
    min_lr      the lower bound of the lr; a list has one per parameter group
    eps         smaller changes of the lr are skipped
    """

    def __init__(self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10,
                 threshold: float = 1e-4, threshold_mode: str = "rel", cooldown: int = 0,
                 min_lr: float | Sequence[float] = 0, eps: float = 1e-8):
        if not 0 < factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be between 0 and 1, got {factor!r}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError("ReduceLROnPlateau: mode must be 'min' or 'max' and threshold_mode 'rel' or "
                             f"'abs', got {mode!r} and {threshold_mode!r}")
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        per_group("ReduceLROnPlateau", "min_lr", min_lr, optimizer)
        self.min_lrs = min_lr
        self.eps = eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self.optimizer = optimizer
        self.last_epoch = 0

    def step(self, metrics: float) -> None:     # type: ignore[override]   # the rule needs the metric
        metric = float(metrics)
        min_lrs = per_group("ReduceLROnPlateau", "min_lr", self.min_lrs, self.optimizer)
        with uninterrupted():
            self.last_epoch += 1
            if self.is_better(metric):
                self.best = metric
                self.num_bad_epochs = 0
            else:
                self.num_bad_epochs += 1
            if self.cooldown_counter > 0:
                self.cooldown_counter -= 1
                self.num_bad_epochs = 0
            if self.num_bad_epochs > self.patience:
                self.cooldown_counter = self.cooldown
                self.num_bad_epochs = 0
                for group, min_lr in zip(self.optimizer.param_groups, min_lrs):
                    lr = max(group["lr"] * self.factor, min_lr)
                    if group["lr"] - lr > self.eps:
                        group["lr"] = lr

    def is_better(self, metric: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * metric > sign * self.best * (1 + sign * self.threshold)
        return sign * metric > sign * self.best + self.threshold
