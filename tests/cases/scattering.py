"""Rows of the table of ops (see ops.py) for scattering, places and joining."""

import itertools
import warnings

import numpy as np
from cases.row import in_a_list, row

import minigrad
from minigrad.ops.places import counting, diagonals, indexing, joining, moving, scattering, shapes
from minigrad.ops.reductions import order

PLACES = np.array([[0, 2, 1, 0], [1, 0, 2, 2]])            # each index once along dim 0
REPEATED = np.array([[0, 2, 0], [1, 1, 1]])
TIES = np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]])


def src_last(op, x, src, *, dim, index, **settings):
    """How scatter and similar ops are called."""
    return op(x, dim, index, src, **settings)


def placed(x, src, dim, index):
    out = x.copy()
    for at in np.ndindex(index.shape):
        out[at[:dim] + (index[at],) + at[dim + 1:]] = src[at]
    return out


def all_that_comes(x, src, dim, index):
    """For every place of x the elements of src that come to it."""
    coming = {at: [] for at in np.ndindex(x.shape)}
    for at in np.ndindex(index.shape):
        coming[at[:dim] + (index[at],) + at[dim + 1:]].append(src[at])
    return coming


REDUCTIONS = {"sum": np.sum, "prod": np.prod, "mean": np.mean, "amax": np.max, "amin": np.min}


def reduced(x, src, dim, index, reduce, include_self=True):
    out = x.copy()
    for at, coming in all_that_comes(x, src, dim, index).items():
        if coming:
            out[at] = REDUCTIONS[reduce](coming + [x[at]] * include_self)
    return out


row("scatter", scattering.scatter, [(3, 4), (2, 4)], placed, dict(dim=0, index=PLACES), call=src_last)
row("scatter part of src", scattering.scatter, [(3, 4), (3, 4)], placed, dict(dim=0, index=PLACES),
    call=src_last, torch=False)     # PyTorch's gradient needs a src of index's shape
row("scatter value", scattering.scatter, [(3, 4)],
    lambda x, value, **where: placed(x, np.full((2, 4), value), **where),
    dict(dim=0, index=PLACES, value=2.5))
row("scatter nothing", scattering.scatter, [(3, 4), (0, 4)], lambda x, src, dim, index: x,
    dict(dim=0, index=np.zeros((0, 4), int)), call=src_last)
row("scatter of a number", scattering.scatter, [(), ()], lambda x, src, dim, index: src,
    dict(dim=0, index=np.array(0)), call=src_last)
for reduce, name in (("sum", "add"), ("prod", "multiply")):
    row(f"scatter {name}", scattering.scatter, [(2, 3), (2, 3)],
        lambda x, src, dim, index, reduce, name={"add": "sum", "multiply": "prod"}[name]: reduced(
            x, src, dim, index, name),
        dict(dim=1, index=REPEATED, reduce=name), call=src_last, torch=False)   # PyTorch: no gradient
row("scatter multiply value", scattering.scatter, [(2, 3)],
    lambda x, value, dim, index, reduce: reduced(x, np.full((2, 3), value), dim, index, "prod"),
    dict(dim=1, index=REPEATED, value=3.0, reduce="multiply"), torch=False)
for reduce, include_self in itertools.product(REDUCTIONS, (True, False)):
    row(f"scatter_reduce {reduce} {include_self}", scattering.scatter_reduce, [(2, 3), (2, 3)], reduced,
        dict(dim=1, index=REPEATED, reduce=reduce, include_self=include_self), call=src_last)
for reduce in ("amax", "amin"):
    row(f"scatter_reduce ties {reduce}", scattering.scatter_reduce, [TIES, TIES + [0, 0, -1]], reduced,
        dict(dim=1, index=REPEATED, reduce=reduce), call=src_last, differentiable=False)
row("scatter_reduce prod zeros", scattering.scatter_reduce,
    [(2, 2), np.array([[0.0, 2.0, 0.0, 1.5], [0.0, 3.0, 2.0, 1.0]])],
    reduced, dict(dim=1, index=np.array([[0, 0, 0, 1], [1, 1, 0, 1]]), reduce="prod"), call=src_last)
