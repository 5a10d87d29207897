"""Schedulers: change the learning rate during training.

    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(...)              # calls optimizer.step()
        scheduler.step()        # once per epoch; OneCycleLR and CyclicLR once per batch

A scheduler writes group["lr"] of every parameter group; group["initial_lr"] keeps the initial value.
To write your own, define the lr of group i at time t:

    class InverseRoot(LRScheduler):
        def next_lr(self, lr, t, i):
            return self.base_lrs[i] / (1 + t) ** 0.5

PyTorch's way works too: get_lr(self) returns the list for all groups at t = self.last_epoch.
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


_INSTEAD = {
    "CosineDecay": "use lr_scheduler.CosineAnnealingLR(optimizer, T_max)",
    "ExponentialDecay": "use lr_scheduler.ExponentialLR(optimizer, gamma)",
    "PiecewiseConstantDecay": "use lr_scheduler.MultiStepLR(optimizer, milestones)",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
