"""torch.ops: ops of libraries loaded at run time. None are."""

from typing import Any


def load_library(path: Any) -> None:
    """Raises OSError: a library holds code for PyTorch."""
    raise OSError(f"torch.ops.load_library: {path} holds code for PyTorch, which minigrad cannot run")
