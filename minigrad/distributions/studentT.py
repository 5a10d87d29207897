"""Student's t distribution: a normal number, divided by an estimate of its standard deviation."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.chi2 import Chi2
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import broadcast_all
from minigrad.ops.creation import randn
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import digamma, lgamma


class StudentT(Distribution):
    """loc + scale X / sqrt(Z / df), for X standard normal and Z chi-squared of df; heavy tails."""

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, df: Tensor | float, loc: Tensor | float = 0.0, scale: Tensor | float = 1.0,
                 validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """NaN for df <= 1."""
        return where(self.df > 1, self.loc, math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        """Infinite for df <= 2, NaN for df <= 1."""
        finite = self.df > 2
        df = where(finite, self.df, 4.0)
        infinite = where(self.df > 1, math.inf, math.nan).to(df.dtype)
        return where(finite, self.scale.square() * df / (df - 2), infinite)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        x = randn(self._extended_shape(sample_shape), dtype=self.df.dtype, device=self.df.device)
        z = Chi2(self.df, validate_args=False).rsample(sample_shape)
        return self.loc + self.scale * x * (z / self.df).rsqrt()

    def log_prob(self, value: Tensor) -> Tensor:
        z, df = (self._checked(value) - self.loc) / self.scale, self.df
        norm = lgamma(0.5 * (df + 1)) - lgamma(0.5 * df) - 0.5 * (math.pi * df).log() - self.scale.log()
        return norm - 0.5 * (df + 1) * (z * z / df).log1p()

    def entropy(self) -> Tensor:
        half, df = 0.5 * (self.df + 1), self.df
        log_beta = lgamma(0.5 * df) + 0.5 * math.log(math.pi) - lgamma(half)
        return self.scale.log() + half * (digamma(half) - digamma(0.5 * df)) + 0.5 * df.log() + log_beta
