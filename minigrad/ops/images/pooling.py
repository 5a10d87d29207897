"""Pooling: reduce each patch of an image to one number, its maximum, mean or p-norm.

Like convolution, it reads the image through `windows`, for any number of spatial axes. A result is annotated
`Tensor | Any` where return_indices makes it a tuple.
"""

import math
from collections.abc import Sequence
from typing import Any

from minigrad.autograd import Tensor, composed, fused, primitive
from minigrad.autograd.half import in_single
from minigrad.backend import MODULES, device_generator
from minigrad.ops.images.convolution import batched, check_fits, pad_spatial, per_axis, windows
from minigrad.ops.numbers.powers import pow
from minigrad.ops.places.indexing import check_range, gather, index_array, take_along
from minigrad.ops.places.padding import pad_constant
from minigrad.ops.places.scattering import limit
from minigrad.ops.places.shapes import flatten, reshape, squeeze
from minigrad.ops.reductions.order import argmax
from minigrad.ops.reductions.sums import root, sum


@fused
def max_windows(x, *, kernel, stride, padding, dilation):
    """The maximum under the kernel at every position; the first of equal maxima receives the gradient."""
    if any(map(any, padding)):
        x = pad_constant(x, widths=((0, 0), (0, 0)) + padding, value=limit(x.dtype, "min"))
    patches = windows(x, kernel=kernel, stride=stride, dilation=dilation)
    patches = reshape(patches, shape=tuple(patches.shape[:-len(kernel)]) + (math.prod(kernel),))
    return squeeze(gather(patches, -1, argmax(patches, dim=-1, keepdim=True)), -1)


@fused
def sum_windows(x, *, kernel, stride, padding):
    """The sum under the kernel at every position."""
    D = len(kernel)
    patches = windows(pad_spatial(x, padding), kernel=kernel, stride=stride, dilation=(1,) * D)
    return sum(patches, dim=tuple(range(2 + D, 2 + 2 * D)))


def geometry(x, kernel_size, stride, padding, dilation, ceil_mode, D, name):
    """x with a batch axis; a dict of kernel, stride and padding (before, after) per axis; the dilation."""
    x = batched(x, D, name)
    kernel = per_axis(kernel_size, D, f"{name}: kernel_size", 1)
    stride = per_axis(stride, D, f"{name}: stride", 1) if stride or stride == 0 else kernel     # () is None
    pads, dilation = per_axis(padding, D, f"{name}: padding"), per_axis(dilation, D, f"{name}: dilation", 1)
    if any(2 * p > k for p, k in zip(pads, kernel)):
        raise ValueError(f"{name}: padding {pads} must be at most half of the kernel {kernel}")
    widths = []
    for n, k, s, p, d in zip(x.shape[2:], kernel, stride, pads, dilation):
        reach = d * (k - 1) + 1
        places = (n + 2 * p - reach) // s + 1
        if ceil_mode and (n + 2 * p - reach) % s and places * s < n + p:
            places += 1                 # one more window, which still starts inside
        surplus = (places - 1) * s + reach - (n + 2 * p)
        widths.append((p, p + (surplus if surplus > 0 else 0)))
    check_fits(name, x.shape[2:], kernel, dilation, widths)
    return x, dict(kernel=kernel, stride=stride, padding=tuple(widths)), dilation


def max_pool(x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, D):
    name = f"max_pool{D}d"
    batch, settings, dilation = geometry(x, kernel_size, stride, padding, dilation, ceil_mode, D, name)
    if 0 in batch.shape[1:]:
        raise ValueError(f"{name}: x has no elements beside its batch, got {tuple(x.shape)}")
    if not return_indices:
        y = max_windows(batch, dilation=dilation, **settings)
        return y if x is batch else squeeze(y, 0)
    places = max_places(batch, dilation=dilation, **settings)
    flat = reshape(places, shape=tuple(places.shape[:2]) + (-1,))
    y = reshape(gather(flatten(batch, 2), 2, flat), shape=tuple(places.shape))
    return (y, places) if x is batch else (squeeze(y, 0), squeeze(places, 0))


