"""Positions for attention, which by itself sees a set, not a sequence.

    PositionalEncoding      added to the embeddings: sines and cosines of many wavelengths
    RotaryEmbedding         rotates queries and keys, so that their products depend only on distances

Both take `start`, the position of the first element, to decode with a KVCache.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, dtype_of
from minigrad.backend import CPU, array_on
from minigrad.nn.module import Module
from minigrad.ops.layers.dropout import check, dropout
from minigrad.ops.places.joining import stack, unbind
from minigrad.ops.places.shapes import flatten, unflatten


class Positions(Module):
    """The base of both: tables with a row per position, buffers that are not saved."""

    def set_up(self, dim: int, max_len: int, base: float, device: str | None, dtype: Any,
               **functions: Callable[[np.ndarray], np.ndarray]) -> None:
        self.dim, self.max_len, self.base = dim, max_len, base
        angles = np.arange(max_len)[:, None] * base ** (-np.arange(0, dim, 2) / dim)     # (max_len, dim/2)
        for name, function in functions.items():
            table = array_on(function(angles), device or CPU, dtype_of(dtype))
            self.register_buffer(name, Tensor(table), persistent=False)

    def check_length(self, x: Tensor, start: int) -> None:
        if start + x.shape[-2] > self.max_len:
            raise ValueError(f"{self!r}: {x.shape[-2]} positions from {start} on exceed max_len, "
                             f"{self.max_len}")

    def extra_repr(self) -> str:
        return f"{self.dim}, max_len={self.max_len}"


class PositionalEncoding(Positions):
    """dropout(x + p) with p[t, 2i] = sin(t / base^(2i/D)) and p[t, 2i+1] = cos(t / base^(2i/D)).

    (N, T, D) or (T, D) -> the same, T at most max_len.
    Source: Vaswani et al. 2017, arXiv:1706.03762, sec. 3.5.
    """

    def __init__(self, d_model: int, dropout: float = 0.0, max_len: int = 5000, base: float = 10000.0,
                 device: str | None = None, dtype: Any = None):
        check(dropout, "PositionalEncoding: dropout")
        self.dropout = dropout
        self.set_up(d_model, max_len, base, device, dtype, pe=lambda angles: np.stack(
            [np.sin(angles), np.cos(angles)], -1).reshape(max_len, -1)[:, :d_model])

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        if x.ndim not in (2, 3) or x.shape[-1] != self.dim:
            raise ValueError(f"{self!r} takes (N, T, {self.dim}) or (T, {self.dim}), got {tuple(x.shape)}")
        self.check_length(x, start)
        return dropout(x + self.pe[start:start + x.shape[-2]], self.dropout, self.training)


class RotaryEmbedding(Positions):
    """Rotate the pair (x[2i], x[2i+1]) of the vector at position t by t / base^(2i/dim) radians.

    (..., T, dim) -> the same, T at most max_len. Pass it to MultiHeadAttention(..., rotary=...), which
    rotates queries and keys.
    Source: Su et al. 2021, arXiv:2104.09864, eq. 15 and 34.
    """

    def __init__(self, dim: int, max_len: int = 2048, base: float = 10000.0, device: str | None = None,
                 dtype: Any = None):
        if dim % 2:
            raise ValueError(f"RotaryEmbedding: dim must be even, since pairs are rotated, got {dim}")
        self.set_up(dim, max_len, base, device, dtype, cos=np.cos, sin=np.sin)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        if x.ndim < 2 or x.shape[-1] != self.dim:
            raise ValueError(f"{self!r} takes (..., T, {self.dim}), got {tuple(x.shape)}")
        self.check_length(x, start)
        here = slice(start, start + x.shape[-2])
        cos, sin = self.cos[here], self.sin[here]                       # (T, dim/2)
        a, b = unbind(unflatten(x, -1, (-1, 2)), -1)                    # (..., T, dim/2)
        return flatten(stack([a * cos - b * sin, a * sin + b * cos], -1), -2)
