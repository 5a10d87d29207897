"""Mixtures: one of several distributions of a family is chosen, then a value drawn from it."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.categorical import Categorical
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import sum_rightmost


class MixtureSameFamily(Distribution):
    """sum of p_k times component k: p from a Categorical, the components along the last batch axis.

    Example: a mixture of 5 normal distributions of vectors of size 2 is
    MixtureSameFamily(Categorical(p), Independent(Normal(loc, scale), 1)) with loc and scale (5, 2).
    """

    arg_constraints: dict = {}

    def __init__(self, mixture_distribution: Categorical, component_distribution: Distribution,
                 validate_args: bool | None = None) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError("MixtureSameFamily: mixture_distribution must be a Categorical, got a "
                             f"{type(mixture_distribution).__name__}")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("MixtureSameFamily: component_distribution must be a Distribution, got a "
                             f"{type(component_distribution).__name__}")
        weights, parts = mixture_distribution.batch_shape, component_distribution.batch_shape
        fits = parts and parts[-1] == mixture_distribution.param_shape[-1] and all(
            i == j or 1 in (i, j) for i, j in zip(reversed(weights), reversed(parts[:-1])))
        if not fits:
            raise ValueError("MixtureSameFamily: the batch_shape of the components must be that of the "
                             "mixture and the number of components, "
                             f"{(*weights, mixture_distribution.param_shape[-1])}, got {tuple(parts)}")
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        super().__init__(parts[:-1], component_distribution.event_shape, validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        new._component_distribution = self._component_distribution.expand(
            (*batch_shape, self._component_distribution.batch_shape[-1]))
        return new

    @property
    def mixture_distribution(self) -> Categorical:
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        return self._component_distribution

    @constraints.dependent_property
    def support(self) -> constraints.Constraint:
        return constraints.MixtureSameFamilyConstraint(self.component_distribution.support)

    def _mean_of(self, x):
        """The mean over the components of x (..., K, event)."""
        p, axes = self.mixture_distribution.probs, len(self.event_shape)
        return (p.reshape((*p.shape, *(1 for _ in range(axes)))) * x).sum(-1 - axes)

    def _beside(self, x):
        """x (..., event) with an axis for the components."""
        return x.unsqueeze(-1 - len(self.event_shape))

    @property
    def mean(self) -> Tensor:
        return self._mean_of(self.component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        """The mean of the variances plus the variance of the means."""
        parts = self.component_distribution
        return self._mean_of(parts.variance + (parts.mean - self._beside(self.mean)).square())

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            axis = len(sample_shape) + len(self.batch_shape)
            which = self.mixture_distribution.sample(sample_shape)
            x = self.component_distribution.sample(sample_shape)        # of every component
            which = which.reshape((*which.shape, 1, *(1 for _ in self.event_shape)))
            return x.gather(axis, which.expand((*x.shape[:axis], 1, *self.event_shape))).squeeze(axis)

    def log_prob(self, value: Tensor) -> Tensor:
        parts = self.component_distribution.log_prob(self._beside(self._checked(value)))
        return (parts + self.mixture_distribution.logits.log_softmax(-1)).logsumexp(-1)

    def cdf(self, value: Tensor) -> Tensor:
        parts = self.component_distribution.cdf(self._beside(value))
        return sum_rightmost(parts * self.mixture_distribution.probs, 1)

    def __repr__(self):
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
