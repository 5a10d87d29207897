"""Callbacks: hooks that the Trainer calls at fixed points of the training loop.

To write one, subclass Callback and define the methods you need:

    class Rates(Callback):
        def on_epoch_end(self, trainer, row):
            print(row["epoch"], trainer.optimizer.param_groups[0]["lr"])
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """

    rank = 0        # a higher rank is called later

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
    restore_best  when fit ends, for whatever reason, load the weights of the best epoch
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
        self.waited = 0

    def on_fit_start(self, trainer: "Trainer") -> None:
        if self.waited >= self.patience:        # it stopped the previous fit
            self.waited = 0

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        value = monitored(self, row)
        if improved(value, self.best, self.mode, self.min_delta):
            self.best, self.best_epoch, self.waited = value, row["epoch"], 0
            if self.restore_best:
                weights = trainer.model.state_dict()
                self.best_weights = {name: x.detach().clone() for name, x in weights.items()}
            return
        self.waited += 1
        if self.waited >= self.patience:
            best = f"; best {show(self.best)} in epoch {self.best_epoch}" if self.best is not None else ""
            epochs = "1 epoch" if self.patience == 1 else f"{self.patience} epochs"
            trainer.stop(f"{self.monitor} has not improved for {epochs}{best}")

    def on_fit_end(self, trainer: "Trainer") -> None:
        if self.best_weights is not None:
            trainer.model.load_state_dict(self.best_weights)

    def state_dict(self) -> dict:
        return {"best": self.best, "best_epoch": self.best_epoch, "best_weights": self.best_weights,
                "waited": self.waited}

    def load_state_dict(self, state: dict) -> None:
        vars(self).update(state)


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
        self.best = None

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
        self.best = state["best"]


class Schedule(Callback):
    """Call a learning rate scheduler's step() after every 'epoch' (the default) or every 'step'.

    monitor: the loss or metric to pass to scheduler.step(value) after each epoch; 'val_loss' by default
    for ReduceLROnPlateau, else no value is passed.
    """

    def __init__(self, scheduler: Any, every: str = "epoch", *, monitor: str | None = None) -> None:
        if every not in ("epoch", "step"):
            raise ValueError(f"Schedule: every must be 'epoch' or 'step', got {every!r}")
        if monitor is None and isinstance(scheduler, ReduceLROnPlateau):
            monitor = "val_loss"
        self.scheduler, self.every, self.monitor = scheduler, every, monitor

    def on_step_end(self, trainer: "Trainer") -> None:
        if self.every == "step":
            self.scheduler.step()

    def on_epoch_end(self, trainer: "Trainer", row: dict) -> None:
        if self.monitor is not None:
            self.scheduler.step(monitored(self, row))
        elif self.every == "epoch":
            self.scheduler.step()

    def state_dict(self) -> dict:
        return self.scheduler.state_dict()

    def load_state_dict(self, state: dict) -> None:
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
