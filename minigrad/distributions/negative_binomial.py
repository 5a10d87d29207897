"""The negative binomial distribution: how many trials succeed before a number of them has failed."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.gamma import Gamma
from minigrad.distributions.log_odds import LogOdds
from minigrad.distributions.utils import broadcast_all, one_of
from minigrad.ops.creation import poisson
from minigrad.ops.layers.activations import logsigmoid
from minigrad.ops.numbers.special import lgamma


class NegativeBinomial(LogOdds, Distribution):
    """gamma(r + k) / (k! gamma(r)) p^k (1 - p)^r for k = 0, 1, ..., r = total_count failures, p = probs.

    A Poisson distribution whose rate has a gamma distribution; r need not be an integer.
    """

    arg_constraints = {"total_count": constraints.greater_than_eq(0),
                       "probs": constraints.half_open_interval(0.0, 1.0), "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, total_count: Tensor | float, probs: Tensor | float | None = None,
                 logits: Tensor | float | None = None, validate_args: bool | None = None) -> None:
        one_of("NegativeBinomial", probs, logits)
        given: Any = logits if probs is None else probs
        count, param = broadcast_all(total_count, given)
        self.total_count = count.to(param.dtype)
        self.take_one(None if probs is None else param, param if probs is None else None)
        super().__init__(param.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Tensor:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0)

    @property
    def variance(self) -> Tensor:
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            rate = Gamma(self.total_count, (-self.logits).exp(), validate_args=False)
            return poisson(rate.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        value, r = self._checked(value), self.total_count
        ways = lgamma(r + value) - lgamma(1 + value) - lgamma(r)
        ways = ways.masked_fill(r + value == 0, 0.0)
        return ways + r * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
