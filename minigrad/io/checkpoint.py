"""Weight files, and checkpoints: everything a training run needs to resume as if never interrupted.

A checkpoint is a safetensors file. Its tensors are named model.*, optimizer.* and extra.*; everything
else, from learning rates to the state of the random generators, is JSON in the metadata. The checksum of
the file covers all of it.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad.autograd import Tensor
from minigrad.autograd.errors import composed
from minigrad.backend import module_on, random_state, set_random_state
from minigrad.files import check_depth, read_json
from minigrad.io import pytorch
from minigrad.io.safetensors import made_by_torch, read, save_safetensors
from minigrad.io.shards import is_index, read_shards

if TYPE_CHECKING:
    from minigrad.nn import Module
    from minigrad.optim import Optimizer

KEY = "minigrad.checkpoint"     # in the metadata
TENSOR = "__tensor__"           # in the JSON, {"__tensor__": name} refers to the tensor with that name

# raised when damaged content has unexpected types
DAMAGE = (LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@composed
def save(path: str | Path, model: "Module") -> None:
    """Write the weights of a model, its state_dict(), as a safetensors file."""
    save_safetensors(path, state_of("save(path, model)", "model", model))


@composed
def load(path: str | Path, model: "Module") -> "Module":
    """Load the weights in a file into a model of the same architecture; return the model.

    The file is in the safetensors format, or one that torch.save made of a state_dict, or the index of
    several such files, model.safetensors.index.json. Weights that the model
    shares between several names may be in a safetensors file under one of them, as
    safetensors.torch.save_model writes them. Raises ValueError, and changes nothing, if names or shapes
    differ or the file is damaged.
    """
    own = state_of("load(path, model)", "model", model)
    if is_index(path):
        tensors, metadata = read_shards(path, read_shard)
    elif made_by_torch(path):
        return load_state(path, model, pytorch.load(path, "cpu"))
    else:
        tensors, metadata = read(path)
    if KEY in metadata:
        raise ValueError(f"{path} is a checkpoint; read its weights with load_checkpoint(path, model=model)")
    held = {id(own[name].array): array for name, array in tensors.items()
            if isinstance(own.get(name), Tensor)}
    for name in own.keys() - tensors.keys():
        if metadata.get(name) in tensors:           # save_model notes where the weight is
            tensors[name] = tensors[metadata[name]]
        elif isinstance(own[name], Tensor) and id(own[name].array) in held:
            tensors[name] = held[id(own[name].array)]
    return load_state(path, model, {name: Tensor(array) for name, array in tensors.items()})


def read_shard(path):
    """The arrays and the metadata of one file of an index; torch.save makes files without metadata."""
    if not made_by_torch(path):
        return read(path)
    state = pytorch.load(path, "cpu")
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f"{path} does not hold a dict of tensors")
    return {name: value.numpy() for name, value in state.items()}, {}


def load_state(path, model, state):
    """Load what a file holds into the model."""
    named = isinstance(state, dict)
    if not named or state and not any(isinstance(value, Tensor) for value in state.values()):
        content = f"a dict of {', '.join(map(repr, state))}" if named else f"a {type(state).__name__}"
        raise ValueError(f"{path} holds {content:.200}, not a state_dict; take that from "
                         "minigrad.load(path), and call model.load_state_dict(...)")
    try:
        model.load_state_dict(state)
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
    try:
        packed = {name: pack(value, name, tensors) for name, value in content.items()}
    except RecursionError:
        raise ValueError("save_checkpoint: a list or dict contains itself or is nested too deeply") from None
    text = json.dumps(packed)
    try:
        check_depth(text.encode())
    except ValueError as error:
        raise ValueError(f"save_checkpoint: {error}") from None
    save_safetensors(path, tensors, {KEY: text})


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
    place = "random generators"
    try:
        set_random_state(for_this_machine(content["random"]))
        for place, part in parts.items():
            part.load_state_dict(content[place])
    except BaseException as error:
        set_random_state(random_before)
        for name in parts:
            if name != "model":
                parts[name].load_state_dict(before[name])
        if isinstance(error, ValueError):
            raise ValueError(f"{path}: {place}: {error}") from error
        if isinstance(error, DAMAGE):
            raise ValueError(f"{path}: {place}: it is a damaged checkpoint ({error!r}); use an earlier one"
                             ) from error
        raise
    return content["extra"]


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """The content of a checkpoint without loading it into anything: model, optimizer, ..., random, extra.

    Raises ValueError if the file is damaged, before anyone acts on it.
    """
    arrays, metadata = read(path)
    if KEY not in metadata:
        raise ValueError(f"{path} is not a checkpoint but a safetensors file of {len(arrays)} tensors "
                         "without training state; read weights with load(path, model)")
    place = "metadata"
    try:
        packed, content = dict(read_json(metadata[KEY])), {}
        for place in ("random", "extra", "model", *packed):
            content[place] = unpack(packed[place], arrays)
            if not isinstance(content[place], dict):
                raise TypeError(f"expected a dict, got {type(content[place]).__name__}")
        if "optimizer" in content:
            place = "optimizer"
            state = content["optimizer"]["state"]
            content["optimizer"]["state"] = {int(i): entries for i, entries in state.items()}
    except (ValueError, *DAMAGE) as error:
        raise ValueError(f"{path}: {place}: it is a damaged checkpoint ({error!r}); use an earlier one"
                         ) from None
    return content


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
        if set(value) == {TENSOR}:
            raise ValueError(f"save_checkpoint: {name} has the single name {TENSOR!r}, which marks a tensor; "
                             "use another name")
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
