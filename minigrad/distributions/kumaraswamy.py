"""The Kumaraswamy distribution: like the beta distribution, with a cdf in closed form."""

import math

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.transforms import AffineTransform, PowerTransform
from minigrad.distributions.uniform import Uniform
from minigrad.distributions.utils import broadcast_all, euler_constant
from minigrad.ops.creation import ones_like, zeros_like
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import digamma, lgamma


class Kumaraswamy(TransformedDistribution):
    """a b x^(a - 1) (1 - x^a)^(b - 1) for 0 < x < 1; cdf 1 - (1 - x^a)^b.

    a = concentration1, b = concentration0.
    Source: Kumaraswamy 1980, Journal of Hydrology 46, 79-88.
    """

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Tensor | float, concentration0: Tensor | float,
                 validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = a, b = broadcast_all(concentration1, concentration0)
        u = Uniform(zeros_like(b), ones_like(b), validate_args=False)
        powers = PowerTransform(b.reciprocal()), PowerTransform(a.reciprocal())
        super().__init__(u, [powers[0], AffineTransform(1.0, -1.0), powers[1]], validate_args)

    def _moment(self, n):
        """The expectation of x^n: b times the beta function of 1 + n/a and b."""
        first, b = 1 + n / self.concentration1, self.concentration0
        return b * (lgamma(first) + lgamma(b) - lgamma(first + b)).exp()

    @property
    def mean(self) -> Tensor:
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        """NaN where a or b is below 1."""
        a, b = self.concentration1, self.concentration0
        mode = ((a - 1) / (a * b - 1)).pow(1 / a)
        return where((a < 1) | (b < 1), math.nan, mode)

    @property
    def variance(self) -> Tensor:
        return self._moment(2) - self.mean.square()

    def entropy(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        harmonic = digamma(b + 1) + euler_constant
        return 1 - 1 / b + (1 - 1 / a) * harmonic - a.log() - b.log()
