"""SparseAdam: Adam for gradients that hold a few rows. Here every gradient is dense, which it refuses."""

from minigrad.autograd import Tensor
from minigrad.optim.optimizer import Optimizer, Params


class SparseAdam(Optimizer):
    """PyTorch's Adam for sparse gradients, so that a program that makes one is told what to do.

    As in PyTorch, a step with a dense gradient raises RuntimeError; use Adam.
    """

    def __init__(self, params: Params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, maximize: bool = False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, maximize=maximize))

    def check_parameter(self, which: str, p: Tensor) -> None:
        super().check_parameter(which, p)
        if p.array.dtype.kind == "c":
            raise ValueError(f"SparseAdam: parameter {which} is {p.dtype}; it takes real parameters")

    def check_gradient(self, p: Tensor) -> None:
        raise RuntimeError("SparseAdam does not take dense gradients, and all gradients are dense; use Adam")
