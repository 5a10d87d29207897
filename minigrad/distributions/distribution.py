"""The base class of all distributions.

Parameters are broadcast to batch_shape: independent distributions. event_shape is the shape of one value.

    samples             sample_shape + batch_shape + event_shape
    log_prob(value)     the shape of value without event_shape, broadcast with batch_shape

A subclass gives its parameters as attributes, says in arg_constraints and support where parameters and values
lie, calls super().__init__(batch_shape, event_shape), and defines rsample() or sample(), log_prob() and what
else it can. Parameters and values are checked unless validate_args=False.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from minigrad.autograd import Shape, Tensor, no_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.distributions.constraints import Constraint, is_dependent
from minigrad.distributions.utils import lazy_property
from minigrad.hints import warn
from minigrad.ops.creation import as_tensor


class Distribution(NamesArguments):
    """Base class: batch_shape counts independent distributions, event_shape is the shape of one value."""

    doors = ("sample", "rsample", "log_prob", "entropy", "cdf", "icdf", "enumerate_support")
    has_rsample = False
    has_enumerate_support = False
    _validate_args = __debug__

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Switch the checks of parameters and values on or off, for all distributions made without
        validate_args."""
        if value not in (True, False):
            raise ValueError(f"set_default_validate_args: expected True or False, got {value!r}")
        Distribution._validate_args = value

    def __init__(self, batch_shape: Sequence[int] = (), event_shape: Sequence[int] = (),
                 validate_args: bool | None = None) -> None:
        self._batch_shape, self._event_shape = Shape(batch_shape), Shape(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()
        super().__init__()      # of a class beside this one, such as nn.Module

    @property
    def arg_constraints(self) -> Mapping[str, Constraint]:
        """The set in which each parameter lies."""
        raise NotImplementedError(f"{type(self).__name__} has no arg_constraints")

    @property
    def support(self) -> Constraint:
        """The set of the values."""
        raise NotImplementedError(f"{type(self).__name__} has no support")

    @property
    def batch_shape(self) -> Shape:
        return self._batch_shape

    @property
    def event_shape(self) -> Shape:
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no mean")

    @property
    def mode(self) -> Tensor:
        """The most probable value."""
        raise NotImplementedError(f"{type(self).__name__} has no mode")

    @property
    def variance(self) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no variance")

    @property
    def stddev(self) -> Tensor:
        return self.variance.sqrt()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw random values, without a graph."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw random values that are differentiable with respect to the parameters."""
        raise NotImplementedError(
            f"{type(self).__name__} has no rsample(): its samples are not differentiable with "
            "respect to its parameters; use sample() and log_prob()")

    def sample_n(self, n: int) -> Tensor:
        """sample((n,)); deprecated."""
        warn("sample_n(n) is deprecated; use sample((n,))", FutureWarning)
        return self.sample((n,))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density or probability at value."""
        raise NotImplementedError(f"{type(self).__name__} must define log_prob(self, value)")

    def cdf(self, value: Tensor) -> Tensor:
        """The probability that a sample is at most `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no cdf()")

    def icdf(self, value: Tensor) -> Tensor:
        """The inverse of cdf: the quantiles for probabilities `value`."""
        raise NotImplementedError(f"{type(self).__name__} has no icdf()")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values of a discrete distribution along a new first axis, expanded to batch_shape if asked."""
        raise NotImplementedError(f"{type(self).__name__} has no enumerate_support()")

    def entropy(self) -> Tensor:
        """The expectation of -log_prob, in nats."""
        raise NotImplementedError(f"{type(self).__name__} has no entropy()")

    def perplexity(self) -> Tensor:
        """exp(entropy)."""
        return self.entropy().exp()

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The same distribution for a larger batch_shape, without a copy of the parameters.

        A subclass with its own __init__ overrides it; it may fill an _instance of its own.
        """
        own = next(kind for kind in type(self).__mro__ if kind.__module__.startswith("minigrad."))
        new = self._get_checked_instance(own, _instance)
        for name, value in vars(self).items():
            new.__dict__.setdefault(name, value)
        for name, constraint in self.arg_constraints.items():
            if isinstance(value := vars(self).get(name), Tensor):
                event = value.shape[value.ndim - constraint.event_dim:]
                new.__dict__[name] = value.expand((*batch_shape, *event))
        new._batch_shape = Shape(batch_shape)
        return new

    def _get_checked_instance(self, cls, _instance=None):
        """An object of this class that expand() fills; an __init__ of a subclass needs its own expand()."""
        if _instance is None and type(self).__init__ is not cls.__init__:
            raise NotImplementedError(f"{type(self).__name__}, a subclass of {cls.__name__} with its own "
                                      "__init__, must define expand(self, batch_shape), too")
        return type(self).__new__(type(self)) if _instance is None else _instance

    def _extended_shape(self, sample_shape: Sequence[int] = ()) -> Shape:
        """The shape of the samples."""
        return Shape((*sample_shape, *self._batch_shape, *self._event_shape))

    def _validate_parameters(self):
        try:
            wanted = self.arg_constraints
        except NotImplementedError:
            wanted = {}
            warn(f"{type(self).__name__} has no arg_constraints, so its parameters are not checked; define "
                 "arg_constraints, or pass validate_args=False")
        for name, constraint in wanted.items():
            is_lazy = name not in vars(self) and isinstance(getattr(type(self), name, None), lazy_property)
            if not is_dependent(constraint) and not is_lazy:
                check(f"{type(self).__name__}: {name}", getattr(self, name), constraint)

    def _validate_sample(self, value: Tensor) -> None:
        """Raise ValueError unless value fits the shapes and lies in the support."""
        name = type(self).__name__
        if not isinstance(value, Tensor):
            raise ValueError(f"{name}.log_prob: value must be a tensor, got {value!r:.40}")
        shape, event, whole = tuple(value.shape), self._event_shape, self._batch_shape + self._event_shape
        if shape[len(shape) - len(event):] != event:
            raise ValueError(f"{name}: the shape of value must end with event_shape {tuple(event)}, "
                             f"got {shape}")
        if any(i != j and 1 not in (i, j) for i, j in zip(reversed(shape), reversed(whole))):
            raise ValueError(f"{name}: value of shape {shape} does not broadcast with batch_shape + "
                             f"event_shape {tuple(whole)}")
        try:
            support = self.support
        except NotImplementedError:
            warn(f"{name} has no support, so values are not checked; define support, or pass "
                 "validate_args=False")
            return
        check(f"{name}: value", value, support)

    def _checked(self, value: Any) -> Tensor:
        """The value of log_prob, cdf or icdf as a tensor, checked if validate_args."""
        if isinstance(value, (int, float)):
            value = as_tensor(float(value))
        if self._validate_args:
            self._validate_sample(value)
        return value

    def __repr__(self):
        given = {name: vars(self)[name] for name in self.arg_constraints if name in vars(self)}
        shown = [f"{name}: {x if x.numel() == 1 else x.shape}" for name, x in given.items()]
        return f"{type(self).__name__}({', '.join(shown)})"


def check(what, value, constraint):
    """Raise ValueError with the first event of `value` outside the constraint."""
    fits = constraint.check(value)
    if not fits.all():
        wrong = value.detach().expand((*fits.shape, *value.shape[value.ndim - constraint.event_dim:]))
        wrong = wrong[~fits][0].tolist() if fits.ndim else wrong.tolist()
        shown = f"{wrong:g}" if isinstance(wrong, (int, float)) else str(wrong)
        raise ValueError(f"{what} must be {constraint.words} everywhere, "
                         f"got {shown if len(shown) < 100 else shown[:100] + '...'}")
