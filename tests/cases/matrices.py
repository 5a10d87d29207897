"""Rows of the table of ops (see ops.py) for linear algebra: determinants, inverses, systems, factors."""

import functools

import numpy as np
from cases.complex import parts
from cases.row import in_a_list, row

import minigrad
from minigrad.ops.matrices import (
    eigen,
    einsum,
    elimination,
    factors,
    functions,
    indefinite,
    inverses,
    lowrank,
    norms,
    products,
    reflections,
    systems,
)
from minigrad.ops.reductions import cumulative

SQUARE = np.array([[[2.0, 0.3, -0.5], [0.1, 1.5, 0.4], [-0.3, 0.2, 1.8]],
                   [[1.2, -0.7, 0.2], [0.6, 2.1, -0.4], [0.5, 0.3, -1.6]]])
TALL = np.array([[1.0, 0.2, -0.4], [0.3, 1.7, 0.5], [-0.6, 0.4, 1.3], [0.2, -0.9, 0.8]])
POSITIVE = np.array([[2.0, 0.3, -0.5], [0.3, 1.5, 0.4], [-0.5, 0.4, 1.8]])


def of_symmetric(op, x, **settings):
    """The op of (x + xᵀ) / 2: finite differences move one element at a time, which breaks symmetry."""
    return op((x + x.mT) * 0.5, **settings)


def cofactors(x):
    """The determinant of 3 x 3 matrices by Sarrus' rule."""
    (a, b, c), (d, e, f), (g, h, i) = np.moveaxis(x, 0, -1) if x.ndim == 3 else x
    return a * e * i + b * f * g + c * d * h - c * e * g - b * d * i - a * f * h


def adjugate(x):
    """The inverse of 3 x 3 matrices: rows of cross products over the determinant."""
    r1, r2, r3 = np.moveaxis(x, -2, 0)
    columns = np.stack([np.cross(r2, r3), np.cross(r3, r1), np.cross(r1, r2)], -1)
    return columns / np.expand_dims(cofactors(x), (-1, -2))


def gram_schmidt(x):
    """Q R column by column, with LAPACK's signs: Householder reflections can make R's diagonal negative."""
    q, r = np.linalg.qr(x)
    signs = np.sign(np.diagonal(r))
    columns = []
    for column in x.T[:len(x)]:
        for each in columns:
            column = column - each * (each @ column)
        columns.append(column / np.sqrt(column @ column))
    q = np.stack(columns, 1) * signs
    return q, q.T @ x


regular = functools.partial(row, regular=True)

regular("inv", inverses.inv, [SQUARE], adjugate, torch="linalg.inv")
regular("inverse", inverses.inverse, [SQUARE], adjugate)
regular("det", inverses.det, [SQUARE], cofactors)
regular("slogdet", inverses.slogdet, [SQUARE], lambda x: (np.sign(cofactors(x)), np.log(abs(cofactors(x)))))
regular("logdet", inverses.logdet, [POSITIVE], lambda x: np.log(cofactors(x)))
regular("logdet of a negative determinant", inverses.logdet, [-POSITIVE], lambda x: np.nan * x[0, 0],
    differentiable=False)
regular("solve", systems.solve, [SQUARE, (2, 3, 2)], lambda a, b: adjugate(a) @ b, torch="linalg.solve")
regular("solve vector", systems.solve, [SQUARE, (3,)], lambda a, b: adjugate(a) @ b, torch="linalg.solve")
regular("cholesky", factors.cholesky, [POSITIVE], np.linalg.cholesky, call=of_symmetric,
    torch="linalg.cholesky")
regular("cholesky upper", factors.cholesky, [POSITIVE], lambda x, upper: np.linalg.cholesky(x).T,
    dict(upper=True), call=of_symmetric, torch="linalg.cholesky")
regular("qr", factors.qr, [TALL], gram_schmidt, torch="linalg.qr")
regular("qr wide", factors.qr, [TALL.T], gram_schmidt, torch="linalg.qr")
# PyTorch warns of torch.qr
regular("qr complete", factors.older_qr, [TALL.T], lambda x, some: gram_schmidt(x), dict(some=False),
    torch=False)
