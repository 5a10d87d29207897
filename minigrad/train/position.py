"""Position: where a training stands, so that an interrupted one goes on as if nothing had happened.

An epoch has three phases, and a fit can be interrupted in each, or between two steps:

             open, remaining            finish              close
    BETWEEN ─────────────────► STEPS ─────────► FINISHED ─────────► BETWEEN
    on_fit_start,              a step per       validation          on_epoch_end,
    on_epoch_start             batch                                on_fit_end

To go on in an epoch, the data is read again from its start: the generators return to the states that they had
then (`start`), and as many batches as there were steps are skipped. Then the generators that the steps drew
from return to their states after the last whole step (`now`). A step that was cut short is taken back
(undo.py), and callbacks that had not yet heard of the last one do so (`owed`).
"""

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minigrad.autograd.writes import Writes
from minigrad.hints import warn
from minigrad.optim.optimizer import Optimizer
from minigrad.train.batches import batches
from minigrad.train.callbacks import Callback
from minigrad.train.checks import read_once
from minigrad.train.generators import Generators, plain
from minigrad.train.metrics import Tally
from minigrad.train.saving import load_tally, on_device_of, tally_state
from minigrad.train.undo import Undo, updated_since

if TYPE_CHECKING:
    from minigrad.train.trainer import Trainer

BETWEEN, STEPS, FINISHED = "between epochs", "in the steps of an epoch", "after the steps of an epoch"


