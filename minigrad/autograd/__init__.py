"""Floor 2: the engine. Tensors, ops with their rules, and backward.

README.md in this folder gives the order in which to read the files.
"""

from minigrad.autograd import arrays, reverse
from minigrad.autograd.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from minigrad.autograd.arrays import Shape, array_from, dtype_of, set_default_dtype, to_numpy
from minigrad.autograd.tensor import Parameter, Tensor
from minigrad.autograd.errors import composed, mixed
from minigrad.autograd.op import Node, Op, primitive
from minigrad.autograd.outputs import primitive_with_outputs
from minigrad.autograd.part import Part, add_at
from minigrad.autograd.broadcast import broadcast_to, sum_to, zeros_like
from minigrad.autograd.inplace import view_primitive
from minigrad.autograd.reverse import backward, grad
from minigrad.autograd.hooks import Handle
from minigrad.autograd.fused import Fused, fused, without_kernels
from minigrad.autograd import beside as _beside  # numbers on the CPU beside other devices  # noqa: F401
from minigrad.autograd.function import Function
from minigrad.autograd.checking import gradcheck, gradgradcheck
from minigrad.autograd.anomaly import detect_anomaly, set_detect_anomaly
from minigrad.hints import missing as _missing

# A file below errors.py cannot give its functions a door.
reverse.grad = grad = composed(grad)
reverse.backward = backward = composed(backward)
Tensor.backward = backward      # type: ignore[method-assign, assignment]   # the stub states it as a method
arrays.set_default_dtype = set_default_dtype = composed(set_default_dtype)

__all__ = [
    "Function", "Fused", "Handle", "Node", "Op", "Parameter", "Part", "Shape", "Tensor", "add_at",
    "array_from", "backward", "broadcast_to", "composed", "detect_anomaly", "dtype_of", "enable_grad",
    "fused", "grad", "gradcheck", "gradgradcheck", "inference_mode", "is_grad_enabled", "mixed",
    "no_grad", "primitive", "primitive_with_outputs", "set_default_dtype", "set_detect_anomaly",
    "set_grad_enabled", "sum_to", "to_numpy", "view_primitive", "without_kernels", "zeros_like"]

_INSTEAD = {
    "Variable": "drop it: a Tensor is a variable; x.requires_grad_() asks for a gradient",
    "variable": "drop it: a Tensor is a variable; x.requires_grad_() asks for a gradient",
    "functional": "use minigrad.func",
}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
