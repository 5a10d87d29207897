"""Trainer: the training loop with validation, metrics, callbacks and checkpoints.

    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), metrics=[accuracy])
    history = trainer.fit(train_loader, validation=test_loader, epochs=5)
    trainer.evaluate(test_loader)               {'loss': 0.04, 'accuracy': 0.987}
    trainer.predict(images)                     (N, 10)
"""

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.io import load_checkpoint, save_checkpoint
from minigrad.nn.module import Module
from minigrad.nn.utils import clip_grad_norm_
from minigrad.ops.places.joining import cat
from minigrad.optim.optimizer import Optimizer
from minigrad.train.callbacks import Callback
from minigrad.train.history import History
from minigrad.train.metrics import Tally, batch_size, named_metrics
from minigrad.train.progress import reporters


class Trainer(NamesArguments):
    """Trains, evaluates and predicts with a model.

    model          a Module, called with the inputs of a batch
    loss           a function or Module (output, target) -> a scalar, the mean over the batch
    optimizer      an optimizer of the model's parameters
    metrics        functions, objects, or a dict that names them; see metrics.py
    callbacks      Callback objects that the loop calls; see callbacks.py
    max_grad_norm  clip the total gradient norm to this value before each step
    workers        number of training processes, each computing a part of every batch; `help(Team)` in
                   minigrad.parallel explains batch norm and dropout on split batches

    The data is a DataLoader, or any iterable that can be iterated again for each epoch and yields
    batches (input, target) or (input, ..., input, target). Batches are moved to the model's device. An
    epoch's loss and metrics are means over its samples, so each batch is weighted by its size.
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
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.metrics = named_metrics(metrics)
        self.callbacks = sorted(checked_callbacks(callbacks), key=lambda callback: callback.rank)
        self.max_grad_norm = max_grad_norm
        self.workers = workers
        self.team = None            # the worker processes, while fit() runs with workers > 1
        self.history = History()
        self.epoch = self.last_epoch = 0
        self.steps: int | None = None       # per epoch; None if the data has no length
        self.tally = Tally({})
        self.stopped: str | None = None     # why training ended before last_epoch
        self.order = None           # the training loader's own generator, if it has one
        self.saved_order = None     # that generator's state in the resumed checkpoint

    def fit(self, train: Iterable, validation: Iterable | None = None, epochs: int = 1, *,
            verbose: bool | str = "auto") -> History:
        """Train for `epochs` more epochs; return the History of all epochs so far.

        After each epoch the model is evaluated on `validation`; the results are stored as val_loss and
        so on. Ctrl-C ends the training cleanly. A NaN or infinite loss raises FloatingPointError, but
        only when losses are next read, some steps later.
        verbose: 'auto' draws a progress bar in a terminal or notebook and prints nothing elsewhere;
        True also prints a line per epoch elsewhere; False prints nothing.
        """
        if not isinstance(epochs, int) or epochs < 1:
            raise ValueError(f"fit: epochs must be a number of further epochs, at least 1; got {epochs!r}")
        check_trainable(self.model, self.optimizer)
        listeners = reporters(verbose) + self.callbacks
        self.order = getattr(train, "generator", None)
        if self.order is not None and self.saved_order is not None:
            self.order.bit_generator.state = self.saved_order
        self.saved_order = None
        self.stopped = None
        self.last_epoch = len(self.history) + epochs
        with modes_kept(self.model), self.working():
            try:
                call(listeners, "on_fit_start", self)
                while len(self.history) < self.last_epoch and not self.stopped:
                    self.epoch = len(self.history) + 1
                    row = {"epoch": self.epoch, **self.train_epoch(train, listeners)}
                    if validation is not None:
                        call(listeners, "on_validation_start", self, row)
                        row |= {f"val_{name}": value for name, value in self.evaluate(validation).items()}
                    self.history.epochs.append(row)
                    call(listeners, "on_epoch_end", self, row)
            except KeyboardInterrupt:
                self.stop(f"interrupted in epoch {self.epoch}, step {self.step}")
            finally:
                call(listeners, "on_fit_end", self)
        return self.history

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
        self.model.train()
        self.tally = Tally(copy.deepcopy(self.metrics))     # a callback may call evaluate() meanwhile
        self.steps = len(train) if isinstance(train, Sized) else None
        call(listeners, "on_epoch_start", self)
        for *inputs, target in batches(train, self.model, "fit"):
            self.optimizer.zero_grad()
            if self.team:
                loss, output = self.team.backward(*inputs, target), self.team.output
            else:
                output = self.model(*inputs)
                loss = checked_loss(self.loss(output, target))
                loss.backward()
            if self.max_grad_norm is not None:
                clip_grad_norm_(self.model.parameters(), self.max_grad_norm)
            self.optimizer.step()

            self.tally.update(loss, output, target)
            call(listeners, "on_step_end", self)
            if self.stopped:
                break
        return self.running()

    def evaluate(self, data: Iterable) -> dict[str, float]:
        """Compute loss and metrics over all samples in evaluation mode: {'loss': ..., metric: ...}"""
        tally = Tally(self.metrics)
        with modes_kept(self.model), no_grad(), self.team.resting() if self.team else nullcontext():
            self.model.eval()
            for *inputs, target in batches(data, self.model, "evaluate"):
                output = self.model(*inputs)
                tally.update(checked_loss(self.loss(output, target)), output, target)
        return tally.compute()

    def predict(self, data: Tensor | np.ndarray | Iterable, batch_size: int = 256) -> Tensor:
        """Return the model's outputs for all samples, (N, ...), on the model's device.

        data: a Tensor or NumPy array of inputs (N, ...), split into batches of batch_size; or a loader
        that yields inputs, or (input, ..., target), where the target is ignored.
        """
        if isinstance(data, (Tensor, np.ndarray)):
            data = [data[i:i + batch_size] for i in range(0, len(data), batch_size)]
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
        """Write everything needed to continue after the last epoch, replacing the file at `path`.

        Saves the model, the optimizer, the state of the random generators, the order of the training
        data, the history, and the state of the callbacks (schedules, early stopping).
        """
        save_checkpoint(path, model=self.model, optimizer=self.optimizer, extra={
            "history": self.history.epochs,
            "callbacks": [[type(callback).__name__, callback.state_dict()] for callback in self.callbacks],
            "order": None if self.order is None else self.order.bit_generator.state})

    def resume(self, path: str | Path) -> int:
        """Load a file written by save() or a Checkpoint; return the number of epochs trained so far.

        Build the trainer as before, with the same model, optimizer and callbacks. With the same data,
        the next fit then gives bit-for-bit the results of an uninterrupted run.
        """
        extra = load_checkpoint(path, model=self.model, optimizer=self.optimizer)
        if "history" not in extra:
            raise ValueError(f"{path} was not written by a Trainer, so it has no history to resume from; "
                             "load it with io.load_checkpoint")
        self.history.epochs[:] = extra["history"]
        self.saved_order = extra["order"]
        states = extra["callbacks"]
        for callback in self.callbacks:
            match = next((each for each in states if each[0] == type(callback).__name__), None)
            if match is not None:       # a callback that is not in the file starts from scratch
                states.remove(match)
                callback.load_state_dict(match[1])
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
        step = self.tally.loss.not_finite
        if step is not None:
            raise FloatingPointError(
                f"the loss became {values['loss']} in epoch {self.epoch}, step {step}; try a smaller "
                "learning rate or max_grad_norm=1.0, scale inputs to about -1 to 1, and check the data "
                "for NaN")
        return values

    def stop(self, reason: str) -> None:
        """End the training after the current step; `reason` is displayed and stored in `stopped`."""
        self.stopped = reason


def batches(data, model, caller):
    """The batches of `data` as lists [input, ..., target] on the model's device."""
    device = device_of(model)
    number = 0
    for number, batch in enumerate(data, 1):
        if not isinstance(batch, (list, tuple)) or len(batch) < 2:
            raise TypeError(f"{caller}: batch {number} must be (input, target) or (input, ..., input, "
                            f"target), got {described(batch)}; for arrays use "
                            "DataLoader(TensorDataset(x, y), batch_size=32)")
        batch = on_device(batch, device)
        if batch_size(batch[-1]) == 0:
            raise ValueError(f"{caller}: batch {number} has no samples")
        yield batch
    if number == 0:
        raise ValueError(f"{caller}: the data yielded no batch. A DataLoader with drop_last=True yields none "
                         "if it has fewer samples than batch_size; a generator can be read only once")


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
            raise TypeError(f"Trainer: a callback must be an instance of train.Callback, got {callback!r}")
    return callbacks


def checked_loss(loss):
    if not isinstance(loss, Tensor):
        raise TypeError(f"the loss function must return a Tensor, got {described(loss)}")
    if loss.ndim:
        raise ValueError(f"the loss function must return a scalar, got shape {tuple(loss.shape)}; reduce it "
                         "with .mean(), or with reduction='mean'")
    return loss


def check_trainable(model, optimizer):
    """Raise ValueError if the optimizer's steps would not change the model."""
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"fit: {type(model).__name__} has no parameters to train")
    trainable = {id(p) for p in parameters if p.requires_grad}
    if not trainable:
        raise ValueError(f"fit: all {len(parameters)} parameters of {type(model).__name__} are frozen; call "
                         "p.requires_grad_() on those to train")
    if not any(id(p) in trainable for group in optimizer.param_groups for p in group["params"]):
        raise ValueError(f"fit: the optimizer has none of the {len(trainable)} trainable parameters of "
                         f"{type(model).__name__}; create it from model.parameters() once the model is "
                         "complete")


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
    return f"a {type(value).__name__}"
