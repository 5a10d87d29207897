"""Convolution as one matrix product of patches, with channels last in memory.

Shapes stay (N, C, H, W) outside. Inside, memory runs (N, H, W, C): a patch is then K runs of K*C
adjacent numbers, cheap to gather, and the product writes (N, H', W', O), the layout that the next layer
wants. The result is a view in PyTorch's shape.

Patches are made in blocks of about 1 MB, a few images or a few rows of one image, so that they stay in the
cache of the processor between being written and being multiplied. Few channels make short runs; then
patches are gathered with the channel outermost, in runs as long as a row of the image; they are not larger than
the result, and kept for backward. Otherwise backward makes the patches again. Where sizes stay the same, the
gradient of the input is itself a convolution: of g, padded, with the kernel turned by 180 degrees.
"""

import numpy as np

from minigrad.kernels.numpy.linear import column_sums
from minigrad.ops.convolution import convolve

CACHE = 1 << 20         # bytes of patches at a time
FEW = 8                 # channels below which they go outermost


class Patches:
    """What a kernel sees in x (N, C, H, W): a matrix (N * OH * OW, K1 * K2 * C), made in blocks of rows."""

    def __init__(self, x, kernel, stride, padding, dilation):
        self.x = x.transpose(0, 2, 3, 1)
        self.few = x.shape[1] < FEW
        self.kernel, self.stride, self.padding, self.dilation = kernel, stride, padding, dilation
        self.out = [(n + sum(p) - d * (k - 1) - 1) // s + 1
                    for n, k, s, p, d in zip(x.shape[2:], kernel, stride, padding, dilation)]
        self.depth = kernel[0] * kernel[1] * x.shape[1]

    def blocks(self):
        """The matrix as blocks of rows, made one after the other."""
        OH, OW = self.out
        lines = max(1, CACHE // (OW * self.depth * self.x.itemsize))    # of the result, at a time
        images = max(1, lines // OH)
        for n in range(0, len(self.x), images):
            for top in range(0, OH, lines):
                x, height = self.x[n:n + images], min(lines, OH - top)
                yield self.rows(self.seen(x, top, height), height)

    def seen(self, x, top, height):
        """What `height` lines of the result from line `top` on see, contiguous: (n, lines, W + padding, C).

        Few channels come first: (C, n, lines, W + padding).
        """
        n, H, W, C = x.shape
        (before, _), (left, right) = self.padding
        start = top * self.stride[0] - before
        stop = start + (height - 1) * self.stride[0] + self.dilation[0] * (self.kernel[0] - 1) + 1
        low = min(max(start, 0), H)
        high = max(min(stop, H), low)
        if self.few:
            seen = np.zeros((C, n, stop - start, W + left + right), x.dtype)
            seen[:, :, low - start:high - start, left:left + W] = x[:, low:high].transpose(3, 0, 1, 2)
        elif (low, high, left, right) == (start, stop, 0, 0):
            seen = np.ascontiguousarray(x[:, low:high])
        else:
            seen = np.zeros((n, stop - start, W + left + right, C), x.dtype)
            seen[:, low - start:high - start, left:left + W] = x[:, low:high]
        return seen

    def rows(self, x, height):
        """The matrix of the patches in x, its columns ordered (K1, K2, C)."""
        (K1, K2), (s1, s2), (d1, d2), OW = self.kernel, self.stride, self.dilation, self.out[1]
        if self.few:
            C, n = x.shape[:2]
            c, a, line, place = x.strides
            shape = K1, K2, C, n, height, OW
            view = np.ndarray(shape, x.dtype, x, 0, (d1 * line, d2 * place, c, a, s1 * line, s2 * place))
            return view.reshape(self.depth, -1).T       # copies
        n, C = len(x), x.shape[3]
        a, line, place, c = x.strides
        if d2 == 1:             # (k2, c) is one run
            view = np.ndarray((n, height, OW, K1, K2 * C), x.dtype, x, 0, (a, s1 * line, s2 * place, d1 * line, c))
        else:
            view = np.ndarray((n, height, OW, K1, K2, C), x.dtype, x, 0,
                              (a, s1 * line, s2 * place, d1 * line, d2 * place, c))
        return view.reshape(-1, self.depth)     # copies


def with_rows(blocks, y):
    """Each block of the matrix of patches with the rows of y that belong to it."""
    start = 0
    for block in blocks:
        yield block, y[start:start + len(block)]
        start += len(block)


def product(patches, blocks, weight, bias=None):
    """The convolution with weight (O, C, K1, K2), in shape (N, O, OH, OW)."""
    N, (OH, OW), O = len(patches.x), patches.out, len(weight)
    matrix = weight.transpose(2, 3, 1, 0).reshape(patches.depth, O)
    y = np.empty((N * OH * OW, O), np.result_type(patches.x, weight))
    for block, rows in with_rows(blocks, y):
        np.matmul(block, matrix, out=rows)
        if bias is not None:
            rows += bias
    return y.reshape(N, OH, OW, O).transpose(0, 3, 1, 2)


def forward(xp, x, weight, bias, *, stride, padding, dilation, groups):
    if x.ndim != 4 or groups != 1 or x.shape[0] == 0:
        return NotImplemented
    patches = Patches(x, weight.shape[2:], stride, padding, dilation)
    kept = tuple(patches.blocks()) if patches.few else ()
    return product(patches, kept or patches.blocks(), weight, bias), kept


def backward(xp, g, arrays, extra, wanted, *, stride, padding, dilation, groups):
    x, weight, bias = arrays
    O, C, *kernel = weight.shape
    gx = gw = gb = None
    rows_of_g = np.ascontiguousarray(g.transpose(0, 2, 3, 1)).reshape(-1, O)
    if wanted[0]:
        around = [tuple(d * (k - 1) - p for p in pair) for d, k, pair in zip(dilation, kernel, padding)]
        same_size = g[0, 0].size >= x[0, 0].size        # else the products below are smaller
        if stride == (1, 1) and min(map(min, around)) >= 0 and same_size:
            turned = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
            patches = Patches(g, kernel, stride, around, dilation)
            gx = product(patches, patches.blocks(), turned)
        else:
            gx = input_gradient(rows_of_g, x, weight, stride, padding, dilation)
    if wanted[1]:
        total = 0
        patches = Patches(x, kernel, stride, padding, dilation)
        for block, rows in with_rows(extra or patches.blocks(), rows_of_g):      # the faster one of two transposes
            total += np.matmul(block.T, rows).T if patches.few else np.matmul(rows.T, block)
        gw = total.reshape(O, *kernel, C).transpose(0, 3, 1, 2)
    if wanted[2]:
        gb = column_sums(rows_of_g)
    return gx, gw, gb


def input_gradient(g, x, weight, stride, padding, dilation):
    """One product for each place in the kernel, added where that place lay: (N, C, H, W)."""
    (s1, s2), (d1, d2), ((top, bottom), (left, right)) = stride, dilation, padding
    N, C, H, W = x.shape
    K1, K2 = weight.shape[2:]
    OH = (H + top + bottom - d1 * (K1 - 1) - 1) // s1 + 1
    OW = (W + left + right - d2 * (K2 - 1) - 1) // s2 + 1
    gx = np.zeros((N, H + top + bottom, W + left + right, C), g.dtype)
    images = max(1, CACHE // (OH * OW * C * g.itemsize))
    matrices = np.ascontiguousarray(weight.transpose(2, 3, 0, 1))       # (K1, K2, O, C)
    for n in range(0, N, images):
        rows = g[n * OH * OW:(n + images) * OH * OW]
        for i in range(K1):
            for j in range(K2):
                gx[n:n + images, i * d1:i * d1 + (OH - 1) * s1 + 1:s1,
                   j * d2:j * d2 + (OW - 1) * s2 + 1:s2] += np.matmul(rows, matrices[i, j]).reshape(-1, OH, OW, C)
    return gx[:, top:top + H, left:left + W].transpose(0, 3, 1, 2)


convolve.kernel(np.ndarray, forward, backward)
