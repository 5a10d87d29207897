"""Constraints: the sets that parameters and samples must lie in.

    constraints.positive.check(tensor([-1.0, 2.0]))     # tensor([False,  True])

`check` has one answer for each event; an event is a number, or with event_dim = 1 a vector, 2 a matrix.
`words` say what a value should be, for error messages.
"""

from collections.abc import Callable, Sequence
from typing import Any

from numpy import finfo

from minigrad.autograd import Tensor
from minigrad.hints import missing as _missing
from minigrad.ops.creation import full
from minigrad.ops.matrices.factors import eigvalsh
from minigrad.ops.numbers.comparisons import isclose
from minigrad.ops.places.joining import cat as joined, stack as stacked

__all__ = [
    "Constraint", "MixtureSameFamilyConstraint", "boolean", "cat", "corr_cholesky", "dependent",
    "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent",
    "integer_interval", "interval", "is_dependent", "less_than", "lower_cholesky", "lower_triangular",
    "multinomial", "nonnegative", "nonnegative_integer", "one_hot", "positive", "positive_definite",
    "positive_integer", "positive_semidefinite", "real", "real_vector", "simplex", "square", "stack",
    "symmetric", "unit_interval"]


class Constraint:
    """A set of values. Subclasses define check(value), and where they differ is_discrete and event_dim."""

    is_discrete = False
    event_dim = 0

    def check(self, value: Tensor) -> Tensor:
        """For each event of value: does it lie in the set?"""
        raise NotImplementedError(f"{type(self).__name__} must define check(self, value)")

    @property
    def words(self) -> str:
        return f"within {self!r}"

    def __repr__(self):
        return type(self).__name__.lstrip("_") + "()"


# A set that depends on the parameters


class _Dependent(Constraint):
    """A set that is known only for an object, not for its class; check() raises ValueError."""

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> None:
        self._is_discrete, self._event_dim = is_discrete, event_dim

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return self.known("is_discrete", self._is_discrete)

    @property
    def event_dim(self) -> int:     # type: ignore[override]
        return self.known("event_dim", self._event_dim)

    def known(self, name: str, value: Any) -> Any:
        if value is NotImplemented:
            raise NotImplementedError(f"{name} of this constraint depends on the object; ask an instance")
        return value

    def __call__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> "_Dependent":
        return _Dependent(is_discrete=self._is_discrete if is_discrete is NotImplemented else is_discrete,
                          event_dim=self._event_dim if event_dim is NotImplemented else event_dim)

    def check(self, x: Tensor) -> Tensor:
        raise ValueError("a dependent constraint has no check(); ask the constraint of an instance")


class _DependentProperty(property, _Dependent):
    """A property that is a dependent constraint when asked on the class."""

    def __init__(self, fn: Callable[..., Any] | None = None, *, is_discrete: Any = NotImplemented,
                 event_dim: Any = NotImplemented) -> None:
        property.__init__(self, fn)
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def __call__(self, fn: Callable[..., Any]) -> "_DependentProperty":   # type: ignore[override]
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


def is_dependent(constraint: Constraint) -> bool:
    """Is the constraint known only for an object?"""
    return isinstance(constraint, _Dependent)


# Sets of events that are made of sets of numbers


