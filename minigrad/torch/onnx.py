"""torch.onnx: there is no exporter."""

from typing import Any


def is_in_onnx_export() -> bool:
    return False


def export(*arguments: Any, **named: Any) -> Any:
    """Raises NotImplementedError: there is no exporter."""
    raise NotImplementedError("torch.onnx.export: minigrad has no exporter; save the weights with torch.save "
                              "and export them from PyTorch")


def register_custom_op_symbolic(*settings: Any, **named: Any) -> None:
    """Does nothing: there is no exporter."""


unregister_custom_op_symbolic = register_custom_op_symbolic
