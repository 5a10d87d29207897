"""Rows of the table of ops (see cases.py) for scattering, places and joining."""

import itertools
import warnings

import numpy as np
from cases import row

from minigrad.ops import counting, indexing, scattering

PLACES = np.array([[0, 2, 1, 0], [1, 0, 2, 2]])            # each once along dim 0
REPEATED = np.array([[0, 2, 0], [1, 1, 1]])
TIES = np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]])


def src_last(op, x, src, *, dim, index, **settings):
    """How scatter and its like are called."""
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
row("scatter part of src", scattering.scatter, [(3, 4), (3, 4)], placed, dict(dim=0, index=PLACES), call=src_last,
    torch=False)            # whose gradient needs src of index's shape
row("scatter value", scattering.scatter, [(3, 4)], lambda x, value, **where: placed(x, np.full((2, 4), value), **where),
    dict(dim=0, index=PLACES, value=2.5))
row("scatter nothing", scattering.scatter, [(3, 4), (0, 4)], lambda x, src, dim, index: x,
    dict(dim=0, index=np.zeros((0, 4), int)), call=src_last)
row("scatter of a number", scattering.scatter, [(), ()], lambda x, src, dim, index: src,
    dict(dim=0, index=np.array(0)), call=src_last)
for reduce, name in (("sum", "add"), ("prod", "multiply")):
    row(f"scatter {name}", scattering.scatter, [(2, 3), (2, 3)],
        lambda x, src, dim, index, reduce, name={"add": "sum", "multiply": "prod"}[name]: reduced(x, src, dim, index, name),
        dict(dim=1, index=REPEATED, reduce=name), call=src_last, torch=False)       # which has no gradient for it
row("scatter multiply value", scattering.scatter, [(2, 3)],
    lambda x, value, dim, index, reduce: reduced(x, np.full((2, 3), value), dim, index, "prod"),
    dict(dim=1, index=REPEATED, value=3.0, reduce="multiply"), torch=False)
for reduce, include_self in itertools.product(REDUCTIONS, (True, False)):
    row(f"scatter_reduce {reduce} {include_self}", scattering.scatter_reduce, [(2, 3), (2, 3)], reduced,
        dict(dim=1, index=REPEATED, reduce=reduce, include_self=include_self), call=src_last)
for reduce in ("amax", "amin"):
    row(f"scatter_reduce ties {reduce}", scattering.scatter_reduce, [TIES, TIES + [0, 0, -1]], reduced,
        dict(dim=1, index=REPEATED, reduce=reduce), call=src_last, differentiable=False)
row("scatter_reduce prod zeros", scattering.scatter_reduce, [(2, 2), np.array([[0.0, 2.0, 0.0, 1.5], [0.0, 3.0, 2.0, 1.0]])],
    reduced, dict(dim=1, index=np.array([[0, 0, 0, 1], [1, 1, 0, 1]]), reduce="prod"), call=src_last)
row("scatter_reduce many", scattering.scatter_reduce, [(3,), (11,)], reduced,
    dict(dim=0, index=np.array([0, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2]), reduce="prod"), call=src_last)


def without_its_warning(x, *args, **settings):
    """PyTorch's index_reduce, which says that it is in beta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x.index_reduce(*args, **settings)


for reduce in ("prod", "mean", "amax", "amin"):
    row(f"index_reduce {reduce}", scattering.index_reduce, [(3, 2), (4, 2)],
        lambda x, src, dim, index, reduce: reduced(x, src, dim, np.repeat(index[:, None], 2, 1), reduce),
        dict(dim=0, index=np.array([2, 0, 2, 2]), reduce=reduce), call=src_last, torch=without_its_warning)
row("index_reduce alone", scattering.index_reduce, [(2, 3), (2, 2)],
    lambda x, src, dim, index, reduce, include_self: reduced(x, src, dim, np.array([[1, 1]] * 2), reduce, include_self),
    dict(dim=1, index=np.array([1, 1]), reduce="mean", include_self=False), call=src_last,
    torch=without_its_warning)
row("index_copy", scattering.index_copy, [(2, 3), (2, 2)],
    lambda x, src, dim, index: np.stack([src[:, 1], x[:, 1], src[:, 0]], 1),
    dict(dim=1, index=np.array([2, 0])), call=src_last)
row("index_fill", scattering.index_fill, [(2, 3)], lambda x, dim, index, value: x * [0, 1, 0] + [value, 0, value],
    dict(dim=1, index=np.array([2, 0]), value=2.5))
row("index_fill tensor", scattering.index_fill, [(2, 3), ()], lambda x, value, dim, index: x * [0, 1, 0] + value * [1, 0, 1],
    dict(dim=1, index=np.array([2, 0])), call=src_last)


def values_last(op, x, values, *, rows, columns, accumulate=False):
    return op(x, (rows, columns) if columns is not None else (rows,), values, accumulate=accumulate)


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


row("put", scattering.put, [(2, 3), (2,)], lambda x, source, index: np.insert(x.ravel()[1:5], [0, 4], source).reshape(2, 3),
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
row("select_scatter", scattering.select_scatter, [(2, 3), (2,)], lambda x, src, dim, index: np.stack([x[:, 0], x[:, 1], src], 1),
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
row("msort", indexing.msort, [(4, 3)], lambda x: np.take_along_axis(x, np.argsort(x, 0), 0))

row("argwhere", counting.argwhere, [np.array([[0.0, 2.0], [3.0, 0.0]])], lambda x: np.array([[0, 1], [1, 0]]),
    differentiable=False)
row("unravel_index", counting.unravel_index, [np.array([[5, 0], [3, 4]])],
    lambda x, shape: (np.array([[1, 0], [1, 1]]), np.array([[2, 0], [0, 1]])), dict(shape=(2, 3)), differentiable=False)
RUNS = np.array([1, 1, 2, 2, 2, 1, 3])
row("unique_consecutive", counting.unique_consecutive, [RUNS], lambda x: np.array([1, 2, 1, 3]), differentiable=False)
row("unique_consecutive all", counting.unique_consecutive, [RUNS],
    lambda x, **asked: (np.array([1, 2, 1, 3]), np.array([0, 0, 1, 1, 1, 2, 3]), np.array([2, 3, 1, 1])),
    dict(return_inverse=True, return_counts=True), differentiable=False)
row("unique_consecutive dim", counting.unique_consecutive, [np.array([[1, 1, 2], [3, 3, 3]])],
    lambda x, **asked: (np.array([[1, 2], [3, 3]]), np.array([0, 0, 1]), np.array([2, 1])),
    dict(return_inverse=True, return_counts=True, dim=1), differentiable=False)
