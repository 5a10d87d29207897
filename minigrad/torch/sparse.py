"""torch.sparse: functions of sparse tensors, which are dense here."""

from typing import Any

import minigrad
from minigrad.autograd import Tensor
from minigrad.torch.names import sparse_coo_tensor

FloatTensor = DoubleTensor = LongTensor = sparse_coo_tensor
mm = minigrad.matmul
addmm = minigrad.addmm
softmax, log_softmax = minigrad.softmax, minigrad.log_softmax
__all__ = ["addmm", "log_softmax", "mm", "sampled_addmm", "softmax", "sum"]


def sum(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """The sum along dim, or of all elements."""
    return minigrad.sum(input, dim=dim, dtype=dtype)


def sampled_addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1.0,
                  alpha: float = 1.0) -> Tensor:
    """beta input + alpha mat1 mat2, where input is not 0."""
    return minigrad.where(input != 0, beta * input + alpha * (mat1 @ mat2), 0.0)


class check_sparse_tensor_invariants:
    """Does nothing."""

    def __init__(self, enable: bool = True):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False
