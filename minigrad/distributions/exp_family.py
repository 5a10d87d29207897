"""Exponential families: densities exp(<t(x), theta> - F(theta) + k(x)) with natural parameters theta."""

from typing import Any

from minigrad.autograd import Tensor, grad
from minigrad.distributions.distribution import Distribution


class ExponentialFamily(Distribution):
    """Base class; a subclass that defines the three below has entropy() and kl_divergence() by autograd.

    _natural_params             theta, a tuple of tensors
    _log_normalizer(*theta)     F
    _mean_carrier_measure       the expectation of k(x)

    Source: Nielsen and Nock 2010, Entropies and cross-entropies of exponential families, ICIP.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotImplementedError(f"{type(self).__name__} has no _natural_params")

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no _log_normalizer()")

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no entropy() in closed form")

    def entropy(self) -> Tensor:
        """F(theta) - <theta, dF/dtheta> minus the expectation of k(x)."""
        carrier = self._mean_carrier_measure
        theta = [x if x.requires_grad else x.detach().requires_grad_() for x in self._natural_params]
        normalizer = self._log_normalizer(*theta)
        slopes = grad(normalizer.sum(), theta, create_graph=True)
        inner = sum((x * slope).reshape((*self._batch_shape, -1)).sum(-1) for x, slope in zip(theta, slopes))
        return normalizer - inner - carrier
