"""Cosine schedules: down slowly, then faster, then slowly again."""

import math
from typing import Any

from minigrad.interrupts import uninterrupted
from minigrad.optim.lr_scheduler.scheduler import LRScheduler, check_at_least_1
from minigrad.optim.optimizer import Optimizer


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (initial_lr - eta_min) * (1 + cos(pi t / T_max)) / 2: half a cosine in T_max steps.

    Source: Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983, eq. 5, without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1):
        check_at_least_1("CosineAnnealingLR", "T_max", T_max)
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        if t == 0:
            return lr
        if (t - 1) % (2 * self.T_max) == self.T_max:    # leaving the minimum, where height(t - 1) = 0
            return lr + (self.base_lrs[i] - self.eta_min) * self.height(t)
        return self.eta_min + (lr - self.eta_min) * self.height(t) / self.height(t - 1)

    def height(self, t: int) -> float:
        return (1 + math.cos(math.pi * t / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """CosineAnnealingLR over T_0 steps, then restarted for T_mult times as many steps, and so on.

        lr = eta_min + (initial_lr - eta_min) * (1 + cos(pi T_cur / T_i)) / 2

    Call step(epoch + i / len(loader)) after batch i of an epoch for a smooth decay.

    Source: Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983, eq. 5.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0,
                 last_epoch: int = -1):
        check_at_least_1("CosineAnnealingWarmRestarts", "T_0", T_0)
        check_at_least_1("CosineAnnealingWarmRestarts", "T_mult", T_mult)
        self.T_0 = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def step(self, epoch: float | None = None) -> None:
        """Advance to the next t, or to t = epoch, which may be a fraction."""
        if epoch is not None and epoch < 0:
            raise ValueError("CosineAnnealingWarmRestarts: step(epoch) needs an epoch of at least 0, "
                             f"got {epoch!r}")
        t: Any = self.last_epoch + 1 if epoch is None else epoch       # the other schedules take no fractions
        with uninterrupted():
            self.move_to(t)

    def move_to(self, t: int) -> None:
        super().move_to(t)
        self.last_epoch = math.floor(t)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        length = self.T_0
        if self.T_mult == 1:
            t %= length
        while t >= length:
            t -= length
            length *= self.T_mult
        return self.eta_min + (self.base_lrs[i] - self.eta_min) * (1 + math.cos(math.pi * t / length)) / 2
