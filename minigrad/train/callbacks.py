"""Callbacks: hooks that the Trainer calls at fixed points of the training loop.

To write one, subclass Callback and define the methods you need:

    class Rates(Callback):
        def on_epoch_end(self, trainer, row):
            print(row["epoch"], trainer.optimizer.param_groups[0]["lr"])
"""

import copy
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.autograd.errors import NamesArguments
from minigrad.optim.lr_scheduler import ReduceLROnPlateau
from minigrad.train.history import show
from minigrad.train.metrics import HIGHER, direction

if TYPE_CHECKING:
    from minigrad.train.trainer import Trainer


class Callback(NamesArguments):
    """Base class of all callbacks; every method does nothing by default.

    The trainer passed to each method has the attributes model, optimizer, history, epoch (from 1),
    last_epoch, step (in this epoch, from 1), steps (per epoch; None if the loader has no length) and
    samples (so far in this epoch). running() returns the loss and metrics so far, and waits for the
    device. stop(reason) ends the training after this step.

    on_epoch_start is also called where a fit continues an epoch that was interrupted; trainer.step is
    above 0 then.
    """

    rank = 0        # a higher rank is called later
    again = False   # after an interrupt in on_step_end or on_epoch_end, the next fit calls it once more

    def on_fit_start(self, trainer: "Trainer") -> None:
        pass

    def on_epoch_start(self, trainer: "Trainer") -> None:
        pass

    def on_step_end(self, trainer: "Trainer") -> None:
        """Called after optimizer.step(); the gradients are still available."""

    def on_validation_start(self, trainer: "Trainer", row: dict) -> None:
        """Called after the last step of an epoch; row has its training loss and metrics."""

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        """row: this epoch's entry in the history, with loss, metrics and their val_ counterparts."""

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Always called, even after an error or Ctrl-C."""

    def state_dict(self) -> dict:
        """The state to save in a checkpoint: numbers, strings, lists, dicts and tensors."""
        return {}

    def load_state_dict(self, state: dict) -> None:
        pass


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved by more than min_delta for `patience` epochs in a row.

    mode          'min' or 'max'; optional for losses, accuracies and the other built-in metrics
    restore_best  when fit ends, for whatever reason, load the weights of the best epoch. A later fit goes
                  on from the last weights, as if this one had not ended, unless it ended for want of patience
    """

    def __init__(self, monitor: str = "val_loss", patience: int = 5, *, min_delta: float = 0.0,
                 mode: str | None = None, restore_best: bool = True) -> None:
        if patience < 1:
            raise ValueError(f"EarlyStopping: patience must be at least 1 epoch, got {patience}")
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.mode = direction(monitor, mode)
        self.restore_best = restore_best
        self.best, self.best_epoch = None, None
        self.best_weights: dict[str, Any] | None = None
        self.last_weights: dict[str, Any] | None = None     # while the model has the best ones after fit
        self.waited = 0

    def on_fit_start(self, trainer: "Trainer") -> None:
        if self.waited >= self.patience:        # it stopped the previous fit; this one starts from the best
            self.waited = 0
        elif self.last_weights is not None and equal(trainer.model.state_dict(), self.best_weights):
            trainer.model.load_state_dict(self.last_weights)
        self.last_weights = None

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        value = monitored(self, row)
        if improved(value, self.best, self.mode, self.min_delta):
            self.best, self.best_epoch, self.waited = value, row["epoch"], 0
            if self.restore_best:
                self.best_weights = duplicate(trainer.model.state_dict())
            return
        self.waited += 1
        if self.waited >= self.patience:
            best = f"; best {show(self.best)} in epoch {self.best_epoch}" if self.best is not None else ""
            epochs = "1 epoch" if self.patience == 1 else f"{self.patience} epochs"
            trainer.stop(f"{self.monitor} has not improved for {epochs}{best}")

    def on_fit_end(self, trainer: "Trainer") -> None:
        if self.best_weights is not None and not equal(trainer.model.state_dict(), self.best_weights):
            self.last_weights = duplicate(trainer.model.state_dict())
            trainer.model.load_state_dict(self.best_weights)

    def state_dict(self) -> dict:
        return {"best": self.best, "best_epoch": self.best_epoch, "best_weights": self.best_weights,
                "last_weights": self.last_weights, "waited": self.waited}

    def load_state_dict(self, state: dict) -> None:
        state = {"last_weights": None, **checked(state)}
        number, names = (int, float, type(None)), (dict, type(None))
        kinds: dict[str, Any] = {"best": number, "best_epoch": number, "waited": int, "best_weights": names,
                                 "last_weights": names}
        for name, kind in kinds.items():
            if name not in state or not isinstance(state[name], kind):
                raise ValueError(f"EarlyStopping: the saved {name} cannot be {state.get(name)!r:.60}")
        weights = [*(state["best_weights"] or {}).items(), *(state["last_weights"] or {}).items()]
        for name, value in weights:
            if not isinstance(value, Tensor) and not name.endswith("_extra_state"):
                raise ValueError(f"EarlyStopping: the saved weights {name} cannot be {value!r:.60}")
        if state["last_weights"] and not state["best_weights"]:
            raise ValueError("EarlyStopping: the saved state has last_weights, but no best_weights")
        vars(self).update({name: state[name] for name in self.state_dict()})


