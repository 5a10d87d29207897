"""Trainer: the training loop, written once, with what people put around it.

    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), metrics=[accuracy])
    history = trainer.fit(train_loader, validation=test_loader, epochs=5)
    trainer.evaluate(test_loader)               {'loss': 0.04, 'accuracy': 0.987}
    trainer.predict(images)                     (N, 10)
"""

import copy
import itertools
from contextlib import contextmanager, nullcontext

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.io import load_checkpoint, save_checkpoint
from minigrad.nn.utils import clip_grad_norm_
from minigrad.ops.places.joining import cat
from minigrad.train.callbacks import Callback
from minigrad.train.history import History
from minigrad.train.metrics import Tally, batch_size, named_metrics
from minigrad.train.progress import reporters


class Trainer(NamesArguments):
    """Fits a model to data, evaluates it and predicts with it.

    model          a Module; called with the inputs of a batch
    loss           a function or Module (output, target) -> a scalar, the mean over the batch
    optimizer      over the model's parameters
    metrics        functions, objects, or a dict that names them; see metrics.py
    callbacks      what happens beside the loop; see callbacks.py
    max_grad_norm  before each step scale the gradients down to this norm, if theirs is greater
    workers        so many processes train, each on a part of every batch; see parallel.Team, which says
                   what that means for batch norm and dropout

    Data is a DataLoader, or anything that can be iterated anew for each epoch and gives batches
    (input, target) or (input, ..., input, target). Batches are moved to the model's device. Loss and
    metrics of an epoch are means over its samples: a small last batch counts for what it holds.
    """

    def __init__(self, model, loss, optimizer, metrics=(), callbacks=(), *, max_grad_norm=None,
                 workers=1):
        if not callable(loss) or not hasattr(optimizer, "param_groups"):
            raise TypeError("Trainer takes (model, loss, optimizer), got "
                            f"({', '.join(type(each).__name__ for each in (model, loss, optimizer))})")
        if max_grad_norm is not None and not max_grad_norm > 0:
            raise ValueError(f"Trainer: max_grad_norm must be positive, got {max_grad_norm}")
        if not isinstance(workers, int) or workers < 1:
            raise ValueError(f"Trainer: workers is how many processes train, at least 1, got {workers!r}")
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.metrics = named_metrics(metrics)
        self.callbacks = sorted(checked_callbacks(callbacks), key=lambda callback: callback.rank)
        self.max_grad_norm = max_grad_norm
        self.workers = workers
        self.team = None            # the processes, while fit() runs and workers > 1
        self.history = History()
        self.epoch = self.last_epoch = 0
        self.steps = None           # in an epoch; None where the data has no length
        self.tally = Tally({})
        self.stopped = None         # why training ended before last_epoch
        self.order = None           # the generator of the training loader, if it has its own
        self.saved_order = None     # its state in the checkpoint that was resumed

    def fit(self, train, validation=None, epochs=1, *, verbose="auto"):
        """Train for so many more epochs; returns the History of all epochs so far.

        After each epoch the model is evaluated on `validation`, noted as val_loss and so on. Pressing
        Ctrl-C ends the training as if it were over. A loss that is NaN or infinite raises
        FloatingPointError; it is noticed when losses are next read, some steps later.
        verbose: 'auto' draws a progress bar in a terminal or notebook and is silent elsewhere; True
        prints a line per epoch elsewhere; False is silent.
        """
        if not isinstance(epochs, int) or epochs < 1:
            raise ValueError(f"fit: epochs is how many more to train, at least 1, got {epochs!r}")
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
    def working(self):
        """The team of processes inside the block, if there are several."""
        if self.workers == 1:
            yield
            return
        from minigrad.parallel import Team      # here, as multiprocessing slows the import
        with Team(self.model, self.loss, self.workers, keep_output=bool(self.metrics)) as self.team:
            try:
                yield
            finally:
                self.team = None

    def train_epoch(self, train, listeners):
        """One pass over the data, one step of the optimizer per batch -> {'loss': ..., metric: ...}"""
        self.model.train()
        self.tally = Tally(copy.deepcopy(self.metrics))     # evaluate() may be called in between
        self.steps = len(train) if hasattr(train, "__len__") else None
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

    def evaluate(self, data):
        """Loss and metrics over all samples, {'loss': ..., metric: ...}, without dropout and the like."""
        tally = Tally(self.metrics)
        with modes_kept(self.model), no_grad(), self.team.resting() if self.team else nullcontext():
            self.model.eval()
            for *inputs, target in batches(data, self.model, "evaluate"):
                output = self.model(*inputs)
                tally.update(checked_loss(self.loss(output, target)), output, target)
        return tally.compute()

    def predict(self, data, batch_size=256):
        """The model's outputs for all samples, joined: (N, ...), on the model's device.

        data: a Tensor or NumPy array of inputs (N, ...), taken in batches of batch_size; or a loader,
        of inputs alone or of (input, ..., target), whose last part is left out.
        """
        if isinstance(data, (Tensor, np.ndarray)):
            data = [data[i:i + batch_size] for i in range(0, len(data), batch_size)]
        outputs = []
        with modes_kept(self.model), no_grad():
            self.model.eval()
            for batch in data:
                inputs = [batch]
                if isinstance(batch, (list, tuple)):
                    inputs = batch if len(batch) == 1 else batch[:-1]
                output = self.model(*on_device(inputs, device_of(self.model)))
                if not isinstance(output, Tensor):
                    raise TypeError("predict joins the Tensors that a model gives for batches; "
                                    f"{type(self.model).__name__} gives {described(output)}")
                outputs.append(output)
        if not outputs:
            raise ValueError("predict: there is no sample to predict; the data is empty")
        return cat(outputs)

    def save(self, path):
        """Write all that it takes to continue after the last epoch, replacing the file at `path`.

        Model, optimizer, random numbers, the order of the training data, history, and the state of the
        callbacks (schedules, early stopping).
        """
        save_checkpoint(path, model=self.model, optimizer=self.optimizer, extra={
            "history": self.history.epochs,
            "callbacks": [[type(callback).__name__, callback.state_dict()] for callback in self.callbacks],
            "order": None if self.order is None else self.order.bit_generator.state})

    def resume(self, path):
        """Continue from what save() or a Checkpoint wrote; returns the number of epochs it has seen.

        The trainer is made as before: the same model, optimizer and callbacks. With the same data the
        next fit then computes, bit for bit, what an uninterrupted one would have.
        """
        extra = load_checkpoint(path, model=self.model, optimizer=self.optimizer)
        if "history" not in extra:
            raise ValueError(f"{path} was not written by a Trainer, so it holds no history to resume; "
                             "load it with io.load_checkpoint")
        self.history.epochs[:] = extra["history"]
        self.saved_order = extra["order"]
        states = extra["callbacks"]
        for callback in self.callbacks:
            match = next((each for each in states if each[0] == type(callback).__name__), None)
            if match is not None:       # a callback that is new, a Log for instance, starts afresh
                states.remove(match)
                callback.load_state_dict(match[1])
        return len(self.history)

    @property
    def step(self):
        """How many steps this epoch has made so far."""
        return self.tally.batches

    @property
    def samples(self):
        """How many samples this epoch has seen so far."""
        return self.tally.samples

    def running(self):
        """Loss and metrics of the training epoch so far, {'loss': ..., metric: ...}; waits for the device.

        Raises FloatingPointError where a loss was not finite.
        """
        values = self.tally.compute()
        step = self.tally.loss.not_finite
        if step is not None:
            raise FloatingPointError(
                f"the loss became {values['loss']} in epoch {self.epoch}, step {step}; what usually helps: a "
                "smaller learning rate, max_grad_norm=1.0, inputs scaled to about -1 to 1, data without NaN")
        return values

    def stop(self, reason):
        """End the training after the current step; `reason` is shown, and kept in `stopped`."""
        self.stopped = reason


