"""Rows of the table of ops (see ops.py) for convolution and pooling, spelled out place by place."""

import math

import numpy as np
from cases.row import row

from minigrad.ops.images import adaptive_pooling, convolution, pooling


def per_axis(value, D):
    return (value,) * D if isinstance(value, int) else tuple(value)


def convolved(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    D = weight.ndim - 2
    kernel = weight.shape[2:]
    stride, dilation = per_axis(stride, D), per_axis(dilation, D)
    if padding == "same":
        padding = [(d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2) for d, k in zip(dilation, kernel)]
    else:
        padding = [(p, p) for p in per_axis(0 if padding == "valid" else padding, D)]
    if x.ndim == D + 1:
        return convolved(x[None], weight, bias, stride, [p for p, _ in padding], dilation, groups)[0]
    x = np.pad(x, [(0, 0), (0, 0)] + padding)
    out = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation)]
    O, C = weight.shape[:2]
    y = np.zeros((x.shape[0], O, *out))
    for o in range(O):
        first = o // (O // groups) * C
        for at in np.ndindex(*out):
            patch = tuple(slice(i * s, i * s + d * (k - 1) + 1, d)
                          for i, s, d, k in zip(at, stride, dilation, kernel))
            y[(slice(None), o) + at] = (x[(slice(None), slice(first, first + C)) + patch] * weight[o]).sum(
                axis=tuple(range(1, D + 2)))
    return y if bias is None else y + bias.reshape(-1, *[1] * D)


