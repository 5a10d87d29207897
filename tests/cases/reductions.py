"""Rows of the table of ops (see ops.py) for sums, extremes, sorting and other ops along an axis."""

import math

import numpy as np
from cases.row import row

import minigrad
from minigrad.ops.matrices import distances, norms
from minigrad.ops.reductions import cumulative, logic, order, softmax, sums

for name, formula in [
        ("sum", np.sum), ("mean", np.mean), ("amax", np.max), ("amin", np.min),
        ("var", lambda x, axis, keepdims=False: (
            ((x - x.mean(axis, keepdims=True))**2).sum(axis, keepdims=keepdims)
            / (x.size / x.sum(axis).size - 1))),
        ("std", lambda x, axis, keepdims=False: np.std(x, axis, ddof=1, keepdims=keepdims)),
        ("logsumexp", lambda x, axis, keepdims=False: np.log(np.exp(x).sum(axis, keepdims=keepdims))),
        ("norm", lambda x, axis, keepdims=False: (x**2).sum(axis, keepdims=keepdims)**0.5),
        ("nansum", np.nansum)]:
    op = getattr(minigrad, name)
    for settings in (dict(dim=1), dict(dim=(0, -1)), dict(dim=-1, keepdim=True),
                     dict(dim=(0, 1, 2), keepdim=True)):
        row(f"{name} " + " ".join(f"{k}={v}" for k, v in settings.items()), op, [(2, 3, 4)],
            lambda x, dim, keepdim=False, formula=formula: formula(x, axis=dim, keepdims=keepdim), settings,
            torch=False if name == "norm" and settings["dim"] == (0, 1, 2) else None)   # two axes at most
    if name != "logsumexp":     # requires dim, like PyTorch's
        row(name, op, [(2, 3)], lambda x, formula=formula: formula(x, axis=None))

for name, formula in [("prod", np.prod), ("cumsum", lambda x, dim: x @ np.triu(np.ones((4, 4)))),
                      ("softmax", lambda x, dim: np.exp(x) / np.exp(x).sum(dim, keepdims=True)),
                      ("log_softmax", lambda x, dim: x - np.log(np.exp(x).sum(dim, keepdims=True)))]:
    row(f"{name} dim", getattr(minigrad, name), [(2, 3, 4)],
        lambda x, dim, formula=formula: formula(x, dim), dict(dim=-1))
row("cumsum first", cumulative.cumsum, [(4, 3)], lambda x, dim: np.tril(np.ones((4, 4))) @ x, dict(dim=0))
row("softmax first", softmax.softmax, [(4, 3)], lambda x, dim: np.exp(x) / np.exp(x).sum(0),
    dict(dim=0))
row("prod", sums.prod, [(5,)], lambda x: x[0] * x[1] * x[2] * x[3] * x[4])
row("prod keepdim", sums.prod, [(3, 2)], lambda x, dim, keepdim: x[:1] * x[1:2] * x[2:],
    dict(dim=0, keepdim=True))
row("var correction", sums.var, [(3, 4)], lambda x, dim, correction: np.var(x, dim),
    dict(dim=1, correction=0))
row("var unbiased", sums.var, [(3, 4)], lambda x, unbiased: np.var(x), dict(unbiased=False))
row("std correction", sums.std, [(3, 4)], lambda x, dim, correction: np.std(x, dim),
    dict(dim=1, correction=0))
row("var_mean", sums.var_mean, [(3, 4)], lambda x, dim: (np.var(x, 1, ddof=1), np.mean(x, 1)),
    dict(dim=1))
row("var_mean keepdim", sums.var_mean, [(3, 4)], lambda x, dim, keepdim: (
    np.var(x, 1, ddof=1, keepdims=True), np.mean(x, 1, keepdims=True)), dict(dim=1, keepdim=True))
row("std_mean", sums.std_mean, [(3, 4)], lambda x, dim: (np.std(x, 0, ddof=1), np.mean(x, 0)),
    dict(dim=0))
for p in (1, 3, 2.5, 0, math.inf, -math.inf, "fro"):
    row(f"norm p={p}", norms.norm, [(3, 4)],
        lambda x, p, dim: np.linalg.norm(x, 2 if p == "fro" else p, dim), dict(p=p, dim=1))

