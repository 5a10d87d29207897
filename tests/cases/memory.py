"""Rows of the table of ops (see ops.py) for memory, copies of views, and the functions below the layers."""

import numpy as np
from cases.functional import sampled, spread
from cases.normalisation import standardised
from cases.row import row

from minigrad.ops import native
from minigrad.ops.losses import classification
from minigrad.ops.numbers import arithmetic, choosing
from minigrad.ops.places import memory, padding, scattering
from minigrad.ops.reductions import logic


def steps(x, size, stride, storage_offset=0):
    at = storage_offset + np.tensordot(stride, np.indices(size), 1)
    return x.ravel()[at]


def replaced(x, src, size, stride):
    out = x.copy().ravel()
    np.put(out, steps(np.arange(x.size), size, stride), src)
    return out.reshape(x.shape)


def in_rows(op, x, *args, **settings):
    """op of x in row-major order, whatever the layout of the given one."""
    return op(x.contiguous(), *args, **settings)


row("as_strided", memory.as_strided, [(3, 4)], steps, dict(size=(2, 3), stride=(4, 1), storage_offset=1),
    call=in_rows)
row("as_strided overlapping", memory.as_strided, [(6,)], steps, dict(size=(4, 3), stride=(1, 1)),
    call=in_rows)
row("as_strided of a repeated axis", memory.as_strided, [(4,)],
    lambda x, size, stride: x[:2] * np.ones((3, 1)), dict(size=(3, 2), stride=(0, 1)),
    call=lambda op, x, **where: op(x.contiguous().expand(3, 4), **where), torch=False)
row("as_strided_scatter", memory.as_strided_scatter, [(2, 4), (2, 2)], replaced,
    dict(size=(2, 2), stride=(4, 2)), torch=False)      # its gradient in PyTorch is that of what src replaces
row("alias_copy", memory.alias_copy, [(2, 3)], np.copy)
row("as_strided_copy", memory.as_strided_copy, [(6,)], steps, dict(size=(2, 2), stride=(1, 3)), call=in_rows)
row("diagonal_copy", memory.diagonal_copy, [(3, 4)], lambda x, offset: np.diag(x, offset), dict(offset=1))
row("expand_copy", memory.expand_copy, [(3, 1)], lambda x, size: x * np.ones(size), dict(size=(2, 3, 4)))
row("narrow_copy", memory.narrow_copy, [(4, 3)], lambda x, dim, start, length: x[1:3],
    dict(dim=0, start=1, length=2))
row("permute_copy", memory.permute_copy, [(2, 3, 4)], lambda x, dims: np.transpose(x, dims),
    dict(dims=(2, 0, 1)))
row("select_copy", memory.select_copy, [(2, 3)], lambda x, dim, index: x[:, 2], dict(dim=1, index=2))
row("slice_copy", memory.slice_copy, [(2, 6)], lambda x, dim, start, end, step: x[:, 1:5:2],
    dict(dim=1, start=1, end=5, step=2))
for name in ("split_with_sizes", "split_with_sizes_copy"):
    row(name, getattr(memory, name), [(2, 5)], lambda x, split_sizes, dim: (x[:, :1], x[:, 1:]),
        dict(split_sizes=[1, 4], dim=1), call=lambda op, x, **settings: tuple(op(x, **settings)))
row("split_copy", memory.split_copy, [(5,)], lambda x, size: (x[:3], x[3:]), dict(size=3),
    call=lambda op, x, size: tuple(op(x, size)))
row("squeeze_copy", memory.squeeze_copy, [(1, 3)], lambda x: x[0])
row("t_copy", memory.t_copy, [(2, 3)], np.transpose)
row("transpose_copy", memory.transpose_copy, [(2, 3)], lambda x, dim0, dim1: x.T, dict(dim0=0, dim1=1))
row("unbind_copy", memory.unbind_copy, [(2, 3)], lambda x: (x[0], x[1]), call=lambda op, x: tuple(op(x)))
row("unfold_copy", memory.unfold_copy, [(5,)],
    lambda x, dimension, size, step: np.lib.stride_tricks.sliding_window_view(x, size)[::step],
    dict(dimension=0, size=3, step=2))
row("unsqueeze_copy", memory.unsqueeze_copy, [(3,)], lambda x, dim: x[:, None], dict(dim=1))
row("view_copy", memory.view_copy, [(2, 6)], lambda x, size: x.reshape(size), dict(size=(3, 4)),
    call=lambda op, x, size: op(x, size))

row("rsub", arithmetic.rsub, [(2, 3), (3,)], lambda x, other, alpha: other - alpha * x, dict(alpha=2.0))
row("rsub of a number", arithmetic.rsub, [(3,)], lambda x, other: other - x, dict(other=4.0))
row("fill", choosing.fill, [(2, 3), ()], lambda x, value: value * np.ones_like(x))
row("fill number", choosing.fill, [(2, 3)], lambda x, value: 2.5 * np.ones_like(x), dict(value=2.5))
row("drawn", choosing.drawn, [(2, 3)], lambda x, numbers: numbers, dict(numbers=np.ones((2, 3))),
    call=lambda op, x, numbers: op(x, numbers=numbers.array), torch=False)
