"""Convolution as one matrix product of patches, with channels last in memory.

Shapes stay (N, C, H, W) outside. Inside, memory runs (N, H, W, C): a patch is then K runs of K*C
adjacent numbers, cheap to gather, and the product writes (N, H', W', O), the layout that the next layer
wants. The result is a view in PyTorch's shape.

Patches are made for a few images at a time, about 1 MB, so that they stay in the cache of the processor
between being written and being multiplied. Few channels make short runs; then patches are gathered with
the channel outermost, in runs as long as a row of the image. Backward makes the patches again.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minigrad.kernels.numpy.linear import column_sums
from minigrad.ops.convolution import convolve

CACHE = 1 << 20         # bytes of patches at a time
FEW = 8                 # channels below which they go outermost


def pad(x, widths):
    """(N, C, H, W) -> (N, H + pad, W + pad, C), contiguous."""
    x = x.transpose(0, 2, 3, 1)
    (top, bottom), (left, right) = widths
    if not (top or bottom or left or right):
        return np.ascontiguousarray(x)
    N, H, W, C = x.shape
    padded = np.zeros((N, H + top + bottom, W + left + right, C), x.dtype)
    padded[:, top:top + H, left:left + W] = x
    return padded


class Geometry:
    """The sizes of one convolution of the padded x (N, H, W, C) with weight (O, C, K1, K2)."""

    def __init__(self, x, weight, stride, dilation):
        self.N, self.H, self.W, self.C = x.shape
        self.O, _, self.K1, self.K2 = weight.shape
        self.stride, self.dilation = stride, dilation
        self.OH = (self.H - dilation[0] * (self.K1 - 1) - 1) // stride[0] + 1
        self.OW = (self.W - dilation[1] * (self.K2 - 1) - 1) // stride[1] + 1
        self.places = self.OH * self.OW
        self.depth = self.K1 * self.K2 * self.C
        self.images = max(1, CACHE // (self.places * self.depth * x.itemsize))

    def chunks(self):
        """Slices of a few images, with the rows of the product that they make."""
        for n in range(0, self.N, self.images):
            end = min(n + self.images, self.N)
            yield slice(n, end), slice(n * self.places, end * self.places)

    def patches(self, x):
        """For padded images x (n, H, W, C) the matrix (n * places, depth), rows ordered (K1, K2, C)."""
        n, (s1, s2), (d1, d2) = len(x), self.stride, self.dilation
        if self.C < FEW:        # depth outermost: one row of the matrix for each (k1, k2, c)
            columns = np.empty((self.K1, self.K2, self.C, n, self.OH, self.OW), x.dtype)
            for i in range(self.K1):
                for j in range(self.K2):
                    for c in range(self.C):
                        columns[i, j, c] = x[:, i * d1:i * d1 + (self.OH - 1) * s1 + 1:s1,
                                             j * d2:j * d2 + (self.OW - 1) * s2 + 1:s2, c]
            return columns.reshape(self.depth, n * self.places).T
        a, b, c, e = x.strides
        if d2 == 1:             # (k2, c) is one run
            view = as_strided(x, (n, self.OH, self.OW, self.K1, self.K2 * self.C), (a, b * s1, c * s2, b * d1, e))
        else:
            view = as_strided(x, (n, self.OH, self.OW, self.K1, self.K2, self.C),
                              (a, b * s1, c * s2, b * d1, c * d2, e))
        return view.reshape(n * self.places, self.depth)    # copies


def forward(xp, x, weight, bias, *, stride, padding, dilation, groups):
    if x.ndim != 4 or groups != 1 or x.shape[0] == 0:
        return NotImplemented
    x = pad(x, padding)
    geometry = Geometry(x, weight, stride, dilation)
    matrix = weight.transpose(2, 3, 1, 0).reshape(geometry.depth, geometry.O)
    y = np.empty((geometry.N * geometry.places, geometry.O), np.result_type(x, weight))
    for images, rows in geometry.chunks():
        np.matmul(geometry.patches(x[images]), matrix, out=y[rows])
        if bias is not None:
            y[rows] += bias
    return y.reshape(geometry.N, geometry.OH, geometry.OW, geometry.O).transpose(0, 3, 1, 2), None


def backward(xp, g, arrays, y, extra, wanted, *, stride, padding, dilation, groups):
    x, weight, bias = arrays
    padded = pad(x, padding)
    geometry = Geometry(padded, weight, stride, dilation)
    g = np.ascontiguousarray(g.transpose(0, 2, 3, 1)).reshape(-1, geometry.O)
    gx = weight_gradient = gb = None
    if wanted[1]:
        total = np.zeros((geometry.depth, geometry.O), g.dtype)
        for images, rows in geometry.chunks():
            total += np.matmul(geometry.patches(padded[images]).T, g[rows])
        weight_gradient = total.reshape(geometry.K1, geometry.K2, geometry.C, geometry.O).transpose(3, 2, 0, 1)
    if wanted[2]:
        gb = column_sums(g)
    if wanted[0]:
        (top, _), (left, _) = padding
        gx = input_gradient(g, weight, geometry)
        gx = gx[:, top:top + x.shape[2], left:left + x.shape[3]].transpose(0, 3, 1, 2)
    return gx, weight_gradient, gb


def input_gradient(g, weight, geometry):
    """One product for each place in the kernel, added where that place lay: (N, H, W, C)."""
    (s1, s2), (d1, d2), OH, OW = geometry.stride, geometry.dilation, geometry.OH, geometry.OW
    gx = np.zeros((geometry.N, geometry.H, geometry.W, geometry.C), g.dtype)
    images = max(1, CACHE // (geometry.places * geometry.C * g.itemsize))
    part = np.empty((images * geometry.places, geometry.C), g.dtype)
    matrices = np.ascontiguousarray(weight.transpose(2, 3, 0, 1))       # (K1, K2, O, C)
    for n in range(0, geometry.N, images):
        end = min(n + images, geometry.N)
        rows, out = g[n * geometry.places:end * geometry.places], part[:(end - n) * geometry.places]
        for i in range(geometry.K1):
            for j in range(geometry.K2):
                np.matmul(rows, matrices[i, j], out=out)
                gx[n:end, i * d1:i * d1 + (OH - 1) * s1 + 1:s1,
                   j * d2:j * d2 + (OW - 1) * s2 + 1:s2] += out.reshape(end - n, OH, OW, geometry.C)
    return gx


convolve.kernel(np.ndarray, forward, backward)
