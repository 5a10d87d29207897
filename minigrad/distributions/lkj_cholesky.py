"""The LKJ distribution of correlation matrices, as their Cholesky factors."""

import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.beta import Beta
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import broadcast_all, tiny
from minigrad.ops.creation import arange, randn
from minigrad.ops.numbers.special import lgamma, mvlgamma
from minigrad.ops.places.joining import cat


class LKJCholesky(Distribution):
    """Lower triangular L (dim, dim) whose correlation matrix L L^T has a density ~ det^(concentration - 1).

    concentration 1 is uniform over correlation matrices; a larger one prefers the identity. log_prob is the
    density of L. Samples are made row by row: a direction on the sphere, and a beta number for the length.
    Source: Lewandowski, Kurowicka and Joe 2009, J. Multivariate Analysis 100, 1989-2001, sec. 3.2.
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(self, dim: int, concentration: Tensor | float = 1.0, validate_args: bool | None = None
                 ) -> None:
        if dim < 2:
            raise ValueError(f"LKJCholesky: dim must be at least 2, got {dim}")
        self.dim = dim
        self.concentration, = broadcast_all(concentration)
        super().__init__(self.concentration.shape, (dim, dim), validate_args)
        steps = arange(dim - 1, dtype=self.concentration.dtype, device=self.concentration.device)
        row = cat([steps.new_zeros(1), steps])
        first = (self.concentration + 0.5 * (dim - 2)).unsqueeze(-1)
        self._beta = Beta(0.5 * row + 0.5, first - 0.5 * row, validate_args=False)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._beta = self._beta.expand((*batch_shape, self.dim))
        return new

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            share = self._beta.sample(sample_shape).unsqueeze(-1)
            shape = self._extended_shape(sample_shape)
            direction = randn(shape, dtype=share.dtype, device=share.device).tril(-1)
            length = direction.norm(dim=-1, keepdim=True)
            length[..., 0, :] = 1.0         # the first row has no entry beside the diagonal
            lower = share.sqrt() * direction / length
            rest = (1 - lower.square().sum(-1)).clamp(tiny(lower))
            return lower + rest.sqrt().diag_embed()

    def log_prob(self, value: Tensor) -> Tensor:
        n = self.dim
        diagonal = self._checked(value).diagonal(dim1=-1, dim2=-2)[..., 1:]
        row = arange(2, n + 1, device=self.concentration.device)
        power = 2 * (self.concentration - 1).unsqueeze(-1) + n - row      # of each entry of the diagonal
        a = self.concentration + 0.5 * (n - 1)
        norm = 0.5 * (n - 1) * math.log(math.pi) + mvlgamma(a - 0.5, n - 1) - (n - 1) * lgamma(a)
        return (power * diagonal.log()).sum(-1) - norm