def max_places(x, kernel, stride, padding, dilation):
    """The flat, row-major index of the maximum under the kernel at every position, (N, C, *out)."""
    xp, size = MODULES[type(x.array)], x.shape[2:]
    padded = pad_constant(x.detach(), widths=((0, 0), (0, 0)) + padding, value=limit(x.dtype, "min"))
    patches = windows(padded, kernel=kernel, stride=stride, dilation=dilation)
    out = patches.shape[2:2 + len(kernel)]
    which = argmax(flatten(patches, 2 + len(kernel)), dim=-1).array
    place, step = 0, 1
    for axis in reversed(range(len(kernel))):
        inside, which = which % kernel[axis], which // kernel[axis]
        start = xp.arange(out[axis]).reshape((-1,) + (1,) * (len(out) - axis - 1)) * stride[axis]
        at = start - padding[axis][0] + inside * dilation[axis]
        place, step = place + at * step, step * size[axis]
    return Tensor(place)


def max_unpool(x, indices, kernel_size, stride, padding, output_size, D):
    name = f"max_unpool{D}d"
    batch, places = batched(x, D, name), batched(indices, D, name)
    kernel = per_axis(kernel_size, D, f"{name}: kernel_size", 1)
    stride = kernel if stride is None else per_axis(stride, D, f"{name}: stride", 1)
    pads = per_axis(padding, D, f"{name}: padding")
    size = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(batch.shape[2:], stride, pads, kernel))
    if output_size is not None:
        given = tuple(output_size)[-D:]
        if any(abs(n - m) >= s for n, m, s in zip(given, size, stride)):
            raise ValueError(f"{name}: output_size {given} must differ from {size} by less than "
                             f"stride {stride}")
        size = given
    if tuple(places.shape) != tuple(batch.shape):
        raise ValueError(f"{name}: indices {tuple(indices.shape)} must have the shape of x, "
                         f"{tuple(x.shape)}")
    flat = index_array(batch, flatten(places, 2), f"{name}: indices")
    check_range(flat, math.prod(size), f"{name}: indices")
    y = put_at(flatten(batch, 2), index=flat, size=math.prod(size))
    y = reshape(y, shape=tuple(batch.shape[:2]) + size)
    return y if x is batch else squeeze(y, 0)


@primitive
def put_at(xp, x, *, index, size):
    """Zeros (N, C, size) with x written at `index` of the last axis; a repeated index keeps one of them."""
    y = xp.zeros(x.shape[:2] + (size,), x.dtype)
    xp.put_along_axis(y, index, x, -1)
    return y


put_at.defvjp(lambda g, index: take_along(g, dim=2, index=index))


@in_single
def avg_pool(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, D):
    name = f"avg_pool{D}d"
    batch, settings, _ = geometry(x, kernel_size, stride, padding, 1, ceil_mode, D, name)
    total = sum_windows(batch, **settings)
    if x.dtype.kind in "iu":            # means of integers lose their fractions
        y = avg_pool(batch.double(), kernel_size, stride, padding, ceil_mode, count_include_pad,
                     divisor_override, D).to(x.dtype)
        return y if x is batch else squeeze(y, 0)
    if divisor_override is not None:
        y = total * (1 / divisor_override)
    else:
        pads = per_axis(padding, D, f"{name}: padding")
        y = total * inverse_counts(batch, total.shape[2:], pads, count_include_pad, **settings)
    return y if x is batch else squeeze(y, 0)


def inverse_counts(x, out, pads, count_include_pad, kernel, stride, padding):
    """1 / the number of elements that each mean counts; padding added by ceil_mode never counts."""
    if not any(map(any, padding)) or count_include_pad and all_equal(pads, padding):
        return 1 / math.prod(kernel)
    xp = MODULES[type(x.array)]
    product = 1
    for axis, (n, places, k, s, p) in enumerate(zip(x.shape[2:], out, kernel, stride, pads)):
        start = xp.arange(places) * s - p
        end = xp.minimum(start + k, n + p)
        if not count_include_pad:
            start, end = xp.maximum(start, 0), xp.minimum(end, n)
        product = product * (end - start).reshape((-1,) + (1,) * (len(out) - axis - 1))
    return Tensor((1 / product).astype(x.dtype))


def all_equal(pads, padding):
    return all(before == after == p for p, (before, after) in zip(pads, padding))


