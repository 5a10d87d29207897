"""Weights in a file, and checkpoints: all that a training run needs to go on as if never interrupted.

A checkpoint is a safetensors file. Its tensors are named model.*, optimizer.* and extra.*; everything
else, from learning rates to the state of the random numbers, is JSON in the metadata.
"""

import json

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend import module_on, random_state, set_random_state
from minigrad.io.safetensors import read, save_safetensors

KEY = "minigrad.checkpoint"     # in the metadata
TENSOR = "__tensor__"           # in the JSON, {"__tensor__": name} stands for the tensor of that name

DAMAGE = (KeyError, TypeError, AttributeError)      # what Python says where something else was expected


def save(path, model):
    """Write the weights of a model, its state_dict(), as a safetensors file."""
    save_safetensors(path, state_of("save(path, model)", "model", model))


def load(path, model):
    """Read weights that save() wrote into a model of the same architecture; returns the model.

    Raises ValueError, and changes nothing, where names or shapes differ.
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


def save_checkpoint(path, *, model, optimizer=None, scheduler=None, extra=None):
    """Write model, optimizer, scheduler, all random numbers and `extra` into one file.

    extra: a dict of your own, such as {"epoch": 3}, of numbers, strings, tensors, None, and lists and dicts
    of these. Save between two epochs: the place within one is not part of it, nor is a generator of your own.
    """
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    content = {name: state_of("save_checkpoint", name, part)
               for name, part in parts.items() if part is not None}
    if "optimizer" in content:      # JSON has no integers for names
        state = content["optimizer"]["state"]
        content["optimizer"]["state"] = {str(i): entries for i, entries in state.items()}
    content["random"] = random_state()
    content["extra"] = {} if extra is None else extra
    tensors = {}
    packed = {name: pack(value, name, tensors) for name, value in content.items()}
    save_safetensors(path, tensors, {KEY: json.dumps(packed)})


def load_checkpoint(path, *, model, optimizer=None, scheduler=None):
    """Read a checkpoint into what is given, set the random numbers as they were, return its `extra`.

    Raises FileNotFoundError, or ValueError where the file is damaged or of another architecture,
    optimizer or scheduler; then nothing has changed.
    """
    content = read_checkpoint(path)
    # The model comes last: its load_state_dict changes all or nothing. What comes before can be taken back.
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
    """The content that save_checkpoint packed."""
    arrays, metadata = read(path)
    if KEY not in metadata:
        raise ValueError(f"{path} is no checkpoint: a safetensors file of {len(arrays)} tensors without "
                         "a training state; read weights with load(path, model)")
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
        raise TypeError(f"{caller}: {name} should have a state_dict(), got a {type(part).__name__}")
    return part.state_dict()


def pack(value, name, tensors):
    """`value` as JSON has it, its tensors moved into the dict `tensors` under names that start with `name`."""
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
    """What pack made JSON of."""
    if isinstance(value, dict):
        if set(value) == {TENSOR}:
            return Tensor(arrays[value[TENSOR]])
        return {key: unpack(each, arrays) for key, each in value.items()}
    if isinstance(value, list):
        return [unpack(each, arrays) for each in value]
    return value


def for_this_machine(state):
    """A random state without the devices that are not here: a run may go on where there is no GPU."""
    def here(device):
        try:
            module_on(device)
        except (ImportError, RuntimeError):
            return False
        return True
    return {**state, "devices": {device: saved for device, saved in state["devices"].items() if here(device)}}
