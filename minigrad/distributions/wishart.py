"""The Wishart distribution: the scatter matrix of normal vectors."""

import math
from collections.abc import Sequence

from numpy import finfo

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.chi2 import Chi2
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.multivariate_normal import half_log_det, lower_factor, the_matrix
from minigrad.distributions.utils import lazy_property, vec_to_tril_matrix
from minigrad.hints import warn
from minigrad.ops.creation import arange, as_tensor, randn
from minigrad.ops.matrices.inverses import slogdet
from minigrad.ops.matrices.systems import cholesky_inverse, cholesky_solve
from minigrad.ops.numbers.choosing import where
from minigrad.ops.numbers.special import mvlgamma, psi
from minigrad.ops.places.shapes import broadcast_shapes


class Wishart(ExponentialFamily):
    """The sum of x x^T over df vectors x (p,), normal with mean 0 and covariance C (..., p, p).

    df > p - 1 need not be an integer. One of covariance_matrix, precision_matrix = C^-1 and scale_tril = L
    with C = L L^T. Samples are L A A^T L^T with a triangular A of chi and normal numbers.
    Source: Smith and Hocking 1972, Applied Statistics 21, 341-345 (Bartlett's decomposition).
    """

    arg_constraints = {"covariance_matrix": constraints.positive_definite,
                       "precision_matrix": constraints.positive_definite,
                       "scale_tril": constraints.lower_cholesky, "df": constraints.greater_than(0)}
    support = constraints.positive_definite
    has_rsample = True

    def __init__(self, df: Tensor | float, covariance_matrix: Tensor | None = None,
                 precision_matrix: Tensor | None = None, scale_tril: Tensor | None = None,
                 validate_args: bool | None = None) -> None:
        name, matrix = the_matrix("Wishart", covariance_matrix, precision_matrix, scale_tril)
        df, p = as_tensor(df, matrix.dtype, matrix.device), matrix.shape[-1]
        batch = broadcast_shapes(matrix.shape[:-2], df.shape)
        self.df = df.expand(batch)
        if (self.df <= p - 1).any():
            raise ValueError(f"Wishart: df must be above p - 1 = {p - 1} everywhere, got {df.min().item():g}")
        if (self.df < p).any():
            warn(f"Wishart: with df below p = {p}, samples may be singular to rounding")
        setattr(self, name, matrix.expand((*batch, -1, -1)))
        super().__init__(batch, matrix.shape[-2:], validate_args)
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
        return self.df[..., None, None] * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        """NaN for df <= p + 1."""
        factor = self.df - self.event_shape[-1] - 1
        return where(factor > 0, factor, math.nan)[..., None, None] * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        c = self.covariance_matrix
        d = c.diagonal(dim1=-2, dim2=-1)
        return self.df[..., None, None] * (c.square() + d.unsqueeze(-1) * d.unsqueeze(-2))

    def rsample(self, sample_shape: Sequence[int] = (), max_try_correction: int = 10) -> Tensor:
        """Samples that are singular to rounding are drawn again, up to max_try_correction times."""
        x = self._drawn(self._extended_shape(sample_shape)[:-2])
        for _ in range(max_try_correction):
            fits = self.support.check(x)
            if fits.all():
                break
            x = where(fits[..., None, None], x, self._drawn(x.shape[:-2]))
        return x

    def _drawn(self, shape):
        p, like = self.event_shape[-1], {"dtype": self.df.dtype, "device": self.df.device}
        chi = Chi2(self.df.unsqueeze(-1) - arange(p, **like), validate_args=False)
        sample_shape = shape[:len(shape) - len(self.batch_shape)]
        diagonal = chi.rsample(sample_shape).sqrt().clamp(float(finfo(self.df.dtype).eps))
        below = vec_to_tril_matrix(randn((*shape, p * (p - 1) // 2), **like), -1)
        lower = self._unbroadcasted_scale_tril @ (diagonal.diag_embed() + below)
        return lower @ lower.mT

    def log_prob(self, value: Tensor) -> Tensor:
        value, nu, p = self._checked(value), self.df, self.event_shape[-1]
        lower = self._unbroadcasted_scale_tril
        batch = broadcast_shapes(lower.shape[:-2], value.shape[:-2])
        solved = cholesky_solve(value.expand((*batch, -1, -1)), lower.expand((*batch, -1, -1)))
        trace = solved.diagonal(dim1=-2, dim2=-1).sum(-1)
        norm = nu * (p * math.log(2) / 2 + half_log_det(lower)) + mvlgamma(nu / 2, p)
        return (nu - p - 1) / 2 * slogdet(value).logabsdet - trace / 2 - norm

    def entropy(self) -> Tensor:
        nu, p = self.df, self.event_shape[-1]
        log_det = half_log_det(self._unbroadcasted_scale_tril)
        return ((p + 1) * (p * math.log(2) / 2 + log_det) + mvlgamma(nu / 2, p)
                - (nu - p - 1) / 2 * self._digamma(nu / 2) + nu * p / 2)

    def _digamma(self, x):
        """The derivative of mvlgamma."""
        return sum(psi(x - i / 2, order=0) for i in range(self.event_shape[-1]))
