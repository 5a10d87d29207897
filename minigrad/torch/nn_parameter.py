"""torch.nn.parameter: parameters that have no shape yet. Lazy layers have empty ones instead."""

from typing import Any

from minigrad.torch.absent import absent

WHY = "a parameter needs its shape; lazy layers such as nn.LazyLinear find theirs out"
UninitializedParameter, UninitializedBuffer, UninitializedTensorMixin = (
    absent(f"torch.nn.parameter.{name}", WHY) for name in (
        "UninitializedParameter", "UninitializedBuffer", "UninitializedTensorMixin"))


def is_lazy(param: Any) -> bool:
    """Has the parameter no shape yet?"""
    return False
