"""Schedulers: move the learning rate while training.

    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(...)              # calls optimizer.step()
        scheduler.step()        # once per epoch; OneCycleLR once per batch

A scheduler writes group["lr"] of every parameter group; group["initial_lr"] keeps what it was at first.
To write another one, say what the lr of group i is at time t:

    class InverseRoot(LRScheduler):
        def next_lr(self, lr, t, i):
            return self.base_lrs[i] / (1 + t) ** 0.5
"""

import math
from bisect import bisect_right

import numpy as np

from minigrad.optim.optimizer import Optimizer


class LRScheduler:
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

    def step(self):
        """Go on to the next t."""
        groups, t = self.optimizer.param_groups, self.last_epoch + 1
        if len(groups) != len(self.base_lrs):
            raise ValueError(f"{type(self).__name__} was made for {len(self.base_lrs)} parameter groups, the "
                             f"optimizer now has {len(groups)}; make the scheduler after the last group")
        for group, lr in zip(groups, [self.next_lr(group["lr"], t, i) for i, group in enumerate(groups)]):
            group["lr"] = float(lr)     # also where a rule computes with NumPy
        self.last_epoch = t

    def restart(self):
        """Go to t = 0, from the initial learning rates."""
        for group, lr in zip(self.optimizer.param_groups, self.base_lrs):
            group["lr"] = lr
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

    def next_lr(self, lr, t, i):
        return lr * self.gamma if t and t % self.step_size == 0 else lr


class MultiStepLR(LRScheduler):
    """lr times gamma at every t in milestones."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones = sorted(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr, t, i):
        return lr * self.gamma ** self.milestones.count(t)


class ExponentialLR(LRScheduler):
    """lr = initial_lr * gamma^t."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr, t, i):
        return lr * self.gamma if t else lr


class LinearLR(LRScheduler):
    """lr = initial_lr * f(t), where f goes in a line from start_factor to end_factor in total_iters steps."""

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError("LinearLR: start_factor must be above 0 and end_factor at least 0, both at "
                             f"most 1, got {start_factor!r} and {end_factor!r}")
        check_at_least_1("LinearLR", "total_iters", total_iters)
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr, t, i):
        if t == 0:
            return lr * self.start_factor
        if t > self.total_iters:
            return lr
        return lr * self.factor(t) / self.factor(t - 1)

    def factor(self, t):
        return self.start_factor + (self.end_factor - self.start_factor) * t / self.total_iters


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (initial_lr - eta_min) * (1 + cos(pi t / T_max)) / 2: half a cosine, down in T_max steps.

    Source: Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983, eq. 5, without the restarts.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        check_at_least_1("CosineAnnealingLR", "T_max", T_max)
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr, t, i):
        if t == 0:
            return lr
        if (t - 1) % (2 * self.T_max) == self.T_max:    # up from the bottom, where height(t - 1) = 0
            return lr + (self.base_lrs[i] - self.eta_min) * self.height(t)
        return self.eta_min + (lr - self.eta_min) * self.height(t) / self.height(t - 1)

    def height(self, t):
        return (1 + math.cos(math.pi * t / self.T_max)) / 2


class LambdaLR(LRScheduler):
    """lr = initial_lr * lr_lambda(t); a list has one function per parameter group.

    The functions are not part of the state: make the scheduler with the same ones before loading it.
    """

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.lr_lambdas = per_group("LambdaLR", "lr_lambda", lr_lambda, optimizer)
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr, t, i):
        return self.base_lrs[i] * self.lr_lambdas[i](t)


