"""torch._tensor_str: how tensors print."""

from types import SimpleNamespace
from typing import Any

from minigrad.autograd import Tensor

PRINT_OPTS = SimpleNamespace(precision=4, threshold=1000, edgeitems=3, linewidth=80, sci_mode=None)


def _tensor_str(self: Tensor, indent: int) -> str:
    """The numbers alone."""
    return repr(self.detach()).removeprefix("tensor(").removesuffix(")")


def _add_suffixes(tensor_str: str, suffixes: Any, indent: int, force_newline: bool) -> str:
    return ", ".join([tensor_str, *suffixes]) + ")"


def _str(self: Tensor, *settings: Any, **named: Any) -> str:
    return repr(self)
