"""Rows of the table of ops (see ops.py) for cumulative ops, products, distances and counting."""

import numpy as np
from cases.row import row

from minigrad.ops.matrices import distances, products
from minigrad.ops.places import counting
from minigrad.ops.reductions import cumulative

TIES = np.array([[1.0, 3.0, 3.0, 2.0, 3.0, 0.5], [0.0, -1.0, 0.0, 2.0, 2.0, 2.0]])
ZEROS = np.array([[1.5, 0.0, 2.0, 0.0, -1.0], [0.5, 2.0, -1.0, 3.0, 0.0]])
FEW = np.array([3, 1, 1, 0, 3, 3])


def last_extreme(reach):
    def formula(x, dim):
        values = reach.accumulate(x, dim)
        place = np.where(x == values, np.expand_dims(np.arange(x.shape[dim]), tuple(range(1, x.ndim - dim))),
                         0)
        return values, np.maximum.accumulate(place, dim)
    return formula


for dim in (0, 1):
    row(f"cumprod {dim}", cumulative.cumprod, [(5, 3)], lambda x, dim: np.cumprod(x, dim), dict(dim=dim))
    row(f"logcumsumexp {dim}", cumulative.logcumsumexp, [(5, 3)],
        lambda x, dim: np.logaddexp.accumulate(x, dim), dict(dim=dim))
    row(f"cummax {dim}", cumulative.cummax, [(5, 3)], last_extreme(np.maximum), dict(dim=dim))
    row(f"cummin {dim}", cumulative.cummin, [(5, 3)], last_extreme(np.minimum), dict(dim=dim))
row("cumprod zeros", cumulative.cumprod, [ZEROS], lambda x, dim: np.cumprod(x, dim), dict(dim=1))
row("cummax ties", cumulative.cummax, [TIES], last_extreme(np.maximum), dict(dim=1), differentiable=False)
row("cummin ties", cumulative.cummin, [TIES], last_extreme(np.minimum), dict(dim=1), differentiable=False)
row("cummax nan", cumulative.cummax, [np.array([1.0, np.nan, 3.0, np.nan, 2.0])],
    lambda x, dim: (np.maximum.accumulate(x), np.array([0, 1, 1, 3, 3])), dict(dim=0), differentiable=False)
row("diff", cumulative.diff, [(3, 4)], np.diff)
row("diff 2", cumulative.diff, [(4, 3)], lambda x, n, dim: np.diff(x, n, dim), dict(n=2, dim=0))

row("kron", products.kron, [(2, 3), (3, 2)], np.kron)
row("kron vector", products.kron, [(2, 3), (2,)], np.kron)
row("cross", products.cross, [(2, 3), (2, 3)], np.cross, torch="linalg.cross")
row("cross dim", products.cross, [(3, 2), (3, 2)], lambda a, b, dim: np.cross(a.T, b.T).T, dict(dim=0))
row("mv", products.mv, [(2, 3), (3,)], np.dot)
row("addmv", products.addmv, [(2,), (2, 3), (3,)], lambda x, a, b, beta, alpha: beta * x + alpha * a.dot(b),
    dict(beta=0.5, alpha=2.0))
row("addr", products.addr, [(2, 3), (2,), (3,)], lambda x, a, b: x + np.multiply.outer(a, b))
row("baddbmm", products.baddbmm, [(2, 3, 2), (2, 3, 4), (2, 4, 2)], lambda x, a, b: x + np.matmul(a, b))
row("dist", distances.dist, [(2, 3), (2, 3)], lambda a, b: np.sqrt(((a - b) ** 2).sum()))


def all_pairs(a, b, p=2.0):
    """PyTorch's cdist by parts: its own has no second derivative."""
    return (a.unsqueeze(-2) - b.unsqueeze(-3)).norm(p=p, dim=-1)


row("cdist", distances.cdist, [(3, 2), (4, 2)], lambda a, b: np.sqrt(((a[:, None] - b) ** 2).sum(-1)),
    torch=all_pairs)
row("cdist 1", distances.cdist, [(2, 3, 2), (2, 4, 2)],
    lambda a, b, p: abs(a[:, :, None] - b[:, None]).sum(-1), dict(p=1.0), torch=all_pairs)

row("nonzero", counting.nonzero, [ZEROS], np.argwhere, differentiable=False)
row("where of a condition alone", counting.where, [ZEROS], np.nonzero, differentiable=False)
row("where of all three", counting.where, [ZEROS > 0, ZEROS.shape, ZEROS.shape], np.where)
row("nonzero as_tuple", counting.nonzero, [ZEROS], lambda x, as_tuple: np.nonzero(x), dict(as_tuple=True),
    differentiable=False)
row("unique", counting.unique, [FEW], lambda x: np.array([0, 1, 3]), differentiable=False)
row("unique all", counting.unique, [FEW],
    lambda x, **asked: (np.array([0, 1, 3]), np.array([2, 1, 1, 0, 2, 2]), np.array([1, 2, 3])),
    dict(return_inverse=True, return_counts=True), differentiable=False)
for right in (False, True):
    row(f"searchsorted {right}", counting.searchsorted,
        [np.array([0.0, 1.0, 1.0, 2.0]), np.array([[1.0, -1.0], [0.5, 3.0]])],
        lambda s, v, right: (s <= v[..., None] if right else s < v[..., None]).sum(-1), dict(right=right),
        differentiable=False)
    row(f"bucketize {right}", counting.bucketize, [np.array([1.0, 2.5]), np.array([0.0, 1.0, 2.0])],
        lambda v, s, right: (s <= v[:, None] if right else s < v[:, None]).sum(-1), dict(right=right),
        differentiable=False)
row("bincount", counting.bincount, [FEW], lambda x: np.array([1, 2, 0, 3]), differentiable=False)
row("bincount weights", counting.bincount, [FEW, np.arange(6.0)],
    lambda x, w, minlength: np.array([3.0, 3, 0, 9, 0]), dict(minlength=5), differentiable=False)
row("isin", counting.isin, [FEW, np.array([3, 7])], lambda x, e: (x[:, None] == e).any(1),
    differentiable=False)
