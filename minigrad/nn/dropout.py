"""Dropout layers: random zeros in training, nothing after eval().

Source: Srivastava et al. 2014, J. Machine Learning Research 15, 1929-1958.
"""

from minigrad.nn.module import Module
from minigrad.ops.layers import dropout as ops


class Dropout(Module):
    """In training each element becomes 0 with probability p, the others x / (1 - p)."""

    function = staticmethod(ops.dropout)

    def __init__(self, p=0.5, inplace=False):
        ops.check(p, type(self).__name__)
        self.p, self.inplace = p, inplace

    def forward(self, x):
        return self.function(x, self.p, self.training)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout1D(Dropout):
    """As Dropout, for whole channels of (N, C, L)."""

    function = staticmethod(ops.dropout2d)


class Dropout2D(Dropout):
    """As Dropout, for whole channels of (N, C, H, W).   Source: Tompson et al. 2014, arXiv:1411.4280."""

    function = staticmethod(ops.dropout2d)


class Dropout3D(Dropout):
    """As Dropout, for whole channels of (N, C, D, H, W)."""

    function = staticmethod(ops.dropout2d)


class AlphaDropout(Dropout):
    """Dropout for SELU: elements become its limit at -inf, then all keep mean 0 and variance 1.

    Source: Klambauer et al. 2017, arXiv:1706.02515, sec. 3.
    """

    function = staticmethod(ops.alpha_dropout)


class FeatureAlphaDropout(Dropout):
    """As AlphaDropout, for whole channels of (N, C, ...)."""

    function = staticmethod(ops.feature_alpha_dropout)
