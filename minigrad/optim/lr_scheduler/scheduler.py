"""LRScheduler: everything around a rule for the learning rate."""

import numpy as np

from minigrad.autograd.errors import NamesArguments
from minigrad.optim.optimizer import Optimizer

NOT_SAVED = ("optimizer", "lr_lambdas", "scale_fn")     # functions have no place in a file


class LRScheduler(NamesArguments):
    """Steps the learning rate of every parameter group i through next_lr(lr, t, i), t = 0, 1, 2, ...

    base_lrs    the learning rates that the optimizer was made with
    last_epoch  the current t. Making a scheduler sets the lr for t = 0; with last_epoch=n it continues
                with t = n + 1 instead, which needs "initial_lr" in the groups

    Several schedulers on one optimizer, each with a step() of its own, combine where their rules start
    from the lr before.
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
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    def next_lr(self, lr, t, i):
        """The lr of group i at time t, from its lr at time t - 1; at t = 0 `lr` is the initial one."""
        raise NotImplementedError(f"{type(self).__name__} is a scheduler without a rule: define "
                                  "next_lr(self, lr, t, i)")

    def get_lr(self):
        """What next_lr says for all groups at the time last_epoch."""
        return [self.next_lr(group["lr"], self.last_epoch, i)
                for i, group in enumerate(self.optimizer.param_groups)]

    def step(self):
        """Go on to the next t."""
        self.move_to(self.last_epoch + 1)

    def restart(self):
        """Go to t = 0, from the initial learning rates."""
        for group, lr in zip(self.optimizer.param_groups, self.base_lrs):
            group["lr"] = lr
        self.move_to(0)

    def move_to(self, t):
        """Set the learning rates of time t."""
        groups = self.optimizer.param_groups
        if len(groups) != len(self.base_lrs):
            raise ValueError(f"{type(self).__name__} was made for {len(self.base_lrs)} parameter groups, the "
                             f"optimizer now has {len(groups)}; make the scheduler after the last group")
        self.last_epoch = t
        for group, lr in zip(groups, self.get_lr()):
            group["lr"] = float(lr)     # also where a rule computes with NumPy

    def get_last_lr(self):
        """The current learning rate of every parameter group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """Where the schedule is, and its settings, as plain numbers."""
        return {name: value for name, value in vars(self).items() if name not in NOT_SAVED}

    def load_state_dict(self, state_dict):
        """Continue where state_dict() was taken. The learning rates are in the optimizer's state."""
        expected = set(self.state_dict())
        if set(state_dict) != expected:
            raise ValueError(f"{type(self).__name__}: expected a state with {sorted(expected)}, "
                             f"got {sorted(state_dict)}; it is of another kind of scheduler")
        vars(self).update(state_dict)


def per_group(scheduler, name, value, optimizer):
    """A value per parameter group, from one for all or a list."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{scheduler}: expected an optimizer first, got a {type(optimizer).__name__}")
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{scheduler}: {name} has {len(value)} entries for {groups} parameter groups")
    return list(value)


def check_at_least_1(scheduler, name, value):
    if not isinstance(value, (int, float, np.integer)) or value % 1 or value < 1:      # 1.0 is whole
        raise ValueError(f"{scheduler}: {name} must be an integer of at least 1, got {value!r}")
