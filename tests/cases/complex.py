"""Rows of the table of ops (see ops.py) for complex numbers; pairs of reals (..., 2) stand for them."""

import math

import numpy as np
from cases.row import row

import minigrad
from minigrad.ops.matrices import products
from minigrad.ops.numbers import complex as numbers
from minigrad.ops.signals import fourier, frames


def number(x):
    if "float16" in str(x.dtype):
        raise TypeError("there are no complex numbers of two float16")
    return x[..., 0] + 1j * x[..., 1]


def parts(z):
    return z.real, z.imag


def of_pairs(op, *inputs, **settings):
    """The op of complex numbers."""
    return op(*map(number, inputs), **settings)


def to_parts(op, *inputs, **settings):
    """The real and the imaginary parts of what the op makes of real numbers."""
    return parts(op(*inputs, **settings))


def of_pairs_to_parts(op, *inputs, **settings):
    return parts(op(*map(number, inputs), **settings))


def complex_row(name, op, inputs, formula, call=of_pairs_to_parts, **fields):
    row(name, op, inputs, formula, call=call, regular=True, **fields)


PAIR = (3, 4, 2)
complex_row("complex", numbers.complex, [(3, 4), (3, 4)], lambda a, b: (a, b), to_parts)
complex_row("polar", numbers.polar, [(3, 4), (3, 4)], lambda r, t: (r * np.cos(t), r * np.sin(t)), to_parts,
            domain=[(0.2, 1.5), (-4, 4)])       # PyTorch has the wrong sign for negative r
complex_row("view_as_complex", numbers.view_as_complex, [PAIR], lambda x: (x[..., 0], x[..., 1]), call=(
    lambda op, x: parts(op(x.contiguous()))))
complex_row("view_as_real", numbers.view_as_real, [PAIR], lambda x: x, of_pairs)
complex_row("real", numbers.real, [PAIR], lambda x: x[..., 0], of_pairs)
complex_row("imag", numbers.imag, [PAIR], lambda x: x[..., 1], of_pairs)
complex_row("conj", numbers.conj, [PAIR], lambda x: (x[..., 0], -x[..., 1]))
complex_row("conj_physical", numbers.conj_physical, [PAIR], lambda x: (x[..., 0], -x[..., 1]))
row("conj_physical of real numbers", numbers.conj_physical, [(3, 4)], lambda x: x)
complex_row("resolve_conj", numbers.resolve_conj, [PAIR], lambda x: (x[..., 0], x[..., 1]))
complex_row("resolve_neg", numbers.resolve_neg, [PAIR], lambda x: (x[..., 0], x[..., 1]))
complex_row("angle", numbers.angle, [PAIR], lambda x: np.arctan2(x[..., 1], x[..., 0]), of_pairs)
row("angle of real numbers", numbers.angle, [(3, 4)], lambda x: np.where(x < 0, math.pi, 0.0))
complex_row("sgn", numbers.sgn, [PAIR], lambda x: parts(number(x) / np.hypot(x[..., 0], x[..., 1])))
complex_row("abs of complex numbers", minigrad.abs, [PAIR], lambda x: np.hypot(x[..., 0], x[..., 1]),
            of_pairs)
complex_row("vdot", products.vdot, [(4, 2), (4, 2)], lambda a, b: (
    (a * b).sum(), (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()))
for name in ("is_complex", "is_conj", "is_neg"):
    row(name, getattr(numbers, name), [(3, 4)], lambda x: np.array(False), differentiable=False)


# Fourier transforms, as sums over all numbers


def turns(n, sign):
    return np.exp(sign * 2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)


def from_half(x, n):
    """The real numbers that x, the first half of a spectrum, stands for: cosines alone, for x is real."""
    weights = np.where((np.arange(x.shape[-1]) == 0) | (2 * np.arange(x.shape[-1]) == n), 1, 2)
    return (x * weights) @ np.cos(2 * np.pi * np.outer(np.arange(x.shape[-1]), np.arange(n)) / n) / n


complex_row("fft", fourier.fft, [(3, 5)], lambda x: parts(x @ turns(5, -1)), to_parts, torch="fft.fft")
complex_row("ifft", fourier.ifft, [(3, 5, 2)], lambda x: parts(number(x) @ turns(5, 1) / 5), torch="fft.ifft")
complex_row("rfft", fourier.rfft, [(3, 5)], lambda x: parts((x @ turns(5, -1))[:, :3]), to_parts,
            torch="fft.rfft")
row("irfft", fourier.irfft, [(3, 4)], lambda x: from_half(x, 6), regular=True, torch="fft.irfft")


def framed(x, window):
    x = np.pad(x, 2, "reflect")
    return parts((np.stack([x[i:i + 4] for i in range(len(x) - 3)]) * window @ turns(4, -1)[:, :3]).T)


def restored(x, window):
    z, total, weights = number(x).T, np.zeros(len(x.T[0]) + 3), np.zeros(len(x.T[0]) + 3)
    for t, (a, b, c) in enumerate(z):
        whole = np.array([a.real, b, c.real, b.conj()])
        total[t:t + 4] += (whole @ turns(4, 1) / 4).real * window
        weights[t:t + 4] += window**2
    return (total / weights)[2:-2]


complex_row("stft", frames.stft, [(9,), (4,)], framed, torch="stft", domain=[(-1, 1), (0.5, 1)], call=(
    lambda op, x, window: parts(op(x, 4, window=window, return_complex=True))))
complex_row("istft", frames.istft, [(3, 7, 2), (4,)], restored, torch="istft", domain=[(-1, 1), (0.5, 1)],
            call=lambda op, x, window: op(number(x), 4, window=window))