row("constant_pad_nd", padding.constant_pad_nd, [(2, 3)],
    lambda x, pad, value: np.pad(x, ((0, 0), (1, 2)), constant_values=value), dict(pad=(1, 2), value=3.5))
row("hash_tensor", logic.hash_tensor, [np.array([[1, 2], [7, 5]])],
    lambda x: np.bitwise_xor.reduce(x.ravel()).astype(np.uint64), differentiable=False)
row("hash_tensor dim", logic.hash_tensor, [np.array([[True, False], [True, True]])],
    lambda x, dim: (x[:, 0] ^ x[:, 1]).astype(np.uint64), dict(dim=1), differentiable=False)

for reduce, function in dict(sum=np.sum, mean=np.mean, max=np.max, min=np.min, prod=np.prod).items():
    row(f"segment_reduce {reduce}", scattering.segment_reduce, [(5, 2)],
        lambda x, reduce, lengths, function=function: np.stack([function(x[:2], 0), function(x[2:], 0)]),
        dict(reduce=reduce, lengths=np.array([2, 3])), torch=False)     # it has no second derivative
row("segment_reduce empty", scattering.segment_reduce, [(3,)],
    lambda x, reduce, lengths, initial: np.array([x[:2].sum() + 1, 1, x[2] + 1]),
    dict(reduce="sum", lengths=np.array([2, 0, 1]), initial=1.0), torch=False)
row("segment_reduce offsets", scattering.segment_reduce, [(2, 4)],
    lambda x, reduce, offsets, axis: np.stack([x[:, :1].sum(1), x[:, 1:].sum(1)], 1),
    dict(reduce="sum", offsets=np.array([[0, 1, 4], [0, 1, 4]]), axis=1), torch=False)


# Below the layers

IDS = np.array([[0, 2, 2], [1, 1, 0]])


def without_statistics(op, *inputs, **settings):
    """The output alone: PyTorch's statistics have no gradient, or another shape."""
    return op(*inputs, **settings)[0]


row("native_layer_norm", native.native_layer_norm, [(2, 3)],
    lambda x, normalized_shape, weight, bias, eps: standardised(x, -1, 0.1),
    dict(normalized_shape=(3,), weight=None, bias=None, eps=0.1), call=without_statistics)
row("native_group_norm", native.native_group_norm, [(2, 4, 3)],
    lambda x, weight, bias, N, C, HxW, group, eps: standardised(x.reshape(2, 2, 6), -1, 0.1).reshape(x.shape),
    dict(weight=None, bias=None, N=2, C=4, HxW=3, group=2, eps=0.1), call=without_statistics)
row("native_batch_norm", native.native_batch_norm, [(3, 2)],
    lambda x, weight, bias, running_mean, running_var, training, momentum, eps: standardised(x, 0, 0.1),
    dict(weight=None, bias=None, running_mean=None, running_var=None, training=True, momentum=0.1, eps=0.1),
    call=without_statistics)
row("batch_norm below", native.batch_norm, [(3, 2)],
    lambda x, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled:
    standardised(x, 0, 0.1),
    dict(weight=None, bias=None, running_mean=None, running_var=None, training=True, momentum=0.1, eps=0.1,
         cudnn_enabled=False), torch="batch_norm")
row("instance_norm below", native.instance_norm, [(2, 2, 3)],
    lambda x, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled:
    standardised(x, 2, 0.1),
    dict(weight=None, bias=None, running_mean=None, running_var=None, use_input_stats=True, momentum=0.1,
         eps=0.1, cudnn_enabled=False),
    torch="instance_norm")
row("native_dropout", native.native_dropout, [(2, 3)], lambda x, p, train: (x, np.ones((2, 3), bool)),
    dict(p=0.5, train=False))
row("embedding below", native.embedding, [(3, 2)], lambda weight, indices: weight[indices],
    dict(indices=IDS), torch="embedding")
row("max_pool1d_with_indices", native.max_pool1d_with_indices, [(1, 1, 6)],
    lambda x, kernel_size: (x.reshape(1, 1, 3, 2).max(-1),
                            x.reshape(1, 1, 3, 2).argmax(-1) + np.arange(0, 6, 2)), dict(kernel_size=2))
row("affine_grid_generator", native.affine_grid_generator, [(2, 2, 3)], spread,
    dict(size=(2, 1, 3, 4), align_corners=False))
for name in ("grid_sampler", "grid_sampler_2d"):
    row(name, getattr(native, name), [(2, 2, 3, 4), (2, 2, 3, 2)],
        lambda x, grid, interpolation_mode, padding_mode, align_corners: sampled(
            x, grid, padding_mode="border", align_corners=True),
        dict(interpolation_mode=0, padding_mode=1, align_corners=True))


def linear_loss(x, weight, target, linear_bias):
    scores = x @ weight.T + linear_bias
    return np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(len(x)), target])


row("linear_cross_entropy", classification.linear_cross_entropy, [(3, 2), (4, 2), (4,)],
    lambda x, weight, bias, target: linear_loss(x, weight, target, bias), dict(target=np.array([0, 3, 1])),
    call=lambda op, x, weight, bias, target: op(x, weight, target, linear_bias=bias))
