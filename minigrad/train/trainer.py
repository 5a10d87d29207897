"""Trainer: the training loop with validation, metrics, callbacks and checkpoints.

    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), metrics=[accuracy])
    history = trainer.fit(train_loader, validation=test_loader, epochs=5)
    trainer.evaluate(test_loader)               {'loss': 0.04, 'accuracy': 0.987}
    trainer.predict(images)                     (N, 10)
"""

import copy
import functools
import inspect
import itertools
import math
import signal
import threading
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.autograd.writes import Writes
from minigrad.backend import owner, random_state, set_random_state
from minigrad.data.datasets import Dataset, IterableDataset
from minigrad.io import load_checkpoint, save_checkpoint
from minigrad.io.checkpoint import for_this_machine, read_checkpoint
from minigrad.nn.module import REPLACED, Module
from minigrad.nn.utils import clip_grad_norm_
from minigrad.ops.losses.reduction import counted
from minigrad.ops.places.indexing import on_host
from minigrad.ops.places.joining import cat
from minigrad.optim.optimizer import Optimizer
from minigrad.train.callbacks import Callback, EarlyStopping
from minigrad.train.diagnosis import broken, diagnosed, finite_gradients
from minigrad.train.generators import OURS, Generators, plain
from minigrad.train.history import History
from minigrad.train.metrics import Tally, batch_size, named_metrics, nothing_counts
from minigrad.train.position import Undo, load_tally, on_device_of, tally_state
from minigrad.train.progress import reporters

MOMENTS = {     # method of a callback -> what it is called with
    "on_fit_start": ("trainer",), "on_epoch_start": ("trainer",), "on_step_end": ("trainer",),
    "on_validation_start": ("trainer", "row"), "on_epoch_end": ("trainer", "row"),
    "on_fit_end": ("trainer",)}
