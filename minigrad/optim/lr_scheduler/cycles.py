"""Cyclic schedules, with momentum in the opposite direction; one step per batch."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from minigrad.optim.lr_scheduler.scheduler import LRScheduler, check_at_least_1, per_group
from minigrad.optim.optimizer import Optimizer, is_number


class Cycle(LRScheduler):
    """The base of both: it moves momentum too, if `momentums` is not None."""

    momentums: Any

    def _rates(self) -> dict[str, list[float]]:
        if not self.momentums:
            return super()._rates()
        return {**super()._rates(), "_last_momentum": [
            group["betas"][0] if "betas" in group else group["momentum"]
            for group in self.optimizer.param_groups]}

    def _take_state(self, state_dict: dict) -> None:
        state = dict(state_dict)
        for group, momentum in zip(self.optimizer.param_groups, state.pop("_last_momentum", ())):
            set_momentum(group, momentum)
        super()._take_state(state)


class OneCycleLR(Cycle):
    """Warm up from max_lr / div_factor to max_lr, then decay to max_lr / div_factor / final_div_factor.

    Takes one step per batch: total_steps, or epochs * steps_per_epoch. The fraction pct_start of them warms
    up. cycle_momentum: momentum (beta1 of Adam) moves in the opposite direction, from max_momentum to
    base_momentum and back. three_phase: decay to the start value as fast as the warm-up, then in a third
    phase to the end value. anneal_strategy: 'cos' or 'linear'.

    Source: Smith and Topin 2018, Super-convergence, arXiv:1708.07120; two phases and the cosine as in
    PyTorch, after fastai.
    """

    def __init__(self, optimizer: Optimizer, max_lr: float | Sequence[float],
                 total_steps: int | None = None, epochs: int | None = None,
                 steps_per_epoch: int | None = None, pct_start: float = 0.3, anneal_strategy: str = "cos",
                 cycle_momentum: bool = True, base_momentum: float | Sequence[float] = 0.85,
                 max_momentum: float | Sequence[float] = 0.95, div_factor: float = 25.0,
                 final_div_factor: float = 1e4, three_phase: bool = False, last_epoch: int = -1):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR: give total_steps, or both epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        check_at_least_1("OneCycleLR", "the number of steps", total_steps)
        if not 0 <= pct_start <= 1:
            raise ValueError(f"OneCycleLR: pct_start must be a fraction, from 0 to 1, got {pct_start!r}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError("OneCycleLR: anneal_strategy must be 'cos' or 'linear', "
                             f"got {anneal_strategy!r}")
        max_lrs = per_group("OneCycleLR", "max_lr", max_lr, optimizer)
        self.lrs = [{"start": lr / div_factor, "max": lr, "end": lr / div_factor / final_div_factor}
                    for lr in max_lrs]
        self.momentums = None
        if cycle_momentum:
            base, high = momentum_bounds("OneCycleLR", base_momentum, max_momentum, optimizer)
            self.momentums = [{"start": m, "max": b, "end": m} for b, m in zip(base, high)]
        self.total_steps = total_steps
        self.anneal_strategy = anneal_strategy
        up, last = pct_start * total_steps - 1, total_steps - 1
        # until t = ..., from, to
        self.phases: list[list[Any]] = [[up, "start", "max"], [last, "max", "end"]]
        if three_phase:
            self.phases = [[up, "start", "max"], [2 * up, "max", "start"], [last, "start", "end"]]
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, self.lrs):
                group.setdefault("initial_lr", lr["start"])
        super().__init__(optimizer, last_epoch)

    def move_to(self, t: int) -> None:
        if t > self.total_steps:
            raise ValueError(f"OneCycleLR: step {t}, but the cycle has {self.total_steps} steps; "
                             "total_steps should be epochs * len(loader)")
        super().move_to(t)
        for group, momentum in zip(self.optimizer.param_groups, self.momentums or ()):
            set_momentum(group, self.anneal(momentum, t))

    def next_lr(self, lr: float, t: int, i: int) -> float:
        return self.anneal(self.lrs[i], t)

    def anneal(self, values: dict[str, float], t: int) -> float:
        """The value at time t: the phases interpolate between values["start"], ["max"] and ["end"]."""
        begin = 0
        for end, source, target in self.phases:
            if t <= end or target == "end":
                break
            begin = end
        part = (t - begin) / (end - begin) if end > begin else 1
        if self.anneal_strategy == "cos":
            return values[target] + (values[source] - values[target]) * (1 + math.cos(math.pi * part)) / 2
        return values[source] + (values[target] - values[source]) * part


class CyclicLR(Cycle):
    """Linearly up from base_lr to max_lr in step_size_up steps, down in step_size_down steps, repeatedly.

        lr = base_lr + (max_lr - base_lr) * height(t) * scale,   height between 0 and 1

    scale is 1 for mode 'triangular', halves with every cycle for 'triangular2', and is gamma^t for
    'exp_range'. scale_fn replaces it: a function of the cycle 1, 2, ... or, with scale_mode 'iterations', of
    t; it is not saved in the state. cycle_momentum: momentum (beta1 of Adam) moves in the opposite direction,
    from max_momentum to base_momentum.

    Source: Smith 2017, Cyclical learning rates for training neural networks, arXiv:1506.01186, sec. 3.
    """

    def __init__(self, optimizer: Optimizer, base_lr: float | Sequence[float],
                 max_lr: float | Sequence[float], step_size_up: float = 2000,
                 step_size_down: float | None = None, mode: str = "triangular", gamma: float = 1.0,
                 scale_fn: Callable[[float], float] | None = None, scale_mode: str = "cycle",
                 cycle_momentum: bool = True, base_momentum: float | Sequence[float] = 0.8,
                 max_momentum: float | Sequence[float] = 0.9, last_epoch: int = -1):
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError("CyclicLR: mode must be 'triangular', 'triangular2' or 'exp_range', or scale_fn "
                             f"given, got {mode!r}")
        if scale_mode not in ("cycle", "iterations"):
            raise ValueError(f"CyclicLR: scale_mode must be 'cycle' or 'iterations', got {scale_mode!r}")
        self.step_size_up = step_size_up
        self.step_size_down = step_size_up if step_size_down is None else step_size_down
        for size in (self.step_size_up, self.step_size_down):
            if not (is_number(size) and size > 0):
                raise ValueError("CyclicLR: step_size_up and step_size_down must be above 0, "
                                 f"got {size!r}")
        self.low_lrs = per_group("CyclicLR", "base_lr", base_lr, optimizer)
        self.max_lrs = per_group("CyclicLR", "max_lr", max_lr, optimizer)
        self.mode = mode
        self.gamma = gamma
        self.scale_fn = scale_fn
        self.scale_mode = scale_mode
        self.momentums = None
        if cycle_momentum:
            self.momentums = momentum_bounds("CyclicLR", base_momentum, max_momentum, optimizer)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, self.low_lrs):
                group["lr"] = lr
        super().__init__(optimizer, last_epoch)

    def move_to(self, t: int) -> None:
        super().move_to(t)
        if self.momentums:
            for group, low, high in zip(self.optimizer.param_groups, *self.momentums):
                set_momentum(group, high - (high - low) * self.height(t))

    def next_lr(self, lr: float, t: int, i: int) -> float:
        low, high = self.low_lrs[i], self.max_lrs[i]
        return low + (high - low) * self.height(t)

    def height(self, t: int) -> float:
        """The height at time t, from 0 (bottom) to 1 (top), times the scale."""
        cycle, t_in_cycle = divmod(t, self.step_size_up + self.step_size_down)
        height = min(t_in_cycle / self.step_size_up,
                     (self.step_size_up + self.step_size_down - t_in_cycle) / self.step_size_down)
        if self.scale_fn:
            return height * self.scale_fn(cycle + 1 if self.scale_mode == "cycle" else t)
        if self.mode == "triangular2":
            return height * 0.5**cycle
        return height * self.gamma**t if self.mode == "exp_range" else height


def momentum_bounds(scheduler, low, high, optimizer):
    """The smallest and the largest momentum, as lists with a value per group."""
    low = per_group(scheduler, "base_momentum", low, optimizer)
    high = per_group(scheduler, "max_momentum", high, optimizer)
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError(f"{scheduler}: {type(optimizer).__name__} has neither momentum nor betas "
                         "to cycle; pass cycle_momentum=False")
    return low, high


def set_momentum(group, momentum):
    if "betas" in group:
        group["betas"] = (momentum, group["betas"][1])
    else:
        group["momentum"] = momentum
