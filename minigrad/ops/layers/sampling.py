"""Samples that gradients flow through."""

from minigrad.autograd import Tensor, composed
from minigrad.backend import device_generator
from minigrad.ops.layers.embedding import one_hot
from minigrad.ops.numbers.dtypes import cast
from minigrad.ops.numbers.powers import log
from minigrad.ops.places.shapes import movedim
from minigrad.ops.reductions.order import argmax
from minigrad.ops.reductions.softmax import softmax


@composed
def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A random sample of softmax(logits), relaxed to numbers that sum to 1: softmax((logits + noise) / tau).

    The noise is Gumbel's, -log(-log(u)), u uniform in [0, 1). The smaller tau, the closer to a single 1;
    hard: exactly that, with the gradient of the relaxed sample. eps is PyTorch's and has no effect.
    Source: Jang et al. 2016, arXiv:1611.01144, eq. 2; Maddison et al. 2016, arXiv:1611.00712.
    """
    u = device_generator(logits.device).random(tuple(logits.shape), dtype="float32").astype(logits.dtype)
    soft = softmax((logits - log(-log(Tensor(u)))) / tau, dim=dim)
    if not hard:
        return soft
    chosen = movedim(one_hot(argmax(soft.detach(), dim=dim), soft.shape[dim]), -1, dim)
    return cast(chosen, dtype=soft.dtype, source=chosen.dtype) - soft.detach() + soft
