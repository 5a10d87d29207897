"""The F distribution: the ratio of two variances."""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.gamma import Gamma
from minigrad.distributions.utils import broadcast_all, tiny
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import lgamma


class FisherSnedecor(Distribution):
    """(X1 / df1) / (X2 / df2), where X1 and X2 have chi-squared distributions of df1 and df2."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1: Tensor | float, df2: Tensor | float, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """NaN for df2 <= 2."""
        finite = self.df2 > 2
        return where(finite, self.df2 / (where(finite, self.df2, 4.0) - 2), float("nan"))

    @property
    def mode(self) -> Tensor:
        """NaN for df1 <= 2."""
        return where(self.df1 > 2, (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2), float("nan"))

    @property
    def variance(self) -> Tensor:
        """NaN for df2 <= 4."""
        finite = self.df2 > 4
        b = where(finite, self.df2, 8.0)
        exact = 2 * b.square() * (self.df1 + b - 2) / (self.df1 * (b - 2).square() * (b - 4))
        return where(finite, exact, float("nan"))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        x1 = Gamma(0.5 * self.df1, self.df1, validate_args=False).rsample(sample_shape)
        x2 = Gamma(0.5 * self.df2, self.df2, validate_args=False).rsample(sample_shape)
        return (x1 / x2).clamp(tiny(x1))

    def log_prob(self, value: Tensor) -> Tensor:
        value, a, b, ratio = self._checked(value), 0.5 * self.df1, 0.5 * self.df2, self.df1 / self.df2
        return (lgamma(a + b) - lgamma(a) - lgamma(b) + a * ratio.log() + (a - 1) * value.log()
                - (a + b) * (ratio * value).log1p())
