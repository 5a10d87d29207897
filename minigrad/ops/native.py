"""The functions below PyTorch's layers: the same ops, with every argument by position and what they save.

PyTorch's own layers, exported models and older programs call them; new programs use nn.functional.
"""

import collections
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed
from minigrad.backend import MODULES, device_generator
from minigrad.ops.images import adaptive_pooling, pooling, warp
from minigrad.ops.layers import embedding as embeddings, normalisation
from minigrad.ops.numbers.powers import rsqrt
from minigrad.ops.places.shapes import reshape
from minigrad.ops.reductions.sums import mean, var

Normalised = collections.namedtuple("Normalised", "output mean rstd")
Dropped = collections.namedtuple("Dropped", "output mask")
Pooled = collections.namedtuple("Pooled", "output indices")


@composed
def native_layer_norm(input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None,
                      bias: Tensor | None, eps: float) -> Normalised:
    """layer_norm, and the mean and 1 / sqrt(variance + eps) of each sample, with axes of size 1."""
    y = normalisation.layer_norm(input, normalized_shape, weight, bias, eps)
    axes = tuple(range(-len(normalized_shape), 0))
    return Normalised(y, *statistics(input.detach(), axes, eps, True))


def statistics(x, dim, eps, keepdim=False):
    return mean(x, dim, keepdim), rsqrt(var(x, dim, 0, keepdim) + eps)


@composed
def native_group_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int,
                      group: int, eps: float) -> Normalised:
    """group_norm of `group` groups, and the mean and 1 / sqrt(variance + eps) of each, (N, group)."""
    y = normalisation.group_norm(input, group, weight, bias, eps)
    return Normalised(y, *statistics(reshape(input, shape=(N, group, C // group * HxW)), -1, eps))


@composed
def native_batch_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
                      running_var: Tensor | None, training: bool, momentum: float, eps: float) -> Normalised:
    """batch_norm, and in training the mean and 1 / sqrt(variance + eps) of each channel (C,), else (0,)."""
    y = batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)
    if not training:
        nothing = input.new_empty(0)
        return Normalised(y, nothing, nothing)
    return Normalised(y, *statistics(input.detach(), (0, *range(2, input.ndim)), eps))


@composed
def batch_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
               running_var: Tensor | None, training: bool, momentum: float, eps: float,
               cudnn_enabled: bool = True) -> Tensor:
    """nn.functional.batch_norm with its arguments in another order; cudnn_enabled has no effect."""
    return normalisation.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


@composed
def instance_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
                  running_var: Tensor | None, use_input_stats: bool, momentum: float, eps: float,
                  cudnn_enabled: bool = True) -> Tensor:
    """nn.functional.instance_norm with its arguments in another order; cudnn_enabled has no effect."""
    return normalisation.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats,
                                       momentum, eps)


@composed
def native_dropout(input: Tensor, p: float, train: bool | None) -> Dropped:
    """dropout, and a mask that is True where an element stays."""
    xp = MODULES[type(input.array)]
    if train is False or p == 0:
        return Dropped(input.clone(), Tensor(xp.ones(tuple(input.shape), bool)))
    stays = Tensor(device_generator(input.device).bernoulli(1 - p, tuple(input.shape)))
    return Dropped(input * stays.to(input.dtype) * (1 / (1 - p) if p < 1 else 0.0), stays)


@composed
def embedding(weight: Tensor, indices: Tensor, padding_idx: int = -1, scale_grad_by_freq: bool = False,
              sparse: bool = False) -> Tensor:
    """nn.functional.embedding with the table first; padding_idx -1 is none. `sparse` has no effect."""
    return embeddings.embedding(indices, weight, None if padding_idx < 0 else padding_idx,
                                scale_grad_by_freq=scale_grad_by_freq)


@composed
def max_pool1d_with_indices(
        input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] = (),
        padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1,
        ceil_mode: bool = False) -> Pooled:
    """nn.functional.max_pool1d, and the places of the maxima."""
    return Pooled(*pooling.max_pool1d(input, kernel_size, stride or None, padding, dilation, ceil_mode, True))


@composed
def adaptive_max_pool1d(input: Tensor, output_size: int | Sequence[int]) -> Pooled:
    """nn.functional.adaptive_max_pool1d, and the places of the maxima."""
    return Pooled(*adaptive_pooling.adaptive_max_pool1d(input, output_size, True))


@composed
def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Tensor:
    """nn.functional.affine_grid."""
    return warp.affine_grid(theta, size, align_corners)


@composed
def grid_sampler(input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int,
                 align_corners: bool) -> Tensor:
    """nn.functional.grid_sample with numbers for its modes.

    interpolation_mode: 0 bilinear, 1 nearest, 2 bicubic. padding_mode: 0 zeros, 1 border, 2 reflection.
    """
    if interpolation_mode not in (0, 1, 2) or padding_mode not in (0, 1, 2):
        raise ValueError(f"grid_sampler: modes are 0, 1 or 2, got {interpolation_mode} and {padding_mode}")
    return warp.grid_sample(input, grid, warp.MODES[interpolation_mode], warp.PADDINGS[padding_mode],
                            align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler
