"""Callbacks: what happens beside the loop, at the moments that the Trainer calls out.

A callback of your own is a class with the methods it needs:

    class Rates(Callback):
        def on_epoch_end(self, trainer, row):
            print(row["epoch"], trainer.optimizer.param_groups[0]["lr"])
"""

import math
from pathlib import Path

from minigrad.optim.lr_scheduler import ReduceLROnPlateau
from minigrad.train.history import show
from minigrad.train.metrics import HIGHER, direction


class Callback:
    """The base of all callbacks; every method does nothing until a subclass says what.

    The trainer it receives has model, optimizer, history, epoch (from 1), last_epoch, step (in the
    epoch, from 1), steps (None where the loader has no length), samples (in the epoch so far) and
    running() (loss and metrics of the epoch so far; waits for the device). trainer.stop(reason) ends
    the training after this step.
    """

    rank = 0        # callbacks of a higher rank are called later

    def on_fit_start(self, trainer):
        pass

    def on_epoch_start(self, trainer):
        pass

    def on_step_end(self, trainer):
        """After optimizer.step(); the gradients are still there."""

    def on_validation_start(self, trainer, row):
        """After the last step of an epoch; row holds its loss and metrics so far."""

    def on_epoch_end(self, trainer, row):
        """row: what the history notes of this epoch, with loss, metrics and their val_ companions."""

    def on_fit_end(self, trainer):
        """Always called, also after an error or an interruption."""

    def state_dict(self):
        """What a checkpoint keeps of this callback: numbers, strings, lists, dicts and tensors."""
        return {}

    def load_state_dict(self, state):
        pass


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved by more than min_delta for `patience` epochs in a row.

    mode          'min' or 'max'; known for losses, accuracies and the like
    restore_best  at the end of fit, however it ends, give the model the weights of its best epoch
    """

    def __init__(self, monitor="val_loss", patience=5, *, min_delta=0.0, mode=None, restore_best=True):
        if patience < 1:
            raise ValueError(f"EarlyStopping: patience is a number of epochs, at least 1, got {patience}")
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.mode = direction(monitor, mode)
        self.restore_best = restore_best
        self.best, self.best_epoch, self.best_weights = None, None, None
        self.waited = 0

    def on_fit_start(self, trainer):
        if self.waited >= self.patience:        # stopped before, and told to go on
            self.waited = 0

    def on_epoch_end(self, trainer, row):
        value = monitored(self, row)
        if improved(value, self.best, self.mode, self.min_delta):
            self.best, self.best_epoch, self.waited = value, row["epoch"], 0
            if self.restore_best:
                self.best_weights = {name: x.detach().clone() for name, x in trainer.model.state_dict().items()}
            return
        self.waited += 1
        if self.waited >= self.patience:
            best = f"; best {show(self.best)} in epoch {self.best_epoch}" if self.best is not None else ""
            epochs = "1 epoch" if self.patience == 1 else f"{self.patience} epochs"
            trainer.stop(f"{self.monitor} has not improved for {epochs}{best}")

    def on_fit_end(self, trainer):
        if self.best_weights is not None:
            trainer.model.load_state_dict(self.best_weights)

    def state_dict(self):
        return {"best": self.best, "best_epoch": self.best_epoch, "best_weights": self.best_weights,
                "waited": self.waited}

    def load_state_dict(self, state):
        vars(self).update(state)


class Checkpoint(Callback):
    """Save the whole state of the training to `path` after every epoch, or only when `best` improves.

    best: the name of a loss or metric, such as 'val_accuracy'. Trainer.resume(path) continues from it.
    The file is replaced only when the new one is complete.
    """

    def __init__(self, path, best=None, *, mode=None):
        self.path, self.monitor = Path(path), best
        self.rank = 1 if best else 2    # it saves what the others, and the best so far, have become
        self.mode = best and direction(best, mode)
        self.best = None

    def on_epoch_end(self, trainer, row):
        if self.monitor is not None:
            value = monitored(self, row)
            if not improved(value, self.best, self.mode):
                return
            self.best = value
        trainer.save(self.path)

    def state_dict(self):
        return {"best": self.best}

    def load_state_dict(self, state):
        self.best = state["best"]


class Schedule(Callback):
    """Let a learning rate scheduler step, after every 'epoch' (the default) or every 'step'.

    monitor: the loss or metric that goes into scheduler.step(value); ReduceLROnPlateau takes 'val_loss'
    unless told otherwise.
    """

    def __init__(self, scheduler, every="epoch", *, monitor=None):
        if every not in ("epoch", "step"):
            raise ValueError(f"Schedule: every is 'epoch' or 'step', got {every!r}")
        if monitor is None and isinstance(scheduler, ReduceLROnPlateau):
            monitor = "val_loss"
        self.scheduler, self.every, self.monitor = scheduler, every, monitor

    def on_step_end(self, trainer):
        if self.every == "step":
            self.scheduler.step()

    def on_epoch_end(self, trainer, row):
        if self.monitor is not None:
            self.scheduler.step(monitored(self, row))
        elif self.every == "epoch":
            self.scheduler.step()

    def state_dict(self):
        return self.scheduler.state_dict()

    def load_state_dict(self, state):
        self.scheduler.load_state_dict(state)


class Log(Callback):
    """Write a line about every epoch, or every so many: print it, or append it to the file at `path`.

    The last epoch always gets its line, and an early end its reason.
    """

    def __init__(self, path=None, every=1):
        self.path, self.every = path, every

    def on_epoch_end(self, trainer, row):
        if row["epoch"] % self.every == 0 or row["epoch"] == trainer.last_epoch or trainer.stopped:
            self.write(summary(row, trainer.last_epoch))

    def on_fit_end(self, trainer):
        if trainer.stopped:
            self.write(f"stopped: {trainer.stopped}")

    def write(self, line):
        if self.path is None:
            print(line, flush=True)
        else:
            with open(self.path, "a", encoding="utf-8") as file:
                print(line, file=file)


def monitored(callback, row):
    """The value that a callback watches, in the row of this epoch."""
    if callback.monitor not in row:
        missing = "; give fit a validation=" if callback.monitor.startswith("val_") else ""
        raise ValueError(f"{type(callback).__name__} watches {callback.monitor!r}, which this training does not "
                       f"have{missing}; there is {', '.join(name for name in row if name != 'epoch')}")
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