def batches(data, model, caller):
    """The batches of `data` as lists [input, ..., target] on the model's device."""
    device = device_of(model)
    number = 0
    for number, batch in enumerate(data, 1):
        if not isinstance(batch, (list, tuple)) or len(batch) < 2:
            raise TypeError(f"{caller}: batch {number} should be (input, target) or (input, ..., input, "
                            f"target), got {described(batch)}; make one of arrays with "
                            "DataLoader(TensorDataset(x, y), batch_size=32)")
        batch = on_device(batch, device)
        if batch_size(batch[-1]) == 0:
            raise ValueError(f"{caller}: batch {number} holds no sample")
        yield batch
    if number == 0:
        raise ValueError(f"{caller}: the data gave no batch. A DataLoader with drop_last=True gives none "
                         "when there are fewer samples than batch_size; a generator can be read only once")


def on_device(batch, device):
    """The tensors and NumPy arrays among the parts of a batch as tensors on the device."""
    batch = [Tensor(part) if isinstance(part, np.ndarray) else part for part in batch]
    if device is None:
        return batch
    return [part.to(device) if isinstance(part, Tensor) else part for part in batch]


def device_of(model):
    """Where the model computes; None where it has neither parameters nor buffers."""
    first = next(itertools.chain(model.parameters(), model.buffers()), None)
    return None if first is None else first.device


def checked_callbacks(callbacks):
    callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise TypeError("Trainer: a callback is an object of a subclass of train.Callback, got "
                            f"{callback!r}")
    return callbacks


def checked_loss(loss):
    if not isinstance(loss, Tensor):
        raise TypeError(f"the loss function must give a Tensor, got {described(loss)}")
    if loss.ndim:
        raise ValueError(f"the loss function gave shape {tuple(loss.shape)}; training minimises one number: "
                         "reduce it with .mean(), or with reduction='mean'")
    return loss


def check_trainable(model, optimizer):
    """Will the optimizer's steps change the model?"""
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"fit: {type(model).__name__} has no parameters, there is nothing to train")
    trainable = {id(p) for p in parameters if p.requires_grad}
    if not trainable:
        raise ValueError(f"fit: none of the {len(parameters)} parameters of {type(model).__name__} requires a "
                         "gradient, they are all frozen; call p.requires_grad_() on those to train")
    if not any(id(p) in trainable for group in optimizer.param_groups for p in group["params"]):
        raise ValueError(f"fit: the optimizer holds none of the {len(trainable)} parameters that "
                         f"{type(model).__name__} trains; make it with model.parameters(), after the last "
                         "layer is in place")


@contextmanager
def modes_kept(model):
    """The model's modules are in training or evaluation mode after the block as they were before."""
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
