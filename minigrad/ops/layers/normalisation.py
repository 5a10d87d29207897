"""Normalisation: centre and scale activations so that deep nets train.

All compute (x - mean) / sqrt(variance + eps), then scale and shift; they differ in what they average over:
    batch_norm (N, H, W)   layer_norm (D)   group_norm (C/groups, H, W)   instance_norm (H, W)
rms_norm does not subtract the mean.
"""

import functools
import math
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, fused, no_grad
from minigrad.autograd.half import in_single
from minigrad.ops.numbers.arithmetic import add, floor_divide
from minigrad.ops.numbers.powers import pow, rsqrt
from minigrad.ops.places.indexing import narrow
from minigrad.ops.places.padding import pad_constant
from minigrad.ops.places.shapes import clone, reshape
from minigrad.ops.reductions.sums import mean, var


def standardise(x, dim, eps):
    """x with mean 0 and variance 1 over dim."""
    centred = x - mean(x, dim, keepdim=True)
    variance = mean(centred * centred, dim, keepdim=True)
    return centred * rsqrt(variance + eps)


def affine(x, weight, bias, shape):
    """x * weight + bias, both reshaped to `shape`."""
    if weight is not None:
        x = x * reshape(weight, shape=shape)
    return x if bias is None else x + reshape(bias, shape=shape)


@fused
def layer_norm_last(x, weight=None, bias=None, *, axes=1, eps=1e-5):
    """(..., *shape), shape, shape -> (..., *shape): normalise the last `axes` axes, scale and shift."""
    y = standardise(x, tuple(range(-axes, 0)), eps)
    return affine(y, weight, bias, tuple(x.shape[x.ndim - axes:]))


@composed
def layer_norm(x: Tensor, normalized_shape: int | Sequence[int], weight: Tensor | None = None,
               bias: Tensor | None = None, eps: float = 1e-5) -> Tensor:
    """Normalise the last axes, whose sizes are normalized_shape; weight and bias have that shape.

    Source: Ba et al. 2016, arXiv:1607.06450, eq. 4.
    """
    shape = as_shape(normalized_shape)
    check_tail("layer_norm", x, shape, weight, bias)
    return layer_norm_last(x, weight, bias, axes=len(shape), eps=eps)


@fused
def rms_norm_last(x, weight=None, *, axes=1, eps=1e-6):
    y = x * rsqrt(mean(x * x, tuple(range(-axes, 0)), keepdim=True) + eps)
    return y if weight is None else y * weight


@composed
def rms_norm(x: Tensor, normalized_shape: int | Sequence[int], weight: Tensor | None = None,
             eps: float | None = None) -> Tensor:
    """x / sqrt(mean(x^2) + eps) over the last axes, times weight.   Source: arXiv:1910.07467, eq. 4.

    eps=None: finfo(x.dtype).eps, the spacing of that dtype at 1.
    """
    shape = as_shape(normalized_shape)
    check_tail("rms_norm", x, shape, weight, None)
    if eps is None:
        if x.dtype.kind != "f":
            raise TypeError(f"rms_norm takes floating-point numbers, got {x.dtype}; convert it with .float()")
        from numpy import finfo
        eps = float(finfo(x.dtype).eps)
    return rms_norm_last(x, weight, axes=len(shape), eps=eps)


def as_shape(size):
    return (size,) if isinstance(size, int) else tuple(size)


def check_tail(name, x, shape, weight, bias):
    if not shape:
        raise ValueError(f"{name}: normalized_shape must have at least one size, got ()")
    if tuple(x.shape[x.ndim - len(shape):]) != shape:
        raise ValueError(f"{name}: the last axes of x {tuple(x.shape)} must be {shape}")
    for what, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tuple(tensor.shape) != shape:
            raise ValueError(f"{name}: {what} must be {shape}, got {tuple(tensor.shape)}")


@fused
def batch_norm_train(x, weight=None, bias=None, *, eps=1e-5):
    """(N, C, ...) -> the same shape: normalise each channel over the batch, scale and shift.

    Also returns the batch's mean and variance (C,), without gradients.
    """
    centre = mean(x, other_axes(x), keepdim=True)
    centred = x - centre
    variance = mean(centred * centred, other_axes(x), keepdim=True)
    y = affine(centred * rsqrt(variance + eps), weight, bias, channel_shape(x))
    return y, reshape(centre.detach(), shape=(-1,)), reshape(variance.detach(), shape=(-1,))


def other_axes(x):
    return (0,) + tuple(range(2, x.ndim))


def channel_shape(x):
    return (-1,) + (1,) * (x.ndim - 2)