class OneCycleLR(LRScheduler):
    """Warm up from max_lr / div_factor to max_lr, then down to max_lr / div_factor / final_div_factor.

    One step per batch: total_steps of them, or epochs * steps_per_epoch; the first pct_start of them
    warm up. With cycle_momentum, momentum (of Adam beta1) moves against the lr: from max_momentum
    down to base_momentum and up again. With three_phase the way down takes as long as the way up and a
    third phase does the rest. anneal_strategy: 'cos' or 'linear'.

    Source: Smith and Topin 2018, Super-convergence, arXiv:1708.07120; two phases and the cosine as in
    PyTorch, after fastai.
    """

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None,
                 pct_start=0.3, anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85,
                 max_momentum=0.95, div_factor=25.0, final_div_factor=1e4, three_phase=False, last_epoch=-1):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR: give total_steps, or both epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        check_at_least_1("OneCycleLR", "the number of steps", total_steps)
        if not 0 <= pct_start <= 1:
            raise ValueError(f"OneCycleLR: pct_start is a part of the steps, from 0 to 1, got {pct_start!r}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"OneCycleLR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        max_lrs = per_group("OneCycleLR", "max_lr", max_lr, optimizer)
        self.lrs = [{"start": lr / div_factor, "max": lr, "end": lr / div_factor / final_div_factor}
                    for lr in max_lrs]
        self.momentums = None
        if cycle_momentum:
            if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
                raise ValueError(f"OneCycleLR: {type(optimizer).__name__} has neither momentum nor betas "
                                 "to cycle; pass cycle_momentum=False")
            base = per_group("OneCycleLR", "base_momentum", base_momentum, optimizer)
            high = per_group("OneCycleLR", "max_momentum", max_momentum, optimizer)
            self.momentums = [{"start": m, "max": b, "end": m} for b, m in zip(base, high)]
        self.total_steps = total_steps
        self.anneal_strategy = anneal_strategy
        up, last = pct_start * total_steps - 1, total_steps - 1
        self.phases = [[up, "start", "max"], [last, "max", "end"]]     # until t = ..., from, to
        if three_phase:
            self.phases = [[up, "start", "max"], [2 * up, "max", "start"], [last, "start", "end"]]
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, self.lrs):
                group["initial_lr"] = lr["start"]
        super().__init__(optimizer, last_epoch)

    def step(self):
        t = self.last_epoch + 1
        if t > self.total_steps:
            raise ValueError(f"OneCycleLR: step {t}, but the cycle has {self.total_steps} steps; "
                             "total_steps should be epochs * len(loader)")
        super().step()
        for group, momentum in zip(self.optimizer.param_groups, self.momentums or ()):
            if "betas" in group:
                group["betas"] = (self.anneal(momentum, t), group["betas"][1])
            else:
                group["momentum"] = self.anneal(momentum, t)

    def next_lr(self, lr, t, i):
        return self.anneal(self.lrs[i], t)

    def anneal(self, values, t):
        """Between values["start"], ["max"] and ["end"], as the phases say."""
        begin = 0
        for end, source, target in self.phases:
            if t <= end or target == "end":
                break
            begin = end
        part = (t - begin) / (end - begin) if end > begin else 1
        if self.anneal_strategy == "cos":
            return values[target] + (values[source] - values[target]) * (1 + math.cos(math.pi * part)) / 2
        return values[source] + (values[target] - values[source]) * part


class SequentialLR(LRScheduler):
    """One scheduler after another: schedulers[i + 1] takes over, from its own t = 0, at milestones[i].

        warm_up = LinearLR(optimizer, start_factor=0.1, total_iters=5)
        decay = CosineAnnealingLR(optimizer, T_max=95)
        scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[5])
    """

    def __init__(self, optimizer, schedulers, milestones):
        schedulers, milestones = list(schedulers), list(milestones)
        for i, scheduler in enumerate(schedulers):
            if not isinstance(scheduler, LRScheduler) or isinstance(scheduler, ReduceLROnPlateau):
                raise TypeError(f"SequentialLR: scheduler {i} should be one whose step() needs no metric, "
                                f"got a {type(scheduler).__name__}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"SequentialLR: scheduler {i} belongs to another optimizer")
        if not schedulers or len(milestones) != len(schedulers) - 1 or milestones != sorted(milestones):
            raise ValueError("SequentialLR: between n schedulers lie n - 1 rising milestones, got "
                             f"{len(schedulers)} schedulers and milestones {milestones}")
        self.schedulers = schedulers
        self.milestones = milestones
        super().__init__(optimizer)

    def step(self):
        t = self.last_epoch + 1
        current = self.schedulers[bisect_right(self.milestones, t)]
        if t == 0 or t in self.milestones:
            current.restart()
        else:
            current.step()
        self.last_epoch = t

    def state_dict(self):
        return {**super().state_dict(), "schedulers": [each.state_dict() for each in self.schedulers]}

    def load_state_dict(self, state_dict):
        schedulers = self.schedulers
        super().load_state_dict(state_dict)
        self.schedulers = schedulers
        for scheduler, state in zip(schedulers, state_dict["schedulers"]):
            scheduler.load_state_dict(state)


class ReduceLROnPlateau(LRScheduler):
    """lr times factor where the metric given to step(metric) has not improved for more than patience steps.

    mode        'min': smaller is better; 'max': larger is better
    threshold   what counts as better: by this part of the best (threshold_mode 'rel') or this much ('abs')
    cooldown    steps after a reduction that do not count
    min_lr      the lr falls no lower; a list has one per parameter group
    eps         changes of the lr up to this are left out
    """

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4,
                 threshold_mode="rel", cooldown=0, min_lr=0, eps=1e-8):
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
        self.min_lrs = per_group("ReduceLROnPlateau", "min_lr", min_lr, optimizer)
        self.eps = eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self.optimizer = optimizer
        self.last_epoch = 0

    def step(self, metrics):
        metric = float(metrics)
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
            for group, min_lr in zip(self.optimizer.param_groups, self.min_lrs):
                lr = max(group["lr"] * self.factor, min_lr)
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr

    def is_better(self, metric):
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * metric > sign * self.best * (1 + sign * self.threshold)
        return sign * metric > sign * self.best + self.threshold


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
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{scheduler}: {name} must be an integer of at least 1, got {value!r}")
