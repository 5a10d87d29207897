"""Dropout: set random elements to zero during training, so that no unit relies on a single other unit.

Source: Srivastava et al. 2014, J. Machine Learning Research 15, 1929-1958.
"""

from minigrad.autograd import Tensor, composed
from minigrad.backend import device_generator
from minigrad.backend.generator import in_memory_order
from minigrad.ops.numbers.choosing import where
from minigrad.ops.places.shapes import squeeze, unsqueeze


def keep_mask(x, p, shape=None):
    """1 / (1 - p) with probability 1 - p, else 0, on x's device and in x's dtype.

    Without a shape it has x's, and its numbers follow x's memory, as in PyTorch. For images whose channels
    come last in memory they follow the indices: convolutions leave them so here, and not in PyTorch.
    """
    def draw(shape):
        return device_generator(x.device).bernoulli(1 - p, shape)
    channels_last = x.ndim > 3 and x.array.transpose(0, *range(2, x.ndim), 1).flags.c_contiguous
    if shape is None and not channels_last:
        mask = in_memory_order(x.array, draw).astype(x.dtype)
    else:
        mask = draw(tuple(x.shape) if shape is None else shape).astype(x.dtype)
    mask /= 1 - p
    return Tensor(mask)


def channels(x):
    """The shape of one number for each channel of x (N, C, ...)."""
    return tuple(x.shape[:2]) + (1,) * (x.ndim - 2)


def check(p, name):
    if isinstance(p, str) or not 0 <= p <= 1:
        raise ValueError(f"{name}: p must be a probability in [0, 1], got {p!r}")


@composed
def dropout(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """In training, zero each element with probability p and divide the others by 1 - p; otherwise x."""
    check(p, "dropout")
    if not training or p == 0:
        return x
    return x * 0.0 if p == 1 else x * keep_mask(x, p)


@composed
def dropout2d(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """dropout of whole channels of x (N, C, ...)."""
    check(p, "dropout2d")
    if not training or p == 0:
        return x
    return x * 0.0 if p == 1 else x * keep_mask(x, p, channels(x))


@composed
def dropout1d(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """dropout of whole channels of x (N, C, L) or (C, L)."""
    return sample_or_batch(x, 2, p, training)


@composed
def dropout3d(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """dropout of whole channels of x (N, C, D, H, W) or (C, D, H, W)."""
    return sample_or_batch(x, 4, p, training)


def sample_or_batch(x, axes, p, training):
    """dropout2d, where a tensor of so many axes is one sample."""
    if x.ndim == axes:
        return squeeze(dropout2d(unsqueeze(x, 0), p, training), 0)
    return dropout2d(x, p, training)


@composed
def alpha_dropout(x: Tensor, p: float = 0.5, training: bool = False) -> Tensor:
    """Dropout for selu: dropped elements become selu(-inf); an affine map then keeps mean 0 and variance 1.

    Source: Klambauer et al. 2017, arXiv:1706.02515, sec. 3 ("New dropout technique").
    """
    return saturate(x, None, p, training, "alpha_dropout")


@composed
def feature_alpha_dropout(x: Tensor, p: float = 0.5, training: bool = False) -> Tensor:
    """alpha_dropout of whole channels of x (N, C, ...)."""
    return saturate(x, channels(x), p, training, "feature_alpha_dropout")


def saturate(x, shape, p, training, name):
    check(p, name)
    if not training or p == 0:
        return x
    if p == 1:
        return x * 0.0
    limit = -1.0507009873554805 * 1.6732632423543772        # selu(-inf), see activations.py
    scale = ((1 - p) * (1 + p * limit * limit)) ** -0.5
    dropped = where(keep_mask(x, p, shape) > 0, x, limit)
    return scale * dropped - scale * p * limit
