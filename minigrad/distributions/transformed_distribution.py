"""A distribution of transformed values: normalising flows are made so."""

from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, no_grad
from minigrad.distributions import constraints
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.independent import Independent
from minigrad.distributions.transforms import ComposeTransform, Transform
from minigrad.distributions.utils import sum_rightmost


class TransformedDistribution(Distribution):
    """The distribution of y = t(x), for x from base_distribution: log p(y) = log p(x) - log |dy/dx|.

    transforms is a Transform or a list of them. If they join axes into one event, these become axes of the
    event of the base distribution, too.
    Source: Rezende and Mohamed 2015, arXiv:1505.05770, eq. 5.
    """

    arg_constraints: dict = {}

    def __init__(self, base_distribution: Distribution, transforms: Transform | list,
                 validate_args: bool | None = None) -> None:
        self.transforms = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(self.transforms, list) or not all(
                isinstance(t, Transform) for t in self.transforms):
            raise ValueError("TransformedDistribution: transforms must be a Transform or a list of "
                             f"Transforms, got {transforms!r}")
        whole, axes = ComposeTransform(self.transforms), len(base_distribution.event_shape)
        before, after = whole.domain.event_dim, whole.codomain.event_dim
        shape = base_distribution.batch_shape + base_distribution.event_shape
        if len(shape) < before:
            raise ValueError(f"TransformedDistribution: the transforms need at least {before} axes, but the "
                             f"values of the base distribution have shape {tuple(shape)}")
        end = tuple(whole.forward_shape(shape))
        wider = tuple(whole.inverse_shape(end))
        if wider != tuple(shape):
            base_distribution = base_distribution.expand(wider[:len(wider) - axes])
        if before > axes:
            base_distribution = Independent(base_distribution, before - axes)
        self.base_dist: Any = base_distribution
        cut = len(end) - max(after, axes + after - before)
        super().__init__(end[:cut], end[cut:], validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        shape: Sequence[int] = (*batch_shape, *self.event_shape)
        for transform in reversed(self.transforms):
            shape = transform.inverse_shape(shape)
        new.base_dist = self.base_dist.expand(shape[:len(shape) - len(self.base_dist.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> constraints.Constraint:
        if not self.transforms:
            return self.base_dist.support
        end = self.transforms[-1].codomain
        more = len(self.event_shape) - end.event_dim
        return constraints.independent(end, more) if more > 0 else end

    @property
    def has_rsample(self) -> bool:      # type: ignore[override]
        return self.base_dist.has_rsample

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._forward(self.base_dist.rsample(sample_shape))

    def _forward(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Tensor) -> Tensor:
        y, axes, total = self._checked(value), len(self.event_shape), None
        for transform in reversed(self.transforms):
            x, inner = transform.inv(y), transform.domain.event_dim
            axes += inner - transform.codomain.event_dim
            term = sum_rightmost(transform.log_abs_det_jacobian(x, y), axes - inner)
            total, y = term if total is None else total + term, x
        log_prob = sum_rightmost(self.base_dist.log_prob(y), axes - len(self.base_dist.event_shape))
        return log_prob if total is None else log_prob - total

    def cdf(self, value: Tensor) -> Tensor:
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        return self._increasing(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._forward(self.base_dist.icdf(self._increasing(value)))

    def _increasing(self, p):
        """p, or 1 - p where the transforms decrease."""
        sign = ComposeTransform(self.transforms).sign
        return p if isinstance(sign, int) and sign == 1 else sign * (p - 0.5) + 0.5
