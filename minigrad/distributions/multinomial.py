"""The multinomial distribution: how often each of K classes comes in n draws."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Shape, Tensor
from minigrad.distributions import constraints
from minigrad.distributions.binomial import Binomial
from minigrad.distributions.categorical import Categorical
from minigrad.distributions.distribution import Distribution
from minigrad.ops.creation import ones_like, scalar_tensor
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import lgamma


class Multinomial(Distribution):
    """n! / (k_1! ... k_K!) p_1^k_1 ... p_K^k_K for counts k (..., K) with the sum n = total_count.

    log_prob takes its n from the sum of value.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, total_count: int = 1, probs: Tensor | None = None, logits: Tensor | None = None,
                 validate_args: bool | None = None) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError(f"Multinomial: total_count must be an int, got {total_count!r}")
        self.total_count = total_count
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> constraints.Constraint:
        return constraints.multinomial(self.total_count)

    @property
    def probs(self) -> Tensor:
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        return self._categorical.logits

    @property
    def param_shape(self) -> Shape:
        return self._categorical.param_shape

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.probs

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
        counts = drawn.new_zeros(self._extended_shape(sample_shape))
        return counts.scatter_add(-1, drawn, ones_like(drawn)).to(self.probs.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        value = self._checked(value)
        ways = lgamma(value.sum(-1) + 1) - lgamma(value + 1).sum(-1)
        logits = where((value == 0) & (self.logits == -float("inf")), 0.0, self.logits)     # 0 log 0 = 0
        return ways + (logits * value).sum(-1)

    def entropy(self) -> Tensor:
        """n times that of a draw, minus log n!, plus the expectation of the sum of log k!."""
        n = self.total_count
        each = Binomial(n, self.probs, validate_args=False)
        k = each.enumerate_support(expand=False)[1:]
        return (n * self._categorical.entropy() - lgamma(scalar_tensor(n + 1.0, dtype=self.probs.dtype))
                + (each.log_prob(k).exp() * lgamma(k + 1)).sum((0, -1)))
