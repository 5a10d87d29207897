"""The continuous Bernoulli distribution: Bernoulli's formula for all numbers from 0 to 1."""

import math
from collections.abc import Sequence

from minigrad.autograd import Tensor
from minigrad.distributions import constraints
from minigrad.distributions.distribution import check
from minigrad.distributions.exp_family import ExponentialFamily
from minigrad.distributions.log_odds import LogOdds
from minigrad.distributions.utils import broadcast_all, clamp_probs, lazy_property, logits_to_probs
from minigrad.ops.creation import rand
from minigrad.ops.losses.classification import binary_cross_entropy_with_logits
from minigrad.ops.numbers.choosing import where


class ContinuousBernoulli(LogOdds, ExponentialFamily):
    """C p^x (1 - p)^(1 - x) for 0 <= x <= 1, where C = 2 artanh(1 - 2p) / (1 - 2p); probs p is not the mean.

    Near p = 1/2, between the two lims, C and the moments are 0 / 0, and their Taylor series are used.
    Source: Loaiza-Ganem and Cunningham 2019, arXiv:1907.06845.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, probs: Tensor | float | None = None, logits: Tensor | float | None = None,
                 lims: tuple[float, float] = (0.499, 0.501), validate_args: bool | None = None) -> None:
        self.take_one(probs, logits)
        if probs is not None:
            if self._validate_args if validate_args is None else validate_args:
                check("ContinuousBernoulli: probs", self.probs, constraints.unit_interval)
            self.probs = clamp_probs(self.probs)
        self._lims = lims
        super().__init__(self._param.shape, validate_args=validate_args)

    @lazy_property
    def probs(self) -> Tensor:
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _split(self):
        """(is p away from 1/2?, p or a replacement there, p - 1/2)"""
        away = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        return away, where(away, self.probs, self._lims[0]), self.probs - 0.5

    def _cont_bern_log_norm(self):
        """log C."""
        away, p, d = self._split()
        exact = ((-p).log1p() - p.log()).abs().log() - (1 - 2 * p).abs().log()
        return where(away, exact, math.log(2) + (4 / 3 + 104 / 45 * d * d) * d * d)

    @property
    def mean(self) -> Tensor:
        away, p, d = self._split()
        exact = p / (2 * p - 1) + 1 / ((-p).log1p() - p.log())
        return where(away, exact, 0.5 + (1 / 3 + 16 / 45 * d * d) * d)

    @property
    def variance(self) -> Tensor:
        away, p, d = self._split()
        exact = p * (p - 1) / (1 - 2 * p).square() + 1 / ((-p).log1p() - p.log()).square()
        return where(away, exact, 1 / 12 - (1 / 15 - 128 / 945 * d * d) * d * d)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.probs.dtype, device=self.probs.device))

    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = broadcast_all(self.logits, self._checked(value))
        return self._cont_bern_log_norm() - binary_cross_entropy_with_logits(logits, value, reduction="none")

    def cdf(self, value: Tensor) -> Tensor:
        value = self._checked(value)
        away, p, _ = self._split()
        inside = value.clamp(0, 1)
        exact = (p.pow(inside) * (1 - p).pow(1 - inside) + p - 1) / (2 * p - 1)
        return where(away, exact, inside)

    def icdf(self, value: Tensor) -> Tensor:
        away, p, _ = self._split()
        exact = ((-p + value * (2 * p - 1)).log1p() - (-p).log1p()) / (p.log() - (-p).log1p())
        return where(away, exact, value)

    def entropy(self) -> Tensor:
        log_0, log_1 = (-self.probs).log1p(), self.probs.log()
        return self.mean * (log_0 - log_1) - self._cont_bern_log_norm() - log_0