def convolved_back(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    D = weight.ndim - 2
    kernel = weight.shape[2:]
    stride, padding, extra, dilation = (per_axis(v, D) for v in (stride, padding, output_padding, dilation))
    if x.ndim == D + 1:
        return convolved_back(x[None], weight, bias, stride, padding, extra, groups, dilation)[0]
    N, C, *size = x.shape
    O = weight.shape[1]
    y = np.zeros((N, O * groups, *((n - 1) * s + d * (k - 1) + 1 + e for n, s, d, k, e in
                                   zip(size, stride, dilation, kernel, extra))))
    for c in range(C):
        first = c // (C // groups) * O
        for at in np.ndindex(*size):
            patch = tuple(slice(i * s, i * s + d * (k - 1) + 1, d)
                          for i, s, d, k in zip(at, stride, dilation, kernel))
            for n in range(N):
                y[(n, slice(first, first + O)) + patch] += x[(n, c) + at] * weight[c]
    y = y[(...,) + tuple(slice(p, n - p) for p, n in zip(padding, y.shape[2:]))]
    return y if bias is None else y + bias.reshape(-1, *[1] * D)


for name, x, weight, settings in [
        ("conv1d", (2, 2, 5), (3, 2, 3), {}),
        ("conv1d settings", (1, 2, 6), (2, 1, 2), dict(stride=2, padding=1, dilation=2, groups=2)),
        ("conv2d", (2, 2, 4, 3), (3, 2, 3, 2), {}),
        ("conv2d strides", (1, 2, 5, 4), (2, 2, 3, 2), dict(stride=(2, 1), padding=(1, 0))),
        ("conv2d dilation", (1, 1, 5, 4), (2, 1, 2, 2), dict(dilation=(3, 2), padding=1)),
        ("conv2d groups", (1, 4, 3, 3), (4, 2, 2, 2), dict(groups=2)),
        ("conv2d depthwise", (2, 3, 3, 3), (3, 1, 2, 2), dict(groups=3, padding=1)),
        ("conv2d same", (1, 1, 3, 4), (1, 1, 2, 3), dict(padding="same")),
        ("conv2d same dilation", (1, 1, 4, 4), (1, 1, 2, 2), dict(padding="same", dilation=3)),
        ("conv2d valid", (1, 1, 3, 3), (1, 1, 2, 2), dict(padding="valid")),
        ("conv2d 1x1", (2, 3, 2, 2), (2, 3, 1, 1), {}),
        ("conv2d 1x1 stride", (2, 3, 3, 3), (2, 3, 1, 1), dict(stride=2)),
        ("conv2d unbatched", (2, 3, 4), (3, 2, 2, 2), dict(padding=1)),
        ("conv2d stride beyond kernel", (1, 1, 5, 5), (1, 1, 2, 2), dict(stride=3)),
        ("conv3d", (1, 2, 3, 2, 3), (2, 2, 2, 2, 2), dict(stride=(1, 2, 1), padding=(0, 1, 0)))]:
    op = getattr(convolution, name.split()[0])
    row(name, op, [x, weight, weight[:1]], convolved, settings)
row("conv2d without bias", convolution.conv2d, [(1, 2, 3, 3), (2, 2, 2, 2)], convolved,
    dict(stride=1, padding=1))

for name, x, weight, bias, settings in [
        ("conv_transpose1d", (2, 2, 3), (2, 3, 2), 3, dict(stride=2)),
        ("conv_transpose2d", (1, 2, 2, 3), (2, 2, 3, 2), 2, {}),
        ("conv_transpose2d settings", (1, 2, 3, 2), (2, 1, 2, 3), 2,
         dict(stride=(2, 3), padding=1, output_padding=(1, 0), groups=2, dilation=(1, 2))),
        ("conv_transpose2d unbatched", (2, 2, 3), (2, 2, 2, 2), 2, {}),
        ("conv_transpose1d unbatched", (2, 3), (2, 3, 2), 3, dict(padding=1)),
        ("conv_transpose3d", (1, 1, 2, 2, 1), (1, 2, 2, 1, 2), 2, dict(stride=2, output_padding=(1, 0, 1)))]:
    row(name, getattr(convolution, name.split()[0]), [x, weight, (bias,)], convolved_back, settings)


def columns(x, kernel_size, dilation=1, padding=0, stride=1):
    (K, L), (P, Q), (S, R), (E, F) = (per_axis(v, 2) for v in (kernel_size, padding, stride, dilation))
    x = np.pad(x, ((0, 0), (0, 0), (P, P), (Q, Q)))
    return np.stack([x[:, :, i:i + E * (K - 1) + 1:E, j:j + F * (L - 1) + 1:F].reshape(len(x), -1)
                     for i in range(0, x.shape[2] - E * (K - 1), S)
                     for j in range(0, x.shape[3] - F * (L - 1), R)], 2)


def folded(x, output_size, kernel_size, **settings):
    """The transpose of the linear map `columns`."""
    size = (x.shape[0], x.shape[1] // math.prod(per_axis(kernel_size, 2)), *per_axis(output_size, 2))
    units = np.eye(math.prod(size)).reshape(-1, *size)
    return np.stack([(columns(unit, kernel_size, **settings) * x).sum() for unit in units]).reshape(size)


row("unfold", convolution.unfold, [(2, 2, 3, 4)], columns, dict(kernel_size=2))
row("unfold settings", convolution.unfold, [(1, 2, 4, 5)], columns,
    dict(kernel_size=(2, 3), dilation=(2, 1), padding=1, stride=(1, 2)))
row("unfold unbatched", convolution.unfold, [(2, 3, 4)],
    lambda x, kernel_size: columns(x[None], kernel_size)[0], dict(kernel_size=2))
row("fold unbatched", convolution.fold, [(4, 6)], lambda x, **settings: folded(x[None], **settings)[0],
    dict(output_size=(3, 4), kernel_size=2))
row("fold", convolution.fold, [(2, 4, 6)], folded, dict(output_size=(3, 4), kernel_size=2))
row("fold settings", convolution.fold, [(1, 6, 12)], folded,
    dict(output_size=(4, 5), kernel_size=(2, 3), dilation=(2, 1), padding=1, stride=(1, 2)))


def patches_of(x, D, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """For every position of a pooling kernel: output index, output size, and the part of x under it."""
    kernel, padding, dilation = (per_axis(v, D) for v in (kernel_size, padding, dilation))
    stride = per_axis(kernel if stride is None else stride, D)
    out = []
    for n, k, s, p, d in zip(x.shape[-D:], kernel, stride, padding, dilation):
        places = (n + 2 * p - d * (k - 1) - 1) / s + 1
        places = math.ceil(places) if ceil_mode else math.floor(places)
        out.append(places - (ceil_mode and (places - 1) * s >= n + p))
    for at in np.ndindex(*out):
        spans = [[i * s - p + j * d for j in range(k) if 0 <= i * s - p + j * d < n]
                 for i, n, k, s, p, d in zip(at, x.shape[-D:], kernel, stride, padding, dilation)]
        yield at, out, x[(...,) + np.ix_(*spans)]


def pooled(D, reduce):
    def formula(x, kernel_size, **settings):
        y = None
        for at, out, patch in patches_of(x, D, kernel_size, **settings):
            y = np.empty(x.shape[:-D] + tuple(out)) if y is None else y
            y[(...,) + at] = reduce(patch, axis=tuple(range(-D, 0)))
        return y
    return formula


for D, x in [(1, (2, 2, 6)), (2, (1, 2, 5, 6)), (3, (1, 1, 3, 4, 3))]:
    op = getattr(pooling, f"max_pool{D}d")
    row(f"max_pool{D}d", op, [x], pooled(D, np.max), dict(kernel_size=2))
    row(f"max_pool{D}d settings", op, [x], pooled(D, np.max), dict(
        kernel_size=3, stride=2, padding=1, ceil_mode=True))
    row(f"avg_pool{D}d", getattr(pooling, f"avg_pool{D}d"), [x], pooled(D, np.mean), dict(kernel_size=2))
    row(f"avg_pool{D}d without padding", getattr(pooling, f"avg_pool{D}d"), [x],
        lambda x, count_include_pad, D=D, **settings: pooled(D, np.mean)(x, **settings),
        dict(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False))
row("max_pool2d dilation", pooling.max_pool2d, [(2, 5, 6)], pooled(2, np.max),
    dict(kernel_size=(2, 3), stride=1, dilation=(2, 1)))
row("max_pool2d overlapping", pooling.max_pool2d, [(1, 1, 4, 4)], pooled(2, np.max),
    dict(kernel_size=3, stride=1))
row("avg_pool2d padding", pooling.avg_pool2d, [(1, 2, 4, 4)],
    lambda x, kernel_size, stride, padding: pooled(2, np.mean)(
        np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), 3, stride=2),
    dict(kernel_size=3, stride=2, padding=1))
row("avg_pool2d divisor", pooling.avg_pool2d, [(1, 2, 4, 4)],
    lambda x, kernel_size, divisor_override: pooled(2, np.sum)(x, 2) / 3,
    dict(kernel_size=2, divisor_override=3))


def pooled_to(D, reduce):
    def formula(x, output_size):
        sizes = [n if s is None else s for s, n in zip(per_axis(output_size, D), x.shape[-D:])]
        y = np.empty(x.shape[:-D] + tuple(sizes))
        for at in np.ndindex(*sizes):
            patch = tuple(slice(math.floor(i * n / S), math.ceil((i + 1) * n / S))
                          for i, n, S in zip(at, x.shape[-D:], sizes))
            y[(...,) + at] = reduce(x[(...,) + patch], axis=tuple(range(-D, 0)))
        return y
    return formula


for D, x, size in [(1, (2, 2, 5), 3), (2, (1, 2, 5, 4), (2, 3)), (3, (1, 1, 3, 2, 4), (2, None, 3))]:
    row(f"adaptive_avg_pool{D}d", getattr(adaptive_pooling, f"adaptive_avg_pool{D}d"), [x],
        pooled_to(D, np.mean), dict(output_size=size))
    row(f"adaptive_max_pool{D}d", getattr(adaptive_pooling, f"adaptive_max_pool{D}d"), [x],
        pooled_to(D, np.max), dict(output_size=size))
row("adaptive_avg_pool2d to one", adaptive_pooling.adaptive_avg_pool2d, [(2, 3, 3)], pooled_to(2, np.mean),
    dict(output_size=1))
