"""The categorical distribution: one of K classes."""

from collections.abc import Sequence

from numpy import finfo

from minigrad.autograd import Shape, Tensor
from minigrad.distributions import constraints
from minigrad.distributions.bernoulli import values_along
from minigrad.distributions.distribution import Distribution
from minigrad.distributions.utils import lazy_property, logits_to_probs, one_of, probs_to_logits
from minigrad.ops.creation import arange, as_tensor, full, multinomial
from minigrad.ops.places.shapes import broadcast_tensors


class Categorical(Distribution):
    """One of the classes 0 to K - 1, from probs (..., K) or logits (..., K).

    probs are divided by their sum; logits are log-probabilities up to a constant.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs: Tensor | None = None, logits: Tensor | None = None,
                 validate_args: bool | None = None) -> None:
        one_of("Categorical", probs, logits)
        given = as_tensor(logits if probs is None else probs)
        if not given.ndim:
            raise ValueError("Categorical: probs or logits must have shape (..., K), got ()")
        if probs is not None:
            self.probs = given / given.sum(-1, keepdim=True)
        else:
            self.logits = given - given.logsumexp(-1, keepdim=True)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], validate_args=validate_args)

    @lazy_property
    def logits(self) -> Tensor:
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self) -> Tensor:
        return logits_to_probs(self.logits)

    @property
    def _param(self) -> Tensor:
        return vars(self)["probs" if "probs" in vars(self) else "logits"]

    @property
    def param_shape(self) -> Shape:
        return self._param.shape

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> constraints.Constraint:
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        """NaN: classes have no mean."""
        return full(self.batch_shape, float("nan"), dtype=self.probs.dtype, device=self.probs.device)

    variance = mean

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(-1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Draw class ids, int64."""
        rows = self.probs.detach().reshape(-1, self._num_events)
        ids = multinomial(rows, Shape(sample_shape).numel(), True)
        return ids.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        ids, logits = broadcast_tensors(self._checked(value).long().unsqueeze(-1), self.logits)
        return logits.gather(-1, ids[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        logits = self.logits.clamp(min=float(finfo(self.logits.dtype).min))     # 0 log 0 = 0
        return -(self.probs * logits).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return values_along(self, arange(self._num_events, device=self._param.device), expand)
