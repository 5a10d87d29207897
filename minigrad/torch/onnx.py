"""torch.onnx: there is no exporter."""

from typing import Any


def is_in_onnx_export() -> bool:
    return False


def export(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: there is no exporter."""
    raise NotImplementedError("torch.onnx.export: minigrad has no exporter; save the weights with torch.save "
                              "and export them from PyTorch")
