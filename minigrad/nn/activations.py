"""Activations as layers: each calls the function of its name with its settings."""

from typing import Any

from minigrad.autograd import Parameter, Tensor
from minigrad.hints import warn
from minigrad.nn import functional as F
from minigrad.nn.applied import Applied
from minigrad.nn.module import Module
from minigrad.ops.creation import full
from minigrad.ops.layers.activations import relu


class ReLU(Applied):
    """max(x, 0)."""

    function = staticmethod(F.relu)

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, True) if self.inplace else relu(input)     # it follows nearly every layer


class LeakyReLU(Applied):
    """x where positive, else negative_slope x."""

    function = staticmethod(F.leaky_relu)


class RReLU(Module):
    """LeakyReLU with a random slope in training, uniform in [lower, upper]; after eval() their mean.

    Source: Xu et al. 2015, arXiv:1505.00853.
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False):
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class ELU(Applied):
    """x where positive, else alpha (e^x - 1).   Source: Clevert et al. 2015, arXiv:1511.07289."""

    function = staticmethod(F.elu)


class SELU(Applied):
    """A self-normalising ELU.   Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2."""

    function = staticmethod(F.selu)


class CELU(Applied):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1)).   Source: Barron 2017, arXiv:1704.07483."""

    function = staticmethod(F.celu)


class GELU(Applied):
    """x Phi(x), where Phi is the standard normal CDF; approximate='tanh' is faster.

    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.
    """

    function = staticmethod(F.gelu)


class SiLU(Applied):
    """x sigmoid(x), also called swish.   Source: Elfwing et al. 2017, arXiv:1702.03118."""

    function = staticmethod(F.silu)


class Mish(Applied):
    """x tanh(softplus(x)).   Source: Misra 2019, arXiv:1908.08681."""

    function = staticmethod(F.mish)


class Sigmoid(Applied):
    """1 / (1 + e^-x), in (0, 1)."""

    function = staticmethod(F.sigmoid)


class LogSigmoid(Applied):
    """log(sigmoid(x)), also exact where sigmoid rounds to 0."""

    function = staticmethod(F.logsigmoid)


class Tanh(Applied):
    """(e^x - e^-x) / (e^x + e^-x), in (-1, 1)."""

    function = staticmethod(F.tanh)


class Tanhshrink(Applied):
    """x - tanh(x)."""

    function = staticmethod(F.tanhshrink)


class Hardtanh(Module):
    """x limited to [min_val, max_val]. min_value and max_value are the former names of these."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False,
                 min_value: float | None = None, max_value: float | None = None):
        if min_value is not None:
            warn("Hardtanh: min_value is deprecated; write min_val", FutureWarning)
            min_val = min_value
        if max_value is not None:
            warn("Hardtanh: max_value is deprecated; write max_val", FutureWarning)
            max_val = max_value
        if not min_val < max_val:
            raise ValueError(f"Hardtanh: min_val must be below max_val, got {min_val} and {max_val}")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        text = f"min_val={self.min_val}, max_val={self.max_val}"
        return text + ", inplace=True" if self.inplace else text


class ReLU6(Hardtanh):
    """min(max(x, 0), 6)."""

    def __init__(self, inplace: bool = False):
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Hardsigmoid(Applied):
    """relu6(x + 3) / 6."""

    function, shown = staticmethod(F.hardsigmoid), ()


class Hardswish(Applied):
    """x relu6(x + 3) / 6.   Source: Howard et al. 2019, arXiv:1905.02244, eq. 3."""

    function, shown = staticmethod(F.hardswish), ()


class Hardshrink(Applied):
    """x where |x| > lambd, else 0."""

    function = staticmethod(F.hardshrink)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(Applied):
    """x moved towards 0 by lambd; 0 where |x| <= lambd."""

    function = staticmethod(F.softshrink)
    extra_repr = Hardshrink.extra_repr


class Softplus(Applied):
    """log(1 + e^(beta x)) / beta, a smooth ReLU; x where beta x > threshold."""

    function = staticmethod(F.softplus)


class Softsign(Applied):
    """x / (1 + |x|)."""

    function = staticmethod(F.softsign)


class Threshold(Applied):
    """x where x > threshold, else value."""

    function = staticmethod(F.threshold)


class GLU(Applied):
    """a sigmoid(b), where a and b are the two halves of x along dim.

    Source: Dauphin et al. 2016, arXiv:1612.08083.
    """

    function = staticmethod(F.glu)


class Softmax(Applied):
    """e^x / sum(e^x) along dim: positive numbers that sum to 1."""

    @staticmethod
    def function(input: Tensor, dim: int | None = None) -> Tensor:
        return F.softmax(input, dim)


class Softmax2d(Applied):
    """softmax over the channels of (N, C, H, W) or (C, H, W), at each pixel."""

    @staticmethod
    def function(input: Tensor) -> Tensor:
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d takes (N, C, H, W) or (C, H, W), got {tuple(input.shape)}")
        return F.softmax(input, -3)


class LogSoftmax(Applied):
    """log(softmax(x)) along dim."""

    @staticmethod
    def function(input: Tensor, dim: int | None = None) -> Tensor:
        return F.log_softmax(input, dim)


class Softmin(Applied):
    """softmax(-x) along dim."""

    @staticmethod
    def function(input: Tensor, dim: int | None = None) -> Tensor:
        return F.softmin(input, dim)


class PReLU(Module):
    """LeakyReLU with a learned slope: weight (num_parameters,), one for all channels or one per channel of
    x (N, C, ...), initially `init`.   Source: He et al. 2015, arXiv:1502.01852, eq. 1.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: str | None = None,
                 dtype: Any = None):
        self.num_parameters = num_parameters
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
