"""Averages of a model's weights over training, which often generalise better than the last weights.

    averaged = AveragedModel(model)                                             # the mean (SWA), or
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.999))   # a moving mean (EMA)

    for epoch in range(epochs):
        for x, target in loader:
            optimizer.zero_grad()
            loss(model(x), target).backward()
            optimizer.step()
            averaged.update_parameters(model)       # EMA: after every step
        ...                                         # SWA: after every epoch, from when the loss is low
    update_bn(loader, averaged)                     # batch-norm statistics of the averaged weights
    y = averaged(x)

Source: SWA: Izmailov et al. 2018, arXiv:1803.05407, algorithm 1. EMA: Polyak and Juditsky 1992,
Acceleration of stochastic approximation by averaging.
"""

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from minigrad.autograd import no_grad
from minigrad.autograd.errors import checked, composed
from minigrad.hints import missing as _missing
from minigrad.interrupts import uninterrupted
from minigrad.nn.module import Module
from minigrad.nn.normalisation import BatchNorm
from minigrad.ops.creation import zeros
from minigrad.optim.lr_scheduler.scheduler import LRScheduler, per_group
from minigrad.optim.optimizer import Optimizer

__all__ = [
    "AveragedModel", "SWALR", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn",
    "get_swa_multi_avg_fn", "update_bn"]


class AveragedModel(Module):
    """A copy of a model, `module`, whose parameters are a running average of the model's parameters.

    device          where the average is kept; default: the model's device
    avg_fn          (average, parameter, n) -> the next average, n models so far; default: the mean
    multi_avg_fn    the same for lists of tensors; it writes the averages in place
    use_buffers     average the buffers too (running statistics), instead of copying them; never boolean ones

    The state_dict has the names of the model with the prefix 'module.', and n_averaged.
    """

    doors = (*Module.doors, "update_parameters")

    def __init__(self, model: Module, device: str | None = None, avg_fn: Callable | None = None,
                 multi_avg_fn: Callable | None = None, use_buffers: bool = False):
        if avg_fn is not None and multi_avg_fn is not None:
            raise ValueError("AveragedModel: give avg_fn or multi_avg_fn, not both")
        self.module = copy.deepcopy(model)
        if device is not None:
            self.module.to(device)
        self.register_buffer("n_averaged", zeros(dtype="int64", device=device))
        self.multi_avg_fn = multi_avg_fn or for_all(avg_fn or get_swa_avg_fn())
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Add the model's current parameters to the average; the first time, copy them."""
        parameters = pairs(self.module.parameters(), model.parameters())
        buffers = pairs(self.module.buffers(), model.buffers())
        masks = [pair for pair in buffers if pair[0].dtype == bool]     # True and False have no mean
        numbers = [pair for pair in buffers if pair[0].dtype != bool]
        averaged, taken = (parameters + numbers, masks) if self.use_buffers else (parameters, buffers)
        n = self.n_averaged.item()
        if n == 0:
            averaged, taken = [], averaged + taken
        with uninterrupted():
            for ours, theirs in taken:
                ours.copy_(theirs)
            if averaged:
                self.multi_avg_fn(*map(list, zip(*averaged)), n)
            self.n_averaged.add_(1)


def pairs(ours, theirs):
    """Pairs (tensor of the average, tensor of the model), on the device of the average."""
    ours, theirs = list(ours), list(theirs)
    if [tuple(a.shape) for a in ours] != [tuple(b.shape) for b in theirs]:
        raise ValueError(f"AveragedModel: the average has {len(ours)} tensors, the model {len(theirs)}, or "
                         "their shapes differ; update it with the model it was created from")
    return [(a.detach(), b.detach().to(a.device)) for a, b in zip(ours, theirs)]


@checked
def get_swa_avg_fn() -> Callable:
    """The mean of all models: average + (parameter - average) / (n + 1)."""
    return composed(lambda average, parameter, n: average + (parameter - average) / (n + 1), "get_swa_avg_fn")


