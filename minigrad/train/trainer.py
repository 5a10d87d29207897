"""Trainer: the training loop with validation, metrics, callbacks and checkpoints.

    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), metrics=[accuracy])
    history = trainer.fit(train_loader, validation=test_loader, epochs=5)
    trainer.evaluate(test_loader)               {'loss': 0.04, 'accuracy': 0.987}
    trainer.predict(images)                     (N, 10)

The two loops are `fit`, over epochs, and `train_epoch`, over batches. What they call is in files of its own:
checks.py (at the door), batches.py, modes.py, finite.py (NaN), position.py (how an interrupted training goes
on), saving.py (checkpoints), and minigrad/interrupts.py (Ctrl-C waits for the end of a step).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.autograd.writes import Writes
from minigrad.backend import random_state, set_random_state
from minigrad.interrupts import Patience
from minigrad.io import load_checkpoint, save_checkpoint
from minigrad.nn.module import Module
from minigrad.ops.losses.reduction import counted
from minigrad.ops.places.joining import cat
from minigrad.optim.optimizer import Optimizer
from minigrad.train.batches import batches, device_of, length, on_device
from minigrad.train.callbacks import Callback
from minigrad.train.checks import (
    check_arguments,
    check_data,
    check_lasts,
    check_scalar,
    check_trainable,
    checked_callbacks,
    checked_metrics,
    described,
    goal,
)
from minigrad.train.finite import check_step, check_tally, clip
from minigrad.train.generators import OURS, Generators, plain
from minigrad.train.history import History
from minigrad.train.metrics import Tally, nothing_counts
from minigrad.train.modes import modes_kept, training_mode
from minigrad.train.position import BETWEEN, Position
from minigrad.train.progress import reporters
from minigrad.train.saving import kept_on_failure, matched, read_extra, telling
from minigrad.train.undo import updated_since


class Trainer(NamesArguments):
    """Trains, evaluates and predicts with a model.

    model          a Module, called with the inputs of a batch
    loss           a function or Module (output, target) -> a scalar for the batch
    optimizer      an optimizer of the model's parameters
    metrics        functions, objects, or a dict that names them; see metrics.py
    callbacks      Callback objects that the loop calls; see callbacks.py
    max_grad_norm  clip the total gradient norm to this value before each step
    workers        number of training processes, each computing a part of every batch; `help(Team)` in
                   minigrad.parallel explains batch norm and dropout on split batches

    The data is a DataLoader, or any iterable that can be iterated again for each epoch and yields
    batches (input, target) or (input, ..., input, target); it needs no length. Batches are moved to the
    model's device. An epoch's loss is what the loss function gives for all its samples at once, whatever the
    batch size: a mean weighs each batch by what it divides by (samples, targets that are not ignored, class
    weights), a sum adds up. metrics.py says how a loss of your own does that. A batch whose targets are all
    ignored changes nothing.

    fit trains in training mode, evaluate and predict work in evaluation mode; afterwards every module has
    the mode that it had before. Modules that you put into evaluation mode stay in it, which freezes the
    statistics of a batch norm: `model.body.eval()`. Only a model whose modules are all in evaluation mode,
    as after `model.eval()`, is trained as a whole.
    """

    doors = ("fit", "evaluate", "predict", "save", "resume")

    def __init__(self, model: Module, loss: Callable[..., Tensor], optimizer: Optimizer,
                 metrics: Iterable | Mapping[str, Any] | Callable = (),
                 callbacks: Iterable[Callback] | Callback = (), *,
                 max_grad_norm: float | None = None, workers: int = 1) -> None:
        check_arguments(model, loss, optimizer, max_grad_norm, workers)
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.metrics = checked_metrics(metrics)
        self.callbacks = sorted(checked_callbacks(callbacks), key=lambda callback: callback.rank)
        self.max_grad_norm, self.workers = max_grad_norm, workers
        self.history = History()
        self.epoch = self.last_epoch = 0
        self.position = Position()
        self.stopped: str | None = None     # why training ended before last_epoch
        self.checkpoint: str | Path | None = None       # the file that save() wrote or resume() read last
        self.team = None            # the worker processes, while fit() runs with workers > 1

    def fit(self, train: Iterable, validation: Iterable | None = None, epochs: int | None = None, *,
            total_epochs: int | None = None, verbose: bool | str = "auto") -> History:
        """Train for `epochs` more epochs, 1 by default; return the History of all epochs so far.

        total_epochs: instead of epochs, train until the history has that many, counting those before a
        resume() or an earlier fit. It may be reached already.
        verbose: 'auto' draws a progress bar in a terminal or notebook and prints nothing elsewhere;
        True also prints a line per epoch elsewhere; False prints nothing.

        After each epoch the model is evaluated on `validation`; the results are stored as val_loss and
        so on. Ctrl-C ends the training after the current step; press it again to end at once. The next fit
        with the same data, also after save() and resume(), continues with the rest of that epoch, which
        counts as one of its epochs. It repeats nothing and gives the results of an uninterrupted run; only on
        a GPU, random numbers of the interrupted epoch differ.

        A NaN or infinite loss or gradient raises FloatingPointError before the step that it would spoil, and
        names the layer, the op and the line where it began. On a GPU it is found within 50 steps; if the
        weights are spoilt by then, they return to those of the last checkpoint.
        """
        self.last_epoch = goal(len(self.history), epochs, total_epochs)
        for name, data in {"train": train, "validation": [] if validation is None else validation}.items():
            check_data("fit", data)
            check_lasts(name, data, self.last_epoch - len(self.history))
        check_trainable(self.model, self.optimizer, self.loss)
        screens = reporters(verbose)
        listeners = screens + self.callbacks
        position = self.position
        position.enter(Generators(train, {
            "validation": validation, "model": self.model, "loss": self.loss, "optimizer": self.optimizer,
            "metrics": self.metrics, "callbacks": self.callbacks}), trained=len(self.history) > 0)
        self.stopped = None
        frozen: list[Module] = []
        with modes_kept(self.model), self.working(), Patience() as signals:
            try:
                call(listeners, "on_fit_start", self)
                if position.phase == BETWEEN and position.owed and self.history.epochs:
                    self.epoch = len(self.history)
                    position.tell("on_epoch_end", self, self.history[-1])
                while len(self.history) < self.last_epoch and not self.stopped:
                    self.epoch = len(self.history) + 1
                    frozen = training_mode(self.model, frozen)
                    row = {"epoch": self.epoch, **self.train_epoch(train, screens, signals)}
                    if validation is not None:
                        call(listeners, "on_validation_start", self, row)
                        row |= {f"val_{name}": value for name, value in self.evaluate(validation).items()}
                    signals.hold()
                    self.history.epochs.append(row)
                    position.close(self.callbacks)
                    call(screens, "on_epoch_end", self, row)
                    position.tell("on_epoch_end", self, row)
                    signals.release()
            except BaseException as error:
                position.leave(error)
                if not isinstance(error, KeyboardInterrupt):
                    raise
                self.stop(f"interrupted in epoch {self.epoch}, step {self.step}")
            finally:
                call(listeners, "on_fit_end", self)
        return self.history

    def train_epoch(self, train: Iterable, screens: list, signals: Patience) -> dict[str, float]:
        """One pass over the data, one optimizer step per batch -> {'loss': ..., metric: ...}"""
        position = self.position
        position.open(self.epoch, self.metrics, length(train))
        call([*screens, *self.callbacks], "on_epoch_start", self)
        for *inputs, target in position.remaining(self, train):
            signals.hold()
            self.optimizer.zero_grad()
            if self.team is None:
                output, loss, counts = self.forward(inputs, target)
            else:                               # the team's gradients come with the loss
                loss = self.team.backward(*inputs, target)
                output, counts = self.team.output, self.team.counts
            if not nothing_counts(counts):      # else there is nothing to learn from this batch
                if self.team is None:
                    loss.backward()
                check_step(self, loss, (inputs, target))
                if self.max_grad_norm is not None:
                    clip(self, loss, self.max_grad_norm)
                before = Writes.latest
                try:
                    self.optimizer.step()
                except BaseException:       # of a hook, say, after the update
                    if updated_since(before, self.optimizer):
                        position.count(self.callbacks, loss, counts, output, target)
                    raise

            position.count(self.callbacks, loss, counts, output, target)
            check_tally(self, (inputs, target))
            call(screens, "on_step_end", self)
            position.tell("on_step_end", self)
            position.undo.mark()
            signals.release()
            if self.stopped:
                break
        position.finish()
        return self.running()

    def forward(self, inputs: list, target: Any) -> tuple[Any, Tensor, list]:
        """The output of the model for a batch, its loss (), and the counts that the loss is a mean over."""
        output = self.model(*inputs)
        loss, counts = counted(self.loss, output, target)
        check_scalar(loss)
        return output, loss, counts

    def evaluate(self, data: Iterable) -> dict[str, float]:
        """Compute loss and metrics over all samples in evaluation mode: {'loss': ..., metric: ...}"""
        check_data("evaluate", data)
        tally = Tally(self.metrics)
        with modes_kept(self.model), no_grad(), self.team.resting() if self.team else nullcontext():
            self.model.eval()
            for *inputs, target in batches(data, self.model, "evaluate"):
                output, loss, counts = self.forward(inputs, target)
                tally.update(loss, counts, output, target)
        return tally.compute()

    def predict(self, data: Tensor | np.ndarray | Iterable, batch_size: int = 256) -> Tensor:
        """Return the model's outputs for all samples, (N, ...), on the model's device.

        data: a Tensor or NumPy array of inputs (N, ...), split into batches of batch_size; or a loader
        that yields inputs, or (input, ..., target), where the target is ignored.
        """
        if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError("predict: batch_size must be a number of samples, at least 1; "
                             f"got {batch_size!r:.60}")
        if isinstance(data, (Tensor, np.ndarray)):
            if not data.ndim:
                raise ValueError("predict: the inputs must have shape (N, ...), one entry per sample; got ()")
            data = [data[i:i + batch_size] for i in range(0, len(data), batch_size)]
        check_data("predict", data)
        outputs = []
        with modes_kept(self.model), no_grad():
            self.model.eval()
            for batch in data:
                inputs: Sequence[Any] = [batch]
                if isinstance(batch, (list, tuple)):
                    inputs = batch if len(batch) == 1 else batch[:-1]
                output = self.model(*on_device(inputs, device_of(self.model)))
                if not isinstance(output, Tensor):
                    raise TypeError("predict: the model must return a Tensor for each batch; "
                                    f"{type(self.model).__name__} returned {described(output)}")
                outputs.append(output)
        if not outputs:
            raise ValueError("predict: the data is empty")
        return cat(outputs)

    def save(self, path: str | Path) -> None:
        """Write everything needed to continue after the last step, replacing the file at `path`.

        Saves the model, the optimizer, the states of all random generators (also those of your own samplers,
        datasets, layers and callbacks), the history, the state of the callbacks (schedules, early stopping),
        and within an epoch the position in it.
        """
        position = self.position
        states, present = position.states(), None
        try:
            if position.now is not None:        # other code may have drawn numbers since
                present = random_state()
                set_random_state(states[OURS])
            save_checkpoint(path, model=self.model, optimizer=self.optimizer, extra={
                "history": self.history.epochs,
                "callbacks": [[type(each).__name__, each.state_dict(), each in position.owed]
                              for each in self.callbacks],
                "generators": {path: plain(state) for path, state in states.items() if path != OURS},
                "epoch": position.saved()})
        finally:
            if present is not None:
                set_random_state(present)
        self.checkpoint = path

    def resume(self, path: str | Path) -> int:
        """Load a file written by save() or a Checkpoint; return the number of epochs trained so far.

        Build the trainer as before, with the same model, optimizer, metrics and callbacks. With the same
        data, the next fit then gives bit-for-bit the results of an uninterrupted run. It finds the generators
        in your loader, sampler, dataset and functions; other state that changes the data from epoch to epoch
        belongs in a state_dict() and load_state_dict(state) there. The `epochs` of fit are further epochs;
        fit(total_epochs=10) trains up to the tenth.

        Raises FileNotFoundError, or ValueError if the file is damaged or belongs to a different model,
        optimizer or callback; nothing has changed then.
        """
        extra = read_extra(path)
        matches = list(matched(self.callbacks, extra["callbacks"]))
        position = Position()
        with kept_on_failure([callback for callback, _ in matches]):
            if extra["epoch"] is not None:
                with telling(path, "epoch"):
                    position.load(extra["epoch"], self.metrics, device_of(self.model))
            for callback, (name, state, owed) in matches:
                with telling(path, f"callback {name}"):
                    callback.load_state_dict(state)
                position.owed += [callback] * owed
            load_checkpoint(path, model=self.model, optimizer=self.optimizer)
        if position.phase == BETWEEN:
            position.now = {OURS: random_state(), **extra["generators"]}
        self.history.epochs[:] = extra["history"]
        self.position, self.epoch, self.checkpoint = position, len(self.history), path
        return len(self.history)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Keep the worker processes running for the block, if workers > 1."""
        if self.workers == 1:
            yield
            return
        from minigrad.parallel import Team  # not at the top: multiprocessing is slow to import
        with Team(self.model, self.loss, self.workers, keep_output=bool(self.metrics)) as self.team:
            try:
                yield
            finally:
                self.team = None

    @property
    def step(self) -> int:
        """The number of steps so far in this epoch."""
        return self.position.tally.batches

    @property
    def samples(self) -> int:
        """The number of samples so far in this epoch."""
        return self.position.tally.samples

    @property
    def steps(self) -> int | None:
        """The number of steps in an epoch; None if the data has no length."""
        return self.position.steps

    def running(self) -> dict[str, float]:
        """Loss and metrics of the epoch so far, {'loss': ..., metric: ...}; waits for the device.

        Raises FloatingPointError if a loss was NaN or infinite.
        """
        values = self.position.tally.compute()
        check_tally(self)
        return values

    def stop(self, reason: str) -> None:
        """End the training after the current step; `reason` is displayed and stored in `stopped`."""
        self.stopped = reason


def call(callbacks, moment, *arguments):
    for callback in callbacks:
        getattr(callback, moment)(*arguments)
