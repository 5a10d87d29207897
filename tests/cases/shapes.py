"""Rows of the table of ops (see ops.py) for shapes: views, joining, splitting and padding."""

import numpy as np
from cases.row import in_a_list, row, sizes_apart

from minigrad import Tensor
from minigrad.ops.places import diagonals, joining, moving, padding, shapes

row("reshape", shapes.reshape, [(3, 4)], lambda x, shape: x.ravel().reshape(2, 6), dict(shape=(2, -1)))
row("reshape sizes", Tensor.reshape, [(3, 4)], lambda x, sizes: np.reshape(x, sizes), dict(sizes=(2, 6)),
    call=sizes_apart, torch="Tensor.reshape")
row("view", Tensor.view, [(3, 4)], lambda x, sizes: np.reshape(x, (4, 3)), dict(sizes=(4, -1)),
    call=sizes_apart)
row("permute", shapes.permute, [(2, 3, 4)], lambda x, dims: np.moveaxis(x, -1, 0), dict(dims=(-1, 0, 1)))
row("permute sizes", Tensor.permute, [(2, 3, 4)], lambda x, sizes: np.transpose(x, sizes),
    dict(sizes=(1, 2, 0)), call=sizes_apart, torch="Tensor.permute")
row("transpose", shapes.transpose, [(2, 3, 4)], lambda x, dim0, dim1: np.swapaxes(x, 0, -1),
    dict(dim0=0, dim1=-1))
row("t", shapes.t, [(2, 3)], np.transpose)
row("t of a vector", shapes.t, [(3,)], np.copy)
row("movedim", shapes.movedim, [(2, 3, 4)], lambda x, source, destination: np.moveaxis(x, 0, 2),
    dict(source=0, destination=2))
row("movedim several", shapes.movedim, [(2, 3, 4)],
    lambda x, source, destination: np.moveaxis(x, source, destination),
    dict(source=(0, 1), destination=(-1, 0)))
row("unfold of an axis", shapes.unfold, [(2, 7, 2)],
    lambda x, dimension, size, step: np.lib.stride_tricks.sliding_window_view(x, size, dimension)[:, ::step],
    dict(dimension=1, size=3, step=2), torch="Tensor.unfold")
row("expand", shapes.expand, [(3, 1)], lambda x, sizes: x * np.ones((2, 3, 4)), dict(sizes=(2, -1, 4)),
    call=sizes_apart)
row("expand of a number", shapes.expand, [()], lambda x, sizes: x * np.ones((2, 3)), dict(sizes=(2, 3)),
    call=sizes_apart)
row("broadcast_to", shapes.broadcast_to, [(3, 1)], lambda x, shape: x * np.ones((2, 3, 4)),
    dict(shape=(2, 3, 4)), call=lambda op, x, *, shape: op(x, shape))
row("squeeze", shapes.squeeze, [(1, 3, 1)], lambda x: x[0, :, 0])
row("squeeze dim", shapes.squeeze, [(1, 3, 1)], lambda x, dim: x[..., 0], dict(dim=-1))
row("squeeze dims", shapes.squeeze, [(1, 3, 1)], lambda x, dim: x[0], dict(dim=(0, 1)))
row("unsqueeze", shapes.unsqueeze, [(2, 3)], lambda x, dim: x[..., None], dict(dim=-1))
row("unsqueeze middle", shapes.unsqueeze, [(2, 3)], lambda x, dim: x[:, None], dict(dim=1))
row("flatten", shapes.flatten, [(2, 3, 4)], np.ravel)
row("flatten of a number", shapes.flatten, [()], np.ravel)
row("flatten dims", shapes.flatten, [(2, 3, 4)], lambda x, start_dim: x.reshape(2, 12), dict(start_dim=1))
row("unflatten", shapes.unflatten, [(2, 6)], lambda x, dim, sizes: x.reshape(2, 2, 3),
    dict(dim=1, sizes=(2, -1)))
row("cat", joining.cat, [(2, 3), (2, 4), (2, 0)], lambda *xs, dim: np.hstack(xs), dict(dim=1),
    call=in_a_list)
row("cat default", joining.cat, [(2, 3), (1, 3)], lambda *xs: np.vstack(xs), call=in_a_list)
row("stack", joining.stack, [(2, 3), (2, 3)], lambda a, b, dim: np.dstack([a, b]), dict(dim=-1),
    call=in_a_list)
row("stack of numbers", joining.stack, [(), ()], lambda a, b: np.hstack([a, b]), call=in_a_list)
row("split", joining.split, [(2, 5)], lambda x, split_size, dim: (x[:, :2], x[:, 2:4], x[:, 4:]),
    dict(split_size=2, dim=1), call=lambda op, x, *, split_size, dim: op(x, split_size, dim))
row("split sizes", joining.split, [(5, 2)], lambda x, split_size: (x[:1], x[1:5], x[5:]),
    dict(split_size=[1, 4, 0]), call=lambda op, x, *, split_size: op(x, split_size))
