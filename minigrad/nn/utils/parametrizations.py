"""torch.nn.utils.parametrizations: weights with separate length, spectral norm 1, or orthogonal.

    weight_norm     w = g v / |v|: length and direction are trained separately
    spectral_norm   w / sigma, sigma the largest singular value of w
    orthogonal      wᵀ w = 1, or w wᵀ = 1 if w has more columns than rows

All are parametrizations, see parametrize.py: the module trains parametrizations.<name>.original.
"""

from typing import Any

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import check_times, composed
from minigrad.backend import MODULES
from minigrad.nn.module import Module
from minigrad.nn.utils.parametrize import register_parametrization
from minigrad.nn.utils.reparametrise import as_matrix, channels_of, length, start_of
from minigrad.ops.creation import eye, randn, zeros
from minigrad.ops.matrices.factors import qr
from minigrad.ops.matrices.functions import matrix_exp
from minigrad.ops.matrices.norms import normalize
from minigrad.ops.matrices.products import matmul
from minigrad.ops.matrices.systems import solve
from minigrad.ops.places.diagonals import diagonal, tril
from minigrad.ops.places.joining import cat
from minigrad.ops.places.shapes import transpose, unsqueeze
from minigrad.ops.reductions.logic import allclose
from minigrad.ops.reductions.sums import sum

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


@composed
def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """module.<name> = g v / |v|, with one length g per slice along `dim`, or a single one if dim is None.

    g and v are original0 and original1; the initial weight is unchanged. Returns the module.
    Source: Salimans and Kingma 2016, arXiv:1602.07868, eq. 2.
    """
    return register_parametrization(module, name, WeightNorm(dim), unsafe=True)


@composed
def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Module:
    """module.<name> = original / sigma, sigma its largest singular value as a matrix (n, rest).

    n is the size of axis `dim`, by default 1 for transposed convolutions, else 0. sigma is approximated by
    u W v with buffers u (n,) and v (rest,); each read of the weight in training moves them closer to the
    singular vectors by n_power_iterations. Returns the module.
    Source: Miyato et al. 2018, arXiv:1802.05957, alg. 1.
    """
    weight = weight_of(module, name, "spectral_norm")
    check_times("spectral_norm: n_power_iterations", n_power_iterations)
    dim = channels_of(module) if dim is None else dim
    return register_parametrization(module, name, SpectralNorm(weight.detach(), n_power_iterations, dim, eps))


@composed
def orthogonal(module: Module, name: str = "weight", orthogonal_map: str | None = None, *,
               use_trivialization: bool = True) -> Module:
    """module.<name> (..., n, k) has orthonormal columns, or rows if n < k. Returns the module.

    orthogonal_map computes it from X, the original of the same shape, with A = tril(X) - tril(X)ᵀ:
        'matrix_exp'    e^A             the default if n = k
        'cayley'        (1 - A/2)^-1 (1 + A/2)
        'householder'   a product of reflections 1 - 2 v vᵀ / |v|^2, v the columns below X's diagonal of
                        signs; the default if n != k
    use_trivialization: multiply by a fixed orthogonal matrix, the buffer base, so that the initial weight is
    the orthogonalised old one.
    Source: Lezcano-Casado 2019, arXiv:1909.09501; householder: Golub and Van Loan 2013, sec. 5.1 and 5.2.
    """
    weight = weight_of(module, name, "orthogonal")
    if weight.ndim < 2:
        raise ValueError(f"orthogonal: {name} must be a matrix (..., n, k), got {tuple(weight.shape)}")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-1] == weight.shape[-2] else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(f"orthogonal: orthogonal_map must be one of {', '.join(map(repr, MAPS))}, "
                         f"got {orthogonal_map!r}")
    return register_parametrization(module, name, Orthogonal(orthogonal_map, use_trivialization))


def weight_of(module, name, caller):
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"{caller}: {type(module).__name__} has no parameter or buffer {name!r}")
    return weight