# The sign of an eigenvector is arbitrary
regular("eigh", factors.eigh, [POSITIVE], lambda x: np.linalg.eigh((x + x.T) / 2), call=of_symmetric,
    torch=False)
regular("eigvalsh", factors.eigvalsh, [POSITIVE], lambda x: np.sort(np.linalg.eigvals((x + x.T) / 2).real),
    call=of_symmetric, torch="linalg.eigvalsh")
regular("pinv", systems.pinv, [TALL], np.linalg.pinv, torch="linalg.pinv")
regular("pinv wide", systems.pinv, [TALL.T], np.linalg.pinv, torch="linalg.pinv")
for n in (0, 1, 2, 5):
    row(f"matrix_power {n}", functions.matrix_power, [SQUARE], np.linalg.matrix_power, dict(n=n))
regular("matrix_power -2", functions.matrix_power, [SQUARE], np.linalg.matrix_power, dict(n=-2))
row("vector_norm", norms.vector_norm, [(3, 4)], lambda x: np.sqrt((x * x).sum()), torch="linalg.vector_norm")
row("vector_norm 3", norms.vector_norm, [(3, 4)], lambda x, ord, dim: (abs(x) ** 3).sum(dim) ** (1 / 3),
    dict(ord=3, dim=1), torch="linalg.vector_norm")
for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    for keepdim in (False, True):
        kind = regular if ord in ("nuc", 2, -2) else row
        kind(f"matrix_norm {ord} {keepdim}", norms.matrix_norm, [(2, 3, 4)],
            lambda x, ord, keepdim: np.linalg.norm(x, ord, (-2, -1), keepdim), dict(ord=ord, keepdim=keepdim),
            torch="linalg.matrix_norm")
regular("matrix_norm dim", norms.matrix_norm, [SQUARE], lambda x, ord, dim: np.linalg.norm(x, ord, dim),
    dict(ord=2, dim=(2, 0)), torch="linalg.matrix_norm")

for ord, dim, shape in ((None, None, (2, 3, 4)), (3, None, (4,)), (2, 1, (2, 3)), (2, None, (2, 3)),
                        ("nuc", (0, 2), (2, 3, 3))):
    kind = regular if ord == "nuc" or ord == 2 and dim is None else row
    kind(f"norm {ord} {dim} {len(shape)}", norms.linalg_norm, [shape], lambda x, ord, dim: (
        np.linalg.norm(x, ord, dim)), dict(ord=ord, dim=dim), torch="linalg.norm")


def by_eigenvectors(x):
    """U, S, Vh from the eigenvectors of the smaller Gram matrix; U's first row is positive."""
    if x.shape[-2] < x.shape[-1]:
        u, s, vh = by_eigenvectors(np.swapaxes(x, -1, -2))
        u, vh = np.swapaxes(vh, -1, -2), np.swapaxes(u, -1, -2)
    else:
        w, v = np.linalg.eigh(np.swapaxes(x, -1, -2) @ x)
        v, s = v[..., ::-1], np.sqrt(w[..., ::-1])
        u, vh = x @ v / s[..., None, :], np.swapaxes(v, -1, -2)
    signs = np.sign(u[..., :1, :])
    return u * signs, s, vh * np.swapaxes(signs, -1, -2)


def signed(op, x, **settings):
    """The sign of singular vectors is arbitrary: U's first row is made positive."""
    U, S, Vh = op(x, **settings)
    signs = U[..., :1, :].detach().sign()
    return U * signs, S, Vh * signs.mT


for name, x in (("square", SQUARE), ("tall", TALL), ("wide", TALL.T)):
    regular(f"svd {name}", factors.svd, [x], lambda x, full_matrices: by_eigenvectors(x),
        dict(full_matrices=False), call=signed, torch="linalg.svd")
    regular(f"svdvals {name}", factors.svdvals, [x], lambda x: by_eigenvectors(x)[1], torch="linalg.svdvals")


def of_the_first(op, x):
    """U S Vh of the first k columns: the columns beyond them are arbitrary, hence have no derivative."""
    U, S, Vh = op(x)
    k = S.shape[-1]
    return (U[..., :k] * S[..., None, :]) @ Vh[..., :k, :]