class Position:
    """Where a training stands.

    phase       BETWEEN, STEPS or FINISHED
    start       states of the generators as the epoch began; None between epochs
    now         their states after the last whole step, unless these are the present ones: while no fit runs,
                and when an epoch is FINISHED, as a validation may draw numbers
    tally       loss and metrics of this epoch so far
    steps       of an epoch; None if the data has no length
    owed        callbacks that have not yet heard of the end of the last step or epoch
    generators  of this fit or the last one; None before the first fit, and after a resume
    undo        takes back a step that is cut short
    """

    def __init__(self) -> None:
        self.phase = BETWEEN
        self.start: dict[str, Any] | None = None
        self.now: dict[str, Any] | None = None
        self.tally = Tally({})
        self.steps: int | None = None
        self.owed: list[Callback] = []
        self.generators: Generators | None = None
        self.undo = Undo()
        self.source: Any = None         # the data of the last epoch

    # In the order of a fit

    def enter(self, generators: Generators, trained: bool) -> None:
        """A fit begins; the training goes on from `now`. trained: are there steps that it goes on from?"""
        if self.generators is None and self.now is not None and (trained or self.start):
            generators.check(self.start or self.now)
        if self.phase == BETWEEN and self.now is not None:
            generators.restore(self.now)
            self.now = None
        self.generators = generators

    def open(self, epoch: int, metrics: dict, steps: int | None) -> None:
        """An epoch of so many steps begins, or goes on."""
        if self.phase != BETWEEN and None not in (steps, self.steps) and steps != self.steps:
            warn(f"fit: the training stands in epoch {epoch} after step {self.tally.batches} of "
                 f"{self.steps}; this data has {steps} batches, so the epoch starts anew with it")
            self.forget()
        self.steps = steps
        if self.phase == BETWEEN:
            self.tally = Tally(copy.deepcopy(metrics))      # a callback may call evaluate() meanwhile
            self.owed = []

    def remaining(self, trainer: "Trainer", train: Iterable) -> Iterable:
        """The batches of this epoch that are still to come: all, or the rest after an interrupt."""
        generators: Any = self.generators
        if self.phase == FINISHED:
            generators.restore(self.now)
            return ()
        self.undo = Undo(trainer.model, generators.others)
        if self.phase == BETWEEN:
            self.start = generators.states()
            self.phase = STEPS      # an interrupt may come before this line
            rest = train
        else:
            rest = self.skipped(train, trainer.epoch)
            self.tell("on_step_end", trainer)
            if trainer.stopped:
                return ()
        self.source = train
        self.undo.mark()
        return batches(rest, trainer.model, "fit", self.tally.batches)

    def skipped(self, train: Iterable, epoch: int) -> Iterable:
        """The data without the batches of the steps so far; the generators are as they were after these."""
        generators: Any = self.generators
        done = self.tally.batches
        if read_once(train) and train is self.source:
            rest = iter(train)          # it stands there already
        else:
            generators.restore(self.start)      # a loader draws its order when the loop begins
            rest = iter(train)
            for number in range(done):
                if next(rest, rest) is rest:
                    raise ValueError(f"fit: the training stands in epoch {epoch} after step {done}; this "
                                     f"data has only {number} batches; pass the data it was interrupted with")
        if done:
            generators.restore(self.now, data=False)
        self.now = None
        return rest

    def step(self, optimizer: Optimizer, batch: tuple, callbacks: list) -> None:
        """optimizer.step(). If it fails after it changed the weights, in a hook say, the step is whole."""
        before = Writes.latest
        try:
            optimizer.step()
        except BaseException:
            if updated_since(before, optimizer):
                self.count(batch, callbacks)
                self.whole(callbacks)
            raise

    def count(self, batch: tuple, callbacks: list) -> None:
        """Add (loss, counts, output, target) to the tally. The step is whole even if a metric fails."""
        try:
            self.tally.update(*batch)
        except BaseException:
            self.whole(callbacks)
            raise

    def whole(self, callbacks: list) -> None:
        """A step is complete; these callbacks are to hear of it."""
        self.undo.close()
        self.owed = list(callbacks)

    def tell(self, moment: str, *arguments: Any) -> None:
        """Call the callbacks in `owed`; those after one that fails are still owed."""
        while self.owed:
            callback = self.owed.pop(0)
            try:
                getattr(callback, moment)(*arguments)
            except BaseException:
                if callback.again:
                    self.owed.insert(0, callback)
                raise

    def finish(self) -> None:
        """All steps of the epoch are done."""
        self.undo.close()
        if self.phase == STEPS:
            self.now = self.states()
            self.phase = FINISHED

    def close(self, callbacks: list) -> None:
        """The epoch is in the history; these callbacks are to hear of it."""
        self.forget()
        self.owed = list(callbacks)

    def leave(self, error: BaseException) -> None:
        """An error or interrupt ends the fit: go back to the end of the last whole step."""
        self.undo.back()
        if isinstance(error, FloatingPointError):
            self.forget()       # nothing to go on from
        elif self.now is None and self.generators is not None:
            self.now = self.states()
        self.undo.close()

    def forget(self) -> None:
        """Leave the epoch; the next one begins from the present states."""
        self.phase, self.start, self.now, self.owed = BETWEEN, None, None, []

    # In a checkpoint

    def states(self) -> dict[str, Any]:
        """The states of all generators after the last whole step."""
        if self.now is not None:
            return self.now
        generators = self.generators or Generators(None, {})
        present = generators.states()
        if not self.undo.begun:
            return present
        self.undo.back()            # the next batch is being loaded; without its numbers
        states = {path: state for path, state in generators.states().items() if self.undo.knows(path)}
        generators.restore(present)
        return states

    def saved(self) -> dict[str, Any] | None:
        """The position in an epoch, for a checkpoint; None between epochs."""
        if self.phase == BETWEEN:
            return None
        return {"start": plain(self.start), "now": plain(self.states()), "finished": self.phase == FINISHED,
                "steps": self.steps, "tally": tally_state(self.tally)}

    def load(self, epoch: dict[str, Any], metrics: dict, device: Any) -> None:
        """Return to what saved() returned; the tensors of loss and metrics are moved to the device."""
        self.phase = FINISHED if epoch["finished"] else STEPS
        self.start, self.now, self.steps = epoch["start"], epoch["now"], epoch["steps"]
        self.tally = Tally(copy.deepcopy(metrics))
        load_tally(self.tally, epoch["tally"])
        on_device_of(self.tally, device)