class WeightNorm(Module):
    """(g, v) -> g v / |v|."""

    def __init__(self, dim: int | None):
        self.dim = dim

    def forward(self, g: Tensor, v: Tensor) -> Tensor:
        return v * (g / length(v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return length(weight, self.dim), weight


class SpectralNorm(Module):
    """weight -> weight / sigma; a vector is divided by its length."""

    _u: Tensor      # buffers, for matrices
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float):
        self.n_power_iterations, self.eps = n_power_iterations, eps
        if weight.ndim > 1:
            self.dim = dim % weight.ndim
            W = as_matrix(weight, self.dim)
            for name, size in zip(("_u", "_v"), W.shape):
                self.register_buffer(name, start_of(size, weight, eps))
            self.iterate(W, 15)

    @no_grad()
    def iterate(self, W: Tensor, count: int) -> None:
        for _ in range(count):          # new tensors: a graph may still need the old ones
            self._u = normalize(matmul(W, self._v), dim=0, eps=self.eps)
            self._v = normalize(matmul(transpose(W, 0, 1), self._u), dim=0, eps=self.eps)

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        W = as_matrix(weight, self.dim)
        if self.training:
            self.iterate(W, self.n_power_iterations)
        return weight / sum(self._u * matmul(W, self._v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


class Orthogonal(Module):
    """X -> an orthogonal matrix of X's shape; see `orthogonal`."""

    def __init__(self, orthogonal_map: str, use_trivialization: bool):
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        wide = X.shape[-2] < X.shape[-1]
        Q = MAPS[self.orthogonal_map](transpose(X, -2, -1) if wide else X)               # (..., n, k), n >= k
        if "base" in self._buffers:
            Q = matmul(self.base, Q)
        return transpose(Q, -2, -1) if wide else Q

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        wide = Q.shape[-2] < Q.shape[-1]
        tall = transpose(Q, -2, -1) if wide else Q
        n, k = tall.shape[-2:]
        on: dict[str, Any] = dict(dtype=Q.dtype, device=Q.device)
        if "base" in self._buffers:
            if n > k:
                tall = cat([tall, randn(*tall.shape[:-2], n, n - k, **on)], -1)
            if n > k or not allclose(matmul(transpose(tall, -2, -1), tall), eye(n, **on),
                                     atol=10 * n * np.finfo(Q.dtype).eps):
                tall, R = qr(tall)
                tall = tall * unsqueeze(diagonal(R, dim1=-2, dim2=-1).sign(), -2)
            self.base = tall.clone()
            return -eye(*Q.shape[-2:], **on).expand(Q.shape).clone()   # the maps make it the identity
        if self.orthogonal_map != "householder":
            raise NotImplementedError(f"a weight cannot be assigned to {self.orthogonal_map!r} without a "
                                      "base; use use_trivialization=True")
        X = Tensor(reflectors(MODULES[type(tall.array)], tall.array))
        return transpose(X, -2, -1) if wide else X


def skew(X):
    """tril(X) - tril(X)ᵀ of X (..., n, k), with columns of zeros up to (..., n, n)."""
    n, k = X.shape[-2:]
    X = tril(X)
    if n > k:
        X = cat([X, zeros(*X.shape[:-2], n, n - k, dtype=X.dtype, device=X.device)], -1)
    return X - transpose(X, -2, -1)


def exponential_map(X):
    return matrix_exp(skew(X))[..., :X.shape[-1]]


def cayley_map(X):
    A = skew(X)
    one = eye(X.shape[-2], dtype=X.dtype, device=X.device)
    return solve(one - 0.5 * A, one + 0.5 * A)[..., :X.shape[-1]]


def householder_map(X):
    """H_1 ... H_k, the first k columns, H_i = 1 - 2 v vᵀ / |v|^2 with v = (0, ..., 1, X[i+1:, i])."""
    n, k = X.shape[-2:]
    one = eye(n, k, dtype=X.dtype, device=X.device)
    V = tril(X, -1) + one
    factors = 2 / sum(V * V, dim=-2)                                                     # (..., k)
    Q = one
    for i in reversed(range(k)):
        v = V[..., i:i + 1]                                                              # (..., n, 1)
        Q = Q - matmul(v, matmul(transpose(v, -2, -1), Q)) * factors[..., i:i + 1, None]
    return Q * unsqueeze(diagonal(X, dim1=-2, dim2=-1).detach().trunc(), -2)


def reflectors(xp, Q):
    """X for which householder_map(X) is the orthogonal factor of Q = QR, with a positive diagonal of R."""
    packed, tau = xp.linalg.qr(Q, mode="raw")
    X = xp.swapaxes(packed, -1, -2).copy()
    i = range(X.shape[-1])
    X[..., i, i] = xp.where(tau == 0, -1, 1) * xp.sign(X[..., i, i])
    return X


MAPS = {"matrix_exp": exponential_map, "cayley": cayley_map, "householder": householder_map}