@checked
def get_ema_avg_fn(decay: float = 0.999) -> Callable:
    """A moving mean over about 1 / (1 - decay) models: decay * average + (1 - decay) * parameter."""
    if not 0 <= decay <= 1:
        raise ValueError(f"get_ema_avg_fn: decay must be from 0 to 1, got {decay!r}")
    return composed(lambda average, parameter, n: decay * average + (1 - decay) * parameter, "get_ema_avg_fn")


@checked
def get_swa_multi_avg_fn() -> Callable:
    """get_swa_avg_fn for lists of tensors."""
    return composed(for_all(get_swa_avg_fn()), "get_swa_multi_avg_fn")


@checked
def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable:
    """get_ema_avg_fn for lists of tensors."""
    return composed(for_all(get_ema_avg_fn(decay)), "get_ema_multi_avg_fn")


def for_all(avg_fn):
    @no_grad()
    def update(averages, parameters, n):
        for average, parameter in zip(averages, parameters):
            average.copy_(avg_fn(average, parameter, n))
    return update


@checked
@no_grad()
def update_bn(loader: Iterable, model: Module, device: str | None = None) -> None:
    """Recompute the running statistics of all batch norms, in one pass through the loader.

    A batch is x, or a list or tuple that starts with x. device: move x there first. The modules keep their
    training or evaluation modes; after an error they also have their old statistics.
    """
    norms = [module for module in model.modules() if isinstance(module, BatchNorm)]
    if not norms:
        return
    modes = [(module, module.training) for module in model.modules()]
    momentums = [norm.momentum for norm in norms]
    before = [(buffer, buffer.clone()) for norm in norms for buffer in norm.buffers(recurse=False)]
    try:
        model.train()
        for norm in norms:
            norm.momentum = None        # the plain average of all batches
            if norm.track_running_stats:
                norm.running_mean.zero_()
                norm.running_var.fill_(1)
                norm.num_batches_tracked.zero_()
        for batch in loader:
            x = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(x if device is None else x.to(device))
    except BaseException:
        for buffer, values in before:
            buffer.copy_(values)
        raise
    finally:
        for norm, momentum in zip(norms, momentums):
            norm.momentum = momentum
        for module, mode in modes:
            module.training = mode


class SWALR(LRScheduler):
    """Anneal from the current lr to swa_lr in anneal_epochs steps, then keep it.

    anneal_strategy: 'cos' or 'linear'. Start stepping it when the other scheduler stops.
    """

    def __init__(self, optimizer: Optimizer, swa_lr: float | Sequence[float], anneal_epochs: int = 10,
                 anneal_strategy: str = "cos", last_epoch: int = -1):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"SWALR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"SWALR: anneal_epochs must be an integer of at least 0, got {anneal_epochs!r}")
        self.swa_lrs = per_group("SWALR", "swa_lr", swa_lr, optimizer)
        self.anneal_epochs = anneal_epochs
        self.anneal_strategy = anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _first_lr(self, group: dict) -> float:
        return group.get("swa_start_lr", group["initial_lr"])

    def restart(self) -> None:
        """Go back to t = 0, from the current lr."""
        self.move_to(0)

    def next_lr(self, lr: float, t: int, i: int) -> float:
        if t == 0:      # another scheduler may have brought it here from its initial_lr
            self.optimizer.param_groups[i]["swa_start_lr"] = lr
        before, now = self.part(t - 1), self.part(t)
        if before == 1:
            return self.swa_lrs[i]
        start = (lr - before * self.swa_lrs[i]) / (1 - before)      # another scheduler may have changed it
        return now * self.swa_lrs[i] + (1 - now) * start

    def part(self, t: int) -> float:
        """The fraction of the annealing done at time t, from 0 to 1."""
        t = max(0, t)
        if t >= self.anneal_epochs:
            return 1
        done = t / self.anneal_epochs
        return (1 - math.cos(math.pi * done)) / 2 if self.anneal_strategy == "cos" else done


def __getattr__(name):
    raise _missing(__name__, name, __all__)
