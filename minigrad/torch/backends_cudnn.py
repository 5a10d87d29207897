"""torch.backends.cudnn's further names."""

from contextlib import contextmanager
from typing import Any


def version() -> None:
    return None


@contextmanager
def flags(enabled: Any = False, benchmark: Any = False, deterministic: Any = False, *settings: Any,
          **named: Any):
    yield


def is_acceptable(tensor: Any) -> bool:
    return False
