"""Parameter-efficient fine-tuning: a pretrained model learns a task with few weights; most stay frozen.

    lora.py       add_lora       a product of two thin matrices beside each matrix (Hu et al. 2021)
    adapters.py   add_adapters   a small network after a layer (Houlsby et al. 2019)
    prompt.py     add_prompt     trained vectors in front of the input (Lester et al. 2021)
    prefix.py     add_prefix     trained keys and values in every attention layer (Li and Liang 2021)
    bitfit.py     train_biases   nothing but the biases (Ben Zaken et al. 2021)

    peft.add_lora(model, ["query", "value"], rank=8, also=["classifier"])
    optimizer = optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    ...
    peft.save(model, "adapter")         a folder with the trained weights alone
    peft.load(model, "adapter")         into a fresh model of the same kind

Each changes the model in place, freezes everything else, and returns it. Files of LoRA are those of Hugging
Face's package `peft`, in both directions.
"""

from minigrad.hints import missing as _missing
from minigrad.peft.adapters import Adapter, add_adapters
from minigrad.peft.bitfit import train_biases
from minigrad.peft.files import load, save
from minigrad.peft.lora import (
    LoRAAttention, LoRAEmbedding, LoRALinear, add_lora, merge, merge_and_unload, unmerge)
from minigrad.peft.prefix import add_prefix
from minigrad.peft.prompt import add_prompt

__all__ = [
    "Adapter", "LoRAAttention", "LoRAEmbedding", "LoRALinear", "add_adapters", "add_lora", "add_prefix",
    "add_prompt", "load", "merge", "merge_and_unload", "save", "train_biases", "unmerge"]

_INSTEAD = {"LoraConfig": "use peft.add_lora(model, targets)", "PeftModel": "use peft.load(model, folder)",
            "get_peft_model": "use peft.add_lora(model, targets)"}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
