"""The gamma distribution: the sum of exponential ones, for any real number of them."""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.pathwise import gamma_cdf, standard_gamma
from minigrad.distributions.utils import broadcast_all, tiny
from minigrad.ops.numbers.powers import xlogy
from minigrad.ops.numbers.special import digamma, lgamma


class Gamma(ExponentialFamily):
    """rate^a x^(a - 1) exp(-rate x) / gamma(a) for x > 0 and a = concentration: mean a / rate.

    Gradients go through samples by implicit reparameterisation; see pathwise.py.
    Source of the samples: Marsaglia and Tsang 2000, ACM Trans. Mathematical Software 26, 363-372.
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, concentration: Tensor | float, rate: Tensor | float,
                 validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        return self.concentration / self.rate.square()

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        drawn = standard_gamma(self.concentration.expand(self._extended_shape(sample_shape))) / self.rate
        return drawn.clamp(tiny(drawn))         # never 0, whose logarithm is infinite

    def log_prob(self, value: Tensor) -> Tensor:
        value, a = self._checked(value), self.concentration
        return xlogy(a, self.rate) + xlogy(a - 1, value) - self.rate * value - lgamma(a)

    def cdf(self, value: Tensor) -> Tensor:
        return gamma_cdf(self._checked(value) * self.rate, self.concentration)

    def entropy(self) -> Tensor:
        a = self.concentration
        return a - self.rate.log() + lgamma(a) + (1 - a) * digamma(a)