class _IndependentConstraint(Constraint):
    """The last reinterpreted_batch_ndims axes belong to the event; all its entries must fit."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:     # type: ignore[override]
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Tensor) -> Tensor:
        fits = self.base_constraint.check(value)
        left = fits.ndim - self.reinterpreted_batch_ndims
        if left < 0:
            raise ValueError(f"{self!r} needs at least {self.event_dim} axes, got shape {tuple(value.shape)}")
        return fits.reshape((*fits.shape[:left], -1)).all(-1)

    @property
    def words(self) -> str:
        return self.base_constraint.words

    def __repr__(self):
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """What all components of a mixture allow."""

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:     # type: ignore[override]
        return self.base_constraint.event_dim

    def check(self, value: Tensor) -> Tensor:
        left = value.ndim - self.event_dim
        if left < 0:
            raise ValueError(f"{self!r} needs at least {self.event_dim} axes, got shape {tuple(value.shape)}")
        fits = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        return fits.reshape((*fits.shape[:left], -1)).all(-1)

    @property
    def words(self) -> str:
        return self.base_constraint.words

    def __repr__(self):
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"


class _Cat(Constraint):
    """Constraints for neighbouring slices along an axis, which have the given lengths."""

    def __init__(self, cseq: Sequence[Constraint], dim: int = 0, lengths: Sequence[int] | None = None
                 ) -> None:
        self.cseq, self.dim = list(cseq), dim
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self) -> int:     # type: ignore[override]
        return max(c.event_dim for c in self.cseq)

    def check(self, value: Tensor) -> Tensor:
        parts = value.split(self.lengths, self.dim)
        return joined([c.check(part) for c, part in zip(self.cseq, parts)], self.dim)


class _Stack(Constraint):
    """Constraints for the slices along an axis."""

    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        self.cseq, self.dim = list(cseq), dim

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self) -> int:     # type: ignore[override]
        inner = max(c.event_dim for c in self.cseq)
        return inner + (self.dim + inner < 0)

    def check(self, value: Tensor) -> Tensor:
        slices = value.unbind(self.dim)
        return stacked([c.check(each) for c, each in zip(self.cseq, slices)], self.dim)


# Numbers


class _Real(Constraint):
    words = "a number and not NaN"

    def check(self, value: Tensor) -> Tensor:
        return value == value


class _Boolean(Constraint):
    is_discrete = True
    words = "0 or 1"

    def check(self, value: Tensor) -> Tensor:
        return (value == 0) | (value == 1)


class _Bounded(Constraint):
    """Numbers between bounds, which may be tensors; a subclass says which bounds belong to the set."""

    def __init__(self, lower_bound: Any = None, upper_bound: Any = None) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def __repr__(self):
        bounds = [f"{name}={value}" for name, value in vars(self).items() if value is not None]
        return f"{type(self).__name__.lstrip('_')}({', '.join(bounds)})"


class _GreaterThan(_Bounded):
    def __init__(self, lower_bound: Any) -> None:
        super().__init__(lower_bound)

    def check(self, value: Tensor) -> Tensor:
        return value > self.lower_bound

    @property
    def words(self) -> str:
        return f"above {short(self.lower_bound)}"


class _GreaterThanEq(_Bounded):
    def __init__(self, lower_bound: Any) -> None:
        super().__init__(lower_bound)

    def check(self, value: Tensor) -> Tensor:
        return value >= self.lower_bound

    @property
    def words(self) -> str:
        return f"at least {short(self.lower_bound)}"


class _LessThan(_Bounded):
    def __init__(self, upper_bound: Any) -> None:
        super().__init__(None, upper_bound)

    def check(self, value: Tensor) -> Tensor:
        return value < self.upper_bound

    @property
    def words(self) -> str:
        return f"below {short(self.upper_bound)}"


class _Interval(_Bounded):
    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        super().__init__(lower_bound, upper_bound)

    def check(self, value: Tensor) -> Tensor:
        return (value >= self.lower_bound) & (value <= self.upper_bound)

    @property
    def words(self) -> str:
        return f"from {short(self.lower_bound)} to {short(self.upper_bound)}"


class _HalfOpenInterval(_Interval):
    def check(self, value: Tensor) -> Tensor:
        return (value >= self.lower_bound) & (value < self.upper_bound)

    @property
    def words(self) -> str:
        return f"at least {short(self.lower_bound)} and below {short(self.upper_bound)}"


class _IntegerInterval(_Interval):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & (value >= self.lower_bound) & (value <= self.upper_bound)

    @property
    def words(self) -> str:
        return f"an integer from {short(self.lower_bound)} to {short(self.upper_bound)}"


class _IntegerGreaterThan(_GreaterThanEq):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & (value >= self.lower_bound)

    @property
    def words(self) -> str:
        return f"an integer of at least {short(self.lower_bound)}"


# Vectors


class _OneHot(Constraint):
    is_discrete = True
    event_dim = 1
    words = "one-hot, a single 1 and else 0,"

    def check(self, value: Tensor) -> Tensor:
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Simplex(Constraint):
    event_dim = 1
    words = "at least 0, with the sum 1,"

    def check(self, value: Tensor) -> Tensor:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(Constraint):
    """Counts; their sum may be less than upper_bound."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: int) -> None:
        self.upper_bound = upper_bound

    def check(self, x: Tensor) -> Tensor:
        return (x >= 0).all(-1) & (x.sum(-1) <= self.upper_bound)

    @property
    def words(self) -> str:
        return f"at least 0, with a sum of at most {self.upper_bound},"


