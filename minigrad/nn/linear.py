"""Linear layers, and the layer that does nothing."""

import math
from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.nn import init
from minigrad.nn.module import Module
from minigrad.ops.creation import empty
from minigrad.ops.layers.linear import linear
from minigrad.ops.matrices.einsum import einsum


class Identity(Module):
    """y = x, a placeholder for a layer; the constructor takes any arguments and ignores them."""

    def __init__(self, *args: Any, **kwargs: Any):
        pass

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """y = x Wᵀ + b.   (..., in_features) -> (..., out_features).

    weight W (out_features, in_features) and bias b (out_features,) ~ U(-k, k), k = 1 / sqrt(in_features).
    """

    def __init__(self, in_features: int, out_features: int, bias: bool | None = True,
                 device: str | None = None, dtype: Any = None):
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        uniform_by(self.in_features, self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        check_input(self, input, self.weight)
        if input.array.shape[-1:] != self.weight.array.shape[1:]:   # a tied weight may have other sizes
            raise ValueError(f"{self!r} takes (..., {self.weight.shape[-1]}), got {tuple(input.shape)}")
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (f"in_features={self.in_features}, out_features={self.out_features}, "
                f"bias={self.bias is not None}")


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear; PyTorch's MultiheadAttention, whose name for it this is, says so in its text."""


class Bilinear(Module):
    """y_k = x1ᵀ W_k x2 + b_k.   (..., in1_features), (..., in2_features) -> (..., out_features).

    weight (out, in1, in2) and bias (out,) ~ U(-k, k), k = 1 / sqrt(in1_features).
    """

    def __init__(self, in1_features: int, in2_features: int, out_features: int, bias: bool | None = True,
                 device: str | None = None, dtype: Any = None):
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        shape = (out_features, in1_features, in2_features)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        uniform_by(self.in1_features, self.weight, self.bias)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        check_input(self, input1, self.weight)
        check_input(self, input2, self.weight)
        y = einsum("...i,kij,...j->...k", input1, self.weight, input2)
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        return (f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
                f"out_features={self.out_features}, bias={self.bias is not None}")


def uniform_by(fan_in, *parameters):
    """Fill each parameter that is not None with U(-k, k), k = 1 / sqrt(fan_in).

    This is kaiming_uniform_ with a = sqrt(5), PyTorch's initialisation of linear layers and convolutions.
    """
    k = 1 / math.sqrt(fan_in) if fan_in else 0.0
    for parameter in parameters:
        if parameter is not None:
            init.uniform_(parameter, -k, k)


def check_input(layer, x, weight):
    """Refuse x if it is not a tensor, is on another device, or has another dtype than the weights."""
    if not isinstance(x, Tensor):
        raise TypeError(f"{layer!r} takes a Tensor, got {type(x).__name__}; "
                        "make it one with minigrad.tensor(...)")
    if type(x.array) is not type(weight.array):
        raise RuntimeError(f"{layer!r} is on {weight.device}, x on {x.device}; move one: "
                           f"model.to('{x.device}') or x.to('{weight.device}')")
    if x.array.dtype is not weight.array.dtype and x.dtype != weight.dtype:
        raise TypeError(f"{layer!r} has {weight.dtype} weights, got a {x.dtype} tensor; convert it with "
                        f"x.to(minigrad.{weight.dtype}), or the model with model.to(...)")
