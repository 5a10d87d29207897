"""Weight files, and checkpoints: everything a training run needs to resume as if never interrupted.

A checkpoint is a safetensors file. Its tensors are named model.*, optimizer.* and extra.*; everything
else, from learning rates to the state of the random generators, is JSON in the metadata.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import module_on, random_state, set_random_state
from minigrad.io.safetensors import read, save_safetensors

if TYPE_CHECKING:
    from minigrad.nn import Module
    from minigrad.optim import Optimizer

KEY = "minigrad.checkpoint"     # in the metadata
TENSOR = "__tensor__"           # in the JSON, {"__tensor__": name} refers to the tensor with that name

DAMAGE = (KeyError, TypeError, AttributeError)      # raised when damaged content has unexpected types


@composed
def save(path: str | Path, model: "Module") -> None:
    """Write the weights of a model, its state_dict(), as a safetensors file."""
    save_safetensors(path, state_of("save(path, model)", "model", model))


@composed
def load(path: str | Path, model: "Module") -> "Module":
    """Load weights that save() wrote into a model of the same architecture; return the model.

    Raises ValueError, and changes nothing, if names or shapes differ.
    """
    state_of("load(path, model)", "model", model)
    tensors, metadata = read(path)
    if KEY in metadata:
        raise ValueError(f"{path} is a checkpoint; read its weights with load_checkpoint(path, model=model)")
    try:
        model.load_state_dict({name: Tensor(array) for name, array in tensors.items()})
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return model


@composed
def save_checkpoint(path: str | Path, *, model: "Module", optimizer: "Optimizer | None" = None,
                    scheduler: Any = None, extra: dict[str, Any] | None = None) -> None:
    """Write model, optimizer, scheduler, the state of the random generators and `extra` to one file.

    extra: your own dict, such as {"epoch": 3}, of numbers, strings, tensors, None, and lists and dicts
    of these. Save between epochs: the position within an epoch is not saved, nor are your own generators.
    """
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    content = {name: state_of("save_checkpoint", name, part)
               for name, part in parts.items() if part is not None}
    if "optimizer" in content:      # JSON keys cannot be integers
        state = content["optimizer"]["state"]
        content["optimizer"]["state"] = {str(i): entries for i, entries in state.items()}
    content["random"] = random_state()
    content["extra"] = {} if extra is None else extra
    tensors = {}
    packed = {name: pack(value, name, tensors) for name, value in content.items()}
    save_safetensors(path, tensors, {KEY: json.dumps(packed)})


@composed
def load_checkpoint(path: str | Path, *, model: "Module", optimizer: "Optimizer | None" = None,
                    scheduler: Any = None) -> dict[str, Any]:
    """Load a checkpoint into the given objects, restore the random generators, return its `extra`.

    Raises FileNotFoundError, or ValueError if the file is damaged or belongs to a different model,
    optimizer or scheduler; nothing has changed then.
    """
    content = read_checkpoint(path)
    # The model comes last: its load_state_dict changes all or nothing. The earlier parts can be restored.
    parts = {"scheduler": scheduler, "optimizer": optimizer, "model": model}
    parts = {name: part for name, part in parts.items() if part is not None}
    before = {name: state_of("load_checkpoint", name, part) for name, part in parts.items()}
    random_before = random_state()
    for name in parts:
        if name not in content:
            raise ValueError(f"{path} was saved without {name}=, so it has no state to load into the {name}")
    try:
        set_random_state(for_this_machine(content["random"]))
        for name, part in parts.items():
            part.load_state_dict(content[name])
    except BaseException as error:
        set_random_state(random_before)
        for name in parts:
            if name != "model":
                parts[name].load_state_dict(before[name])
        if isinstance(error, ValueError):
            raise ValueError(f"{path}: {error}") from error
        if isinstance(error, DAMAGE):
            raise ValueError(f"{path} is a damaged checkpoint: {error!r}") from error
        raise
    return content["extra"]


def read_checkpoint(path):
    """Read back the content that save_checkpoint packed."""
    arrays, metadata = read(path)
    if KEY not in metadata:
        raise ValueError(f"{path} is not a checkpoint but a safetensors file of {len(arrays)} tensors "
                         "without training state; read weights with load(path, model)")
    try:
        content = unpack(json.loads(metadata[KEY]), arrays)
        if "optimizer" in content:
            state = content["optimizer"]["state"]
            content["optimizer"]["state"] = {int(i): entries for i, entries in state.items()}
        return {"random": content["random"], "extra": content["extra"], **content}
    except (ValueError, *DAMAGE) as error:
        raise ValueError(f"{path} is a damaged checkpoint: {error!r}") from None


def state_of(caller, name, part):
    """The state_dict() of the model, optimizer or scheduler."""
    if not (hasattr(part, "state_dict") and hasattr(part, "load_state_dict")):
        raise TypeError(f"{caller}: {name} must have a state_dict(), got a {type(part).__name__}")
    return part.state_dict()


def pack(value, name, tensors):
    """Convert `value` for JSON, moving its tensors into the dict `tensors` under names based on `name`."""
    if isinstance(value, Tensor):
        while name in tensors:      # {"a.b": x, "a": {"b": y}}
            name += "_"
        tensors[name] = value
        return {TENSOR: name}
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"save_checkpoint: the names in {name} must be strings, got {key!r}")
        return {key: pack(each, f"{name}.{key}", tensors) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [pack(each, f"{name}.{i}", tensors) for i, each in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"save_checkpoint: {name} is a {type(value).__name__}; a checkpoint holds numbers, "
                    "strings, tensors, None, and lists and dicts of these")


def unpack(value, arrays):
    """The inverse of pack."""
    if isinstance(value, dict):
        if set(value) == {TENSOR}:
            return Tensor(arrays[value[TENSOR]])
        return {key: unpack(each, arrays) for key, each in value.items()}
    if isinstance(value, list):
        return [unpack(each, arrays) for each in value]
    return value


def for_this_machine(state):
    """A random state without the devices missing here, so that a run can resume without its GPU."""
    def here(device):
        try:
            module_on(device)
        except (ImportError, RuntimeError):
            return False
        return True
    return {**state, "devices": {device: saved for device, saved in state["devices"].items() if here(device)}}
