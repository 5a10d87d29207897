"""The binomial distribution: how many of n trials succeed."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.bernoulli import values_along
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.log_odds import LogOdds
from minigrad.distributions.utils import broadcast_all, one_of
from minigrad.ops.creation import arange, binomial
from minigrad.ops.layers.activations import softplus
from minigrad.ops.numbers.special import lgamma


class Binomial(LogOdds, Distribution):
    """n! / (k! (n - k)!) p^k (1 - p)^(n - k) for k = 0, ..., n = total_count, and p = probs."""

    arg_constraints = {"total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval,
                       "logits": constraints.real}
    has_enumerate_support = True

    def __init__(self, total_count: Tensor | int = 1, probs: Tensor | float | None = None,
                 logits: Tensor | float | None = None, validate_args: bool | None = None) -> None:
        one_of("Binomial", probs, logits)
        given: Any = logits if probs is None else probs
        count, param = broadcast_all(total_count, given)
        self.total_count = count.to(param.dtype)
        self.take_one(None if probs is None else param, param if probs is None else None)
        super().__init__(param.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> constraints.Constraint:
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        return ((self.total_count + 1) * self.probs).floor().minimum(self.total_count)

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        value, n = self._checked(value), self.total_count
        ways = lgamma(n + 1) - lgamma(value + 1) - lgamma(n - value + 1)
        return ways + value * self.logits - n * softplus(self.logits)       # log(1 - p) = -softplus(logits)

    def entropy(self) -> Tensor:
        logs = self.log_prob(self.enumerate_support(False))
        return -(logs.exp() * logs).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        n = int(self.total_count.max().item())
        if self.total_count.min().item() != n:
            raise NotImplementedError("Binomial: enumerate_support() and entropy() need the same total_count "
                                      f"everywhere, got {self.total_count.min().item():g} to {n}")
        return values_along(self, arange(n + 1, dtype=self._param.dtype, device=self._param.device), expand)
