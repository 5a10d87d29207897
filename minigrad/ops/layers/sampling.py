"""Sampling that gradients can flow through."""

from minigrad.autograd import Tensor, composed
from minigrad.backend import device_generator
from minigrad.ops.layers.embedding import one_hot
from minigrad.ops.numbers.dtypes import cast
from minigrad.ops.numbers.powers import log, log1p
from minigrad.ops.places.shapes import movedim
from minigrad.ops.reductions.order import argmax
from minigrad.ops.reductions.softmax import softmax


@composed
def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10,
                   dim: int = -1) -> Tensor:
    """A differentiable random sample from softmax(logits): softmax((logits + noise) / tau), summing to 1.

    The noise is Gumbel's, -log(-log(1 - u)) with u uniform in [0, 1). The smaller tau, the closer the sample
    is to one-hot; hard makes it exactly one-hot and keeps the gradient of the soft sample. eps is accepted
    for PyTorch's signature and has no effect.
    Source: Jang et al. 2016, arXiv:1611.01144, eq. 2; Maddison et al. 2016, arXiv:1611.00712.
    """
    u = Tensor(device_generator(logits.device).random(tuple(logits.shape)))
    exponential = cast(-log1p(-u), dtype=logits.dtype, source=u.dtype)
    soft = softmax((logits - log(exponential)) / tau, dim=dim)
    if not hard:
        return soft
    chosen = movedim(one_hot(argmax(soft.detach(), dim=dim), soft.shape[dim]), -1, dim)
    return cast(chosen, dtype=soft.dtype, source=chosen.dtype) - soft.detach() + soft