# Their handlers may raise, or save a checkpoint: Ctrl-C, the end of a job, its announcement, a time limit.
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP", "SIGUSR1", "SIGUSR2",
                                              "SIGALRM") if hasattr(signal, name)]


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
        if not callable(loss) or not hasattr(optimizer, "param_groups"):
            raise TypeError("Trainer takes (model, loss, optimizer), got "
                            f"({', '.join(type(each).__name__ for each in (model, loss, optimizer))})")
        if max_grad_norm is not None and not max_grad_norm > 0:
            raise ValueError(f"Trainer: max_grad_norm must be positive, got {max_grad_norm}")
        if not isinstance(workers, int) or workers < 1:
            raise ValueError(f"Trainer: workers must be a number of processes, at least 1; got {workers!r}")
        if isinstance(loss, type):
            raise TypeError(f"Trainer: the loss is a class; pass an instance, {loss.__name__}()")
        check_takes("the loss function", loss, ("output", "target"))
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.metrics = named_metrics(metrics)
        for name, metric in self.metrics.items():
            check_takes(f"metric {name!r}", getattr(metric, "function", metric.update), ("output", "target"))
        self.callbacks = sorted(checked_callbacks(callbacks), key=lambda callback: callback.rank)
        self.max_grad_norm = max_grad_norm
        self.workers = workers
        self.team = None            # the worker processes, while fit() runs with workers > 1
        self.history = History()
        self.epoch = self.last_epoch = 0
        self.steps: int | None = None       # per epoch; None if the data has no length
        self.tally = Tally({})
        self.stopped: str | None = None     # why training ended before last_epoch
        self.checkpoint: str | Path | None = None       # the file that save() wrote or resume() read last

        # Where the training stands. Between epochs, start is None.
        self.generators: Generators | None = None       # of this fit or the last one
        self.source: Any = None             # the data of this fit or the last one
        self.start: dict[str, Any] | None = None        # states of the generators as the epoch began
        self.now: dict[str, Any] | None = None          # and after its last step, once fit has ended
        self.finished = False               # all steps of the epoch are done
        self.ended: Any = None              # states of the generators then
        self.owed: list[Callback] = []      # have not yet heard of the end of the last step or epoch
        self.saved: dict[str, Any] | None = None        # states of the generators in a resumed checkpoint
        self.undo: Any = None       # takes back what an interrupt cuts short
        self.whole = True                   # between two steps, or in callbacks after one
        self.busy = False           # signals wait
        self.waiting: dict[int, Callable[[], Any]] = {}     # those that arrived

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
        self.last_epoch = self.goal(epochs, total_epochs)
        for name, data in {"train": train, "validation": [] if validation is None else validation}.items():
            check_data("fit", data)
            if self.last_epoch - len(self.history) > 1 and read_once(data):
                raise ValueError(f"fit: {name} is {described(data)}, and a generator can be read only once, "
                                 "so it lasts for 1 epoch; pass a list, a DataLoader, or an object whose "
                                 "__iter__ starts again")
        check_trainable(self.model, self.optimizer, self.loss)
        screens = reporters(verbose)
        listeners = screens + self.callbacks
        self.generators = Generators(train, {
            "validation": validation, "model": self.model, "loss": self.loss, "optimizer": self.optimizer,
            "metrics": self.metrics, "callbacks": self.callbacks})
        if self.saved is not None:
            if self.history.epochs or self.start:
                self.generators.check(self.start or self.saved)
            if self.start is None:
                self.generators.restore(self.saved)
            self.saved = None
        if self.start is None and self.now is not None:     # interrupted between two epochs
            self.generators.restore(self.now)
            self.now = None
        self.stopped = None
        with modes_kept(self.model), self.working(), self.patient():
            try:
                call(listeners, "on_fit_start", self)
                frozen: list[Module] = []
                self.undo = Undo(self.model, self.generators.others)
                if self.start is None and self.owed and self.history.epochs:
                    self.epoch = len(self.history)
                    self.hear("on_epoch_end", self.history[-1])
                while len(self.history) < self.last_epoch and not self.stopped:
                    self.epoch = len(self.history) + 1
                    frozen = training_mode(self.model, frozen)
                    row = {"epoch": self.epoch, **self.train_epoch(train, listeners)}
                    if validation is not None:
                        call(listeners, "on_validation_start", self, row)
                        row |= {f"val_{name}": value for name, value in self.evaluate(validation).items()}
                    self.busy = True
                    self.history.epochs.append(row)
                    self.start, self.finished = None, False
                    self.owed = list(self.callbacks)
                    call(screens, "on_epoch_end", self, row)
                    self.hear("on_epoch_end", row)
                    self.rest()
            except BaseException as error:
                self.cut(error)
                if not isinstance(error, KeyboardInterrupt):
                    raise
                self.stop(f"interrupted in epoch {self.epoch}, step {self.step}")
            finally:
                self.source = train
                call(listeners, "on_fit_end", self)
        return self.history

    def goal(self, epochs: int | None, total_epochs: int | None) -> int:
        """The number of epochs after which fit ends."""
        if epochs is not None and total_epochs is not None:
            raise ValueError("fit: epochs is a number of further epochs, total_epochs counts from the first; "
                             "pass only one")
        for value, text in ((epochs, "epochs must be a number of further epochs"),
                            (total_epochs, "total_epochs must be a number of epochs in all")):
            if value is not None and (not isinstance(value, (int, np.integer)) or isinstance(value, bool)
                                      or value < 1):
                raise ValueError(f"fit: {text}, at least 1; got {value!r}")
        return len(self.history) + (epochs or 1) if total_epochs is None else int(total_epochs)

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Let Ctrl-C, and other signals with a handler in Python, wait until the current step is complete.

        The same signal once more does not wait.
        """
        handlers = {}

        def wait(number, frame):
            if self.busy and number not in self.waiting:
                self.waiting[number] = lambda: handlers[number](number, frame)
            else:
                handlers[number](number, frame)
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                handler: Any = signal.getsignal(number)
                if callable(handler):
                    handlers[number] = handler
                    signal.signal(number, wait)
        self.waiting = {}
        try:
            yield
        finally:
            self.busy = False
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def rest(self) -> None:
        """Between two steps: what waited for the end of the step happens now."""
        self.busy = False
        while self.waiting:
            self.waiting.popitem()[1]()

    def hear(self, moment: str, *arguments: Any) -> None:
        """Call the callbacks in `owed`; those after one that fails are still owed."""
        while self.owed:
            callback = self.owed.pop(0)
            try:
                getattr(callback, moment)(self, *arguments)
            except BaseException:
                if callback.again:
                    self.owed.insert(0, callback)
                raise

    def cut(self, error: BaseException) -> None:
        """After an error or interrupt: go back to the end of the last whole step, and note the position."""
        self.busy = False
        if self.now is None and self.generators is not None:
            if self.start is not None and not self.whole and not self.finished:
                self.undo.back()
            self.now = self.states()
        self.whole = True
        if isinstance(error, FloatingPointError):
            self.start = self.now = None    # nothing to go on from
            self.owed = []

    def states(self) -> dict[str, Any]:
        """The states of all generators after the last whole step."""
        if self.now is not None:
            return self.now
        generators = self.generators or Generators(None, {})
        present = generators.states()
        if self.start is None:
            return {**present, **(self.saved or {})}
        if self.finished:
            return self.ended       # the evaluation has begun
        if self.whole:
            return present
        self.undo.back()            # the next batch is being loaded; without its numbers
        states = {path: state for path, state in generators.states().items() if self.undo.knows(path)}
        generators.restore(present)
        return states

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

    def train_epoch(self, train: Iterable, listeners: list) -> dict[str, float]:
        """One pass over the data, one optimizer step per batch -> {'loss': ..., metric: ...}"""
        screens = listeners[:len(listeners) - len(self.callbacks)]
        steps, self.steps = self.steps, length(train)
        if self.start is not None and None not in (steps, self.steps) and steps != self.steps:
            warnings.warn(f"fit: the training stands in epoch {self.epoch} after step {self.step} of {steps};"
                          f" this data has {self.steps} batches, so the epoch starts anew with it",
                          stacklevel=4)
            self.start = self.now = None
        if self.start is None:
            self.tally = Tally(copy.deepcopy(self.metrics))     # a callback may call evaluate() meanwhile
            self.finished, self.owed = False, []
        call(listeners, "on_epoch_start", self)
        for *inputs, target in self.remaining(train):
            self.busy = True
            self.optimizer.zero_grad()
            if self.team:
                loss = self.team.backward(*inputs, target)
                output, counts = self.team.output, self.team.counts
            else:
                output = self.model(*inputs)
                loss, counts = counted(self.loss, output, target)
                check_scalar(loss)
            if not nothing_counts(counts):      # else there is nothing to learn from this batch
                self.check_loss(loss, (inputs, target))
                if not self.team:
                    loss.backward()
                self.check_gradients(loss, (inputs, target))
                if self.max_grad_norm is not None:
                    self.clip_gradients(loss)
                before = Writes.latest
                try:
                    self.optimizer.step()
                except BaseException:       # of a hook, say, after the update
                    if self.updated_since(before):
                        self.count(loss, counts, output, target)
                        self.stepped()
                    raise

            self.count(loss, counts, output, target)
            self.check_tally((inputs, target))
            self.stepped()
            call(screens, "on_step_end", self)
            self.hear("on_step_end")
            self.mark()
            self.rest()
            if self.stopped:
                break
        if not self.finished and self.generators is not None:
            self.finished, self.ended = True, self.generators.states()
        return self.running()

    def updated_since(self, time: int) -> bool:
        """Has a parameter been written to since?"""
        return any(Writes.last.get(id(owner(p.array)), 0) > time
                   for group in self.optimizer.param_groups for p in group["params"])

    def count(self, loss: Tensor, counts: list, output: Any, target: Any) -> None:
        """Add a batch to the loss and the metrics. The step is done even if a metric fails."""
        try:
            self.tally.update(loss, counts, output, target)
        except BaseException:
            self.stepped()
            raise

    def stepped(self) -> None:
        """The step is whole; the callbacks have yet to hear of it."""
        self.whole, self.owed = True, list(self.callbacks)

    def check_loss(self, loss: Tensor, batch: tuple) -> None:
        """Raise FloatingPointError before a loss that is NaN or infinite destroys the weights.

        On a device the loss is not read, since that would wait for it; check_tally finds it.
        """
        if on_host(loss.array) and not math.isfinite(loss.item()):
            raise self.failure(self.lost_loss(loss.item(), self.step + 1), batch)

    def check_gradients(self, loss: Tensor, batch: tuple) -> None:
        """The same for gradients that are NaN or infinite although the loss is not."""
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        if on_host(loss.array) and not finite_gradients(parameters):
            raise self.failure(f"a gradient became NaN or infinite in epoch {self.epoch}, step "
                               f"{self.step + 1}, where the loss is {loss.item():.6g}", batch)

    def clip_gradients(self, loss: Tensor) -> None:
        """Clip the norm of the gradients; one that overflows would make all of them 0."""
        try:
            clip_grad_norm_(self.model.parameters(), self.max_grad_norm or 0.0,
                            error_if_nonfinite=on_host(loss.array))
        except RuntimeError as error:
            raise self.failure(f"in epoch {self.epoch}, step {self.step + 1}, {error}", None) from None

    def check_tally(self, batch: tuple | None = None) -> None:
        """The same for the losses that were fetched from a device, some steps later."""
        step = self.tally.loss.not_finite
        if step is not None:
            raise self.failure(self.lost_loss(self.tally.loss.compute(), step), batch)

    def lost_loss(self, value: float, step: int) -> str:
        return (f"the loss became {value} in epoch {self.epoch}, step {step}; try a smaller learning rate or "
                "max_grad_norm=1.0, scale inputs to about -1 to 1, and check the data for NaN")

    def failure(self, what: str, batch: tuple | None) -> FloatingPointError:
        """The error about what became NaN, with its origin; the model returns to its last good state."""
        if self.undo is not None and not self.whole:
            self.undo.back()        # the buffers, such as the statistics of a batch norm
        self.whole = True
        origin = diagnosed(self.model, self.loss, *batch) if batch else ""
        return FloatingPointError(".\n".join(filter(None, (what, origin, self.last_good()))))

    def last_good(self) -> str:
        """Say which weights the model has; NaN ones are replaced from a checkpoint or the best epoch."""
        def lost():
            return broken([*self.model.named_parameters(), *self.model.named_buffers()])
        best = next((each for each in self.callbacks
                     if isinstance(each, EarlyStopping) and each.best_weights is not None), None)
        text = "The weights are those from before this step"
        if lost():
            if self.checkpoint is not None:
                with suppress(OSError, ValueError):     # deleted or damaged since
                    load_checkpoint(self.checkpoint, model=self.model, optimizer=self.optimizer)
                text = "The model and the optimizer are again as in the last checkpoint"
            elif best is not None:
                self.model.load_state_dict(best.best_weights or {})
            if lost():
                return ("The weights are lost; with callbacks=[Checkpoint(path)] those of the last epoch "
                        "would remain")
        if best is not None:        # it restores them at the end
            text = f"The weights are those of the best epoch, {best.best_epoch}"
        if self.checkpoint is not None:
            text += f"; trainer.resume({str(self.checkpoint)!r}) returns to the last checkpoint"
        return text

    def mark(self) -> None:
        """A step begins: remember what it changes besides the parameters."""
        self.undo.mark()
        self.whole = False

    def remaining(self, train: Iterable) -> Iterable:
        """The batches of this epoch that are still to come: all, or the rest after an interrupt."""
        generators: Any = self.generators
        if self.start is None:
            self.start = generators.states()
            self.mark()
            return batches(train, self.model, "fit")
        now: Any = self.now
        if self.finished:
            generators.restore(now)
            self.ended, self.now = now, None
            return ()
        if read_once(train) and train is self.source:
            data = iter(train)
        else:
            generators.restore(self.start)      # a loader draws its order when the loop begins
            data = iter(train)
            for done in range(self.step):
                if next(data, data) is data:
                    raise ValueError(f"fit: the training stands in epoch {self.epoch} after step {self.step};"
                                     f" this data has only {done} batches; pass the data it was "
                                     "interrupted with")
        if self.step:
            generators.restore(now, data=False)
        self.now = None
        self.hear("on_step_end")
        self.mark()
        return () if self.stopped else batches(data, self.model, "fit", self.step)

    def evaluate(self, data: Iterable) -> dict[str, float]:
        """Compute loss and metrics over all samples in evaluation mode: {'loss': ..., metric: ...}"""
        check_data("evaluate", data)
        tally = Tally(self.metrics)
        with modes_kept(self.model), no_grad(), self.team.resting() if self.team else nullcontext():
            self.model.eval()
            for *inputs, target in batches(data, self.model, "evaluate"):
                output = self.model(*inputs)
                loss, counts = counted(self.loss, output, target)
                check_scalar(loss)
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
        states, present = self.states(), None
        epoch = None
        if self.start is not None:
            epoch = {"start": plain(self.start), "now": plain(states), "finished": self.finished,
                     "steps": self.steps, "tally": tally_state(self.tally)}
        try:
            if self.now is not None:        # other code may have drawn numbers since
                present = random_state()
                set_random_state(self.now[OURS])
            save_checkpoint(path, model=self.model, optimizer=self.optimizer, extra={
                "history": self.history.epochs,
                "callbacks": [[type(each).__name__, each.state_dict(), each in self.owed]
                              for each in self.callbacks],
                "generators": {path: plain(state) for path, state in states.items() if path != OURS},
                "epoch": epoch})
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
        extra = read_checkpoint(path)["extra"]
        if not isinstance(extra, dict) or "history" not in extra:
            raise ValueError(f"{path} was not written by a Trainer, so it has no history to resume from; "
                             "load it with io.load_checkpoint")
        check_saved(path, extra)
        epoch, matches = extra["epoch"], list(matched(self.callbacks, extra["callbacks"]))
        before = [(callback, dict(vars(callback)), copy.deepcopy(callback.state_dict()))
                  for callback, _ in matches]
        part: str | None = "epoch"
        tally = Tally(copy.deepcopy(self.metrics))
        owed = []
        try:
            if epoch is not None:
                load_tally(tally, epoch["tally"])
            for callback, (name, state, is_owed) in matches:
                part = f"callback {name}"
                callback.load_state_dict(state)
                owed += [callback] * is_owed
            part = None
            load_checkpoint(path, model=self.model, optimizer=self.optimizer)
        except BaseException as error:
            for callback, attributes, state in before:
                vars(callback).clear()
                vars(callback).update(attributes)
                with suppress(Exception):       # what it cannot load now, it had not changed
                    callback.load_state_dict(state)
            if part is None or not isinstance(error, Exception):
                raise
            reason = error if type(error) is ValueError else repr(error)
            raise ValueError(f"{path}: {part}: {reason}; nothing was loaded") from error
        self.history.epochs[:] = extra["history"]
        self.saved, self.owed = extra["generators"], owed
        self.generators = self.source = self.start = self.now = self.steps = None
        self.finished, self.epoch, self.checkpoint = False, len(self.history), path
        if epoch is not None:
            on_device_of(tally, device_of(self.model))
            self.start, self.now, self.finished, self.steps, self.tally = (
                epoch["start"], epoch["now"], epoch["finished"], epoch["steps"], tally)
        return len(self.history)

    @property
    def step(self) -> int:
        """The number of steps so far in this epoch."""
        return self.tally.batches

    @property
    def samples(self) -> int:
        """The number of samples so far in this epoch."""
        return self.tally.samples

    def running(self) -> dict[str, float]:
        """Loss and metrics of the epoch so far, {'loss': ..., metric: ...}; waits for the device.

        Raises FloatingPointError if a loss was NaN or infinite.
        """
        values = self.tally.compute()
        self.check_tally()
        return values

    def stop(self, reason: str) -> None:
        """End the training after the current step; `reason` is displayed and stored in `stopped`."""
        self.stopped = reason


def batches(data, model, caller, done=0):
    """The batches of `data` as lists [input, ..., target] on the model's device; `done` came before."""
    device = device_of(model)
    number = done
    for number, batch in enumerate(data, done + 1):
        if not isinstance(batch, (list, tuple)) or len(batch) < 2:
            raise TypeError(f"{caller}: batch {number} must be (input, target) or (input, ..., input, "
                            f"target), got {described(batch)}; for arrays use "
                            "DataLoader(TensorDataset(x, y), batch_size=32)")
        batch = on_device(batch, device)
        try:
            size = batch_size(batch[-1])
        except ValueError as error:
            raise ValueError(f"{caller}: batch {number}: {error}; if these are single samples, pass "
                             "DataLoader(data, batch_size=32)") from None
        if size == 0:
            raise ValueError(f"{caller}: batch {number} has no samples")
        yield batch
    if number == 0:
        raise ValueError(f"{caller}: the data yielded no batch. A DataLoader with drop_last=True yields none "
                         "if it has fewer samples than batch_size; a generator can be read only once")


