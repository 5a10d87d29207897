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


for registry in (biject_to, transform_to):
    for each, made in (
            (constraints.real, lambda c: transforms.identity_transform),
            (constraints.less_than, lambda c: beyond(c.upper_bound, -1)),
            (constraints.interval, to_interval),
            (constraints.half_open_interval, to_interval),
            (constraints.corr_cholesky, lambda c: transforms.CorrCholeskyTransform()),
            (constraints.independent, lambda c, to=registry: transforms.IndependentTransform(
                to(c.base_constraint), c.reinterpreted_batch_ndims)),
            (constraints.cat, lambda c, to=registry: transforms.CatTransform(
                [to(part) for part in c.cseq], c.dim, c.lengths)),
            (constraints.stack, lambda c, to=registry: transforms.StackTransform(
                [to(part) for part in c.cseq], c.dim))):
        registry.register(each, made)
    for each in (constraints.greater_than, constraints.greater_than_eq):
        registry.register(each, lambda c: transforms.ExpTransform() if are_numbers(c.lower_bound)
                          and c.lower_bound == 0 else beyond(c.lower_bound, 1))
biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda c: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda c: transforms.LowerCholeskyTransform())
transform_to.register(constraints.positive_definite, lambda c: transforms.PositiveDefiniteTransform())
transform_to.register(constraints.positive_semidefinite, lambda c: transforms.PositiveDefiniteTransform())
