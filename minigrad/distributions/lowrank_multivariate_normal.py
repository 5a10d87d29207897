"""The normal distribution of long vectors whose covariance has few parameters."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.multivariate_normal import half_log_det, squared_length
from minigrad.distributions.utils import lazy_property
from minigrad.ops.creation import eye, randn
from minigrad.ops.matrices.factors import cholesky
from minigrad.ops.matrices.systems import solve_triangular
from minigrad.ops.places.shapes import broadcast_shapes


class LowRankMultivariateNormal(Distribution):
    """A normal distribution of x (..., K) with the covariance matrix C = W W^T + D.

    cov_factor W is (..., K, r), cov_diag (..., K) the diagonal of D. Cost is K r^2 in place of K^3, by

        det C = det D det M    and    C^-1 = D^-1 - D^-1 W M^-1 W^T D^-1,    M = I + W^T D^-1 W.

    Source: Woodbury 1950, Inverting modified matrices.
    """

    arg_constraints = {"loc": constraints.real_vector,
                       "cov_factor": constraints.independent(constraints.real, 2),
                       "cov_diag": constraints.independent(constraints.positive, 1)}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Tensor, cov_factor: Tensor, cov_diag: Tensor, validate_args: bool | None = None
                 ) -> None:
        k = loc.shape[-1:]
        if not k or cov_factor.ndim < 2 or cov_factor.shape[-2:-1] != k or cov_diag.shape[-1:] != k:
            raise ValueError("LowRankMultivariateNormal: loc and cov_diag must have shape (..., K), "
                             f"cov_factor (..., K, r), got {tuple(loc.shape)}, {tuple(cov_diag.shape)} and "
                             f"{tuple(cov_factor.shape)}")
        batch = broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        self.loc, self.cov_diag = loc.expand((*batch, -1)), cov_diag.expand((*batch, -1))
        self.cov_factor = cov_factor.expand((*batch, -1, -1))
        self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag = cov_factor, cov_diag
        self._capacitance_tril = cholesky(plus_identity(self._divided @ cov_factor))
        super().__init__(batch, k, validate_args)

    @property
    def _divided(self):
        """W^T D^-1."""
        return self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)

    @property
    def mean(self) -> Tensor:
        return self.loc

    mode = mean

    @lazy_property
    def variance(self) -> Tensor:
        whole = self._unbroadcasted_cov_factor.square().sum(-1) + self._unbroadcasted_cov_diag
        return whole.expand((*self.batch_shape, -1))

    @lazy_property
    def scale_tril(self) -> Tensor:
        root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        part = self._unbroadcasted_cov_factor / root
        return (root * cholesky(plus_identity(part @ part.mT))).expand((*self.batch_shape, -1, -1))

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        factor = self._unbroadcasted_cov_factor
        whole = factor @ factor.mT + self._unbroadcasted_cov_diag.diag_embed()
        return whole.expand((*self.batch_shape, -1, -1))

    @lazy_property
    def precision_matrix(self) -> Tensor:
        part = solve_triangular(self._capacitance_tril, self._divided, upper=False)
        whole = self._unbroadcasted_cov_diag.reciprocal().diag_embed() - part.mT @ part
        return whole.expand((*self.batch_shape, -1, -1))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape, dtype, device = self._extended_shape(sample_shape), self.loc.dtype, self.loc.device
        along = randn((*shape[:-1], self.cov_factor.shape[-1], 1), dtype=dtype, device=device)
        noise = randn(shape, dtype=dtype, device=device)
        return (self.loc + (self._unbroadcasted_cov_factor @ along).squeeze(-1)
                + self._unbroadcasted_cov_diag.sqrt() * noise)

    def _log_det(self):
        return 2 * half_log_det(self._capacitance_tril) + self._unbroadcasted_cov_diag.log().sum(-1)

    def _squared_length(self, d):
        """d^T C^-1 d."""
        inner = squared_length(self._capacitance_tril, (self._divided @ d.unsqueeze(-1)).squeeze(-1))
        return (d.square() / self._unbroadcasted_cov_diag).sum(-1) - inner

    def log_prob(self, value: Tensor) -> Tensor:
        distance = self._squared_length(self._checked(value) - self.loc)
        return -0.5 * (self.event_shape[0] * math.log(2 * math.pi) + self._log_det() + distance)

    def entropy(self) -> Tensor:
        whole = 0.5 * (self.event_shape[0] * math.log(2 * math.pi * math.e) + self._log_det())
        return whole.expand(self.batch_shape)


def plus_identity(matrix):
    return matrix + eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device)
