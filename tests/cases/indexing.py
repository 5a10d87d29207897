"""Rows of the table of ops (see ops.py) for indices, gathering and embedding."""

import operator

import numpy as np
from cases.row import index_behind, row

from minigrad.ops.layers import embedding
from minigrad.ops.places import indexing, scattering

for name, index in [
        ("an integer", 1), ("a negative integer", -1), ("integers", (1, -2)), ("a slice", slice(1, None)),
        ("steps", (slice(None), slice(None, None, 2))), ("ellipsis", (Ellipsis, 0)),
        ("a new axis", (None, 0, None)), ("a list", ([0, 0, 2],)), ("two lists", ([0, 0, 2], [1, 1, 3])),
        ("a list behind a slice", (slice(1, None), [3, 3, 0])), ("a list and an integer", ([0, 0], 1)),
        ("lists apart", ([0, 1, 1], None, [2, 0, 0])), ("no places", ([],)), ("nothing", ())]:
    row(f"getitem {name}", indexing.subscript, [(3, 4)],
        lambda x, index: x[index if index != ([],) else slice(0, 0)], dict(index=index),
        call=index_behind, torch=operator.getitem)
for name, index in [("a matrix of places", np.array([[0, 2], [0, 0]])),
                    ("negative places", np.array([-1, 0, -1])),
                    ("a mask", np.arange(12).reshape(3, 4) % 5 < 2),
                    ("a mask of rows", np.array([True, False, True])),
                    ("a mask of nothing", np.zeros((3, 4), bool)), ("one place", np.array(2))]:
    row(f"getitem {name}", indexing.subscript, [(3, 4)], lambda x, index: x[index], dict(index=index),
        call=index_behind, torch=operator.getitem)

PLACES = np.array([[0, 2, 2], [1, 1, 0]])


def gathered(x, dim, index):
    out = np.empty(index.shape)
    for at in np.ndindex(index.shape):
        out[at] = x[at[:dim] + (index[at],) + at[dim + 1:]]
    return out


def scattered(x, dim, index, src):
    out = x.copy()
    for at in np.ndindex(index.shape):
        out[at[:dim] + (index[at],) + at[dim + 1:]] += src[at]
    return out


row("gather", indexing.gather, [(3, 4)], gathered, dict(dim=1, index=PLACES))
row("gather first", indexing.gather, [(3, 4)], gathered, dict(dim=0, index=PLACES))
row("gather of a number", indexing.gather, [()], lambda x, dim, index: x, dict(dim=0, index=np.array(0)))
row("take_along_dim", indexing.take_along_dim, [(3, 4)], lambda x, indices, dim: x[:, [0, 3, 0]],
    dict(indices=np.array([[0, 3, 0]]), dim=1))
row("scatter_add", scattering.scatter_add, [(3, 4), (2, 3)],
    lambda x, src, dim, index: scattered(x, dim, index, src), dict(dim=1, index=PLACES),
    call=lambda op, x, src, *, dim, index: op(x, dim, index, src))
row("scatter_add first", scattering.scatter_add, [(3, 4), (3, 4)],
    lambda x, src, dim, index: scattered(x, dim, index, src), dict(dim=0, index=PLACES),
    call=lambda op, x, src, *, dim, index: op(x, dim, index, src),
    torch=False)            # PyTorch's gradient needs a src of index's shape
row("index_select", indexing.index_select, [(3, 4)], lambda x, dim, index: x[:, [3, 0, 3]],
    dict(dim=1, index=np.array([3, 0, 3])))
row("index_add", scattering.index_add, [(3, 2), (3, 2)],
    lambda x, source, dim, index, alpha: np.stack(
        [x[0] + 2 * (source[0] + source[1]), x[1], x[2] + 2 * source[2]]),
    dict(dim=0, index=np.array([0, 0, 2]), alpha=2),
    call=lambda op, x, source, *, dim, index, alpha: op(x, dim, index, source, alpha=alpha))
row("index_add last", scattering.index_add, [(2, 3), (2, 2)],
    lambda x, source, dim, index: x + source.sum(1, keepdims=True) * [0, 1, 0],
    dict(dim=-1, index=np.array([1, 1])),
    call=lambda op, x, source, *, dim, index: op(x, dim, index, source))
row("masked_fill", indexing.masked_fill, [(3, 4)], lambda x, mask, value: np.where(mask, -7, x),
    dict(mask=np.array([True, False, False, True]), value=-7.0))
row("masked_select", indexing.masked_select, [(3, 4)], lambda x, mask: x[:, [0, 3]].ravel(),
    dict(mask=np.array([True, False, False, True])))
row("narrow", indexing.narrow, [(3, 4)], lambda x, dim, start, length: x[:, 1:3],
    dict(dim=1, start=1, length=2))
row("narrow negative", indexing.narrow, [(3, 4)], lambda x, dim, start, length: x[:, 2:],
    dict(dim=-1, start=-2, length=2))
row("one_hot", embedding.one_hot, [PLACES], lambda x: np.eye(3)[x].astype("int64"), differentiable=False)
row("one_hot classes", embedding.one_hot, [PLACES], lambda x, num_classes: np.eye(5)[x].astype("int64"),
    dict(num_classes=5), differentiable=False)
row("embedding", embedding.embedding, [PLACES, (3, 4)],
    lambda ids, w: np.stack([w[[0, 2, 2]], w[[1, 1, 0]]]))
