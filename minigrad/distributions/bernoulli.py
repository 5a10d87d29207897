"""The Bernoulli distribution: one trial."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.log_odds import LogOdds
from minigrad.distributions.utils import broadcast_all
from minigrad.ops.creation import arange, bernoulli
from minigrad.ops.losses.classification import binary_cross_entropy_with_logits
from minigrad.ops.numbers.choosing import where


class Bernoulli(LogOdds, ExponentialFamily):
    """1 with probability probs, else 0. Takes probs, or logits = log(probs / (1 - probs))."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs: Tensor | float | None = None, logits: Tensor | float | None = None,
                 validate_args: bool | None = None) -> None:
        self.take_one(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        """1 or 0, whichever is more probable; NaN if neither is."""
        return where(self.probs == 0.5, math.nan, (self.probs > 0.5).to(self.probs.dtype))

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = broadcast_all(self.logits, self._checked(value))
        return -binary_cross_entropy_with_logits(logits, value.to(logits.dtype), reduction="none")

    def entropy(self) -> Tensor:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return values_along(self, arange(2, dtype=self._param.dtype, device=self._param.device), expand)


def values_along(distribution, values, expand):
    """The values along a new first axis, for distributions of numbers."""
    values = values.reshape((-1, *(1 for _ in distribution.batch_shape)))
    return values.expand((-1, *distribution.batch_shape)) if expand else values
