"""The inverse gamma distribution: one divided by a gamma number; a prior for variances."""

import math

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.gamma import Gamma
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.transforms import PowerTransform
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import digamma, lgamma


class InverseGamma(TransformedDistribution):
    """rate^a x^(-a - 1) exp(-rate / x) / gamma(a) for x > 0 and a = concentration."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, concentration: Tensor | float, rate: Tensor | float,
                 validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=False)
        super().__init__(base, PowerTransform(-base.rate.new_ones(())), validate_args)

    @property
    def concentration(self) -> Tensor:
        return self.base_dist.concentration

    @property
    def rate(self) -> Tensor:
        return self.base_dist.rate

    @property
    def mean(self) -> Tensor:
        """Infinite for concentration <= 1."""
        a = self.concentration
        return where(a > 1, self.rate / (where(a > 1, a, 2.0) - 1), math.inf)

    @property
    def mode(self) -> Tensor:
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Tensor:
        """Infinite for concentration <= 2."""
        a = where(self.concentration > 2, self.concentration, 3.0)
        exact = self.rate.square() / ((a - 1).square() * (a - 2))
        return where(self.concentration > 2, exact, math.inf)

    def entropy(self) -> Tensor:
        a = self.concentration
        return a + self.rate.log() + lgamma(a) - (1 + a) * digamma(a)