def gram(op, x):
    U, _, Vh = op(x)
    return U @ U.mT, Vh @ Vh.mT


for name, x in (("square", SQUARE), ("tall", TALL), ("wide", TALL.T)):
    regular(f"svd full_matrices {name}", factors.svd, [x], lambda x: x, call=of_the_first, torch="linalg.svd")
    regular(f"svd orthonormal {name}", factors.svd, [x], lambda x: tuple(
        np.broadcast_to(np.eye(n), x.shape[:-2] + (n, n)) for n in x.shape[-2:]), call=gram,
        differentiable=False, torch="linalg.svd")


def of_torch(op, x):
    """torch.svd gives V."""
    U, S, V = op(x)
    signs = U[..., :1, :].detach().sign()
    return U * signs, S, V * signs


regular("svd", factors.older_svd, [TALL], lambda x: (*by_eigenvectors(x)[:2], by_eigenvectors(x)[2].T),
    call=of_torch)
regular("svd without vectors", factors.older_svd, [TALL],
    lambda x, compute_uv: (np.zeros((4, 4)), by_eigenvectors(x)[1], np.zeros((3, 3))),
    dict(compute_uv=False), torch="svd")

for upper in (False, True):
    triangle = np.triu if upper else np.tril
    for left in (False, True):
        regular(f"solve_triangular {upper} {left}", systems.solve_triangular,
            [SQUARE, (2, 3, 2) if left else (2, 2, 3)],
            lambda a, b, upper, left, triangle=triangle: (
                adjugate(triangle(a)) @ b if left else b @ adjugate(triangle(a))),
            dict(upper=upper, left=left), torch="linalg.solve_triangular")
    regular(f"solve_triangular unitriangular {upper}", systems.solve_triangular, [SQUARE, (2, 3, 1)],
        lambda a, b, upper, unitriangular, triangle=triangle, k=1 if upper else -1: adjugate(
            triangle(a, k) + np.eye(3)) @ b,
        dict(upper=upper, unitriangular=True), torch="linalg.solve_triangular")
    regular(f"cholesky_solve {upper}", systems.cholesky_solve, [(3, 2), triangle(POSITIVE)],
        lambda b, l, upper: adjugate(l.T @ l if upper else l @ l.T) @ b, dict(upper=upper))
    regular(f"cholesky_inverse {upper}", systems.cholesky_inverse, [triangle(POSITIVE)],
        lambda l, upper: adjugate(l.T @ l if upper else l @ l.T), dict(upper=upper))


def solution_and_residuals(op, a, b):
    """PyTorch returns the residuals only with this driver."""
    return op(a, b, driver="gels")[:2]


regular("lstsq tall", systems.lstsq, [TALL, (4, 2)],
    lambda a, b: (np.linalg.pinv(a) @ b, ((a @ np.linalg.pinv(a) @ b - b) ** 2).sum(0)),
    call=solution_and_residuals, torch="linalg.lstsq")
regular("lstsq wide", systems.lstsq, [TALL.T, (3, 2)], lambda a, b: (np.linalg.pinv(a) @ b, np.zeros(0)),
    call=solution_and_residuals, torch="linalg.lstsq")
regular("lstsq vector", systems.lstsq, [TALL, (4,)], lambda a, b: np.linalg.pinv(a) @ b,
    call=lambda op, a, b: op(a, b)[0], torch="linalg.lstsq")
regular("tensorinv", systems.tensorinv, [SQUARE[0].reshape(3, 1, 3)],
    lambda a, ind: adjugate(a[:, 0]).reshape(1, 3, 3), dict(ind=1), torch="linalg.tensorinv")
regular("tensorsolve", systems.tensorsolve, [SQUARE[0].reshape(3, 1, 3), (3, 1)],
    lambda a, b: (adjugate(a[:, 0]) @ b)[:, 0], torch="linalg.tensorsolve")
regular("tensorsolve dims", systems.tensorsolve, [SQUARE[0].reshape(3, 3, 1), (3, 1)],
    lambda a, b, dims: (adjugate(a[..., 0].T) @ b)[:, 0], dict(dims=(0,)), torch="linalg.tensorsolve")
