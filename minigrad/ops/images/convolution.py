"""Convolution, built from two linear primitives; each is the derivative rule of the other:

    windows        (N, C, *size) -> (N, C, *out, *kernel)   a view of the patch at every kernel position
    fold_windows   (N, C, *out, *kernel) -> (N, C, *size)   patches added back where windows reads them

A convolution is: pad, windows, one matrix product with the weight. A transposed convolution is: the product,
then fold_windows. All code handles any number of spatial axes; 1-D, 2-D and 3-D differ only in their checks.
"""

import itertools
import math
from collections.abc import Sequence

from minigrad.autograd import Tensor, composed, fused, primitive
from minigrad.autograd.arrays import single
from minigrad.autograd.half import in_single
from minigrad.ops.matrices.products import matrix_product
from minigrad.ops.places.indexing import getitem
from minigrad.ops.places.padding import pad_constant
from minigrad.ops.places.shapes import permute, reshape, squeeze, unsqueeze


def spans(size, kernel, stride, dilation):
    """The output size: how many positions the kernel takes along each axis."""
    return tuple((n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(size, kernel, stride, dilation))


@primitive
def windows(xp, x, *, kernel, stride, dilation):
    """The patches of x under a sliding kernel, as a view."""
    out = spans(x.shape[2:], kernel, stride, dilation)
    steps = x.strides[2:]
    return xp.lib.stride_tricks.as_strided(
        x, x.shape[:2] + out + tuple(kernel),
        x.strides[:2] + tuple(s * n for s, n in zip(steps, stride))
        + tuple(s * n for s, n in zip(steps, dilation)))


@primitive
def fold_windows(xp, patches, *, size, stride, dilation):
    """Zeros (N, C, *size) with each patch added where windows() reads it."""
    D = len(size)
    out, kernel = patches.shape[2:2 + D], patches.shape[2 + D:]
    x = xp.zeros(patches.shape[:2] + tuple(size), single(patches[:0]).dtype)
    for at in itertools.product(*map(range, kernel)):
        place = tuple(slice(i * d, i * d + (n - 1) * s + 1, s)
                      for i, d, n, s in zip(at, dilation, out, stride))
        x[(...,) + place] += patches[(...,) + at]
    return x


windows.defvjp(lambda g, x_shape, stride, dilation: fold_windows(
    g, size=x_shape[2:], stride=stride, dilation=dilation))
fold_windows.defvjp(lambda g, patches_shape, size, stride, dilation: getitem(   # size may hold more windows
    windows(g, kernel=patches_shape[2 + len(size):], stride=stride, dilation=dilation),
    index=(slice(None),) * 2 + tuple(slice(n) for n in patches_shape[2:2 + len(size)])))


def per_axis(value, D, what, least=0):
    """One integer, or one per axis, as a tuple of D integers."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if len(values) == 1:
        values *= D
    if len(values) != D or bool in map(type, values) or not all(
            isinstance(n, int) and n >= least for n in values):
        raise ValueError(f"{what} must be an integer of at least {least}, or {D} of them, got {value}")
    return values


def paddings(padding, D, kernel, stride, dilation, name):
    """(before, after) for each axis; 'same' keeps the size, 'valid' is no padding."""
    if padding == "valid":
        return ((0, 0),) * D
    if padding == "same":
        if any(s != 1 for s in stride):
            raise ValueError(f"{name}: padding='same' needs stride 1, got {stride}")
        totals = [d * (k - 1) for d, k in zip(dilation, kernel)]
        return tuple((n // 2, n - n // 2) for n in totals)
    if isinstance(padding, str):
        raise ValueError(f"{name}: padding must be an integer, 'same' or 'valid', got {padding!r}")
    return tuple((p, p) for p in per_axis(padding, D, f"{name}: padding"))


def pad_spatial(x, widths):
    return pad_constant(x, widths=((0, 0), (0, 0)) + tuple(widths), value=0.0) if any(map(any, widths)) else x


@fused
def convolve(x, weight, bias=None, *, stride, padding, dilation, groups):
    """(N, C, *size), (O, C/groups, *kernel), (O,) -> (N, O, *out); settings are tuples, one per axis."""
    N, C = x.shape[:2]
    O, kernel, G = weight.shape[0], tuple(weight.shape[2:]), groups
    D = len(kernel)
    patches = windows(pad_spatial(x, padding), kernel=kernel, stride=stride, dilation=dilation)
    out = tuple(patches.shape[2:2 + D])
    order = (0, 1) + tuple(range(2 + D, 2 + 2 * D)) + tuple(range(2, 2 + D))
    columns = reshape(permute(patches, dims=order),                     # (N, G, C/G * kernel, out)
                      shape=(N, G, C // G * math.prod(kernel), math.prod(out)))
    rows = reshape(weight, shape=(G, O // G, C // G * math.prod(kernel)))
    y = reshape(matrix_product(rows, columns), shape=(N, O) + out)
    return y if bias is None else y + reshape(bias, shape=(O,) + (1,) * D)


def conv(x, weight, bias, stride, padding, dilation, groups, D):
    name = f"conv{D}d"
    if weight.ndim != D + 2:
        raise ValueError(f"{name}: weight must be (C_out, C/groups, {kernel_axes(D)}), "
                         f"got {tuple(weight.shape)}")
    batch = batched(x, D, name)
    if groups < 1 or batch.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ValueError(
            f"{name}: x has {batch.shape[1]} channels but weight expects {weight.shape[1] * groups}; "
            f"x {tuple(x.shape)} must be (N, C, {axes_of(D)}), weight {tuple(weight.shape)} "
            f"(C_out, C/groups, {kernel_axes(D)}), with C and C_out divisible by groups={groups}")
    check_bias(name, bias, weight.shape[0], weight.dtype)
    kernel = tuple(weight.shape[2:])
    stride = per_axis(stride, D, f"{name}: stride", 1)
    dilation = per_axis(dilation, D, f"{name}: dilation", 1)
    widths = paddings(padding, D, kernel, stride, dilation, name)
    check_fits(name, batch.shape[2:], kernel, dilation, widths)
    y = convolve(batch, weight, bias, stride=stride, padding=widths, dilation=dilation, groups=groups)
    return y if x is batch else squeeze(y, 0)


def axes_of(D):
    return ", ".join("DHW"[3 - D:])


def kernel_axes(D):
    return ", ".join("K" * D)


def batched(x, D, name):
    """x (N, C, *size) itself; a single sample (C, *size) with a batch axis added."""
    if x.ndim not in (D + 1, D + 2):
        raise ValueError(f"{name}: x must be (N, C, {axes_of(D)}), or without N, got {tuple(x.shape)}")
    return x if x.ndim == D + 2 else unsqueeze(x, 0)


def check_bias(name, bias, C_out, dtype):
    if bias is not None and bias.dtype.kind != dtype.kind:
        raise TypeError(f"{name}: weight and bias must be of one kind, got {dtype} and {bias.dtype}")
    if bias is not None and tuple(bias.shape) != (C_out,):
        raise ValueError(f"{name}: bias must be ({C_out},), one per output channel, got {tuple(bias.shape)}")


def check_fits(name, size, kernel, dilation, widths):
    padded = tuple(n + a + b for n, (a, b) in zip(size, widths))
    if any(n < d * (k - 1) + 1 or k < 1 for n, k, d in zip(padded, kernel, dilation)):
        raise ValueError(f"{name}: a kernel {kernel} with dilation {dilation} does not fit into the padded "
                         f"size {padded}; use more padding or a smaller kernel")


@composed
def conv1d(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
           padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1,
           groups: int = 1) -> Tensor:
    """(N, C, L), (O, C/groups, K), (O,) -> (N, O, L'); see conv2d."""
    return conv(x, weight, bias, stride, padding, dilation, groups, 1)


@composed
def conv2d(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
           padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1,
           groups: int = 1) -> Tensor:
    """Slide a small filter over an image and take the dot product at every position.

    (N, C, H, W), (O, C/groups, K, K), (O,) -> (N, O, H', W') with
    H' = (H + 2 padding - dilation (K - 1) - 1) // stride + 1. x may lack the batch axis N. `padding` may be
    'same' or 'valid'. As usual in deep learning the filter is not flipped, so this is a cross-correlation.
    """
    return conv(x, weight, bias, stride, padding, dilation, groups, 2)


@composed
def conv3d(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
           padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1,
           groups: int = 1) -> Tensor:
    """(N, C, D, H, W), (O, C/groups, K, K, K), (O,) -> (N, O, D', H', W'); see conv2d."""
    return conv(x, weight, bias, stride, padding, dilation, groups, 3)


@in_single
def conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation, D):
    name = f"conv_transpose{D}d"
    if weight.ndim != D + 2:
        raise ValueError(f"{name}: weight must be (C, C_out/groups, {kernel_axes(D)}), "
                         f"got {tuple(weight.shape)}")
    batch = batched(x, D, name)
    N, C, *size = batch.shape
    kernel, O, G = tuple(weight.shape[2:]), weight.shape[1] * groups, groups
    if G < 1 or C != weight.shape[0] or C % G:
        raise ValueError(f"{name}: x has {C} channels but weight expects {weight.shape[0]}; "
                         f"x {tuple(x.shape)} must be (N, C, {axes_of(D)}), weight {tuple(weight.shape)} "
                         f"(C, C_out/groups, {kernel_axes(D)}), with C divisible by groups={G}")
    check_bias(name, bias, O, weight.dtype)
    stride = per_axis(stride, D, f"{name}: stride", 1)
    dilation = per_axis(dilation, D, f"{name}: dilation", 1)
    padding = per_axis(padding, D, f"{name}: padding")
    extra = per_axis(output_padding, D, f"{name}: output_padding")
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        raise ValueError(f"{name}: output_padding {extra} must be smaller than stride {stride} or "
                         f"dilation {dilation}")
    # output_padding extends the far end, which may stay zero where no patch reaches it
    whole = tuple((n - 1) * s + d * (k - 1) + 1 + e
                  for n, s, d, k, e in zip(size, stride, dilation, kernel, extra))
    if any(n < 2 * p + 1 for n, p in zip(whole, padding)):
        raise ValueError(f"{name}: padding {padding} crops the whole output {whole}")
    columns = reshape(batch, shape=(N, G, C // G, math.prod(size)))
    rows = permute(reshape(weight, shape=(G, C // G, O // G * math.prod(kernel))), dims=(0, 2, 1))
    patches = reshape(matrix_product(rows, columns), shape=(N, O) + kernel + tuple(size))
    patches = permute(patches, dims=(0, 1) + tuple(range(2 + D, 2 + 2 * D)) + tuple(range(2, 2 + D)))
    y = fold_windows(patches, size=whole, stride=stride, dilation=dilation)
    y = getitem(y, index=(Ellipsis,) + tuple(slice(p, n - p) for p, n in zip(padding, whole)))
    y = y if bias is None else y + reshape(bias, shape=(O,) + (1,) * D)
    return y if x is batch else squeeze(y, 0)


@composed
def conv_transpose1d(
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0, output_padding: int | Sequence[int] = 0, groups: int = 1,
        dilation: int | Sequence[int] = 1) -> Tensor:
    """(N, C, L), (C, O/groups, K), (O,) -> (N, O, L'); see conv_transpose2d."""
    return conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation, 1)


@composed
def conv_transpose2d(
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0, output_padding: int | Sequence[int] = 0, groups: int = 1,
        dilation: int | Sequence[int] = 1) -> Tensor:
    """The transpose of conv2d: each input element adds a scaled copy of the filter to the output.

    (N, C, H, W), (C, O/groups, K, K), (O,) -> (N, O, H', W') with
    H' = (H - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.
    """
    return conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation, 2)


@composed
def conv_transpose3d(
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0, output_padding: int | Sequence[int] = 0, groups: int = 1,
        dilation: int | Sequence[int] = 1) -> Tensor:
    """(N, C, D, H, W), (C, O/groups, K, K, K), (O,) -> (N, O, D', H', W'); see conv_transpose2d."""
    return conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation, 3)


@composed
def unfold(x: Tensor, kernel_size: int | Sequence[int], dilation: int | Sequence[int] = 1,
           padding: int | Sequence[int] | str = 0, stride: int | Sequence[int] = 1) -> Tensor:
    """Patches as columns, (N, C, H, W) -> (N, C K K, L): L kernel positions in row-major order."""
    kernel = per_axis(kernel_size, 2, "unfold: kernel_size", 1)
    stride, dilation = per_axis(stride, 2, "unfold: stride", 1), per_axis(dilation, 2, "unfold: dilation", 1)
    widths = paddings(padding, 2, kernel, stride, dilation, "unfold")
    batch = batched(x, 2, "unfold")
    check_fits("unfold", batch.shape[2:], kernel, dilation, widths)
    patches = windows(pad_spatial(batch, widths), kernel=kernel, stride=stride, dilation=dilation)
    N, C, H, W, K1, K2 = patches.shape
    y = reshape(permute(patches, dims=(0, 1, 4, 5, 2, 3)), shape=(N, C * K1 * K2, H * W))
    return y if x is batch else squeeze(y, 0)


@composed
def fold(x: Tensor, output_size: int | Sequence[int], kernel_size: int | Sequence[int],
         dilation: int | Sequence[int] = 1, padding: int | Sequence[int] | str = 0,
         stride: int | Sequence[int] = 1) -> Tensor:
    """Add the columns of unfold back into an image, (N, C K K, L) -> (N, C, H, W); overlaps sum."""
    size = per_axis(output_size, 2, "fold: output_size", 1)
    kernel = per_axis(kernel_size, 2, "fold: kernel_size", 1)
    stride, dilation = per_axis(stride, 2, "fold: stride", 1), per_axis(dilation, 2, "fold: dilation", 1)
    widths = paddings(padding, 2, kernel, stride, dilation, "fold")
    check_fits("fold", size, kernel, dilation, widths)
    padded = tuple(n + a + b for n, (a, b) in zip(size, widths))
    out = spans(padded, kernel, stride, dilation)
    if x.ndim not in (2, 3) or x.shape[-2] % math.prod(kernel) or x.shape[-1] != math.prod(out):
        raise ValueError(f"fold: x {tuple(x.shape)} must be (N, C * {math.prod(kernel)}, {math.prod(out)}), "
                         f"or without N, for output {size}, kernel {kernel}, stride {stride}")
    batch = x if x.ndim == 3 else unsqueeze(x, 0)
    patches = reshape(batch, shape=(batch.shape[0], batch.shape[1] // math.prod(kernel)) + kernel + out)
    patches = permute(patches, dims=(0, 1, 4, 5, 2, 3))
    y = fold_windows(patches, size=padded, stride=stride, dilation=dilation)
    y = getitem(y, index=(Ellipsis,) + tuple(slice(a, a + n) for (a, _), n in zip(widths, size)))
    return y if x is batch else squeeze(y, 0)
