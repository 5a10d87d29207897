"""Schedulers that combine schedulers: one after another, or all at once."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from minigrad.autograd.errors import check_times
from minigrad.interrupts import uninterrupted
from minigrad.optim.lr_scheduler.plateau import ReduceLROnPlateau
from minigrad.optim.lr_scheduler.scheduler import CONTINUED, LRScheduler
from minigrad.optim.optimizer import Optimizer


class Combined(LRScheduler):
    """The base of both: their schedulers change one optimizer and are saved together."""

    schedulers: list[LRScheduler]

    def check(self, schedulers: list, optimizer: Optimizer) -> None:
        name = type(self).__name__
        for i, scheduler in enumerate(schedulers):
            if not isinstance(scheduler, LRScheduler) or isinstance(scheduler, ReduceLROnPlateau):
                raise TypeError(f"{name}: scheduler {i} should be one whose step() takes no metric, "
                                f"got a {type(scheduler).__name__}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"{name}: scheduler {i} belongs to another optimizer")

    def state_dict(self) -> dict:
        return {**super().state_dict(), "schedulers": [each.state_dict() for each in self.schedulers]}

    def _check_state(self, state_dict: dict) -> None:
        super()._check_state(state_dict)
        states = state_dict["schedulers"]
        if len(states) != len(self.schedulers):
            raise ValueError(f"{type(self).__name__}: the saved state is for {len(states)} schedulers, "
                             f"here are {len(self.schedulers)}")
        for scheduler, state in zip(self.schedulers, states):
            scheduler._check_state(state)

    def _take_state(self, state_dict: dict) -> None:
        schedulers = self.schedulers
        super()._take_state(state_dict)
        self.schedulers = schedulers
        for scheduler, state in zip(schedulers, state_dict["schedulers"]):
            scheduler.load_state_dict(state)


class SequentialLR(Combined):
    """One scheduler after another: schedulers[i + 1] takes over, from its own t = 0, at milestones[i].

        warm_up = LinearLR(optimizer, start_factor=0.1, total_iters=5)
        decay = CosineAnnealingLR(optimizer, T_max=95)
        scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[5])

    last_epoch=n continues at t = n + 1, with the scheduler that is active there.
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int],
                 last_epoch: int = -1):
        schedulers, milestones = list(schedulers), list(milestones)
        self.check(schedulers, optimizer)
        if not schedulers or len(milestones) != len(schedulers) - 1 or milestones != sorted(milestones):
            raise ValueError("SequentialLR: n schedulers need n - 1 ascending milestones, got "
                             f"{len(schedulers)} schedulers and milestones {milestones}")
        self.schedulers = schedulers
        self.milestones = milestones
        check_times("SequentialLR: last_epoch", last_epoch, least=-1, most=1_000_000)
        for each in CONTINUED.get(optimizer, [])[:]:
            if each() in schedulers:        # this scheduler steps them
                CONTINUED[optimizer].remove(each)
        for scheduler in schedulers if last_epoch != -1 else ():
            scheduler.restart()             # also what it does to momentum
        super().__init__(optimizer, last_epoch)

    def move_to(self, t: int) -> None:
        current = self.schedulers[bisect_right(self.milestones, t)]
        if t == 0:
            for group, lr in zip(self.optimizer.param_groups, self.base_lrs):
                group["lr"] = lr
        if t == 0 or t in self.milestones:
            current.restart()
        else:
            current.step()
        self.last_epoch = t


class ChainedScheduler(Combined):
    """All schedulers at once: step() steps each one, so their factors multiply.

        warm_up = ConstantLR(optimizer, factor=0.1, total_iters=2)
        decay = ExponentialLR(optimizer, gamma=0.9)
        scheduler = ChainedScheduler([warm_up, decay])
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None):
        schedulers = list(schedulers)
        if not schedulers:
            raise ValueError("ChainedScheduler: needs at least one scheduler, got an empty list")
        shared: Any = getattr(schedulers[0], "optimizer", None) if optimizer is None else optimizer
        self.check(schedulers, shared)
        self.schedulers = schedulers
        self.optimizer = shared         # the schedulers have set its learning rates already
        self.base_lrs = schedulers[0].base_lrs
        self.last_epoch = schedulers[0].last_epoch

    def step(self) -> None:
        with uninterrupted():
            for scheduler in self.schedulers:
                scheduler.step()
            self.last_epoch += 1

    def move_to(self, t: int) -> None:
        for scheduler in self.schedulers:
            scheduler.move_to(t)
        self.last_epoch = t