def check_data(caller, data):
    """Refuse a dataset or array, whose items are samples, where batches are expected."""
    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        raise TypeError(f"{caller}: a {type(data).__name__} gives single samples, not batches; pass "
                        "DataLoader(dataset, batch_size=32), for training with shuffle=True, or "
                        "DataLoader(dataset, batch_size=None) if its items are batches")
    if isinstance(data, (Tensor, np.ndarray, type)) or not (hasattr(data, "__iter__")
                                                            or hasattr(data, "__getitem__")):
        raise TypeError(f"{caller}: expected batches (input, target), got {described(data)}; for arrays use "
                        "DataLoader(TensorDataset(x, y), batch_size=32)")


def read_once(data):
    """Is it a generator, or another iterator of Python's own, which is exhausted after one epoch?"""
    return isinstance(data, types.GeneratorType) or (
        isinstance(data, Iterator) and type(data).__module__ in ("builtins", "itertools"))


def length(data):
    """len(data), or None if it has no length, as a stream of samples."""
    try:
        return len(data)
    except (TypeError, NotImplementedError):
        return None


def on_device(batch, device):
    """Move the tensors and NumPy arrays of a batch to the device, as tensors."""
    batch = [Tensor(part) if isinstance(part, np.ndarray) else part for part in batch]
    if device is None:
        return batch
    return [part.to(device) if isinstance(part, Tensor) else part for part in batch]


