"""Activations as layers: each calls the function of its name with the settings it was made with."""

import inspect

from minigrad.autograd import Parameter
from minigrad.nn import functional as F
from minigrad.nn.module import Module
from minigrad.ops.creation import full


class Activation(Module):
    """A layer made of a function: its settings are the function's arguments after the first."""

    function = None

    def __init_subclass__(cls):
        cls.__signature__ = settings = signature(cls.function)
        cls.function = staticmethod(cls.function)
        cls.settings = tuple(settings.parameters)

    def __init__(self, *args, **settings):
        try:
            given = self.__signature__.bind(*args, **settings)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}{self.__signature__}: {error}") from None
        given.apply_defaults()
        vars(self).update(given.arguments)

    def forward(self, x):
        return self.function(x, **{name: getattr(self, name) for name in self.settings})

    def extra_repr(self):
        shown = [name for name in self.settings if name != "inplace"]
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)


def signature(function):
    """The settings of a function: all arguments but xp and x."""
    parameters = list(inspect.signature(function).parameters.values())
    first = 2 if parameters[0].name == "xp" else 1
    settings = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters[first:]]
    return inspect.Signature(settings)


class ReLU(Activation):
    """max(x, 0)."""

    function = F.relu


class ReLU6(Activation):
    """min(max(x, 0), 6)."""

    function = F.relu6


class LeakyReLU(Activation):
    """x where positive, else negative_slope x."""

    function = F.leaky_relu


class ELU(Activation):
    """x where positive, else alpha (e^x - 1).   Source: Clevert et al. 2015, arXiv:1511.07289."""

    function = F.elu


class SELU(Activation):
    """A self-normalising ELU.   Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2."""

    function = F.selu


class CELU(Activation):
    """max(0, x) + min(0, alpha (e^(x/alpha) - 1)).   Source: Barron 2017, arXiv:1704.07483."""

    function = F.celu


class GELU(Activation):
    """x Phi(x), Phi the normal distribution function; approximate='tanh' is faster.

    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.
    """

    function = F.gelu


class SiLU(Activation):
    """x sigmoid(x), also called swish.   Source: Elfwing et al. 2017, arXiv:1702.03118."""

    function = F.silu


class Mish(Activation):
    """x tanh(softplus(x)).   Source: Misra 2019, arXiv:1908.08681."""

    function = F.mish


class Sigmoid(Activation):
    """1 / (1 + e^-x), in (0, 1)."""

    function = F.sigmoid


class LogSigmoid(Activation):
    """log(sigmoid(x)), exact also where sigmoid rounds to 0."""

    function = F.logsigmoid


class Tanh(Activation):
    """(e^x - e^-x) / (e^x + e^-x), in (-1, 1)."""

    function = F.tanh


class Tanhshrink(Activation):
    """x - tanh(x)."""

    function = F.tanhshrink


class Hardtanh(Activation):
    """x limited to [min_val, max_val]."""

    function = F.hardtanh


class Hardsigmoid(Activation):
    """relu6(x + 3) / 6."""

    function = F.hardsigmoid


class Hardswish(Activation):
    """x relu6(x + 3) / 6.   Source: Howard et al. 2019, arXiv:1905.02244, eq. 3."""

    function = F.hardswish


class Softplus(Activation):
    """log(1 + e^(beta x)) / beta, a smooth ReLU; x itself where beta x > threshold."""

    function = F.softplus


class Softsign(Activation):
    """x / (1 + |x|)."""

    function = F.softsign


class Threshold(Activation):
    """x where x > threshold, else value."""

    function = F.threshold


class GLU(Activation):
    """a sigmoid(b), where a and b are the halves of x along dim.

    Source: Dauphin et al. 2016, arXiv:1612.08083.
    """

    function = F.glu


class Softmax(Activation):
    """e^x / sum(e^x) along dim: positive numbers that sum to 1."""

    def function(x, dim):
        return F.softmax(x, dim)


class LogSoftmax(Activation):
    """log(softmax(x)) along dim."""

    def function(x, dim):
        return F.log_softmax(x, dim)


class Softmin(Activation):
    """softmax(-x) along dim."""

    def function(x, dim):
        return F.softmin(x, dim)


class PReLU(Module):
    """LeakyReLU with a learned slope: weight (num_parameters,), one for all channels or one for each of
    x (N, C, ...), at first `init`.   Source: He et al. 2015, arXiv:1502.01852, eq. 1.
    """

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        self.num_parameters = num_parameters
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def forward(self, x):
        return F.prelu(x, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"
