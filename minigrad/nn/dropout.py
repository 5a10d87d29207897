"""Dropout layers: random zeros in training; after eval() they do nothing.

Source: Srivastava et al. 2014, J. Machine Learning Research 15, 1929-1958.
"""

from typing import Any

from minigrad.autograd import Tensor
from minigrad.nn.module import Module
from minigrad.ops.inplace import written_over
from minigrad.ops.layers import dropout as ops


class Dropping(Module):
    """The base of the dropout layers."""

    function: Any

    def __init__(self, p: float = 0.5, inplace: bool = False):
        ops.check(p, type(self).__name__)
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        if self.inplace and self.training:
            return written_over(self.function, input, self.p, self.training)
        return self.function(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(Dropping):
    """In training, zero each element with probability p and scale the others by 1 / (1 - p)."""

    function = staticmethod(ops.dropout)


class Dropout1d(Dropping):
    """Dropout of whole channels of (N, C, L) or (C, L)."""

    function = staticmethod(ops.dropout1d)


class Dropout2d(Dropping):
    """Dropout of whole channels of (N, C, H, W).   Source: Tompson et al. 2014, arXiv:1411.4280."""

    function = staticmethod(ops.dropout2d)


class Dropout3d(Dropping):
    """Dropout of whole channels of (N, C, D, H, W) or (C, D, H, W)."""

    function = staticmethod(ops.dropout3d)


class AlphaDropping(Dropping):
    """The base of the dropout layers for SELU, which never write over their input."""

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.p, self.training)


class AlphaDropout(AlphaDropping):
    """Dropout for SELU: dropped elements become SELU's limit at -inf; mean 0 and variance 1 are kept.

    `inplace` has no effect, as in PyTorch.
    Source: Klambauer et al. 2017, arXiv:1706.02515, sec. 3.
    """

    function = staticmethod(ops.alpha_dropout)


class FeatureAlphaDropout(AlphaDropping):
    """AlphaDropout of whole channels of (N, C, ...)."""

    function = staticmethod(ops.feature_alpha_dropout)