def device_of(model):
    """The model's device; None if it has neither parameters nor buffers."""
    first = next(itertools.chain(model.parameters(), model.buffers()), None)
    return None if first is None else first.device


def checked_callbacks(callbacks):
    callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    for callback in callbacks:
        if not isinstance(callback, Callback):
            hint = "; wrap a scheduler: Schedule(scheduler)" if hasattr(callback, "get_last_lr") else ""
            raise TypeError("Trainer: a callback must be an instance of train.Callback, "
                            f"got {callback!r}{hint}")
        for moment, arguments in MOMENTS.items():
            check_takes(f"{type(callback).__name__}.{moment}", getattr(callback, moment), arguments)
    return callbacks


def check_takes(what, function, arguments):
    """Raise TypeError unless the function can be called with these positional arguments."""
    if not callable(function):
        raise TypeError(f"Trainer: {what} must be a function of ({', '.join(arguments)}), got {function!r}")
    if isinstance(function, Module):
        function = function.forward
    elif not (inspect.isroutine(function) or isinstance(function, functools.partial)):
        function = function.__call__
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):     # a function written in C may have none
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise TypeError(f"Trainer: {what} is called with ({', '.join(arguments)}), but takes {signature}: "
                        f"{error}") from None


def check_saved(path, extra):
    """Bring what save() wrote into its present form; raise ValueError if a part is missing or damaged."""
    def refuse(part, value):
        raise ValueError(f"{path} is a damaged checkpoint: its {part} cannot be {value!r:.60}")

    def numbers(row):
        return isinstance(row, dict) and "epoch" in row and all(
            isinstance(each, (int, float)) or each is None for each in row.values())
    history = extra["history"]
    if not isinstance(history, list) or not all(map(numbers, history)):
        refuse("history", history)
    callbacks = extra.get("callbacks")
    if not isinstance(callbacks, list) or not all(isinstance(each, list) and len(each) in (2, 3)
                                                  and isinstance(each[0], str) for each in callbacks):
        refuse("callbacks", callbacks)
    extra["callbacks"] = [[*each, False][:3] for each in callbacks]
    if "generators" not in extra and "order" in extra:      # minigrad 0.1
        extra["generators"] = {} if extra["order"] is None else {
            "train.generator": {"bits": extra["order"], "kept": {}}}
        extra["epoch"] = None
    if not isinstance(extra.get("generators"), dict):
        refuse("generators", extra.get("generators"))
    epoch = extra.get("epoch", 0)
    if epoch is None:
        return
    if not isinstance(epoch, dict) or set(epoch) != {"start", "now", "finished", "steps", "tally"}:
        refuse("epoch", epoch)
    if not isinstance(epoch["finished"], bool) or not isinstance(epoch["steps"], (int, type(None))):
        refuse("epoch", [epoch["finished"], epoch["steps"]])
    present = random_state()
    try:
        for name in ("start", "now"):
            epoch[name][OURS] = for_this_machine(epoch[name][OURS])
            set_random_state(epoch[name][OURS])
    except (AttributeError, KeyError, TypeError, ValueError):
        refuse(f"epoch.{name}", epoch[name])
    finally:
        set_random_state(present)


