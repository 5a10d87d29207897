"""Schedulers: move the learning rate while training.

    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(...)              # calls optimizer.step()
        scheduler.step()        # once per epoch; OneCycleLR and CyclicLR once per batch

A scheduler writes group["lr"] of every parameter group; group["initial_lr"] keeps what it was at first.
To write another one, say what the lr of group i is at time t:

    class InverseRoot(LRScheduler):
        def next_lr(self, lr, t, i):
            return self.base_lrs[i] / (1 + t) ** 0.5

PyTorch's way works too: get_lr(self) gives the list for all groups at the time self.last_epoch.
"""

from minigrad.hints import missing as _missing
from minigrad.optim.lr_scheduler.scheduler import LRScheduler
from minigrad.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from minigrad.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from minigrad.optim.lr_scheduler.cycles import CyclicLR, OneCycleLR
from minigrad.optim.lr_scheduler.factors import (
    ConstantLR, ExponentialLR, LambdaLR, LinearLR, MultiplicativeLR, MultiStepLR, PolynomialLR, StepLR)
from minigrad.optim.lr_scheduler.plateau import ReduceLROnPlateau

__all__ = [
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR",
    "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR", "MultiplicativeLR",
    "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR", "StepLR"]

_LRScheduler = LRScheduler      # its name before PyTorch 2.0


def __getattr__(name):
    raise _missing(__name__, name, __all__)
