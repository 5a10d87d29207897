"""Schedulers that scale the lr: constant, stepwise, linear, polynomial, or by a given function."""

from collections.abc import Callable, Sequence

from minigrad.optim.lr_scheduler.scheduler import LRScheduler, check_at_least_1, per_group
from minigrad.optim.optimizer import Optimizer


class StepLR(LRScheduler):
    """lr = initial_lr * gamma^(t // step_size): multiply by gamma every step_size steps."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1):
        check_at_least_1("StepLR", "step_size", step_size)
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        return lr * self.gamma if t and t % self.step_size == 0 else lr


class MultiStepLR(LRScheduler):
    """Multiply lr by gamma at every t in milestones."""

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1,
                 last_epoch: int = -1):
        self.milestones = sorted(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        return lr * self.gamma ** self.milestones.count(t)


class ExponentialLR(LRScheduler):
    """lr = initial_lr * gamma^t."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        return lr * self.gamma if t else lr


class ConstantLR(LRScheduler):
    """lr = initial_lr * factor until t = total_iters, then initial_lr."""

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5,
                 last_epoch: int = -1):
        if not 0 < factor <= 1:
            raise ValueError(f"ConstantLR: factor must be above 0 and at most 1, got {factor!r}")
        check_at_least_1("ConstantLR", "total_iters", total_iters)
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        if t == 0:
            return lr * self.factor
        return lr / self.factor if t == self.total_iters else lr


class LinearLR(LRScheduler):
    """lr = initial_lr * f(t), with f linear from start_factor to end_factor in total_iters steps."""

    def __init__(self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0,
                 total_iters: int = 5, last_epoch: int = -1):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError("LinearLR: start_factor must be above 0 and end_factor at least 0, both at "
                             f"most 1, got {start_factor!r} and {end_factor!r}")
        check_at_least_1("LinearLR", "total_iters", total_iters)
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        if t == 0:
            return lr * self.start_factor
        if t > self.total_iters:
            return lr
        return lr * self.factor(t) / self.factor(t - 1)

    def factor(self, t: int) -> float:
        return self.start_factor + (self.end_factor - self.start_factor) * t / self.total_iters


class PolynomialLR(LRScheduler):
    """lr = initial_lr * (1 - t / total_iters)^power, and 0 from t = total_iters on."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0,
                 last_epoch: int = -1):
        check_at_least_1("PolynomialLR", "total_iters", total_iters)
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        if t == 0 or t > self.total_iters:
            return lr
        return lr * ((self.total_iters - t) / (self.total_iters - t + 1)) ** self.power


class LambdaLR(LRScheduler):
    """lr = initial_lr * lr_lambda(t); a list has one function per parameter group.

    The functions are not saved: create the scheduler with the same ones before loading its state.
    """

    def __init__(self, optimizer: Optimizer,
                 lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
                 last_epoch: int = -1):
        self.lr_lambdas = per_group("LambdaLR", "lr_lambda", lr_lambda, optimizer)
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        return self.base_lrs[i] * self.lr_lambdas[i](t)


class MultiplicativeLR(LRScheduler):
    """Multiply lr by lr_lambda(t) at every t >= 1; a list has one function per parameter group.

    The functions are not saved: create the scheduler with the same ones before loading its state.
    """

    def __init__(self, optimizer: Optimizer,
                 lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
                 last_epoch: int = -1):
        self.lr_lambdas = per_group("MultiplicativeLR", "lr_lambda", lr_lambda, optimizer)
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        return lr * self.lr_lambdas[i](t) if t else lr
