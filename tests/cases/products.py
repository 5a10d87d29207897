"""Rows of the table of ops (see ops.py) for products of vectors and matrices, einsum."""

import numpy as np
from cases.row import equation_first, row

from minigrad.ops.layers import linear
from minigrad.ops.matrices import einsum, inverses, products

for name, a, b in [
        ("matrices", (3, 4), (4, 2)), ("matrix and vector", (3, 4), (4,)),
        ("vector and matrix", (4,), (4, 2)), ("vectors", (4,), (4,)), ("batches", (2, 1, 3, 4), (5, 4, 2)),
        ("vector and batch", (4,), (2, 4, 3)), ("batch and vector", (2, 3, 4), (4,)),
        ("square", (3, 3), (3, 3)), ("nothing", (3, 0), (0, 2))]:
    row(f"matmul {name}", products.matmul, [a, b],
        lambda a, b: np.dot(a, b) if a.ndim < 3 and b.ndim < 3 else np.matmul(a, b))
row("dot", products.dot, [(4,), (4,)], lambda a, b: sum(a * b))
row("mm", products.mm, [(2, 3), (3, 2)], lambda a, b: (a[:, :, None] * b).sum(1))
row("bmm", products.bmm, [(2, 2, 3), (2, 3, 2)], lambda a, b: (a[..., None] * b[:, None]).sum(2))
row("outer", products.outer, [(3,), (4,)], np.multiply.outer)
row("addmm", products.addmm, [(2,), (3, 4), (4, 2)],
    lambda x, a, b, beta, alpha: beta * x + alpha * a.dot(b), dict(beta=0.5, alpha=2.0))
row("trace", inverses.trace, [(3, 4)], lambda x: x[0, 0] + x[1, 1] + x[2, 2])
row("linear", linear.linear, [(2, 2, 3), (4, 3), (4,)],
    lambda x, w, b: np.tensordot(x, w, ([-1], [1])) + b)
row("linear without bias", linear.linear, [(3,), (4, 3)], lambda x, w: w.dot(x))
row("tensordot", einsum.tensordot, [(2, 3, 4), (3, 4, 2)], np.tensordot)
row("tensordot dims", einsum.tensordot, [(2, 3), (3, 2)], lambda a, b, dims: a.T.dot(b.T),
    dict(dims=([0], [1])))
row("tensordot outer", einsum.tensordot, [(2,), (3,)], lambda a, b, dims: np.multiply.outer(a, b),
    dict(dims=0))
for equation, *sizes in [
        ("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk", (2, 3, 2), (2, 2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)),
        ("ij->", (2, 3)), ("ij->ji", (2, 3)), ("...i,...i->...", (2, 3, 4), (3, 4)),
        ("...ij->...ji", (2, 3, 4)), ("ij,kj,kl->il", (2, 3), (4, 3), (4, 2)), ("ij,k->k", (2, 3), (4,)),
        ("i,j", (2,), (3,)), ("bhqd,bhkd->bhqk", (2, 1, 3, 2), (2, 1, 2, 2)), ("iij,j->i", (2, 2, 3), (3,)),
        ("i,i->i", (3,), (3,)), (",i->i", (), (3,)), ("b i , b i -> b", (2, 3), (2, 3)), ("ba", (2, 3)),
        ("ij,ij->j", (1, 3), (2, 3))]:
    row(f"einsum {equation}", einsum.einsum, sizes,
        lambda *xs, equation: np.einsum(equation, *xs, optimize=False), dict(equation=equation),
        call=equation_first)
