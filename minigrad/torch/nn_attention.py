"""torch.nn.attention: which kernel computes attention. Here there is one for all."""

import enum
from contextlib import contextmanager
from typing import Any


class SDPBackend(enum.IntEnum):
    ERROR, MATH, FLASH_ATTENTION, EFFICIENT_ATTENTION, CUDNN_ATTENTION, OVERRIDEABLE = range(-1, 5)


@contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False):
    """Allow these backends: changes nothing."""
    yield
