"""The normal distribution of vectors."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import lazy_property
from minigrad.ops.creation import eye, randn
from minigrad.ops.matrices.factors import cholesky
from minigrad.ops.matrices.systems import cholesky_inverse, solve_triangular
from minigrad.ops.places.shapes import broadcast_shapes


class MultivariateNormal(Distribution):
    """exp(-d^T C^-1 d / 2) / sqrt(det(2 pi C)), for d = x - loc (..., K) and the covariance C (..., K, K).

    One of covariance_matrix, precision_matrix = C^-1 and scale_tril = L, with C = L L^T, L lower triangular.
    L is what is computed with: det C is the square of the product of its diagonal.
    """

    arg_constraints = {"loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
                       "precision_matrix": constraints.positive_definite,
                       "scale_tril": constraints.lower_cholesky}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Tensor, covariance_matrix: Tensor | None = None,
                 precision_matrix: Tensor | None = None, scale_tril: Tensor | None = None,
                 validate_args: bool | None = None) -> None:
        if loc.ndim < 1:
            raise ValueError("MultivariateNormal: loc must have shape (..., K), got ()")
        name, matrix = the_matrix("MultivariateNormal", covariance_matrix, precision_matrix, scale_tril)
        batch = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand((*batch, -1))
        setattr(self, name, matrix.expand((*batch, -1, -1)))
        super().__init__(batch, self.loc.shape[-1:], validate_args)
        self._unbroadcasted_scale_tril = lower_factor(name, matrix)

    @lazy_property
    def scale_tril(self) -> Tensor:
        return self._unbroadcasted_scale_tril.expand((*self.batch_shape, -1, -1))

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        lower = self._unbroadcasted_scale_tril
        return (lower @ lower.mT).expand((*self.batch_shape, -1, -1))

    @lazy_property
    def precision_matrix(self) -> Tensor:
        return cholesky_inverse(self._unbroadcasted_scale_tril).expand((*self.batch_shape, -1, -1))

    @property
    def mean(self) -> Tensor:
        return self.loc

    mode = mean

    @property
    def variance(self) -> Tensor:
        return self._unbroadcasted_scale_tril.square().sum(-1).expand((*self.batch_shape, -1))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        noise = randn(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + (self._unbroadcasted_scale_tril @ noise.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        lower, k = self._unbroadcasted_scale_tril, self.event_shape[0]
        distance = squared_length(lower, self._checked(value) - self.loc)
        return -0.5 * (k * math.log(2 * math.pi) + distance) - half_log_det(lower)

    def entropy(self) -> Tensor:
        k = self.event_shape[0]
        whole = half_log_det(self._unbroadcasted_scale_tril) + 0.5 * k * math.log(2 * math.pi * math.e)
        return whole.expand(self.batch_shape)


def the_matrix(name, covariance_matrix, precision_matrix, scale_tril):
    """The one matrix that is given, and its name."""
    given = [(key, x) for key, x in (("covariance_matrix", covariance_matrix),
                                     ("precision_matrix", precision_matrix), ("scale_tril", scale_tril))
             if x is not None]
    if len(given) != 1:
        raise ValueError(f"{name}: pass exactly one of covariance_matrix, precision_matrix and scale_tril, "
                         f"got {' and '.join(key for key, _ in given) or 'none'}")
    key, matrix = given[0]
    if matrix.ndim < 2:
        raise ValueError(f"{name}: {key} must have shape (..., K, K), got {tuple(matrix.shape)}")
    return key, matrix


def lower_factor(name, matrix):
    """L with L L^T = C, from the matrix of that name."""
    if name == "scale_tril":
        return matrix
    if name == "covariance_matrix":
        return cholesky(matrix)
    flipped = cholesky(matrix.flip((-2, -1)))       # P = U U^T with U upper triangular, so C = U^-T U^-1
    lower = flipped.flip((-2, -1)).mT               # U^T
    identity = eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device)
    return solve_triangular(lower, identity, upper=False)


def half_log_det(lower):
    return lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def squared_length(lower, x):
    """x^T C^-1 x = |L^-1 x|^2, for x (..., K)."""
    batch = broadcast_shapes(lower.shape[:-2], x.shape[:-1])
    lower = lower.expand((*batch, -1, -1))
    return solve_triangular(lower, x.expand((*batch, -1)).unsqueeze(-1), upper=False).square().sum((-2, -1))
