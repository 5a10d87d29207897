"""From unconstrained numbers to a constraint: the transforms that optimisers and samplers need.

    biject_to(constraint)       one-to-one, with a Jacobian: for densities
    transform_to(constraint)    not always one-to-one, but each entry acts for itself: for optimisers

    scale = transform_to(Normal.arg_constraints["scale"])(unconstrained)
"""

from collections.abc import Callable
from typing import Any

from minigrad.distributions import constraints, transforms
from minigrad.distributions.constraints import Constraint
from minigrad.distributions.transforms import Transform
from minigrad.distributions.utils import are_numbers

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """A table: class of a constraint -> function that makes the transform for a constraint of that class."""

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Transform]] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Enter `factory` for a constraint or its class; without it, a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, Constraint) else constraint
        if not (isinstance(kind, type) and issubclass(kind, Constraint)):
            raise TypeError(f"register: expected a Constraint or a subclass of it, got {constraint!r}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Constraint) -> Transform:
        """The transform from unconstrained numbers to the constraint."""
        if type(constraint) not in self._registry:
            raise NotImplementedError(f"there is no transform to {constraint!r}; register one")
        return self._registry[type(constraint)](constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def to_interval(constraint):
    low, high = constraint.lower_bound, constraint.upper_bound
    if are_numbers(low, high) and (low, high) == (0, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform(
        [transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)])


def beyond(bound, direction):
    return transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(bound, direction)])


def to_half_line(constraint):
    bound = constraint.lower_bound
    return transforms.ExpTransform() if are_numbers(bound) and bound == 0 else beyond(bound, 1)


def enter(registry):
    """What both registries have in common."""
    to = registry.register
    to(constraints.real, lambda c: transforms.identity_transform)
    to(constraints.greater_than, to_half_line)          # constraints.positive is one of them
    to(constraints.greater_than_eq, to_half_line)
    to(constraints.less_than, lambda c: beyond(c.upper_bound, -1))
    to(constraints.interval, to_interval)
    to(constraints.half_open_interval, to_interval)
    to(constraints.corr_cholesky, lambda c: transforms.CorrCholeskyTransform())
    to(constraints.independent, lambda c: transforms.IndependentTransform(
        registry(c.base_constraint), c.reinterpreted_batch_ndims))
    to(constraints.cat, lambda c: transforms.CatTransform(
        [registry(part) for part in c.cseq], c.dim, c.lengths))
    to(constraints.stack, lambda c: transforms.StackTransform([registry(part) for part in c.cseq], c.dim))


enter(biject_to)
enter(transform_to)
biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda c: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda c: transforms.LowerCholeskyTransform())
transform_to.register(constraints.positive_definite, lambda c: transforms.PositiveDefiniteTransform())
transform_to.register(constraints.positive_semidefinite, lambda c: transforms.PositiveDefiniteTransform())
