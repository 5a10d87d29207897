"""torch.backends.mkldnn: Intel's kernels, which minigrad does not use."""

from contextlib import contextmanager
from typing import Any

enabled = deterministic = allow_tf32 = False


def is_available() -> bool:
    return False


@contextmanager
def flags(*settings: Any, **named: Any):
    yield
