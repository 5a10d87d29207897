"""The Weibull distribution: how long something lasts whose rate of failure grows or falls with its age."""

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.exponential import Exponential
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.transforms import AffineTransform, PowerTransform
from minigrad.distributions.utils import broadcast_all, euler_constant
from minigrad.ops.creation import ones_like
from minigrad.ops.numbers.special import lgamma


class Weibull(TransformedDistribution):
    """k / scale z^(k - 1) exp(-z^k) for z = x / scale > 0 and k = concentration.

    Source: Weibull 1951, J. Applied Mechanics 18, 293-297.
    """

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(self, scale: Tensor | float, concentration: Tensor | float,
                 validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        power = PowerTransform(self.concentration.reciprocal())
        base = Exponential(ones_like(self.scale), validate_args=False)
        super().__init__(base, [power, AffineTransform(0, self.scale)], validate_args)

    @property
    def concentration_reciprocal(self) -> Tensor:
        return self.concentration.reciprocal()

    @property
    def mean(self) -> Tensor:
        return self.scale * lgamma(1 + self.concentration_reciprocal).exp()

    @property
    def mode(self) -> Tensor:
        return self.scale * ((self.concentration - 1) / self.concentration).pow(self.concentration_reciprocal)

    @property
    def variance(self) -> Tensor:
        part = self.concentration_reciprocal
        return self.scale.square() * (lgamma(1 + 2 * part).exp() - (2 * lgamma(1 + part)).exp())

    def entropy(self) -> Tensor:
        part = self.concentration_reciprocal
        return euler_constant * (1 - part) + (self.scale * part).log() + 1
