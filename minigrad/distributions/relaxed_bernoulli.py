"""A Bernoulli distribution relaxed to the numbers between 0 and 1, so that gradients flow through samples."""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.log_odds import LogOdds
from minigrad.distributions.transformed_distribution import TransformedDistribution
from minigrad.distributions.transforms import SigmoidTransform
from minigrad.distributions.utils import broadcast_all, clamp_probs
from minigrad.ops.creation import as_tensor, rand
from minigrad.ops.layers.activations import softplus


class LogitRelaxedBernoulli(LogOdds, Distribution):
    """The logit of RelaxedBernoulli: (logits + logit(u)) / temperature, for u uniform.

    Source: Maddison, Mnih and Teh 2016, arXiv:1611.00712, app. B; Jang, Gu and Poole 2016, arXiv:1611.01144.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    has_rsample = True

    def __init__(self, temperature: Tensor | float, probs: Tensor | float | None = None,
                 logits: Tensor | float | None = None, validate_args: bool | None = None) -> None:
        self.temperature = temperature
        self.take_one(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        p = clamp_probs(self.probs.expand(self._extended_shape(sample_shape)))
        u = clamp_probs(rand(p.shape, dtype=p.dtype, device=p.device))
        return (u.log() - (-u).log1p() + p.log() - (-p).log1p()) / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = broadcast_all(self.logits, self._checked(value))
        temperature = as_tensor(self.temperature, logits.dtype, logits.device)
        d = logits - value * temperature
        return temperature.log() + d - 2 * softplus(d)


class RelaxedBernoulli(TransformedDistribution):
    """Numbers in (0, 1) that come closer to 0 and 1 the smaller the temperature."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, temperature: Tensor | float, probs: Tensor | float | None = None,
                 logits: Tensor | float | None = None, validate_args: bool | None = None) -> None:
        super().__init__(LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args)

    @property
    def temperature(self) -> Tensor | float:
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        return self.base_dist.probs
