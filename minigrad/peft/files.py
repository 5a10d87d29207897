"""A folder with what was trained, and with how: small, since the model itself is not in it.

    adapter_config.json             the method and its settings
    adapter_model.safetensors       the trained weights, each under base_model.model.NAME

For LoRA both files are those of Hugging Face's `peft`, which reads what save() writes; load() reads what
`peft` writes.
"""

import copy
import json
from pathlib import Path
from typing import Any

from minigrad.autograd.errors import checked
from minigrad.files import read_settings, replacing
from minigrad.io import load_safetensors, save_safetensors
from minigrad.nn import Module
from minigrad.nn.init import skipped
from minigrad.peft.adapters import add_adapters
from minigrad.peft.bitfit import train_biases
from minigrad.peft.lora import add_lora
from minigrad.peft.prefix import add_prefix
from minigrad.peft.prompt import add_prompt

PREFIX = "base_model.model."
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
METHODS = {"ADAPTERS": add_adapters, "BITFIT": train_biases, "PREFIX": add_prefix, "PROMPT": add_prompt}
# What a file of `peft` says when it asks for no more than add_lora does.
PLAIN: dict[str, Any] = {
    "alora_invocation_tokens": [None], "alpha_pattern": [{}, None], "bias": ["none"],
    "exclude_modules": [None, []], "fan_in_fan_out": [False], "init_lora_weights": [True, False, "gaussian"],
    "layer_replication": [None], "layers_to_transform": [None], "lora_bias": [False],
    "rank_pattern": [{}, None], "target_parameters": [None, []], "trainable_token_indices": [None],
    "use_bdlora": [None], "use_dora": [False], "use_qalora": [False], "kasa_config": [None]}


@checked
def save(model: Module, folder: str | Path) -> None:
    """Write the trained weights and the settings of a model that add_lora or another of these has changed.

    The folder is made if it is missing; what else lies in it stays. Weights that are frozen are not written.
    """
    if "_peft" not in vars(model):
        raise ValueError(f"save: this {type(model).__name__} has none of the methods of minigrad.peft; use "
                         "minigrad.io.save for a whole model")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    said = {"base_model_name_or_path": None, "task_type": None, "inference_mode": True, **model._peft}
    said["modules_to_save"] = said["modules_to_save"] or None
    save_safetensors(folder / WEIGHTS, {PREFIX + name: value for name, value in trained(model).items()},
                     {"format": "pt"})
    with replacing(folder / CONFIG) as file:
        file.write(json.dumps(said, indent=2, sort_keys=True).encode() + b"\n")


def trained(model):
    """Name -> tensor of what belongs to the method or is trained with it."""
    state = model.state_dict(keep_vars=True)
    whole = tuple(f".{name}" for name in model._peft["modules_to_save"])
    return {name: value.detach() for name, value in state.items()
            if value.requires_grad or any(f".{name}".rpartition(".")[0].endswith(each) for each in whole)}


@checked
def load(model: Module, folder: str | Path) -> Module:
    """Add to a fresh model what save(), or `peft` in the case of LoRA, has written; returns the model.

    The model is the one that the weights were trained beside: its own weights are not in the folder. Raises
    ValueError, and leaves the model as it was, if the names or shapes are not those of this model, or if the
    file asks for what is not implemented.
    """
    folder = Path(folder)
    said = settings(folder / CONFIG)
    weights = {name.removeprefix(PREFIX).replace(".base_layer.", "."): value
               for name, value in load_safetensors(folder / WEIGHTS).items()}
    # A trial on a copy that shares all parameters shows whether everything fits.
    flags = [(p, p.requires_grad) for p in model.parameters()]
    trial = copy.deepcopy(model, {id(p): p for p, _ in flags})
    try:
        with skipped():
            apply(trial, said, folder / CONFIG)
        check(trial, weights, folder)
    finally:
        for p, flag in flags:
            p.requires_grad_(flag)
    with skipped():
        apply(model, said, folder / CONFIG)
    model.load_state_dict(weights, strict=False)
    return model


def apply(model, said, path):
    """Call the method that the file names, with its settings."""
    method = said["peft_type"]
    also = [name for name in said.get("modules_to_save") or ()      # `peft` lists names that a model may lack
            if any(f".{each}".endswith(f".{name}") for each, _ in model.named_modules())]
    try:
        if method == "LORA":
            for name, usual in PLAIN.items():
                if name in said and said[name] not in usual:
                    raise ValueError(f"{name} is {said[name]!r:.60}; minigrad.peft has only {usual[0]!r}")
            add_lora(model, said["target_modules"], said["r"], float(said["lora_alpha"]),
                     float(said.get("lora_dropout", 0)), also=also,
                     rank_stabilized=said.get("use_rslora", False))
        elif method in METHODS:
            METHODS[method](model, also=also, **{name: value for name, value in said.items() if name in
                                                 ("encoder", "length", "size", "targets")})
        else:
            raise ValueError(f"peft_type is {method!r}, expected LORA or one that save() writes: "
                             + ", ".join(METHODS))
    except KeyError as error:
        raise ValueError(f"{path} lacks {error}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def check(model, weights, folder):
    state, expected = model.state_dict(), trained(model)
    trouble = [(what, names) for what, names in [
        ("missing", [name for name in expected if name not in weights]),
        ("unexpected", [name for name in weights if name not in state]),
        ("of another shape", [f"{name} {tuple(weights[name].shape)}, here {tuple(state[name].shape)}"
                              for name in weights if name in state
                              and tuple(weights[name].shape) != tuple(state[name].shape)])] if names]
    if trouble:
        lines = [f"{what}: {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")
                 for what, names in trouble]
        raise ValueError("\n  ".join([f"load: {folder / WEIGHTS} was written for another model than this "
                                      f"{type(model).__name__}", *lines]))


def settings(path):
    said = read_settings(path)
    if not isinstance(said.get("peft_type"), str):
        raise ValueError(f"{path} must hold a peft_type, such as \"LORA\", got {said!r:.60}")
    return said
