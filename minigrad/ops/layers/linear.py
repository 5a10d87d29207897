"""The linear layer: a matrix product plus a bias, fused into one op."""

from minigrad.autograd import fused
from minigrad.ops.matrices.products import matmul
from minigrad.ops.places.shapes import transpose


@fused
def linear(x, weight, bias=None):
    """x Wᵀ + b.   (..., in), (out, in), (out,) -> (..., out)."""
    if weight.ndim not in (1, 2) or x.ndim == 0 or x.shape[-1] != weight.shape[-1]:
        raise ValueError(f"linear: x is {tuple(x.shape)}, but weight {tuple(weight.shape)}, (out, in), "
                         f"expects (..., {weight.shape[-1] if weight.ndim else 'in'})")
    if bias is not None and tuple(bias.shape) != tuple(weight.shape[:-1]):
        raise ValueError(f"linear: bias must be {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}")
    y = matmul(x, transpose(weight, -2, -1) if weight.ndim == 2 else weight)
    return y if bias is None else y + bias
