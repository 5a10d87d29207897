"""torch.nn.init's private names."""

from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn import init


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """The number of terms in one output, and of outputs that use one input."""
    return init.fans(tensor)


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    """The one of the two that `mode`, fan_in or fan_out, names."""
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"expected mode 'fan_in' or 'fan_out', got {mode!r}")
    return init.fans(tensor)[mode.lower() == "fan_out"]


def _no_grad_uniform_(tensor: Tensor, a: float, b: float, generator: Any = None) -> Tensor:
    return init.uniform_(tensor, a, b, generator)


def _no_grad_normal_(tensor: Tensor, mean: float, std: float, generator: Any = None) -> Tensor:
    return init.normal_(tensor, mean, std, generator)


def _no_grad_trunc_normal_(tensor: Tensor, mean: float, std: float, a: float, b: float,
                           generator: Any = None) -> Tensor:
    return init.trunc_normal_(tensor, mean, std, a, b, generator)


def _no_grad_fill_(tensor: Tensor, value: float) -> Tensor:
    return init.constant_(tensor, value)
