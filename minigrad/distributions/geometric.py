"""The geometric distribution: how many trials fail before one succeeds."""

from collections.abc import Sequence

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution, check
from minigrad.distributions.log_odds import LogOdds
from minigrad.distributions.utils import broadcast_all, tiny
from minigrad.ops.creation import empty, zeros_like
from minigrad.ops.losses.classification import binary_cross_entropy_with_logits
from minigrad.ops.numbers.choosing import where


class Geometric(LogOdds, Distribution):
    """(1 - p)^k p for k = 0, 1, 2, ... and p = probs > 0."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs: Tensor | float | None = None, logits: Tensor | float | None = None,
                 validate_args: bool | None = None) -> None:
        self.take_one(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)
        if self._validate_args and probs is not None:
            check("Geometric: probs", self.probs, constraints.positive)

    @property
    def mean(self) -> Tensor:
        return 1 / self.probs - 1

    @property
    def mode(self) -> Tensor:
        return zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        return (1 / self.probs - 1) / self.probs

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """The smallest k with 1 - (1 - p)^(k + 1) >= u, for a uniform number u."""
        with no_grad():
            u = empty(self._extended_shape(sample_shape), dtype=self.probs.dtype, device=self.probs.device)
            u.uniform_(tiny(u), 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Tensor) -> Tensor:
        value, probs = broadcast_all(self._checked(value), self.probs)
        fails = where((probs == 1) & (value == 0), 0.0, probs)      # 0 log 0 = 0
        return value * (-fails).log1p() + self.probs.log()

    def entropy(self) -> Tensor:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
