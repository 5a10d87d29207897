"""The generalised Pareto distribution: by how much values exceed a high threshold."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import broadcast_all
from minigrad.ops.creation import rand
from minigrad.ops.numbers.choosing import where


class GeneralizedPareto(Distribution):
    """(1 + c z)^(-1 - 1/c) / scale for z = (x - loc) / scale >= 0, with c = concentration.

    c = 0 is the exponential distribution; for c < 0 values end at loc - scale / c.
    Source: Pickands 1975, Annals of Statistics 3, 119-131.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive,
                       "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc: Tensor | float, scale: Tensor | float, concentration: Tensor | float,
                 validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> constraints.Constraint:
        end = self.loc - self.scale / where(self.concentration < 0, self.concentration, -1.0)
        return constraints.interval(self.loc, where(self.concentration < 0, end, math.inf))

    def _split(self):
        """(is c 0, to rounding?, c or a replacement there)"""
        zero = self.concentration.abs() <= 1e-8
        return zero, where(zero, 1.0, self.concentration)

    @property
    def mean(self) -> Tensor:
        """NaN for concentration >= 1."""
        c = where(self.concentration < 1, self.concentration, 0.5)
        return where(self.concentration < 1, self.loc + self.scale / (1 - c), math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        """NaN for concentration >= 1/2."""
        c = where(self.concentration < 0.5, self.concentration, 0.25)
        exact = self.scale.square() / ((1 - c).square() * (1 - 2 * c))
        return where(self.concentration < 0.5, exact, math.nan)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.loc.dtype, device=self.loc.device))

    def log_prob(self, value: Tensor) -> Tensor:
        z = (self._checked(value) - self.loc) / self.scale
        zero, c = self._split()
        return -self.scale.log() - where(zero, z, (1 + 1 / c) * (c * z).log1p())

    def log_survival_function(self, value: Tensor) -> Tensor:
        """log(1 - cdf)."""
        z = (self._checked(value) - self.loc) / self.scale
        zero, c = self._split()
        return where(zero, -z, -(c * z).log1p() / c)

    def log_cdf(self, value: Tensor) -> Tensor:
        """log of cdf."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        return -self.log_survival_function(value).expm1()

    def icdf(self, value: Tensor) -> Tensor:
        zero, c = self._split()
        log_rest = (-value).log1p()
        return self.loc + self.scale * where(zero, -log_rest, (-c * log_rest).expm1() / c)

    def entropy(self) -> Tensor:
        return self.scale.log() + self.concentration + 1