for p in (None, 2, -2, "fro", "nuc", 1, -1, np.inf):
    regular(f"cond {p}", norms.cond, [SQUARE], lambda x, p: np.linalg.cond(x, p), dict(p=p),
        torch="linalg.cond")
regular("cond tall", norms.cond, [TALL], np.linalg.cond, torch="linalg.cond")
RANKS = np.array([[[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [[1.0, 0.0], [0.0, 1e-3], [0.0, 0.0]]])
regular("matrix_rank", systems.matrix_rank, [RANKS], lambda x: np.array([1, 2]), differentiable=False,
    torch="linalg.matrix_rank")
regular("matrix_rank rtol", systems.matrix_rank, [RANKS], lambda x, rtol: np.array([1, 1]), dict(rtol=0.01),
    differentiable=False, torch="linalg.matrix_rank")
regular("matrix_rank atol", systems.matrix_rank, [RANKS], lambda x, atol: np.array([1, 1]), dict(atol=0.01),
    differentiable=False, torch="linalg.matrix_rank")
regular("matrix_rank rtol of each", systems.matrix_rank, [RANKS], lambda x, rtol: np.array([1, 2]),
    dict(rtol=np.array([0.01, 0.0])), differentiable=False, torch="linalg.matrix_rank")
regular("matrix_rank hermitian", systems.matrix_rank, [np.diag([2.0, -1.0, 0.0])],
    lambda x, hermitian: np.array(2), dict(hermitian=True), differentiable=False, torch="linalg.matrix_rank")


def shifted(op, *inputs, **settings):
    """pinv(A) X for A = X Y of rank 2: a change of X and Y does not change the rank."""
    x, y = inputs
    return op(x @ y, **settings)


regular("pinv singular", systems.pinv, [(4, 2), (2, 3)], lambda x, y: np.linalg.pinv(x @ y), call=shifted,
    torch="linalg.pinv")
regular("pinv rtol", systems.pinv, [np.diag([3.0, 1.0, 2.0])], lambda x, rtol: np.diag([1 / 3, 0, 1 / 2]),
    dict(rtol=0.4), differentiable=False, torch="linalg.pinv")
regular("pinv hermitian", systems.pinv, [POSITIVE], lambda x, hermitian: np.linalg.inv((x + x.T) / 2),
    dict(hermitian=True), call=of_symmetric, torch="linalg.pinv")
regular("pinverse", systems.pinverse, [TALL], np.linalg.pinv)
regular("lstsq singular", systems.lstsq, [(4, 2), (2, 3), (4, 2)],
    lambda x, y, b: np.linalg.pinv(x @ y) @ b, call=lambda op, x, y, b: op(x @ y, b)[0], torch="linalg.lstsq")
regular("triangular_solve", systems.triangular_solve, [(2, 3, 2), SQUARE],
    lambda b, a, upper, transpose: (adjugate(np.swapaxes(np.tril(a), -1, -2)) @ b, a),
    dict(upper=False, transpose=True), torch=False)         # PyTorch warns of it


# LU


def by_schur(x):
    """L and U from the complements of Schur, without pivoting."""
    m, n = x.shape
    L, U = np.eye(m, min(m, n)), np.zeros((min(m, n), n))
    for k in range(min(m, n)):
        U[k, k:], L[k + 1:, k] = x[k, k:], x[k + 1:, k] / x[k, k]
        x = x - np.outer(x[:, k], x[k]) / x[k, k]
    return L, U


def by_rows(x, order):
    """P, L, U where row i of PᵀA is row order[i] of A."""
    return np.eye(len(order))[:, order], *by_schur(x[order])


def together(x):
    L, U = by_schur(x)
    k = min(x.shape)
    return np.tril(L, -1) @ np.eye(k, x.shape[1]) + np.eye(len(x), k) @ U


LAST = np.array([[0.2, 0.3, -0.5, 0.7], [0.1, 1.5, 0.4, 0.3], [-2.3, 0.2, 1.8, -0.6]])
for name, x, order in (("square", LAST[:, :3], [2, 1, 0]), ("wide", LAST, [2, 1, 0]),
                       ("tall", LAST.T[:, [0, 2]], [3, 0, 2, 1])):
    regular(f"lu {name}", elimination.lu, [x], functools.partial(by_rows, order=order), torch="linalg.lu")
    regular(f"lu_factor {name}", elimination.lu_factor, [x],
        lambda x, order=order: together(x[order]), call=lambda op, x: op(x)[0], torch="linalg.lu_factor")
    regular(f"lu_factor_ex without pivoting {name}", elimination.lu_factor_ex, [x],
        lambda x, pivot: together(x), dict(pivot=False), call=lambda op, x, pivot: op(x, pivot=pivot)[0],
        torch=False)                                        # PyTorch can do that on CUDA alone
regular("lu of a batch", elimination.lu, [SQUARE], lambda x: tuple(map(np.stack, zip(*(
    by_rows(each, [0, 1, 2]) for each in x)))), torch="linalg.lu")
regular("lu with infos", elimination.older_lu, [LAST], lambda x, get_infos: (
    together(x[[2, 1, 0]]), np.array([3, 2, 3]), np.array(0)), dict(get_infos=True),
    torch=False)                                            # PyTorch warns of it
PIVOTS = np.array([3, 3, 3], "int32")
regular("lu_unpack", elimination.lu_unpack, [(3, 4), PIVOTS], lambda x, p: (
    np.eye(3)[:, [2, 0, 1]], np.tril(x[:, :3], -1) + np.eye(3), np.triu(x)))
for left in (True, False):
    for adjoint in (True, False):
        def solution(lu, pivots, b, left, adjoint):
            a = np.eye(3)[:, [2, 0, 1]] @ (np.tril(lu, -1) + np.eye(3)) @ np.triu(lu)
            a = adjugate(a.T if adjoint else a)
            return a @ b if left else b @ a

        regular(f"lu_solve {left} {adjoint}", elimination.lu_solve,
            [SQUARE[0], PIVOTS, (2, 3, 2) if left else (2, 2, 3)], solution, dict(left=left, adjoint=adjoint),
            torch="linalg.lu_solve")
regular("older_lu_solve", elimination.older_lu_solve, [(3, 2), SQUARE[0], PIVOTS],
    lambda b, lu, pivots: solution(lu, pivots, b, True, False), torch=False)    # PyTorch warns of it
SINGULAR = np.stack([SQUARE[0], np.ones((3, 3))])
regular("inv_ex", elimination.inv_ex, [SINGULAR], lambda x: (adjugate(x[0]), np.array([0, 2])),
    call=lambda op, x: (op(x)[0][0], op(x)[1]), torch="linalg.inv_ex")
regular("solve_ex", elimination.solve_ex, [SINGULAR, (2, 3, 2)],
    lambda a, b: (adjugate(a[0]) @ b[0], np.array([0, 2])),
    call=lambda op, a, b: (op(a, b)[0][0], op(a, b)[1]), torch=False)   # derivatives need all of them there
regular("solve_ex from the right", elimination.solve_ex, [SQUARE, (2, 3)], lambda a, b, left: np.stack([
    each @ adjugate(x) for x, each in zip(a, b)]), dict(left=False),
    call=lambda op, a, b, left: op(a, b[:, None], left=left)[0][:, 0], torch="linalg.solve_ex")
regular("cholesky_ex", factors.cholesky_ex, [POSITIVE], lambda x: (np.linalg.cholesky(x), np.array(0)),
    call=of_symmetric, torch="linalg.cholesky_ex")
regular("cholesky_ex of an indefinite matrix", factors.cholesky_ex,
    [np.stack([POSITIVE - np.eye(3), POSITIVE])], lambda x: (np.linalg.cholesky(x[1]), np.array([3, 0])),
    call=lambda op, x: (op(x)[0][1], op(x)[1]), differentiable=False, torch="linalg.cholesky_ex")


# LDL

INDEFINITE = np.array([[[0.1, 2.0, 0.3], [2.0, -0.2, 0.5], [0.3, 0.5, 1.0]], -POSITIVE])
regular("ldl_factor", indefinite.ldl_factor, [-POSITIVE], lambda x: (
    together(x)[:, :] * np.tril(np.ones((3, 3))), np.array([1, 2, 3])), differentiable=False,
    torch="linalg.ldl_factor")
regular("ldl_factor_ex", indefinite.ldl_factor_ex, [INDEFINITE], lambda x: (
    np.array([[-2, -2, 3], [1, 2, 3]]), np.array([0, 0])), call=lambda op, x: op(x)[1:], differentiable=False,
    torch="linalg.ldl_factor_ex")


def factored_first(op, a, b):
    """Factor and solve, in the library of op."""
    factor = indefinite.ldl_factor if op is indefinite.ldl_solve else __import__("torch").linalg.ldl_factor
    return op(*factor(a), b)


regular("ldl_solve", indefinite.ldl_solve, [INDEFINITE, (2, 3, 2)], lambda a, b: adjugate(a) @ b,
    call=factored_first, differentiable=False, torch="linalg.ldl_solve")


# Reflections


def product(a, tau, m):
    """H₁ H₂ ... H_k as an (m, m) matrix."""
    Q = np.eye(m)
    for i, t in enumerate(tau):
        v = np.eye(m)[i] + np.where(np.arange(m) > i, a[:, i], 0)
        Q = Q @ (np.eye(m) - t * np.outer(v, v))
    return Q


row("householder_product", reflections.householder_product, [(4, 3), (2,)],
    lambda a, tau: product(a, tau, 4)[:, :3], torch="linalg.householder_product", regular=True)
def multiply(Q, c, left):
    return Q @ c if left else c @ Q


for left in (True, False):
    for transpose in (True, False):
        regular(f"ormqr {left} {transpose}", reflections.ormqr, [(4, 3), (3,), (4, 2) if left else (2, 4)],
            lambda a, tau, c, left, transpose: multiply(
                product(a, tau, 4).T if transpose else product(a, tau, 4), c, left),
            dict(left=left, transpose=transpose))


def multiplied(op, x):
    """Q and R of a QR factorisation, from the reflections and the triangle."""
    a, tau = op(x)
    return a.triu()[:3], tau


def reflections_of(x):
    """R and tau: each column is reflected onto an axis, away from the sign of its first element."""
    taus = []
    for k in range(x.shape[1]):
        column = np.where(np.arange(len(x)) >= k, x[:, k], 0)
        length = -np.sign(column[k]) * np.sqrt(column @ column)
        v = (column - length * np.eye(len(x))[k]) / (column[k] - length)
        taus.append((length - column[k]) / length)
        x = x - taus[-1] * np.outer(v, v @ x)
    return np.triu(x)[:3], np.array(taus)


regular("geqrf", reflections.geqrf, [TALL], reflections_of, call=multiplied, differentiable=False)


# Eigenvalues


def phased(op, x):
    """The eigenvalues and eigenvectors in parts, the vectors with a real last element."""
    w, V = op(x)
    last = V[..., -1:, :]
    return *parts(w), *parts(V * last.conj() / last.abs())


def eigen_parts(x):
    w, V = np.linalg.eig(x)
    V = V * np.conj(V[..., -1:, :]) / abs(V[..., -1:, :])
    return w.real, w.imag, V.real, V.imag + 0 * w.imag[..., None, :]


TURNING = np.array([[0.2, 1.3, 0.4], [-1.1, 0.5, 0.3], [0.2, -0.4, 2.0]])       # two of three are complex
regular("eig", eigen.eig, [np.stack([TURNING, TURNING.T + 0.1])], eigen_parts, call=phased,
    torch="linalg.eig")
regular("eigvals", eigen.eigvals, [TURNING], lambda x: parts(np.linalg.eigvals(x)),
    call=lambda op, x: parts(op(x)), torch="linalg.eigvals")


# The largest singular values


def approximated(op, x, **settings):
    """U S Vᵀ, which the random numbers do not change where q reaches the rank."""
    minigrad.manual_seed(0)
    U, S, V = op(x, **settings)
    return (U * S[..., None, :]) @ V.mT, S


for name, x in (("tall", TALL), ("wide", TALL.T)):
    regular(f"svd_lowrank {name}", lowrank.svd_lowrank, [x], lambda x, q: (
        x, np.linalg.svd(x, compute_uv=False)), dict(q=3), call=approximated)
regular("svd_lowrank of a difference", lowrank.svd_lowrank, [TALL, (4, 1)], lambda x, M: (
    x - M, np.linalg.svd(x - M, compute_uv=False)),
    call=lambda op, x, M: approximated(op, x, q=3, M=M))
regular("pca_lowrank", lowrank.pca_lowrank, [TALL], lambda x: (
    x - x.mean(0), np.linalg.svd(x - x.mean(0), compute_uv=False)), call=approximated)
regular("norm nuc", norms.norm, [(2, 3, 3)], lambda x, p, dim: np.linalg.norm(x, p, dim),
    dict(p="nuc", dim=(1, 2)))
regular("eigvalsh of the upper triangle", factors.eigvalsh, [POSITIVE],
    lambda x, UPLO: np.sort(np.linalg.eigvals((x + x.T) / 2).real), dict(UPLO="U"), call=of_symmetric,
    torch="linalg.eigvalsh")


def power_series(x):
    """exp of a matrix by its first 60 terms."""
    term = total = np.zeros(x.shape) + np.eye(x.shape[-1])
    for k in range(1, 60):
        term = term @ x / k
        total = total + term
    return total


row("matrix_exp", functions.matrix_exp, [SQUARE], power_series)
row("matrix_exp great", functions.matrix_exp, [SQUARE * [[[0.1]], [[3.0]]]], power_series)

row("multi_dot", products.multi_dot, [(2, 3), (3, 4), (4, 2), (2, 3)], lambda *xs: np.linalg.multi_dot(xs),
    call=in_a_list, torch="linalg.multi_dot")
row("multi_dot vectors", products.multi_dot, [(3,), (3, 4), (4,)], lambda *xs: np.linalg.multi_dot(xs),
    call=in_a_list, torch="linalg.multi_dot")
row("multi_dot of two", products.multi_dot, [(3, 2), (2,)], lambda a, b: a @ b, call=in_a_list,
    torch="linalg.multi_dot")
# PyTorch warns of torch.chain_matmul
row("chain_matmul", products.chain_matmul, [(2, 3), (3, 4), (4, 2)], lambda *xs: np.linalg.multi_dot(xs),
    torch=False)
row("vecdot", products.vecdot, [(2, 3), (3,)], lambda a, b: (a * b).sum(-1), torch="linalg.vecdot")
row("vecdot dim", products.vecdot, [(3, 2), (3, 1)], lambda a, b, dim: (a * b).sum(dim), dict(dim=0),
    torch="linalg.vecdot")
row("inner", einsum.inner, [(2, 3), (4, 2, 3)], np.inner)
row("inner number", einsum.inner, [(2, 3), ()], np.inner)
row("addbmm", products.addbmm, [(2, 2), (3, 2, 4), (3, 4, 2)],
    lambda x, a, b, beta, alpha: beta * x + alpha * (a @ b).sum(0),
    dict(beta=0.5, alpha=2.0))
row("vander", cumulative.vander, [(3,)], np.vander, torch=False)       # writes into what it differentiates
row("vander increasing", cumulative.vander, [(3,)], lambda x, N, increasing: np.vander(x, N, increasing),
    dict(N=5, increasing=True), torch=False)
row("vander zeros", cumulative.powers, [np.array([[0.0, 2.0], [-1.0, 0.5]])],
    lambda x, N: x[..., None] ** np.arange(N), dict(N=4), torch="linalg.vander")
row("trapezoid", cumulative.trapezoid, [(2, 4)], np.trapezoid)
row("trapezoid x", cumulative.trapezoid, [(3, 2), (3,)], lambda y, x, dim: np.trapezoid(y, x, axis=dim),
    dict(dim=0))
row("trapezoid x of all", cumulative.trapezoid, [(3, 2), (3, 2)],
    lambda y, x, dim: np.trapezoid(y, x, axis=dim), dict(dim=0))
row("cumulative_trapezoid", cumulative.cumulative_trapezoid, [(2, 4)],
    lambda y, dx: np.stack([np.trapezoid(y[:, :i], dx=dx) for i in (2, 3, 4)], 1), dict(dx=0.5))
row("cumulative_trapezoid x", cumulative.cumulative_trapezoid, [(2, 4), (4,)],
    lambda y, x: np.stack([np.trapezoid(y[:, :i], x[:i]) for i in (2, 3, 4)], 1))
