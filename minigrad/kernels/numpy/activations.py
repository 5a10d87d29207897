"""GELU in pieces: all passes over a piece run in place while it is in the cache."""

import math

import numpy as np

from minigrad.autograd.modes import MODE
from minigrad.backend import library_of, quiet
from minigrad.backend.memory import empty
from minigrad.ops.layers.activations import gelu

PIECE = 1 << 16         # elements

# gelu(x) = x gate(x). In both forms gate = (1 + tanh(x P(x^2))) / 2; coefficients of P, highest power first.
TANH = (0.044715 * math.sqrt(2 / math.pi), math.sqrt(2 / math.pi))
# The exact form: P is fitted to atanh(erf(x / sqrt(2))) / x on [0, 5.9]; the gate is off by at most 2.9e-8.
# The highest coefficient is positive, so the tanh is 1 for every larger x.
NORMAL = (1.7561808e-9, -1.32263724e-7, 3.96474980e-6, -5.53062273e-5, -3.25948789e-5, 0.0363330845,
          0.797884942)


def pieces(*arrays):
    """Corresponding flat pieces of several arrays."""
    flat = [a.reshape(-1) for a in arrays]
    for i in range(0, flat[0].size, PIECE):
        yield [a[i:i + PIECE] for a in flat]


def forward(xp, x, *, approximate):
    """Also computes the derivative and keeps it, while x and the gate are in the cache."""
    if approximate not in ("none", "tanh"):
        return NotImplemented
    x = np.asarray(x, order="C")          # keeps 0-d 0-d
    y = empty(x.shape, x.dtype)
    kept = empty(x.shape, x.dtype) if MODE.recording else y        # no slope wanted: a placeholder
    square, gate = (empty((min(x.size, PIECE),), x.dtype) for _ in range(2))
    with quiet():
        for part, out, slope in pieces(x, y, kept):
            z, p = square[:part.size], gate[:part.size]
            np.multiply(part, part, out=z)
            gate_of(part, z, approximate, p)
            if MODE.recording:
                slope_of(part, z, approximate, p, slope)
            np.multiply(part, p, out=out)
    return y, (kept,)


def gate_of(x, z, approximate, p):
    """Write the gate, Phi(x) or its approximation, into p; z is x squared."""
    if approximate == "none" and x.dtype != np.float32:         # NORMAL has only float32's digits
        p[...] = library_of(x).erf(x * math.sqrt(0.5))
    else:
        highest, *others = TANH if approximate == "tanh" else NORMAL
        np.multiply(z, highest, out=p)
        p += others[0]
        for coefficient in others[1:]:
            p *= z
            p += coefficient
        p *= x
        np.tanh(p, out=p)
    p += 1
    p *= 0.5


def slope_of(x, z, approximate, p, s):
    """Write d(x p)/dx into s, p the gate; overwrites z, x squared."""
    if approximate == "none":       # p + x pdf(x)
        np.multiply(z, -0.5, out=s)
        np.exp(s, out=s)
        s *= 1 / math.sqrt(2 * math.pi)
    else:                           # p + x 2 p (1 - p) d(inner)/dx
        np.minimum(z, 400, out=s)   # beyond, p (1 - p) is 0
        s *= 6 * TANH[0]
        s += 2 * TANH[1]
        s *= p
        np.subtract(1, p, out=z)
        s *= z
    s *= x
    s += p


def backward(xp, g, arrays, extra, wanted, *, approximate):
    slope, = extra
    return np.multiply(slope, g, out=empty(g.shape, g.dtype)),


gelu.kernel(np.ndarray, forward, backward)
