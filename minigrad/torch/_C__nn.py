"""torch._C._nn: functions of torch.nn.functional."""

from typing import Any

from minigrad.nn import functional


def __getattr__(name: str) -> Any:
    return getattr(functional, name)
