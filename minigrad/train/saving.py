"""What Trainer.save() writes besides the model and the optimizer, and its way back through resume().

    history      a row per epoch
    callbacks    [name of the class, its state_dict(), is it still owed a call?] for each callback
    generators   the states of all random generators but minigrad's own, which every checkpoint has
    epoch        in the middle of an epoch, the position in it (position.py); else None

A file may be damaged, old, or of another training. So all of it is checked before a part is loaded, and what
was loaded until a part failed is taken back.
"""

import copy
import sys
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend import random_state, set_random_state
from minigrad.io.checkpoint import for_this_machine, read_checkpoint
from minigrad.train.generators import OURS

ARRAY, PAIRS, TUPLE = "__array__", "__pairs__", "__tuple__"


def read_extra(path):
    """The part of a checkpoint that save() added, checked and in its present form."""
    extra = read_checkpoint(path)["extra"]
    if "history" not in extra:
        raise ValueError(f"{path} was not written by a Trainer, so it has no history to resume from; "
                         "load it with io.load_checkpoint")
    check_saved(path, extra)
    return extra


@contextmanager
def telling(path, part):
    """What fails in the block is about this part of the file, and nothing was loaded."""
    try:
        yield
    except Exception as error:
        reason = error if type(error) is ValueError else repr(error)
        raise ValueError(f"{path}: {part}: {reason}; nothing was loaded") from error


@contextmanager
def kept_on_failure(callbacks):
    """If the block fails, the callbacks are as they were before it."""
    before = [(each, dict(vars(each)), copy.deepcopy(each.state_dict())) for each in callbacks]
    try:
        yield
    except BaseException:
        for callback, attributes, state in before:
            vars(callback).clear()
            vars(callback).update(attributes)
            with suppress(Exception):       # what it cannot load now, it had not changed
                callback.load_state_dict(state)
        raise


def check_saved(path, extra):
    """Bring what save() wrote into its present form; raise ValueError if a part is missing or damaged."""
    def numbers(row):
        return isinstance(row, dict) and "epoch" in row and all(
            isinstance(each, (int, float)) or each is None for each in row.values())
    history = extra["history"]
    if not isinstance(history, list) or not all(map(numbers, history)):
        raise damaged(path, "history", history)
    callbacks = extra.get("callbacks")
    if not isinstance(callbacks, list) or not all(isinstance(each, list) and len(each) in (2, 3)
                                                  and isinstance(each[0], str) for each in callbacks):
        raise damaged(path, "callbacks", callbacks)
    extra["callbacks"] = [[*each, False][:3] for each in callbacks]
    if "generators" not in extra and "order" in extra:      # minigrad 0.1
        extra["generators"] = {} if extra["order"] is None else {
            "train.generator": {"bits": extra["order"], "kept": {}}}
        extra["epoch"] = None
    if not isinstance(extra.get("generators"), dict):
        raise damaged(path, "generators", extra.get("generators"))
    if extra.get("epoch", 0) is not None:
        check_epoch(path, extra.get("epoch", 0))


def check_epoch(path, epoch):
    """The same for the position in an epoch, with its states of minigrad's generators for this machine."""
    if not isinstance(epoch, dict) or set(epoch) != {"start", "now", "finished", "steps", "tally"}:
        raise damaged(path, "epoch", epoch)
    if not isinstance(epoch["finished"], bool) or not isinstance(epoch["steps"], (int, type(None))):
        raise damaged(path, "epoch", [epoch["finished"], epoch["steps"]])
    present = random_state()
    try:
        for name in ("start", "now"):
            epoch[name][OURS] = for_this_machine(epoch[name][OURS])
            set_random_state(epoch[name][OURS])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise damaged(path, f"epoch.{name}", epoch[name]) from None
    finally:
        set_random_state(present)


def damaged(path, part, value):
    return ValueError(f"{path} is a damaged checkpoint: its {part} cannot be {value!r:.60}")


def matched(callbacks, saved):
    """(callback, its entry in the file) for each callback that is in the file, by the name of its class."""
    saved = list(saved)
    for callback in callbacks:
        entry = next((each for each in saved if each[0] == type(callback).__name__), None)
        if entry is not None:       # a callback that is not in the file starts from scratch
            saved.remove(entry)
            yield callback, entry


def tally_state(tally: Any) -> dict[str, Any]:
    """The loss and the metrics of an epoch so far, for a checkpoint."""
    meters = {"loss": tally.loss, **tally.metrics}
    own = {name: value for name, value in vars(tally).items() if name not in ("loss", "metrics")}
    return {"own": own, "meters": {
        name: {key: storable(value, f"metric {name!r} keeps {key}=") for key, value in vars(meter).items()
               if not callable(value)}
        for name, meter in meters.items()}}


def load_tally(tally: Any, state: dict[str, Any]) -> None:
    """Continue `tally` from a tally_state; raises ValueError if it has other metrics."""
    meters = {"loss": tally.loss, **tally.metrics}
    if not isinstance(state, dict) or not isinstance(state.get("meters"), dict) or set(vars(tally)) != {
            "loss", "metrics", *state.get("own", ())}:
        raise ValueError("it has no loss and metrics of the epoch so far")
    if set(meters) != set(state["meters"]):
        raise ValueError(f"it was saved in the middle of an epoch with {', '.join(state['meters'])}; this "
                         f"trainer computes {', '.join(meters)}")
    fresh = {"samples": 0, "batches": 0, **{f"{name}.{key}": value for name, meter in meters.items()
                                            for key, value in vars(meter).items()}}
    loaded = {**state["own"], **{f"{name}.{key}": restored(value) for name, entries in state["meters"].items()
                                 for key, value in entries.items()}}
    kinds: dict[type, Any] = {int: (int, float, Tensor), float: (int, float, Tensor), list: list}
    for name, value in loaded.items():
        if not isinstance(value, kinds.get(type(fresh.get(name)), object)):
            raise ValueError(f"the saved {name} cannot be {value!r:.60}")
    vars(tally).update(state["own"])
    for name, meter in meters.items():
        vars(meter).update({key: loaded[f"{name}.{key}"] for key in state["meters"][name]})


def storable(value, what):
    """`value` from lists, dicts with names, numbers, strings and tensors only."""
    if value is None or isinstance(value, (bool, int, float, str, Tensor, np.generic)):
        return value
    if isinstance(value, np.ndarray):
        return {ARRAY: Tensor(value)}
    if isinstance(value, list):
        return [storable(each, what) for each in value]
    if isinstance(value, tuple):
        return {TUPLE: [storable(each, what) for each in value]}
    if isinstance(value, dict):
        return {PAIRS: [[storable(key, what), storable(each, what)] for key, each in value.items()]}
    raise TypeError(f"save: {what}a {type(value).__name__}, which a checkpoint in the middle of an epoch "
                    "cannot hold; save after a whole epoch, or keep numbers, tensors, lists and dicts")


def restored(value):
    """The inverse of storable."""
    if isinstance(value, list):
        return [restored(each) for each in value]
    if isinstance(value, str):
        return sys.intern(value)    # as a constant is, so that `is` holds
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        return value[ARRAY].numpy().copy()
    if TUPLE in value:
        return tuple(restored(value[TUPLE]))
    return {key: restored(each) for key, each in restored(value[PAIRS])}


def on_device_of(tally, device):
    """Move the tensors of a loaded tally to the model's device."""
    def moved(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(moved, value))
        return value.to(device) if isinstance(value, Tensor) else value
    for meter in (tally.loss, *tally.metrics.values()) if device is not None else ():
        vars(meter).update({name: moved(value) for name, value in vars(meter).items()})
