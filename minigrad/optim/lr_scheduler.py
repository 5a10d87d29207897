"""Schedulers: move the learning rate while training.

    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(...)              # calls optimizer.step()
        scheduler.step()        # once per epoch; OneCycleLR once per batch

A scheduler writes group["lr"] of every parameter group; group["initial_lr"] keeps what it was at first.
To write another one, say how the lr at time t follows from the lr before:

    class InverseRoot(LRScheduler):
        def next_lr(self, group, t):
            return group["initial_lr"] / (1 + t) ** 0.5
"""

import math
from bisect import bisect_right

from minigrad.optim.optimizer import Optimizer


class LRScheduler:
    """Steps the learning rate of every parameter group through next_lr(group, t), t = 0, 1, 2, ...

    Making a scheduler sets the lr for t = 0. A rule that follows from group["lr"], the lr before, can be
    combined with others on the same optimizer, each with a step() of its own.
    last_epoch: continue after this t instead of starting; needs "initial_lr" in the groups.
    """

    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: expected an optimizer first, got a "
                            f"{type(optimizer).__name__}")
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise ValueError(f"{type(self).__name__}: last_epoch={last_epoch} continues a schedule, but "
                                 f"parameter group {i} has no 'initial_lr'; load the optimizer's state first")
        self.optimizer = optimizer
        self.last_epoch = last_epoch
        self.step()

    def next_lr(self, group, t):
        """The lr of `group` at time t, where group["lr"] is that at time t - 1 (and the first one at 0)."""
        raise NotImplementedError(f"{type(self).__name__} is a scheduler without a rule: define "
                                  "next_lr(self, group, t)")

    def step(self):
        """Go on to the next t."""
        t = self.last_epoch + 1
        lrs = [self.next_lr(group, t) for group in self.optimizer.param_groups]
        self.last_epoch = t
        for group, lr in zip(self.optimizer.param_groups, lrs):
            group["lr"] = float(lr)     # a NumPy scalar would make float64 of float32 parameters

    def restart(self):
        """Go to t = 0, from the initial learning rates."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        self.last_epoch = -1
        self.step()

    def get_last_lr(self):
        """The current learning rate of every parameter group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """Where the schedule is, and its settings, as plain numbers."""
        return {name: value for name, value in vars(self).items() if name not in ("optimizer", "lr_lambdas")}

    def load_state_dict(self, state_dict):
        """Continue where state_dict() was taken. The learning rates are in the optimizer's state."""
        expected = set(self.state_dict())
        if set(state_dict) != expected:
            raise ValueError(f"{type(self).__name__}: expected a state with {sorted(expected)}, "
                             f"got {sorted(state_dict)}; it is of another kind of scheduler")
        vars(self).update(state_dict)


class StepLR(LRScheduler):
    """lr = initial_lr * gamma^(t // step_size): times gamma every step_size steps."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        check_at_least_1("StepLR", "step_size", step_size)
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, group, t):
        return group["lr"] * self.gamma if t and t % self.step_size == 0 else group["lr"]


def check_at_least_1(scheduler, name, value):
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{scheduler}: {name} must be an integer of at least 1, got {value!r}")