@composed
def batch_norm(x: Tensor, running_mean: Tensor | None, running_var: Tensor | None,
               weight: Tensor | None = None, bias: Tensor | None = None, training: bool = False,
               momentum: float | None = 0.1, eps: float = 1e-5) -> Tensor:
    """Normalise each channel of x (N, C) or (N, C, ...) over all other axes.

    training: use the batch's mean and variance, and update running_mean and running_var (C,) in place:
    new = (1 - momentum) old + momentum batch, with the unbiased variance (n - 1). Otherwise use
    running_mean and running_var.
    Source: Ioffe and Szegedy 2015, arXiv:1502.03167, alg. 1.
    """
    if not eps > 0:
        raise ValueError(f"batch_norm: eps must be above 0, got {eps}")
    if not x.numel():
        return clone(x)
    check_channels("batch_norm", x, weight=weight, bias=bias, running_mean=running_mean,
                   running_var=running_var)
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm: with training=False, pass running_mean and running_var")
        return with_statistics(x, running_mean, running_var, weight, bias, eps)
    size = math.prod(x.shape) // x.shape[1] if x.shape[1] else 0
    if size < 2:
        raise ValueError(f"batch_norm: training needs more than one value per channel, got {tuple(x.shape)}")
    y, batch_mean, batch_variance = batch_norm_train(x, weight, bias, eps=eps)
    if running_mean is not None:
        keep_average(running_mean, batch_mean.array, momentum)
        keep_average(running_var, batch_variance.array * (size / (size - 1)), momentum)
    return y


@in_single
def with_statistics(x, centre, variance, weight, bias, eps):
    """x (N, C, ...) normalised with a mean and a variance (C,), scaled and shifted."""
    shape = channel_shape(x)
    scale = reshape(rsqrt(variance + eps), shape=shape)
    return affine((x - reshape(centre, shape=shape)) * scale, weight, bias, shape)


def check_channels(name, x, **per_channel):
    """Raise where x has no channel axis, or a tensor does not hold one number per channel."""
    if x.ndim < 2:
        raise ValueError(f"{name}: x must be (N, C, ...), got {tuple(x.shape)}")
    for what, tensor in per_channel.items():
        if tensor is not None and tuple(tensor.shape) != (x.shape[1],):
            raise ValueError(f"{name}: x {tuple(x.shape)} has {x.shape[1]} channels, so {what} must be "
                             f"({x.shape[1]},), got {tuple(tensor.shape)}")


def keep_average(running, new, momentum):
    """running = (1 - momentum) running + momentum new, in place."""
    running.array *= 1 - momentum
    running.array += momentum * new
    running.written()


def update_running(x, dim, running_mean, running_var, momentum):
    """Update the moving averages with mean and variance over dim, averaged over the samples."""
    with no_grad():
        keep_average(running_mean, mean(mean(x, dim, keepdim=True), 0).array.reshape(-1), momentum)
        keep_average(running_var, mean(var(x, dim, keepdim=True), 0).array.reshape(-1), momentum)


@composed
@in_single
def group_norm(x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None,
               eps: float = 1e-5) -> Tensor:
    """Normalise groups of C / num_groups channels of x (N, C, ...); weight and bias (C,).

    Source: Wu and He 2018, arXiv:1803.08494.
    """
    check_channels("group_norm", x, weight=weight, bias=bias)
    if num_groups < 1 or x.shape[1] % num_groups:
        raise ValueError(f"group_norm: num_groups={num_groups} must divide the {x.shape[1]} channels of x "
                         f"{tuple(x.shape)}")
    groups = reshape(x, shape=(x.shape[0], num_groups, math.prod(x.shape[1:]) // num_groups))
    y = reshape(standardise(groups, -1, eps), shape=tuple(x.shape))
    return affine(y, weight, bias, channel_shape(x))


@composed
def instance_norm(x: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
                  weight: Tensor | None = None, bias: Tensor | None = None, use_input_stats: bool = True,
                  momentum: float | None = 0.1, eps: float = 1e-5) -> Tensor:
    """Normalise each channel of each sample of x (N, C, ...) separately.   Source: arXiv:1607.08022.

    running_mean and running_var (C,) are updated as in batch_norm, with the statistics averaged over the
    samples; use_input_stats=False normalises with them instead.
    """
    check_channels("instance_norm", x, weight=weight, bias=bias)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    if x.ndim < 3 or math.prod(x.shape[2:]) < 2:
        raise ValueError("instance_norm: x must be (N, C, ...) with more than one value per channel, "
                         f"got {tuple(x.shape)}")
    if running_mean is not None:
        update_running(x, tuple(range(2, x.ndim)), running_mean, running_var, momentum)
    return per_image(x, weight, bias, eps)


@in_single
def per_image(x, weight, bias, eps):
    """Each channel of each sample with mean 0 and variance 1, scaled and shifted."""
    return affine(standardise(x, tuple(range(2, x.ndim)), eps), weight, bias, channel_shape(x))


@composed
@in_single
def local_response_norm(x: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75,
                        k: float = 1.0) -> Tensor:
    """x / (k + alpha m)^beta, m the mean of x^2 over `size` neighbouring channels.   (N, C, ...) -> the same.

    Source: Krizhevsky et al. 2012, NeurIPS, sec. 3.3, with the mean instead of the sum, as in PyTorch.
    """
    if x.ndim < 3:
        raise ValueError(f"local_response_norm: x must be (N, C, L, ...), got {tuple(x.shape)}")
    if not x.numel():
        return x
    widths = ((0, 0), (size // 2, (size - 1) // 2)) + ((0, 0),) * (x.ndim - 2)
    squares = pad_constant(x * x, widths=widths, value=0.0)
    neighbours = [narrow(squares, 1, i, x.shape[1]) for i in range(size)]
    total = functools.reduce(add, neighbours)
    if x.dtype.kind in "iu":
        return x / pow(k + alpha * floor_divide(total, size), beta)     # the mean is an integer, too
    return x / pow(k + alpha / size * total, beta)
