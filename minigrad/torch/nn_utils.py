"""torch.nn.utils' further names: norms, and a convolution that does its batch norm's work."""

import copy
from collections.abc import Iterable
from typing import Any

import minigrad
from minigrad import nn
from minigrad.autograd import Tensor

__all__ = ["clip_grads_with_norm_", "fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval",
           "fuse_linear_bn_weights", "get_total_norm"]


def get_total_norm(tensors: Iterable[Tensor] | Tensor, norm_type: float = 2.0,
                   error_if_nonfinite: bool = False, foreach: Any = None) -> Tensor:
    """The norm of all numbers of all tensors. Raises RuntimeError for one that is not finite, if asked."""
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not tensors:
        return minigrad.tensor(0.0)
    norms = minigrad.stack([minigrad.linalg.vector_norm(x, norm_type) for x in tensors])
    total = minigrad.linalg.vector_norm(norms, norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(f"get_total_norm: the norm of order {norm_type} is {total.item()}")
    return total


def clip_grads_with_norm_(parameters: Iterable[Tensor] | Tensor, max_norm: float, total_norm: Tensor,
                          foreach: Any = None) -> None:
    """Scale the gradients by max_norm / (total_norm + 1e-6), if that is less than 1."""
    factor = (max_norm / (total_norm + 1e-6)).clamp(max=1.0)
    for p in [parameters] if isinstance(parameters, Tensor) else parameters:
        if p.grad is not None:
            p.grad.mul_(factor)


def fuse_conv_bn_weights(conv_w: Tensor, conv_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float,
                         bn_w: Tensor | None, bn_b: Tensor | None, transpose: bool = False) -> tuple:
    """(weight, bias) of a convolution followed by a batch norm in eval mode.

    y = (w x + b - mean) s + shift with s = scale / sqrt(var + eps), so the weight is w s.
    """
    scale = (1 if bn_w is None else bn_w) * (bn_rv + bn_eps).rsqrt()
    shift = 0 if bn_b is None else bn_b
    bias = ((0 if conv_b is None else conv_b) - bn_rm) * scale + shift
    shape = [1] * conv_w.ndim
    shape[1 if transpose else 0] = -1
    return (nn.Parameter((conv_w * scale.reshape(shape)).detach(), conv_w.requires_grad),
            nn.Parameter(bias.detach(), conv_w.requires_grad))


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A copy of the convolution that also does the batch norm's work; both must be in eval mode."""
    if conv.training or bn.training:
        raise RuntimeError("fuse_conv_bn_eval: expected both layers in eval mode; call .eval() first")
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose)
    return fused


def fuse_linear_bn_weights(linear_w: Tensor, linear_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor,
                           bn_eps: float, bn_w: Tensor, bn_b: Tensor) -> tuple:
    """(weight, bias) of a linear layer followed by a batch norm in eval mode."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A copy of the linear layer that also does the batch norm's work; both must be in eval mode."""
    return fuse_conv_bn_eval(linear, bn)