row("max", order.max, [(3, 4)], lambda x: sorted(x.ravel())[-1])
row("min", order.min, [(3, 4)], lambda x: sorted(x.ravel())[0])
row("median", order.median, [(3, 4)], lambda x: sorted(x.ravel())[5])
row("max dim", order.max, [(3, 4)],
    lambda x, dim: (np.sort(x, 1)[:, -1], np.argsort(x, 1)[:, -1]), dict(dim=1))
row("min dim", order.min, [(3, 4)], lambda x, dim: (np.sort(x, 0)[0], np.argsort(x, 0)[0]),
    dict(dim=0))
row("max keepdim", order.max, [(3, 4)], lambda x, dim, keepdim: (
    np.sort(x, -1)[:, -1:], np.argsort(x, -1)[:, -1:]), dict(dim=-1, keepdim=True))
row("median dim", order.median, [(3, 4)],
    lambda x, dim: (np.sort(x, 1)[:, 1], np.argsort(x, 1)[:, 1]), dict(dim=1))
row("median keepdim", order.median, [(3, 4)],
    lambda x, dim, keepdim: (np.sort(x, 0)[1:2], np.argsort(x, 0)[1:2]), dict(dim=0, keepdim=True))
row("max of two", order.max, [(3, 4), (4,)], lambda a, b: np.where(a > b, a, b))
row("min of two", order.min, [(3, 4), (4,)], lambda a, b: np.where(a < b, a, b))
row("aminmax", order.aminmax, [(3, 4)], lambda x, dim, keepdim: (
    x.min(1, keepdims=True), x.max(1, keepdims=True)), dict(dim=1, keepdim=True))
row("sort", order.sort, [(3, 4)], lambda x: (np.sort(x, -1), np.argsort(x, -1)))
row("sort descending", order.sort, [(3, 4)], lambda x, dim, descending: (
    -np.sort(-x, 0), np.argsort(-x, 0)), dict(dim=0, descending=True))
row("topk", order.topk, [(3, 4)],
    lambda x, k: (-np.sort(-x, -1)[:, :2], np.argsort(-x, -1)[:, :2]), dict(k=2))
row("topk smallest", order.topk, [(4, 3)], lambda x, k, dim, largest: (
    np.sort(x, 0)[:2], np.argsort(x, 0)[:2]), dict(k=2, dim=0, largest=False))
row("all", logic.all, [np.array([[1.0, 0.0], [2.0, 3.0]])], lambda x: False, differentiable=False)
row("all dim", logic.all, [np.array([[1.0, 0.0], [2.0, 3.0]])], lambda x, dim: [False, True],
    dict(dim=1), differentiable=False)
row("any", logic.any, [np.array([[1.0, 0.0], [0.0, 0.0]])], lambda x: True, differentiable=False)
row("any keepdim", logic.any, [np.array([[1.0, 0.0], [0.0, 0.0]])],
    lambda x, dim, keepdim: [[True], [False]], dict(dim=1, keepdim=True), differentiable=False)
row("count_nonzero", logic.count_nonzero, [np.array([[1.0, 0.0], [0.0, 0.0]])], lambda x: 1,
    differentiable=False)
row("count_nonzero dim", logic.count_nonzero, [np.array([[1, 0], [3, 2]])], lambda x, dim: [1, 2],
    dict(dim=1), differentiable=False)
row("nansum of nan", sums.nansum, [np.array([1.0, np.nan, 2.0])], lambda x: 3.0,
    differentiable=False)
row("argmax", order.argmax, [(3, 4)], lambda x: list(x.ravel()).index(x.max()), differentiable=False)
row("argmax dim", order.argmax, [(3, 4)], lambda x, dim: np.argsort(x, 1)[:, -1], dict(dim=1),
    differentiable=False)
row("argmin", order.argmin, [(3, 4)], lambda x, dim, keepdim: np.argsort(x, 0)[:1],
    dict(dim=0, keepdim=True), differentiable=False)
row("argsort", order.argsort, [(3, 4)], lambda x: np.argsort(x, -1), differentiable=False)
row("argsort descending", order.argsort, [(3, 4)], lambda x, dim, descending: np.argsort(-x, 0),
    dict(dim=0, descending=True), differentiable=False)
row("cosine_similarity", distances.cosine_similarity, [(3, 4), (3, 4)],
    lambda a, b: (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1)))
row("cosine_similarity dim", distances.cosine_similarity, [(3, 4), (4,)], lambda a, b, dim:
    (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1)), dict(dim=-1))