# Matrices


class _LowerTriangular(Constraint):
    event_dim = 2
    words = "lower triangular"

    def check(self, value: Tensor) -> Tensor:
        return (value.tril() == value).all(-1).all(-1)


class _LowerCholesky(_LowerTriangular):
    words = "lower triangular, with a diagonal above 0,"

    def check(self, value: Tensor) -> Tensor:
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _CorrCholesky(_LowerCholesky):
    words = "lower triangular, with rows of length 1 and a diagonal above 0,"

    def check(self, value: Tensor) -> Tensor:
        within = float(finfo(value.dtype).eps) * value.shape[-1] * 10
        length = value.detach().square().sum(-1).sqrt()
        return super().check(value) & ((length - 1).abs() <= within).all(-1)


class _Square(Constraint):
    event_dim = 2
    words = "square"

    def check(self, value: Tensor) -> Tensor:
        return full(value.shape[:-2], value.shape[-2] == value.shape[-1], device=value.device)


class _Symmetric(_Square):
    words = "symmetric"

    def check(self, value: Tensor) -> Tensor:
        if value.shape[-2] != value.shape[-1]:
            return super().check(value)
        return isclose(value, value.mT, atol=1e-6).all(-2).all(-1)


class _PositiveSemidefinite(_Symmetric):
    words = "symmetric and positive semidefinite"

    def check(self, value: Tensor) -> Tensor:
        fits = super().check(value)
        return fits & (eigvalsh(value.detach()) >= 0).all(-1) if fits.all() else fits


class _PositiveDefinite(_Symmetric):
    words = "symmetric and positive definite"

    def check(self, value: Tensor) -> Tensor:
        fits = super().check(value)
        if not fits.all():
            return fits
        size = eigvalsh(value.detach())     # rounding leaves 0 as a tiny number of either sign
        least = float(finfo(value.dtype).eps) * value.shape[-1] * size.abs().amax(-1)
        return size.amin(-1) > least


def short(bound):
    return str(bound.tolist())[:60] if isinstance(bound, Tensor) and bound.ndim else f"{float(bound):g}"


dependent, dependent_property = _Dependent(), _DependentProperty
independent, cat, stack = _IndependentConstraint, _Cat, _Stack
boolean, one_hot, multinomial, simplex = _Boolean(), _OneHot(), _Multinomial, _Simplex()
nonnegative_integer, positive_integer = _IntegerGreaterThan(0), _IntegerGreaterThan(1)
integer_interval, interval, half_open_interval = _IntegerInterval, _Interval, _HalfOpenInterval
real, positive, nonnegative = _Real(), _GreaterThan(0.0), _GreaterThanEq(0.0)
greater_than, greater_than_eq, less_than = _GreaterThan, _GreaterThanEq, _LessThan
unit_interval, real_vector = _Interval(0.0, 1.0), _IndependentConstraint(real, 1)
lower_triangular, lower_cholesky, corr_cholesky = _LowerTriangular(), _LowerCholesky(), _CorrCholesky()
square, symmetric = _Square(), _Symmetric()
positive_semidefinite, positive_definite = _PositiveSemidefinite(), _PositiveDefinite()


def __getattr__(name):
    raise _missing(__name__, name, __all__)
