"""The peak performance of this machine: matrix products and array sums of several sizes.

No kernel computes faster than the best matrix product, or moves memory faster than a sum of arrays of the
same size. These limits are the roofline for the kernels.
Source: Williams, Waterman and Patterson 2009, Communications of the ACM 52(4), "Roofline".
"""

import math
from typing import NamedTuple

import numpy as np

CONTENDERS = "torch", "numpy"
SIZES = 128, 256, 512, 1024, 2048, 4096
PRODUCT = "gemm 2048"       # the row that stands beside ratios
QUICK = "gemm 512", "gemm 1024", "gemm 2048", "add 256 kB", "add 4096 kB", "add 65536 kB"
KILOBYTES = 16, 64, 256, 1024, 4096, 16384, 65536


class Row(NamedTuple):
    """A computation with a known amount of work; build(framework) returns its step function."""

    flops: int          # floating-point operations
    bytes: int          # the minimum to read and write
    build: callable


def gemm(n):
    def build(f):
        a, b = operands(f, (n, n))
        matmul, out = (np if f.name == "numpy" else f.m).matmul, a * 0
        return lambda: matmul(a, b, out=out)
    return Row(2 * n**3, 3 * 4 * n * n, build)


def addition(kilobytes):
    n = kilobytes * 256

    def build(f):
        a, b = operands(f, (n,))
        add, out = (np if f.name == "numpy" else f.m).add, a * 0
        return lambda: add(a, b, out=out)
    return Row(n, 3 * 4 * n, build)


def operands(f, shape):
    arrays = [np.random.default_rng(i).normal(size=shape).astype("f") for i in range(2)]
    return arrays if f.name == "numpy" else [f.data(array) for array in arrays]


ROWS = {**{f"gemm {n}": gemm(n) for n in SIZES}, **{f"add {n} kB": addition(n) for n in KILOBYTES}}


def prepare(name, framework):
    return ROWS[name].build(framework)


def rate(row, name):
    """The best speed of a row: GFLOP/s for a product, GB/s for a sum."""
    work = ROWS[name].flops if name.startswith("gemm") else ROWS[name].bytes
    return max(work / row[who]["milliseconds"] / 1e6 for who in CONTENDERS if who in row)


class Roof:
    """The limits, from measured rows of this suite."""

    def __init__(self, rows):
        self.gflops = max(rate(row, name) for name, row in rows.items() if name.startswith("gemm"))
        self.bandwidths = sorted((ROWS[name].bytes, rate(row, name))
                                 for name, row in rows.items() if name.startswith("add"))

    def bandwidth(self, size):
        """GB/s for a computation that touches `size` bytes, interpolated in the logarithm of the size."""
        sizes, rates = zip(*self.bandwidths)
        return float(np.interp(math.log(size), np.log(sizes), rates))

    def milliseconds(self, flops, size):
        """(minimum time, the unit of the limit that determines it)."""
        return max((flops / self.gflops / 1e6, "GFLOP/s"), (size / self.bandwidth(size) / 1e6, "GB/s"))
