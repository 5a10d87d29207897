"""torch.autograd's older names."""

from contextlib import nullcontext
from typing import Any

from minigrad.autograd import Tensor
from minigrad.hints import warn


class VariableType(type):
    def __instancecheck__(cls, other):
        return isinstance(other, Tensor)

    def __subclasscheck__(cls, other):
        return issubclass(other, Tensor)

    def __call__(cls, data: Any = None, requires_grad: bool = False, volatile: Any = None) -> Tensor:
        """A leaf that shares the numbers of `data`; a tensor in a graph stays in it."""
        if volatile:
            warn("volatile was removed and now has no effect. Use `with torch.no_grad():` instead.")
        if data is None:
            data = Tensor([])
        return data.view_as(data) if data.requires_grad else data.detach().requires_grad_(requires_grad)


class Variable(metaclass=VariableType):
    """Before PyTorch 0.4, a tensor with a gradient; now another name of Tensor."""


def enforce_grad_layout_policy(*settings: Any) -> Any:
    """A context that changes nothing."""
    return nullcontext()


def once_differentiable(function: Any) -> Any:
    """Marks a backward that has no second derivative; here it is differentiated if it can be."""
    return function
