"""torch.autograd.function: what the methods of a Function get."""

from typing import Any

from minigrad.autograd import Function
from minigrad.torch.autograd import once_differentiable

FunctionCtx = BackwardCFunction = type("FunctionCtx", (), {})
InplaceFunction = NestedIOFunction = Function
__all__ = ["Function", "FunctionCtx", "InplaceFunction", "once_differentiable"]


def traceable(kind: Any) -> Any:
    return kind
