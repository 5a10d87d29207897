"""BitFit (Ben Zaken et al. 2021, arXiv:2106.10199): only the biases are trained, which are there anyway."""

from collections.abc import Sequence

from minigrad.autograd.errors import checked
from minigrad.nn import Module
from minigrad.peft.targets import begin


@checked
def train_biases(model: Module, *, also: Sequence[str] = ()) -> Module:
    """Freeze everything but the parameters called `bias`, or something that ends so; returns the model.

    also: names of modules that are trained as a whole, such as a new ["classifier"].
    """
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    if not biases:
        raise ValueError(f"train_biases: this {type(model).__name__} has no biases; use add_lora")
    begin("BITFIT", "train_biases", model, also)
    for bias in biases:
        bias.requires_grad_(True)
    return model
