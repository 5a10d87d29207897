"""LRScheduler: everything around a rule for the learning rate."""

from weakref import WeakKeyDictionary, ref

import numpy as np

from minigrad.autograd.errors import NamesArguments
from minigrad.interrupts import uninterrupted
from minigrad.optim.optimizer import Optimizer

NOT_SAVED = ("optimizer", "lr_lambdas", "scale_fn")     # functions cannot be saved
CONTINUED: WeakKeyDictionary = WeakKeyDictionary()      # optimizer -> refs of those made with last_epoch=n


class LRScheduler(NamesArguments):
    """Sets the learning rate of every parameter group i to next_lr(lr, t, i), for t = 0, 1, 2, ...

    base_lrs    the learning rates that the optimizer was created with
    last_epoch  the current t. The constructor sets the lr for t = 0; with last_epoch=n it sets the lr for
                t = n + 1 that a schedule has which began with the group's "initial_lr" at t = 0

    Several schedulers on one optimizer, each stepped separately, combine if their rules start from the
    previous lr. To continue them, create them in the same order with the same last_epoch.
    """

    doors = ("step", "load_state_dict")

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: expected an optimizer first, got a "
                            f"{type(optimizer).__name__}")
        if not isinstance(last_epoch, (int, np.integer)) or last_epoch < -1:
            raise ValueError(f"{type(self).__name__}: last_epoch must be -1 for a new schedule, or the "
                             f"number of the last epoch, from 0, got {last_epoch!r}")
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise ValueError(f"{type(self).__name__}: last_epoch={last_epoch} continues a schedule, but "
                                 f"parameter group {i} has no 'initial_lr'; load the optimizer's state first")
        self.optimizer = optimizer
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = -1
        if last_epoch == -1:
            self.step()
        else:
            self._replay(last_epoch + 1)

    def _replay(self, t: int) -> None:
        """Step from t = 0 to t, in turn with the schedulers that were continued at this t before this one.

        So the learning rates equal those of an uninterrupted run to the last bit, also by rules that start
        from the previous lr, whatever lr the groups have now.
        """
        continued = CONTINUED.setdefault(self.optimizer, [])
        others = [scheduler for each in continued if (scheduler := each()) and scheduler.last_epoch == t]
        with uninterrupted():
            for group in self.optimizer.param_groups:
                group["lr"] = group["initial_lr"] if others else self._first_lr(group)
            for scheduler in others:
                scheduler.last_epoch = -1
            for _ in range(t + 1):
                for scheduler in (*others, self):
                    scheduler.step()
        continued[:] = map(ref, (*others, self))

    def _first_lr(self, group: dict) -> float:
        """The lr of a group before t = 0."""
        return group["initial_lr"]

    def next_lr(self, lr: float, t: int, i: int) -> float:
        """The lr of group i at time t, from its lr at time t - 1; at t = 0 `lr` is the initial one."""
        raise NotImplementedError(f"{type(self).__name__} has no rule: define "
                                  "next_lr(self, lr, t, i)")

    def get_lr(self) -> list[float]:
        """The lr of every group at t = last_epoch, from next_lr."""
        return [self.next_lr(group["lr"], self.last_epoch, i)
                for i, group in enumerate(self.optimizer.param_groups)]

    def step(self) -> None:
        """Advance to the next t."""
        with uninterrupted():
            self.move_to(self.last_epoch + 1)

    def restart(self) -> None:
        """Go back to t = 0 and the initial learning rates."""
        for group, lr in zip(self.optimizer.param_groups, self.base_lrs):
            group["lr"] = lr
        self.move_to(0)

    def move_to(self, t: int) -> None:
        """Set the learning rates for time t."""
        groups = self.optimizer.param_groups
        if len(groups) != len(self.base_lrs):
            raise ValueError(f"{type(self).__name__} was created for {len(self.base_lrs)} parameter groups, "
                             f"the optimizer now has {len(groups)}; create the scheduler after the "
                             "last group")
        self.last_epoch = t
        for group, lr in zip(groups, self.get_lr()):
            group["lr"] = float(lr)     # a rule may return a NumPy scalar

    def get_last_lr(self) -> list[float]:
        """The current learning rate of every parameter group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict:
        """The state of the schedule, its settings and the current learning rates, as plain numbers."""
        own = {name: value for name, value in vars(self).items() if name not in NOT_SAVED}
        return {**own, **self._rates()}

    def load_state_dict(self, state_dict: dict) -> None:
        """Continue from a state_dict(): the schedule and the learning rates of the optimizer's groups.

        Raises ValueError, and changes nothing, if the state is of another kind of scheduler, or for another
        number of groups.
        """
        self._check_state(state_dict)
        with uninterrupted():
            self._take_state(state_dict)

    def _rates(self) -> dict[str, list[float]]:
        """What a scheduler has written into the groups."""
        return {"_last_lr": self.get_last_lr()}

    def _check_state(self, state_dict: dict) -> None:
        name, expected = type(self).__name__, set(self.state_dict())
        if set(state_dict) != expected:
            raise ValueError(f"{name}: expected a state with {sorted(expected)}, "
                             f"got {sorted(state_dict)}; it comes from another kind of scheduler")
        here = len(self.optimizer.param_groups)
        saved = len(state_dict.get("_last_lr", self.optimizer.param_groups))
        if saved != here:
            raise ValueError(f"{name}: the saved state is for {saved} parameter groups, "
                             f"the optimizer has {here}")

    def _take_state(self, state_dict: dict) -> None:
        state = dict(state_dict)
        for group, lr in zip(self.optimizer.param_groups, state.pop("_last_lr", ())):
            group["lr"] = lr
        vars(self).update(state)


def per_group(scheduler, name, value, optimizer):
    """A list with one value per parameter group, from one value for all or a list."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{scheduler}: expected an optimizer first, got a {type(optimizer).__name__}")
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{scheduler}: {name} has {len(value)} entries for {groups} parameter groups")
    return list(value)


def check_at_least_1(scheduler, name, value):
    if not isinstance(value, (int, float, np.integer)) or value % 1 or value < 1:      # 1.0 is allowed
        raise ValueError(f"{scheduler}: {name} must be an integer of at least 1, got {value!r}")