@composed
def max_pool1d(x: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
               padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Tensor | Any:
    """(N, C, L) -> (N, C, L'); see max_pool2d."""
    return max_pool(x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 1)


@composed
def max_pool2d(x: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
               padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Tensor | Any:
    """The maximum of each patch, (N, C, H, W) -> (N, C, H', W'); stride defaults to kernel_size.

    H' = (H + 2 padding - dilation (K - 1) - 1) // stride + 1, rounded up with ceil_mode. Of equal maxima the
    first receives the gradient. return_indices: return (y, indices), the flat indices i W + j of the maxima
    for max_unpool2d.
    """
    return max_pool(x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 2)


@composed
def max_pool3d(x: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
               padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Tensor | Any:
    """(N, C, D, H, W) -> (N, C, D', H', W'); see max_pool2d."""
    return max_pool(x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 3)


@composed
def max_unpool1d(x: Tensor, indices: Tensor, kernel_size: int | Sequence[int],
                 stride: int | Sequence[int] | None = None, padding: int | Sequence[int] = 0,
                 output_size: Sequence[int] | None = None) -> Tensor:
    """(N, C, L') -> (N, C, L); see max_unpool2d."""
    return max_unpool(x, indices, kernel_size, stride, padding, output_size, 1)


@composed
def max_unpool2d(x: Tensor, indices: Tensor, kernel_size: int | Sequence[int],
                 stride: int | Sequence[int] | None = None, padding: int | Sequence[int] = 0,
                 output_size: Sequence[int] | None = None) -> Tensor:
    """Put the maxima of max_pool2d(..., return_indices=True) back at their indices, zeros elsewhere.

    (N, C, H', W') -> (N, C, H, W) with H = (H' - 1) stride - 2 padding + K; output_size picks another H that
    gives the same H'. Where overlapping windows share an index, one of the values stays.
    """
    return max_unpool(x, indices, kernel_size, stride, padding, output_size, 2)


@composed
def max_unpool3d(x: Tensor, indices: Tensor, kernel_size: int | Sequence[int],
                 stride: int | Sequence[int] | None = None, padding: int | Sequence[int] = 0,
                 output_size: Sequence[int] | None = None) -> Tensor:
    """(N, C, D', H', W') -> (N, C, D, H, W); see max_unpool2d."""
    return max_unpool(x, indices, kernel_size, stride, padding, output_size, 3)


@composed
def avg_pool1d(x: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
               padding: int | Sequence[int] = 0, ceil_mode: bool = False,
               count_include_pad: bool = True) -> Tensor:
    """(N, C, L) -> (N, C, L'); see avg_pool2d."""
    return avg_pool(x, kernel_size, stride, padding, ceil_mode, count_include_pad, None, 1)


@composed
def avg_pool2d(x: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
               padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:
    """The mean of each patch, (N, C, H, W) -> (N, C, H', W'); stride defaults to kernel_size.

    Padding counts as zeros; with count_include_pad=False it does not count. divisor_override: divide the sum
    of each patch by this number instead.
    """
    return avg_pool(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 2)


@composed
def avg_pool3d(x: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
               padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:
    """(N, C, D, H, W) -> (N, C, D', H', W'); see avg_pool2d."""
    return avg_pool(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 3)


@composed
def fractional_max_pool2d(
        x: Tensor, kernel_size: int | Sequence[int], output_size: int | Sequence[int] | None = None,
        output_ratio: float | Sequence[float] | None = None, return_indices: bool = False,
        _random_samples: Tensor | None = None) -> Tensor | Any:
    """Maxima of windows at random positions about H/H' apart, (N, C, H, W) -> (N, C, H', W').

    Give output_size (H', W'), or output_ratio, one or two numbers in (0, 1): H' = ratio H. _random_samples
    (N, C, 2) in [0, 1): the random offsets of the windows along W and along H. return_indices: return
    (y, indices), as in max_pool2d.
    Source: Graham 2014, arXiv:1412.6071, sec. 2.
    """
    return fractional(x, kernel_size, output_size, output_ratio, return_indices, _random_samples, 2)


@composed
def fractional_max_pool3d(
        x: Tensor, kernel_size: int | Sequence[int], output_size: int | Sequence[int] | None = None,
        output_ratio: float | Sequence[float] | None = None, return_indices: bool = False,
        _random_samples: Tensor | None = None) -> Tensor | Any:
    """(N, C, D, H, W) -> (N, C, D', H', W'); see fractional_max_pool2d.

    _random_samples (N, C, 3): the offsets along D, H and W.
    """
    return fractional(x, kernel_size, output_size, output_ratio, return_indices, _random_samples, 3)


def fractional(x, kernel_size, output_size, output_ratio, return_indices, _random_samples, D):
    name = f"fractional_max_pool{D}d"
    if (output_size is None) == (output_ratio is None):
        raise ValueError(f"{name}: give either output_size or output_ratio")
    batch = batched(x, D, name)
    N, C, *size = batch.shape
    kernel = per_axis(kernel_size, D, f"{name}: kernel_size", 1)
    if output_size is None:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * D
        output_size = [int(n * ratio) for n, ratio in zip(size, ratios)]
    out = per_axis(output_size, D, f"{name}: output_size", 1)
    if any(k + s - 1 > n for k, s, n in zip(kernel, out, size)):
        raise ValueError(f"{name}: {out} windows of size {kernel} do not fit into {tuple(size)}")
    xp = MODULES[type(x.array)]
    samples = (device_generator(x.device).random((N, C, D), x.dtype).astype(x.dtype)
               if _random_samples is None else _random_samples.array[:N])
    places = xp.zeros((N, C) + (1,) * 2 * D, xp.int64)                   # (N, C, *out, *kernel)
    for axis, (n, s, k) in enumerate(zip(size, out, kernel)):
        sample = samples[..., 1 - axis if D == 2 else axis, None]   # in 2-D, PyTorch draws for W first
        along = fractions(xp, sample, n, s, k)[..., None] + xp.arange(k)
        before, after = (1,) * axis, (1,) * (D - axis - 1)
        places = places * n + along.reshape(along.shape[:2] + before + (s,) + after + before + (k,) + after)
    places = places.reshape(N, C, math.prod(out), math.prod(kernel))
    patches = reshape(gather(flatten(batch, 2), 2, Tensor(places.reshape(N, C, math.prod(places.shape[2:])))),
                      shape=places.shape)
    best = argmax(patches, dim=-1, keepdim=True)
    shape = tuple(x.shape[:-D]) + out
    y = reshape(gather(patches, -1, best), shape=shape)
    return (y, reshape(gather(Tensor(places), -1, best), shape=shape)) if return_indices else y


def fractions(xp, sample, n, out, kernel):
    """Where `out` windows begin: alpha apart, from a random fraction of alpha on; the last one ends at n."""
    if out == 1:
        return xp.full(sample.shape, n - kernel)
    alpha = sample.dtype.type((n - kernel) / (out - 1))
    steps = (xp.arange(out) + sample).astype(sample.dtype)
    begin = (steps * alpha).astype(xp.int64) - (sample * alpha).astype(xp.int64)
    return xp.where(xp.arange(out) == out - 1, n - kernel, begin)


@in_single
def lp_pool(x, norm_type, kernel_size, stride, ceil_mode, D):
    kernel = per_axis(kernel_size, D, f"lp_pool{D}d: kernel_size", 1)
    # mean times kernel size, as in PyTorch: a patch that ceil_mode lets cross the edge counts as full
    mean = avg_pool(pow(x, norm_type), kernel, stride, 0, ceil_mode, True, None, D)
    return root(mean * math.prod(kernel), p=norm_type)


@composed
def lp_pool1d(x: Tensor, norm_type: float, kernel_size: int | Sequence[int],
              stride: int | Sequence[int] | None = None, ceil_mode: bool = False) -> Tensor:
    """(sum of x^p)^(1/p) of each patch, p = norm_type: (N, C, L) -> (N, C, L').

    The gradient is 0 where the result is 0.
    """
    return lp_pool(x, norm_type, kernel_size, stride, ceil_mode, 1)


@composed
def lp_pool2d(x: Tensor, norm_type: float, kernel_size: int | Sequence[int],
              stride: int | Sequence[int] | None = None, ceil_mode: bool = False) -> Tensor:
    """(N, C, H, W) -> (N, C, H', W'); see lp_pool1d."""
    return lp_pool(x, norm_type, kernel_size, stride, ceil_mode, 2)


@composed
def lp_pool3d(x: Tensor, norm_type: float, kernel_size: int | Sequence[int],
              stride: int | Sequence[int] | None = None, ceil_mode: bool = False) -> Tensor:
    """(N, C, D, H, W) -> (N, C, D', H', W'); see lp_pool1d."""
    return lp_pool(x, norm_type, kernel_size, stride, ceil_mode, 3)