row("scatter_reduce many", scattering.scatter_reduce, [(3,), (11,)], reduced,
    dict(dim=0, index=np.array([0, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2]), reduce="prod"), call=src_last)


def without_its_warning(x, *args, **settings):
    """PyTorch's index_reduce without its beta warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x.index_reduce(*args, **settings)


for reduce in ("prod", "mean", "amax", "amin"):
    row(f"index_reduce {reduce}", scattering.index_reduce, [(3, 2), (4, 2)],
        lambda x, src, dim, index, reduce: reduced(x, src, dim, np.repeat(index[:, None], 2, 1), reduce),
        dict(dim=0, index=np.array([2, 0, 2, 2]), reduce=reduce), call=src_last, torch=without_its_warning)
row("index_reduce alone", scattering.index_reduce, [(2, 3), (2, 2)],
    lambda x, src, dim, index, reduce, include_self: reduced(
        x, src, dim, np.array([[1, 1]] * 2), reduce, include_self),
    dict(dim=1, index=np.array([1, 1]), reduce="mean", include_self=False), call=src_last,
    torch=without_its_warning)
row("index_copy", scattering.index_copy, [(2, 3), (2, 2)],
    lambda x, src, dim, index: np.stack([src[:, 1], x[:, 1], src[:, 0]], 1),
    dict(dim=1, index=np.array([2, 0])), call=src_last)
row("index_fill", scattering.index_fill, [(2, 3)],
    lambda x, dim, index, value: x * [0, 1, 0] + [value, 0, value],
    dict(dim=1, index=np.array([2, 0]), value=2.5))
row("index_fill tensor", scattering.index_fill, [(2, 3), ()],
    lambda x, value, dim, index: x * [0, 1, 0] + value * [1, 0, 1],
    dict(dim=1, index=np.array([2, 0])), call=src_last)


def values_last(op, x, values, *, rows, columns, accumulate=False):
    return op(x, (rows, columns) if columns is not None else (rows,), values, accumulate=accumulate)


row("index_fill of a number", scattering.index_fill, [()], lambda x, dim, index, value: np.array(value),
    dict(dim=0, index=np.array([0]), value=2.5))
row("index_put", scattering.index_put, [(3, 4), (2,)],
    lambda x, values, rows, columns: x * (1 - np.eye(3)[[0, 2]].T @ np.eye(4)[[3, 1]])
    + np.eye(3)[[0, 2]].T * values @ np.eye(4)[[3, 1]],
    dict(rows=np.array([0, -1]), columns=np.array([3, 1])), call=values_last)
row("index_put accumulate", scattering.index_put, [(3, 4), (2, 4)],
    lambda x, values, rows, columns, accumulate: x + values.sum(0) * [[0], [1], [0]],
    dict(rows=np.array([1, 1]), columns=None, accumulate=True), call=values_last)
row("index_put mask", scattering.index_put, [(3, 4), ()],
    lambda x, values, rows, columns: np.where(rows[:, None], values, x),
    dict(rows=np.array([True, False, True]), columns=None), call=values_last)


def flat(op, x, source, *, index, accumulate=False):
    """How put is called."""
    return op(x, index, source, accumulate)


row("put", scattering.put, [(2, 3), (2,)],
    lambda x, source, index: np.insert(x.ravel()[1:5], [0, 4], source).reshape(2, 3),
    dict(index=np.array([0, -1])), call=flat)
row("put accumulate", scattering.put, [(2, 3), (2, 2)],
    lambda x, source, index, accumulate: x + np.bincount(index.ravel(), source.ravel(), 6).reshape(2, 3),
    dict(index=np.array([[4, 1], [4, 0]]), accumulate=True), call=flat)
row("masked_scatter", scattering.masked_scatter, [(2, 3), (4,)],
    lambda x, source, mask: np.array([[source[0], x[0, 1], source[1]], [x[1, 0], source[2], x[1, 2]]]),
    dict(mask=np.array([[True, False, True], [False, True, False]])),
    call=lambda op, x, source, *, mask: op(x, mask, source))
row("masked_scatter broadcast", scattering.masked_scatter, [(2, 3), (2, 2)],
    lambda x, source, mask: np.stack([source[:, 0], x[:, 1], source[:, 1]], 1),
    dict(mask=np.array([True, False, True])), call=lambda op, x, source, *, mask: op(x, mask, source))
row("select_scatter", scattering.select_scatter, [(2, 3), (2,)],
    lambda x, src, dim, index: np.stack([x[:, 0], x[:, 1], src], 1),
    dict(dim=1, index=-1))
row("slice_scatter", scattering.slice_scatter, [(2, 5), (2, 2)],
    lambda x, src, dim, start, end, step: np.stack([x[:, 0], src[:, 0], x[:, 2], src[:, 1], x[:, 4]], 1),
    dict(dim=1, start=1, end=5, step=2))
row("slice_scatter all", scattering.slice_scatter, [(2, 3), (2, 3)], lambda x, src: src)
row("diagonal_scatter", scattering.diagonal_scatter, [(2, 3), (2,)],
    lambda x, src, offset: np.array([[x[0, 0], src[0], x[0, 2]], [x[1, 0], x[1, 1], src[1]]]), dict(offset=1))

row("select", indexing.select, [(2, 3, 2)], lambda x, dim, index: x[:, 2], dict(dim=1, index=-1))
row("take", indexing.take, [(2, 3)], lambda x, index: np.array([[x[1, 2], x[0, 1]], [x[0, 1], x[1, 0]]]),
    dict(index=np.array([[-1, 1], [1, 3]])))
row("msort", order.msort, [(4, 3)], lambda x: np.take_along_axis(x, np.argsort(x, 0), 0))

row("nonzero_static", counting.nonzero_static, [np.array([[0.0, 2.0], [3.0, 0.0]])],
    lambda x, size: np.array([[0, 1], [1, 0], [-1, -1]]), dict(size=3), differentiable=False)
row("argwhere", counting.argwhere, [np.array([[0.0, 2.0], [3.0, 0.0]])], lambda x: np.array([[0, 1], [1, 0]]),
    differentiable=False)
row("unravel_index", counting.unravel_index, [np.array([[5, 0], [3, 4]])],
    lambda x, shape: (np.array([[1, 0], [1, 1]]), np.array([[2, 0], [0, 1]])), dict(shape=(2, 3)),
    differentiable=False)
RUNS = np.array([1, 1, 2, 2, 2, 1, 3])
row("unique_consecutive", counting.unique_consecutive, [RUNS], lambda x: np.array([1, 2, 1, 3]),
    differentiable=False)
row("unique_consecutive all", counting.unique_consecutive, [RUNS],
    lambda x, **asked: (np.array([1, 2, 1, 3]), np.array([0, 0, 1, 1, 1, 2, 3]), np.array([2, 3, 1, 1])),
    dict(return_inverse=True, return_counts=True), differentiable=False)
row("unique_consecutive dim", counting.unique_consecutive, [np.array([[1, 1, 2], [3, 3, 3]])],
    lambda x, **asked: (np.array([[1, 2], [3, 3]]), np.array([0, 0, 1]), np.array([2, 1])),
    dict(return_inverse=True, return_counts=True, dim=1), differentiable=False)


# Joining, splitting, rotating

for name, sizes in (("hstack", [(2, 3), (2, 1)]), ("hstack", [(3,), ()]), ("vstack", [(2, 3), (3,)]),
                    ("vstack", [(2, 3, 2), (1, 3, 2)]),
                    ("dstack", [(2, 3), (2, 3, 2)]), ("dstack", [(3,), (3,)]),
                    ("column_stack", [(3,), (3, 2)]), ("column_stack", [(), ()])):
    row(f"{name} {sizes}", getattr(minigrad, name), sizes, lambda *xs, join=getattr(np, name): join(xs),
        call=in_a_list)
for axes in (1, 2, 3):
    for size in ((), (3,), (2, 3), (2, 3, 2)):
        row(f"atleast_{axes}d {size}", getattr(minigrad, f"atleast_{axes}d"), [size],
            getattr(np, f"atleast_{axes}d"))
row("atleast_2d several", shapes.atleast_2d, [(), (3,)], np.atleast_2d)
row("block_diag", diagonals.block_diag, [(2, 3), (2,), ()],
    lambda a, b, c: np.block([[a, np.zeros((2, 3))], [np.zeros((1, 3)), b[None], np.zeros((1, 1))],
                              [np.zeros((1, 5)), c]]))
row("broadcast_tensors", shapes.broadcast_tensors, [(2, 1), (3,)],
    lambda a, b: tuple(np.broadcast_arrays(a, b)))
row("broadcast_shapes", shapes.broadcast_shapes, [], lambda *, shapes: np.array([2, 3]),
    dict(shapes=[(2, 1), (3,)]), call=lambda op, *, shapes: np.array(op(*shapes)), differentiable=False)
row("cartesian_prod", joining.cartesian_prod, [(2,), (3,)], lambda *xs: np.array([*itertools.product(*xs)]))
row("cartesian_prod of one", joining.cartesian_prod, [(3,)], lambda x: x)
for r in (1, 2, 3, 5):
    row(f"combinations {r}", joining.combinations, [(4,)],
        lambda x, r: np.array([*itertools.combinations(x, r)]).reshape(-1, r), dict(r=r),
        differentiable=r < 5)
row("combinations with_replacement", joining.combinations, [(3,)],
    lambda x, with_replacement: np.array([*itertools.combinations_with_replacement(x, 2)]),
    dict(with_replacement=True))


def parts_behind(op, x, *, parts, **settings):
    """hsplit(x, 2)."""
    return op(x, parts, **settings)


for cut, dim in ((3, 0), (2, 1), ([1, 4], 0), ([2, 1, 9], -1)):
    row(f"tensor_split {cut} {dim}", joining.tensor_split, [(5, 3)],
        lambda x, parts, dim: tuple(np.array_split(x, parts, dim)), dict(parts=cut, dim=dim),
        call=parts_behind)
for name, size, parts in (("hsplit", (2, 4), 2), ("hsplit", (4,), [1, 3]), ("vsplit", (4, 2), 2),
                          ("dsplit", (2, 2, 3), [1])):
    row(f"{name} {parts}", getattr(minigrad, name), [size],
        lambda x, parts, cut=getattr(np, name): tuple(cut(x, parts)),
        dict(parts=parts), call=parts_behind)
for k in (0, 1, 2, 3, -1):
    row(f"rot90 {k}", moving.rot90, [(2, 3)], lambda x, k: np.rot90(x, k), dict(k=k))
row("rot90 dims", moving.rot90, [(2, 3, 2)], lambda x, dims: np.rot90(x, 1, dims), dict(dims=(2, -2)))
row("fliplr", moving.fliplr, [(2, 3)], np.fliplr)
row("flipud", moving.flipud, [(2, 3)], np.flipud)
row("adjoint", shapes.adjoint, [(2, 3, 4)], lambda x: np.moveaxis(x, 1, 2))
row("diag_embed", diagonals.diag_embed, [(2, 3)], lambda x: x[:, None] * np.eye(3))
row("diag_embed offset", diagonals.diag_embed, [(2, 2)],
    lambda x, offset, dim1, dim2: np.stack([np.diag(each, 1) for each in x], 1),
    dict(offset=1, dim1=0, dim2=2))
row("diagflat", diagonals.diagflat, [(2, 2)], lambda x, offset: np.diag(x.ravel(), offset), dict(offset=-1))
row("sum_to_size", shapes.sum_to_size, [(2, 3, 4)], lambda x, size: x.sum(0).sum(1, keepdims=True),
    dict(size=(3, 1)), call=lambda op, x, *, size: op(x, *size))
row("is_nonzero", counting.is_nonzero, [np.array([[0.5]])], lambda x: True, differentiable=False)
row("is_same_size", shapes.is_same_size, [(2, 3), (3, 2)], lambda x, y: False, differentiable=False)