class Checkpoint(Callback):
    """Save the full training state to `path` after every epoch, or only when `best` improves.

    best: the name of a loss or metric, such as 'val_accuracy'. Trainer.resume(path) continues from the
    file, which is replaced only when the new one is complete.
    """

    def __init__(self, path: str | Path, best: str | None = None, *, mode: str | None = None) -> None:
        self.path, self.monitor = Path(path), best
        # Called last: it saves the state of the other callbacks, including the best-only Checkpoints.
        self.rank = 1 if best else 2
        self.mode = best and direction(best, mode)
        self.best: float | None = None

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        if self.monitor is not None:
            value = monitored(self, row)
            if not improved(value, self.best, self.mode):
                return
            self.best = value
        trainer.save(self.path)

    def state_dict(self) -> dict:
        return {"best": self.best}

    def load_state_dict(self, state: dict) -> None:
        best = checked(state).get("best", "")
        if not isinstance(best, (int, float, type(None))):
            raise ValueError(f"Checkpoint: the saved best cannot be {best!r:.60}")
        self.best = best


class Schedule(Callback):
    """Call a learning rate scheduler's step() after every 'epoch' (the default) or every 'step'.

    monitor: the loss or metric to pass to scheduler.step(value) after each epoch; 'val_loss' by default
    for ReduceLROnPlateau, else no value is passed.
    """

    again = True        # a step that an interrupt cuts short is undone

    def __init__(self, scheduler: Any, every: str = "epoch", *, monitor: str | None = None) -> None:
        if every not in ("epoch", "step"):
            raise ValueError(f"Schedule: every must be 'epoch' or 'step', got {every!r}")
        if monitor is None and isinstance(scheduler, ReduceLROnPlateau):
            monitor = "val_loss"
        if monitor is not None and every == "step":
            raise ValueError(f"Schedule: {monitor} is known once per epoch; leave out every='step'")
        self.scheduler, self.every, self.monitor = scheduler, every, monitor

    def on_fit_start(self, trainer: "Trainer") -> None:
        if getattr(self.scheduler, "optimizer", trainer.optimizer) is not trainer.optimizer:
            raise ValueError(f"Schedule: this {type(self.scheduler).__name__} changes another optimizer than "
                             "the trainer's; create it with the optimizer that you pass to the Trainer")

    def on_step_end(self, trainer: "Trainer") -> None:
        if self.every == "step":
            self.step(trainer)

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        if self.monitor is not None:
            self.step(trainer, monitored(self, row))
        elif self.every == "epoch":
            self.step(trainer)

    def step(self, trainer: "Trainer", *metric: float) -> None:
        """A step of the scheduler, whole or not at all."""
        groups = [dict(group) for group in trainer.optimizer.param_groups]
        state = self.scheduler.state_dict()
        try:
            self.scheduler.step(*metric)
        except BaseException:
            for group, before in zip(trainer.optimizer.param_groups, groups):
                group.update(before)
            self.scheduler.load_state_dict(state)
            raise

    def state_dict(self) -> dict:
        return self.scheduler.state_dict()

    def load_state_dict(self, state: dict) -> None:
        now = self.scheduler.state_dict()
        wrong = [name for name in now if name in state and not alike(now[name], state[name])]
        if wrong:
            raise ValueError(f"{type(self.scheduler).__name__}: the saved {wrong[0]} cannot be "
                             f"{state[wrong[0]]!r:.60}, here it is {now[wrong[0]]!r:.60}")
        self.scheduler.load_state_dict(state)


class Log(Callback):
    """Print one line every `every` epochs, or append it to the file at `path`.

    The last epoch always gets a line, and so does the reason if training stops early.
    """

    def __init__(self, path: str | Path | None = None, every: int = 1) -> None:
        self.path, self.every = path, every

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        if row["epoch"] % self.every == 0 or row["epoch"] == trainer.last_epoch or trainer.stopped:
            self.write(summary(row, trainer.last_epoch))

    def on_fit_end(self, trainer: "Trainer") -> None:
        if trainer.stopped:
            self.write(f"stopped: {trainer.stopped}")

    def write(self, line: str) -> None:
        if self.path is None:
            print(line, flush=True)
        else:
            with open(self.path, "a", encoding="utf-8") as file:
                print(line, file=file)


def checked(state):
    if not isinstance(state, dict):
        raise ValueError(f"the saved state must be a dict, got {state!r:.60}")
    return state


def alike(a, b):
    """Are these two states of one thing: numbers both, or lists or dicts of as many such pairs?"""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(alike(a[name], b[name]) for name in a)
    if isinstance(a, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(alike, a, b))
    numbers = (int, float, np.generic)
    return isinstance(b, numbers) if isinstance(a, numbers) else type(a) is type(b)


def duplicate(state):
    """A copy of a state_dict; what get_extra_state() returned may be any object."""
    return {name: value.detach().clone() if isinstance(value, Tensor) else copy.deepcopy(value)
            for name, value in state.items()}


def equal(a, b):
    """Have two state_dicts the same tensors?"""
    return a.keys() == b.keys() and all(
        x.shape == b[name].shape and np.array_equal(to_numpy(x), to_numpy(b[name]), equal_nan=True)
        for name, x in a.items() if isinstance(x, Tensor))


def monitored(callback, row):
    """The value that a callback monitors, from this epoch's row."""
    if callback.monitor not in row:
        missing = "; pass validation= to fit" if callback.monitor.startswith("val_") else ""
        raise ValueError(f"{type(callback).__name__} monitors {callback.monitor!r}, which this training does "
                         f"not compute{missing}; it has {', '.join(name for name in row if name != 'epoch')}")
    return row[callback.monitor]


def improved(value, best, mode, min_delta=0.0):
    """Is `value` better than `best` by more than min_delta? NaN never is."""
    if best is None or math.isnan(value):
        return not math.isnan(value)
    return value > best + min_delta if mode == HIGHER else value < best - min_delta


def summary(row, last_epoch):
    """epoch 2/5  loss 0.0712  accuracy 0.9781"""
    values = [f"{name} {show(value)}" for name, value in row.items() if name != "epoch"]
    return "  ".join([f"epoch {row['epoch']}/{last_epoch}", *values])