def matched(callbacks, saved):
    """(callback, its entry in the file) for each callback that is in the file, by the name of its class."""
    saved = list(saved)
    for callback in callbacks:
        entry = next((each for each in saved if each[0] == type(callback).__name__), None)
        if entry is not None:       # a callback that is not in the file starts from scratch
            saved.remove(entry)
            yield callback, entry


def check_scalar(loss):
    if not isinstance(loss, Tensor):
        raise TypeError(f"the loss function must return a Tensor, got {described(loss)}")
    if loss.ndim:
        raise ValueError(f"the loss function must return a scalar, got shape {tuple(loss.shape)}; reduce it "
                         "with .mean(), or with reduction='mean'")


def check_trainable(model, optimizer, loss):
    """Raise ValueError if the optimizer's steps would not change the model; warn if they miss parts."""
    parameters = dict(model.named_parameters())
    if not parameters:
        raise ValueError(f"fit: {type(model).__name__} has no parameters to train")
    trainable = {id(p): name for name, p in parameters.items() if p.requires_grad}
    if not trainable:
        raise ValueError(f"fit: all {len(parameters)} parameters of {type(model).__name__} are frozen; call "
                         "p.requires_grad_() on those to train")
    held = {id(p): p for group in optimizer.param_groups for p in group["params"]}
    missed = [name for key, name in trainable.items() if key not in held]
    if len(missed) == len(trainable):
        raise ValueError(f"fit: the optimizer has none of the {len(trainable)} trainable parameters of "
                         f"{type(model).__name__}; create it from model.parameters() once the model is "
                         "complete")
    if missed:
        warnings.warn(f"fit: the optimizer lacks {several(missed)} of {type(model).__name__}, so they will "
                      "not be trained; create it after the model is complete, or freeze them with "
                      "requires_grad_(False)", stacklevel=4)
    known = {id(p) for p in parameters.values()}
    if isinstance(loss, Module):
        known.update(map(id, loss.parameters()))
    for key in held.keys() - known:
        REPLACED.pop(key, None)         # told here, once, not by the optimizer
    gone = [f"a parameter of shape {tuple(p.shape)}" for key, p in held.items() if key not in known]
    if gone:
        warnings.warn(f"fit: the optimizer has {several(gone)}, but {type(model).__name__} does not; was a "
                      "layer replaced? Create the optimizer after the model is complete", stacklevel=4)


def several(names):
    """a, b, c and 5 more"""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def training_mode(model, frozen):
    """Put the model into training mode, except for the modules that the user put into evaluation mode.

    Returns those modules; `frozen` are those of the epoch before. Evaluation mode throughout is no choice of
    modules, but what a model is left in after it was used.
    """
    modules = list(model.modules())
    if any(module.training for module in modules):
        frozen = [module for module in modules if not module.training]
    model.train()
    for module in frozen:
        module.training = False
    return frozen


@contextmanager
def modes_kept(model):
    """Restore the training or evaluation mode of every module after the block."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def call(callbacks, moment, *arguments):
    for callback in callbacks:
        getattr(callback, moment)(*arguments)


def described(value):
    if isinstance(value, Tensor):
        return f"a Tensor of shape {tuple(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of length {len(value)}"
    if isinstance(value, np.ndarray):
        return f"a ndarray of shape {value.shape}"
    if value is None:
        return "None"
    return f"a {type(value).__name__}"
