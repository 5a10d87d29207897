"""Convolution by whole patches, the general method.

Patches are gathered as the rows of a matrix, K*K times the image, and one product with the weight gives the
result. With few channels the runs to copy would be short, so these patches have the channel outermost, in
runs as long as a line of the image, and a last element that is always 1: its weight is the bias.
"""

import numpy as np

from minigrad.kernels.numpy.blocks import Scratch, blocks, meeting, per_block

FEW = 8                 # fewer channels than this go outermost


def forward_by_patches(x, weight, bias, y, stride, padding, dilation):
    O, C = weight.shape[:2]
    matrix = weight.transpose(2, 3, 1, 0).reshape(-1, O)
    if C < FEW:
        matrix = np.concatenate([matrix, np.zeros((1, O), x.dtype) if bias is None else bias[None]])
    for (images, lines), block in patches(x, weight, stride, padding, dilation, *y.shape[1:3]):
        part = y[images, lines]
        np.matmul(block, matrix, out=part.reshape(-1, O))
        if bias is not None and C >= FEW:
            flat = part.reshape(-1, part.shape[2] * O)
            flat += np.tile(bias, part.shape[2])        # tiled for long inner loops


def weight_gradient(g, x, weight, stride, padding, dilation):
    O, C, K1, K2 = weight.shape
    total = 0
    for at, block in patches(x, weight, stride, padding, dilation, *g.shape[1:3]):
        rows = g[at].reshape(-1, O)             # transpose whichever operand is faster
        total += np.matmul(block.T, rows).T if C < FEW else np.matmul(rows.T, block)
    gw = total[:, :K1 * K2 * C].reshape(O, K1, K2, C).transpose(0, 3, 1, 2)
    return gw, total[:, -1] if C < FEW else None        # the column of ones: sums of g


def patches(x, weight, stride, padding, dilation, OH, OW):
    """Yield blocks (images, lines) of the output, each with the matrix of its patches.

    Rows are output positions; columns are (K1, K2, C), and with few channels a last column of ones.
    """
    (s1, s2), (d1, d2), ((before, _), (left, right)) = stride, dilation, padding
    _, C, K1, K2 = weight.shape
    N, _, H, W = x.shape
    few, depth, scratch = C < FEW, K1 * K2 * C, Scratch(x.dtype)
    # The order of the axes (image, line, column, channel) in `memory`, channels first or last; its inverse.
    order, back = ((3, 0, 1, 2), (1, 2, 3, 0)) if few else ((0, 1, 2, 3), (0, 1, 2, 3))
    for images, lines in blocks(N, OH, OW * depth * x.itemsize):
        n, height = images.stop - images.start, lines.stop - lines.start
        reach = (height - 1) * s1 + d1 * (K1 - 1) + 1
        here, there = meeting(lines.start * s1 - before, reach, H)
        part = x[images, :, there].transpose(0, 2, 3, 1)
        if (there.stop - there.start, left, right) == (reach, 0, 0):
            memory = np.ascontiguousarray(part.transpose(order))
        else:
            memory = np.zeros([(n, reach, left + W + right, C)[axis] for axis in order], x.dtype)
            memory.transpose(back)[:, here, left:left + W] = part
        image, line, column, channel = memory.transpose(back).strides
        if few:
            view = np.ndarray((K1, K2, C, n, height, OW), x.dtype, memory, 0,
                              (d1 * line, d2 * column, channel, image, s1 * line, s2 * column))
            matrix = scratch("patches", depth + 1, n * height * OW)
            matrix[:-1].reshape(view.shape)[...] = view
            matrix[-1] = 1                      # multiplies the bias
            yield (images, lines), matrix.T
        else:
            view = np.ndarray((n, height, OW, K1, K2, C), x.dtype, memory, 0,
                              (image, s1 * line, s2 * column, d1 * line, d2 * column, channel))
            if not view.flags.c_contiguous:     # contiguous already for a 1x1 kernel
                matrix = scratch("patches", *view.shape)
                matrix[...] = view
                view = matrix
            yield (images, lines), view.reshape(-1, depth)


def input_gradient(g, x, weight, stride, padding, dilation):
    """One product per kernel element, added where that element read: (N, C, H, W)."""
    (s1, s2), (d1, d2), ((top, bottom), (left, right)) = stride, dilation, padding
    N, C, H, W = x.shape
    O, _, K1, K2 = weight.shape
    _, OH, OW, _ = g.shape
    gx = np.zeros((N, H + top + bottom, W + left + right, C), g.dtype)
    images = per_block(OH * OW * C * g.itemsize)
    matrices = np.ascontiguousarray(weight.transpose(2, 3, 0, 1))       # (K1, K2, O, C)
    for n in range(0, N, images):
        rows = g[n:n + images].reshape(-1, O)
        for i in range(K1):
            for j in range(K2):
                seen = gx[n:n + images, i * d1:i * d1 + (OH - 1) * s1 + 1:s1,
                          j * d2:j * d2 + (OW - 1) * s2 + 1:s2]
                seen += np.matmul(rows, matrices[i, j]).reshape(-1, OH, OW, C)
    return gx[:, top:top + H, left:left + W].transpose(0, 3, 1, 2)
