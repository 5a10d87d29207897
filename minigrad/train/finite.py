"""A loss or gradient that is NaN or infinite stops a training before the step that would spoil the weights.

On the CPU every step is checked before the optimizer acts. On a device, where reading a number means to wait
for it, the losses are looked at when a Mean fetches them, every 50 steps; weights that are spoilt by then
return from the last checkpoint.
"""

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend import quiet
from minigrad.io import load_checkpoint
from minigrad.nn.utils import clip_grad_norm_
from minigrad.ops.places.indexing import on_host
from minigrad.train.callbacks import EarlyStopping
from minigrad.train.diagnosis import broken, diagnosed

if TYPE_CHECKING:
    from minigrad.train.trainer import Trainer


def check_step(trainer: "Trainer", loss: Tensor, batch: tuple) -> None:
    """Raise FloatingPointError if the loss or a gradient is not finite, after backward() on the CPU."""
    if not on_host(loss.array):
        return
    value = loss.array.item()
    if not math.isfinite(value):
        raise failure(trainer, lost_loss(trainer, value, trainer.step + 1), batch)
    if not finite_gradients(trainer.optimizer):
        raise failure(trainer, f"a gradient became NaN or infinite in epoch {trainer.epoch}, step "
                      f"{trainer.step + 1}, where the loss is {value:.6g}", batch)


def finite_gradients(optimizer: Any) -> bool:
    """Whether all gradients are finite. A sum of squares tells quickly, unless it overflows."""
    with quiet():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    g = p.grad.array.ravel("K")
                    if not math.isfinite(g.dot(g)) and not np.isfinite(g).all():
                        return False
    return True


def clip(trainer: "Trainer", loss: Tensor, max_norm: float) -> None:
    """Clip the norm of the gradients; one that overflows would make all of them 0."""
    try:
        clip_grad_norm_(trainer.model.parameters(), max_norm, error_if_nonfinite=on_host(loss.array))
    except RuntimeError as error:
        raise failure(trainer, f"in epoch {trainer.epoch}, step {trainer.step + 1}, {error}") from None


def check_tally(trainer: "Trainer", batch: tuple | None = None) -> None:
    """Raise FloatingPointError if a loss that was fetched from a device, some steps later, is not finite."""
    loss = trainer.position.tally.loss
    if loss.not_finite is not None:
        raise failure(trainer, lost_loss(trainer, loss.compute(), loss.not_finite), batch)


def lost_loss(trainer, value, step):
    return (f"the loss became {value} in epoch {trainer.epoch}, step {step}; try a smaller learning rate or "
            "max_grad_norm=1.0, scale inputs to about -1 to 1, and check the data for NaN")


def failure(trainer, what, batch=None):
    """The error about what became NaN, with its origin; the model returns to its last good state."""
    trainer.position.undo.back()        # the buffers, such as the statistics of a batch norm
    trainer.position.undo.close()
    origin = diagnosed(trainer.model, trainer.loss, *batch) if batch else ""
    return FloatingPointError(".\n".join(filter(None, (what, origin, last_good(trainer)))))


def last_good(trainer):
    """Say which weights the model has; NaN ones are replaced from a checkpoint or the best epoch."""
    model, checkpoint = trainer.model, trainer.checkpoint

    def lost():
        return broken([*model.named_parameters(), *model.named_buffers()])
    best = next((each for each in trainer.callbacks
                 if isinstance(each, EarlyStopping) and each.best_weights is not None), None)
    text = "The weights are those from before this step"
    if lost():
        if checkpoint is not None:
            with suppress(OSError, ValueError):     # deleted or damaged since
                load_checkpoint(checkpoint, model=model, optimizer=trainer.optimizer)
            text = "The model and the optimizer are again as in the last checkpoint"
        elif best is not None:
            model.load_state_dict(best.best_weights)
        if lost():
            return ("The weights are lost; with callbacks=[Checkpoint(path)] those of the last epoch would "
                    "remain")
    if best is not None:        # it restores them at the end
        text = f"The weights are those of the best epoch, {best.best_epoch}"
    if checkpoint is not None:
        text += f"; trainer.resume({str(checkpoint)!r}) returns to the last checkpoint"
    return text
