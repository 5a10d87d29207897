"""Adapters (Houlsby et al. 2019, arXiv:1902.00751): a small network after a layer, through a bottleneck.

    y = layer(x);   y + up(gelu(down(y)))       down D -> size, up size -> D

`up` starts near 0, so that at first an adapter changes almost nothing (sec. 2). In a Transformer the paper
adds two to each layer: after the projection of attention and after the second linear layer, before each sum.
"""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor
from minigrad.autograd.errors import checked
from minigrad.nn import Linear, Module, functional as F, init
from minigrad.peft.targets import Targets, begin, check_count, find


class Adapter(Module):
    """y + up(gelu(down(y))).   (..., D) -> (..., D), through `size` numbers.

    Weights ~ N(0, 0.01²), cut off at two standard deviations (sec. 3.6), biases 0.
    """

    def __init__(self, D: int, size: int, device: str | None = None, dtype: Any = None):
        self.down = Linear(D, size, device=device, dtype=dtype)
        self.up = Linear(size, D, device=device, dtype=dtype)
        for linear in (self.down, self.up):
            init.trunc_normal_(linear.weight, std=0.01, a=-0.02, b=0.02)
            init.zeros_(linear.bias)

    def forward(self, y: Tensor) -> Tensor:
        return y + self.up(F.gelu(self.down(y)))


def adapt(layer, args, y):
    """The hook after a layer."""
    return layer.adapter(y)


@checked
def add_adapters(model: Module, targets: Targets, size: int = 32, *, also: Sequence[str] = ()) -> Module:
    """Add an Adapter after each Linear called `targets`, freeze everything else; returns the model.

    targets, also: see add_lora. size: the width of the bottleneck. In models.Bert the paper's places are
    ["attention.output.dense", "output.dense"], of which the second takes both.
    """
    check_count("add_adapters", "size", size)
    layers = find("add_adapters", model, targets)
    for name, layer in layers:
        if not isinstance(layer, Linear):
            raise ValueError(f"add_adapters: {name} is a {type(layer).__name__}, expected a Linear, which "
                             "says how wide the adapter is")
    begin("ADAPTERS", "add_adapters", model, also, size=size,
          targets=targets if isinstance(targets, str) else list(targets))
    for layer in {id(layer): layer for _, layer in layers}.values():
        layer.adapter = Adapter(layer.out_features, size, layer.weight.device, layer.weight.dtype)
        layer.register_forward_hook(adapt)
    return model
