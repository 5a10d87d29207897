"""Convolution line by line, for convolutions that hardly change the image's size.

The columns and the rows of the kernel are handled separately. From each line of the image only the horizontal
neighbours are gathered, K times the image, and one product gives what that line adds to each of the K lines
of the result that see it:

    seen[n, h, w, j] = x[n, h, w + j - left]
    y[n, h] = sum over i of (seen @ weight)[n, h + i - top, :, i]

The gradients use the same two steps. g is gathered along its lines; one product with it gives the gradient of
the input. The same matrix times x, gathered across lines, gives the gradient of the weight.

Lines are extended with zeros, and 0 * inf is nan: a non-finite number in x can make nan in the gradient of
the weight, and one in the weight nan in the gradient of x, where PyTorch's stay finite.
"""

import numpy as np

from minigrad.backend.memory import empty
from minigrad.kernels.numpy.blocks import Scratch, blocks, meeting


def forward_by_lines(x, weight, bias, y, padding, dilation):
    O, C, K1, K2 = weight.shape
    N, OH, OW, _ = y.shape
    (top, _), (left, _) = padding
    matrix = weight.transpose(3, 1, 2, 0).reshape(K2 * C, K1 * O)
    across = [j * dilation[1] - left for j in range(K2)]        # from a column of y to that of x seen by j
    scratch = Scratch(x.dtype)
    for images, lines in blocks(N, x.shape[2], OW * max(K2 * C, K1 * O) * x.itemsize):
        part = np.ascontiguousarray(x[images, :, lines].transpose(0, 2, 3, 1))      # (n, h, W, C)
        n, h = part.shape[:2]
        seen = scratch("seen", n, h, OW, K2, C)
        gather(seen.swapaxes(1, 2), part.swapaxes(1, 2), across)
        product = scratch("product", n, h, OW, K1, O)
        np.matmul(seen.reshape(-1, K2 * C), matrix, out=product.reshape(-1, K1 * O))
        if lines.start == 0:
            start = 0 if bias is None else np.tile(bias, OW)        # tiled for long inner loops
            y[images].reshape(n, OH, OW * O)[...] = start
        add(y[images], product, [lines.start + top - i * dilation[0] for i in range(K1)])


def backward_by_lines(g, x, weight, wanted, padding, dilation):
    O, C, K1, K2 = weight.shape
    N, _, H, W = x.shape
    (top, _), (left, _) = padding
    matrix = weight.transpose(3, 0, 2, 1).reshape(K2 * O, K1 * C)
    across = [left - j * dilation[1] for j in range(K2)]        # from a column of x to that of y seeing it
    gx, gw, scratch = empty((N, H, W, C), x.dtype) if wanted[0] else None, 0, Scratch(x.dtype)
    for images, lines in blocks(N, g.shape[1], W * max(K2 * O, K1 * C) * x.itemsize):
        part = g[images, lines]                                 # (n, h, OW, O)
        n, h = part.shape[:2]
        down = [lines.start + i * dilation[0] - top for i in range(K1)]     # from a line of part to one of x
        seen = scratch("seen", n, h, W, K2, O)
        gather(seen.swapaxes(1, 2), part.swapaxes(1, 2), across)
        rows = seen.reshape(-1, K2 * O)
        if wanted[0]:
            product = scratch("product", n, h, W, K1, C)
            np.matmul(rows, matrix, out=product.reshape(-1, K1 * C))
            if lines.start == 0:
                gx[images] = 0
            add(gx[images], product, down)
        if wanted[1]:
            if x.strides[1] > x.strides[3]:     # channels-first memory: copy along its lines
                columns = scratch("product", K1, C, n, h, W)
                gather(columns.transpose(2, 3, 4, 0, 1), x[images].transpose(0, 2, 3, 1), down)
                gw += np.matmul(columns.reshape(K1 * C, -1), rows)
            else:
                columns = scratch("product", n, h, W, K1, C)
                gather(columns, x[images].transpose(0, 2, 3, 1), down)
                gw += np.matmul(columns.reshape(-1, K1 * C).T, rows)
    return (gx.transpose(0, 3, 1, 2) if wanted[0] else None,
            gw.reshape(K1, C, K2, O).transpose(3, 1, 0, 2) if wanted[1] else None)


def gather(seen, x, shifts):
    """seen[:, t, :, k] = x[:, t + shifts[k]], zeros beyond its ends."""
    for k, by in enumerate(shifts):
        here, there = meeting(by, seen.shape[1], x.shape[1])
        seen[:, here, :, k] = x[:, there]
        seen[:, :here.start, :, k] = 0
        seen[:, here.stop:, :, k] = 0


def add(y, product, shifts):
    """y[:, t + shifts[k]] += product[:, t, :, k]: the reverse of gather."""
    for k, by in enumerate(shifts):
        here, there = meeting(by, product.shape[1], y.shape[1])
        y[:, there] += product[:, here, :, k]
