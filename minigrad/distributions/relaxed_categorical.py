"""A one-hot categorical distribution relaxed to probabilities, so that gradients flow through samples."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Shape, Tensor
from minigrad.distributions import constraints
from minigrad.distributions.categorical import Categorical
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.transforms import ExpTransform
from minigrad.distributions.utils import clamp_probs
from minigrad.ops.creation import as_tensor, rand
from minigrad.ops.numbers.special import lgamma


class ExpRelaxedCategorical(Distribution):
    """The logarithm of RelaxedOneHotCategorical: log_softmax((logits + Gumbel noise) / temperature).

    Source: Maddison, Mnih and Teh 2016, arXiv:1611.00712, app. C; Jang, Gu and Poole 2016, arXiv:1611.01144.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature: Tensor | float, probs: Tensor | None = None, logits: Tensor | None = None,
                 validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

    @property
    def logits(self) -> Tensor:
        return self._categorical.logits

    @property
    def probs(self) -> Tensor:
        return self._categorical.probs

    @property
    def param_shape(self) -> Shape:
        return self._categorical.param_shape

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape, logits = self._extended_shape(sample_shape), self.logits
        u = clamp_probs(rand(shape, dtype=logits.dtype, device=logits.device))
        return ((logits - (-u.log()).log()) / self.temperature).log_softmax(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        value, k = self._checked(value), self.event_shape[0]
        temperature = as_tensor(self.temperature, self.logits.dtype, self.logits.device)
        score = (self.logits - value * temperature).log_softmax(-1).sum(-1)
        return score + lgamma(temperature.new_full((), float(k))) + (k - 1) * temperature.log()


class RelaxedOneHotCategorical(TransformedDistribution):
    """Probabilities (..., K) that come closer to one-hot vectors the smaller the temperature."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, temperature: Tensor | float, probs: Tensor | None = None, logits: Tensor | None = None,
                 validate_args: bool | None = None) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args)

    @property
    def temperature(self) -> Tensor | float:
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        return self.base_dist.probs
