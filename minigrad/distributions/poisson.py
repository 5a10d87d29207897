"""The Poisson distribution: how often something happens that happens at a constant rate."""

from collections.abc import Sequence

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.utils import broadcast_all
from minigrad.ops.creation import poisson
from minigrad.ops.numbers.powers import xlogy
from minigrad.ops.numbers.special import lgamma


class Poisson(ExponentialFamily):
    """rate^k e^-rate / k! for k = 0, 1, 2, ...: mean and variance rate."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Tensor | float, validate_args: bool | None = None) -> None:
        self.rate, = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.rate

    variance = mean

    @property
    def mode(self) -> Tensor:
        return self.rate.floor()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        value = self._checked(value)
        return xlogy(value, self.rate) - self.rate - lgamma(value + 1)
