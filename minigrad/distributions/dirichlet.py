"""The Dirichlet distribution: random probabilities."""

from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.pathwise import dirichlet_numbers
from minigrad.ops.layers.embedding import one_hot
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.powers import xlogy
from minigrad.ops.numbers.special import digamma, lgamma


class Dirichlet(ExponentialFamily):
    """gamma(sum of a) prod x_i^(a_i - 1) / gamma(a_i), for x (..., K) that sum to 1, and a = concentration.

    The larger the a_i, the closer a sample is to their proportions. Gradients go through samples by implicit
    reparameterisation; see pathwise.py.
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if not concentration.ndim:
            raise ValueError("Dirichlet: concentration must have shape (..., K), got ()")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def mode(self) -> Tensor:
        """Where all concentrations are below 1, the corner with the highest peak."""
        above = (self.concentration - 1).clamp(min=0)
        corner = one_hot(self.concentration.argmax(-1), above.shape[-1]).to(above.dtype)
        return where((self.concentration < 1).all(-1, keepdim=True), corner,
                     above / above.sum(-1, keepdim=True))

    @property
    def variance(self) -> Tensor:
        total = self.concentration.sum(-1, keepdim=True)
        return self.mean * (1 - self.mean) / (total + 1)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return dirichlet_numbers(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        a = self.concentration
        return xlogy(a - 1, self._checked(value)).sum(-1) + lgamma(a.sum(-1)) - lgamma(a).sum(-1)

    def entropy(self) -> Tensor:
        a, total, k = self.concentration, self.concentration.sum(-1), self.concentration.shape[-1]
        return (lgamma(a).sum(-1) - lgamma(total) - (k - total) * digamma(total)
                - ((a - 1) * digamma(a)).sum(-1))
