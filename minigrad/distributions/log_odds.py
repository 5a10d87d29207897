"""What the distributions of yes-or-no trials share: probs, or logits = log(probs / (1 - probs))."""

from typing import Any

from minigrad.autograd import Shape, Tensor
from minigrad.distributions.utils import (
    broadcast_all,
    lazy_property,
    logits_to_probs,
    one_of,
    probs_to_logits,
)


class LogOdds:
    """A mixin: the one of probs and logits that is not given is computed on first use."""

    def take_one(self, probs: Any, logits: Any) -> None:
        """Keep the one that is given as a tensor."""
        one_of(type(self).__name__, probs, logits)
        if probs is not None:
            self.probs, = broadcast_all(probs)
        else:
            self.logits, = broadcast_all(logits)

    @lazy_property
    def logits(self) -> Tensor:
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Tensor:
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def _param(self) -> Tensor:
        return vars(self)["probs" if "probs" in vars(self) else "logits"]

    @property
    def param_shape(self) -> Shape:
        return self._param.shape