row("chunk", joining.chunk, [(5, 2)], lambda x, chunks: (x[:2], x[2:4], x[4:]), dict(chunks=3))
row("chunk dim", joining.chunk, [(2, 4)], lambda x, chunks, dim: (x[:, :2], x[:, 2:]),
    dict(chunks=2, dim=1))
row("unbind", joining.unbind, [(2, 3)], lambda x, dim: (x[:, 0], x[:, 1], x[:, 2]), dict(dim=1))
row("repeat", moving.repeat, [(2, 3)], lambda x, sizes: np.tile(x, sizes), dict(sizes=(2, 1, 3)),
    call=sizes_apart)
row("tile", moving.tile, [(2, 3)], lambda x, dims: np.tile(x, dims), dict(dims=(2,)),
    call=lambda op, x, *, dims: op(x, dims))
row("repeat_interleave", moving.repeat_interleave, [(2, 3)], lambda x, repeats, dim: np.repeat(x, 2, 1),
    dict(repeats=2, dim=1))
row("repeat_interleave flat", moving.repeat_interleave, [(2, 3)], lambda x, repeats: np.repeat(x, 2),
    dict(repeats=2))
row("repeat_interleave each", moving.repeat_interleave, [(2, 3)],
    lambda x, repeats, dim: np.stack([x[0], x[0], x[0], x[1]]), dict(repeats=np.array([3, 1]), dim=0))
row("flip", moving.flip, [(2, 3)], lambda x, dims: x[::-1, ::-1], dict(dims=(0, -1)))
row("flip sizes", Tensor.flip, [(2, 3)], lambda x, sizes: x[:, ::-1], dict(sizes=(1,)), call=sizes_apart,
    torch="Tensor.flip")
row("roll", moving.roll, [(2, 5)], lambda x, shifts, dims: np.roll(x, 2, 1), dict(shifts=2, dims=1))
row("roll flat", moving.roll, [(2, 3)], lambda x, shifts: np.roll(x.ravel(), 4).reshape(2, 3),
    dict(shifts=4))
row("roll several", moving.roll, [(2, 3)], lambda x, shifts, dims: np.roll(np.roll(x, 1, 0), -1, 1),
    dict(shifts=(1, -1), dims=(0, 1)))
row("tril", diagonals.tril, [(3, 4)], lambda x: x * (np.arange(4) <= np.arange(3)[:, None]))
row("triu", diagonals.triu, [(2, 3, 4)], lambda x, diagonal: x * (np.arange(4) >= np.arange(3)[:, None] + 1),
    dict(diagonal=1))
row("tril diagonal", diagonals.tril, [(4, 3)],
    lambda x, diagonal: x * (np.arange(3) <= np.arange(4)[:, None] - 1), dict(diagonal=-1))
row("diagonal", diagonals.diagonal, [(3, 4)], np.diagonal)
row("diagonal dims", diagonals.diagonal, [(3, 2, 4)],
    lambda x, offset, dim1, dim2: np.diagonal(x, offset, dim1, dim2), dict(offset=-1, dim1=0, dim2=2))
row("diag", diagonals.diag, [(3,)], np.diag)
row("diag above", diagonals.diag, [(2,)], lambda x, diagonal: np.diag(x, 1), dict(diagonal=1))
row("diag of a matrix", diagonals.diag, [(3, 4)], lambda x, diagonal: np.diag(x, -1), dict(diagonal=-1))
row("pad", padding.pad, [(2, 3)], lambda x, pad, value: np.pad(x, ((0, 0), (1, 2)), constant_values=value),
    dict(pad=(1, 2), value=3.5))
row("pad cropping", padding.pad, [(3, 4)], lambda x, pad: np.pad(x[:2, 1:], ((1, 0), (0, 2))),
    dict(pad=(-1, 2, 1, -1)))
for mode, name in [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]:
    row(f"pad {mode}", padding.pad, [(1, 2, 3, 4)],
        lambda x, pad, mode, name=name: np.pad(x, ((0, 0), (0, 0), (2, 1), (1, 2)), mode=name),
        dict(pad=(1, 2, 2, 1), mode=mode))
row("meshgrid", joining.meshgrid, [(2,), (3,)],
    lambda a, b, indexing: tuple(np.meshgrid(a, b, indexing="ij")), dict(indexing="ij"))
row("meshgrid xy", joining.meshgrid, [(2,), (3,), (2,)],
    lambda *xs, indexing: tuple(np.meshgrid(*xs, indexing="xy")), dict(indexing="xy"))
row("T", lambda x: x.T, [(2, 3)], np.transpose, torch=lambda x: x.T)
row("mT", lambda x: x.mT, [(2, 3, 4)], lambda x: np.swapaxes(x, 1, 2), torch=lambda x: x.mT)
