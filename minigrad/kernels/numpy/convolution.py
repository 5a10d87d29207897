"""Convolution as matrix products, with channels last in memory.

Shapes stay (N, C, H, W) outside. Inside, memory runs (N, H, W, C): what a kernel sees of a line of the image is then
one run of K*C numbers, cheap to gather, and the product writes (N, H', W', O), the layout that the next
layer wants. The result is a view in PyTorch's shape.

There are two ways. In general, whole patches are gathered as the rows of a matrix, K*K times the image, and one
product with the weight is the result. Few channels make short runs; then patches have the channel outermost, in runs
as long as a line of the image, and a last element that is always one: its weight is the bias.

Where sizes hardly change, columns and lines of the kernel are taken one after the other. Of every line of the
image only the neighbours in the line are gathered, K times the image, and one product gives what that line
adds to each of the K lines of the result that see it:

    seen[n, h, w, j] = x[n, h, w + j - left]        y[n, h] = sum over i of (seen @ weight)[n, h + i - top, :, i]

The gradients are made of the same two steps. Of g, gathered along its lines, one product gives the gradient of
the input; the same matrix, with x gathered across the lines, gives that of the weight. Beyond the ends of a line
stand zeros, and 0 * inf is nan: a number in x that is not finite can make nan of entries of the weight's gradient,
and one in the weight of entries of x's gradient, which PyTorch leaves finite.

Both ways go in blocks of about 1 MB, a few images or a few lines of one image, so that a block stays in the cache
of the processor between being gathered, multiplied and added. Backward gathers again: nothing is kept.
"""

import math

import numpy as np

from minigrad.kernels.numpy.linear import column_sums
from minigrad.backend.memory import empty
from minigrad.ops.images.convolution import convolve

CACHE = 1 << 20         # bytes of a block
FEW = 8                 # channels below which they go outermost
WASTE = 1.125           # lines or columns of x to those of y, up to which they go one after the other


def forward(xp, x, weight, bias, *, stride, padding, dilation, groups):
    if x.ndim != 4 or groups != 1 or 0 in x.shape + weight.shape:
        return NotImplemented
    OH, OW = places(x, weight, stride, padding, dilation)
    y = empty((len(x), OH, OW, len(weight)), x.dtype)
    if hardly_changes(x, weight, stride, OH, OW):
        forward_by_lines(x, weight, bias, y, padding, dilation)
    else:
        forward_by_patches(x, weight, bias, y, stride, padding, dilation)
    return y.transpose(0, 3, 1, 2), ()


def backward(xp, g, arrays, extra, wanted, *, stride, padding, dilation, groups):
    x, weight, bias = arrays
    gx = gw = gb = None
    g = np.ascontiguousarray(g.transpose(0, 2, 3, 1))       # (N, OH, OW, O)
    if hardly_changes(x, weight, stride, *g.shape[1:3]):
        gx, gw = backward_by_lines(g, x, weight, wanted, padding, dilation)
    else:
        if wanted[0]:
            gx = input_gradient(g, x, weight, stride, padding, dilation)
        if wanted[1]:
            gw, gb = weight_gradient(g, x, weight, stride, padding, dilation)
    if not wanted[2]:
        gb = None
    elif gb is None:
        gb = column_sums(g.reshape(-1, len(weight)))
    return gx, gw, gb


def places(x, weight, stride, padding, dilation):
    """How many places the kernel takes along each axis."""
    return [(n + sum(p) - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(x.shape[2:], weight.shape[2:], stride, padding, dilation)]


def hardly_changes(x, weight, stride, OH, OW):
    """True where lines and columns of the kernel are best taken one after the other."""
    C, H, W = x.shape[1:]
    return stride == (1, 1) and C >= FEW and weight[0, 0].size > 1 and H <= WASTE * OH and W <= WASTE * OW


def blocks(N, lines, size):
    """Images and lines of them, as slices, that make up a block; size: bytes of a line."""
    images, step = max(1, CACHE // (size * lines)), max(1, CACHE // size)
    for n in range(0, N, images):
        for top in range(0, lines, step):
            yield slice(n, min(n + images, N)), slice(top, min(top + step, lines))


# lines and columns of the kernel one after the other


def forward_by_lines(x, weight, bias, y, padding, dilation):
    O, C, K1, K2 = weight.shape
    N, OH, OW, _ = y.shape
    (top, _), (left, _) = padding
    matrix = weight.transpose(3, 1, 2, 0).reshape(K2 * C, K1 * O)
    across = [j * dilation[1] - left for j in range(K2)]       # from a column of y to that of x which j sees
    scratch = Scratch(x.dtype)
    for images, lines in blocks(N, x.shape[2], OW * max(K2 * C, K1 * O) * x.itemsize):
        part = np.ascontiguousarray(x[images, :, lines].transpose(0, 2, 3, 1))      # (n, h, W, C)
        n, h = part.shape[:2]
        seen = scratch("seen", n, h, OW, K2, C)
        gather(seen.swapaxes(1, 2), part.swapaxes(1, 2), across)
        product = scratch("product", n, h, OW, K1, O)
        np.matmul(seen.reshape(-1, K2 * C), matrix, out=product.reshape(-1, K1 * O))
        if lines.start == 0:
            y[images].reshape(n, OH, OW * O)[...] = 0 if bias is None else np.tile(bias, OW)     # long inner loops
        add(y[images], product, [lines.start + top - i * dilation[0] for i in range(K1)])


def backward_by_lines(g, x, weight, wanted, padding, dilation):
    O, C, K1, K2 = weight.shape
    N, _, H, W = x.shape
    (top, _), (left, _) = padding
    matrix = weight.transpose(3, 0, 2, 1).reshape(K2 * O, K1 * C)
    across = [left - j * dilation[1] for j in range(K2)]       # from a column of x to that of y where j sees it
    gx, gw, scratch = empty((N, H, W, C), x.dtype) if wanted[0] else None, 0, Scratch(x.dtype)
    for images, lines in blocks(N, g.shape[1], W * max(K2 * O, K1 * C) * x.itemsize):
        part = g[images, lines]                                 # (n, h, OW, O)
        n, h = part.shape[:2]
        down = [lines.start + i * dilation[0] - top for i in range(K1)]        # from a line of part to that of x
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
            if x.strides[1] > x.strides[3]:     # channels first in memory: gather along it
                columns = scratch("product", K1, C, n, h, W)
                gather(columns.transpose(2, 3, 4, 0, 1), x[images].transpose(0, 2, 3, 1), down)
                gw += np.matmul(columns.reshape(K1 * C, -1), rows)
            else:
                columns = scratch("product", n, h, W, K1, C)
                gather(columns, x[images].transpose(0, 2, 3, 1), down)
                gw += np.matmul(columns.reshape(-1, K1 * C).T, rows)
    return (gx.transpose(0, 3, 1, 2) if wanted[0] else None,
            gw.reshape(K1, C, K2, O).transpose(3, 1, 0, 2) if wanted[1] else None)


class Scratch:
    """Memory for a block, by name: what the block before used and what the cache therefore holds."""

    def __init__(self, dtype):
        self.dtype, self.arrays = dtype, {}

    def __call__(self, name, *shape):
        size = math.prod(shape)
        if name not in self.arrays:             # the first block is the largest
            self.arrays[name] = empty((size,), self.dtype)
        return self.arrays[name][:size].reshape(shape)


def meeting(by, here, there):
    """Slices of range(here) and range(there): all t and t + by that lie in both."""
    low = min(max(0, -by), here)
    high = max(low, min(here, there - by))
    return slice(low, high), slice(max(0, low + by), max(0, high + by))


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


# whole patches


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
            flat += np.tile(bias, part.shape[2])        # long inner loops


def weight_gradient(g, x, weight, stride, padding, dilation):
    O, C, K1, K2 = weight.shape
    total = 0
    for at, block in patches(x, weight, stride, padding, dilation, *g.shape[1:3]):
        rows = g[at].reshape(-1, O)             # the faster one of two transposes
        total += np.matmul(block.T, rows).T if C < FEW else np.matmul(rows.T, block)
    gw = total[:, :K1 * K2 * C].reshape(O, K1, K2, C).transpose(0, 3, 1, 2)
    return gw, total[:, -1] if C < FEW else None        # of the ones: the sums of g


def patches(x, weight, stride, padding, dilation, OH, OW):
    """Blocks (images, lines) of the places of the kernel, each with the matrix of what it sees there.

    Rows are places, columns (K1, K2, C), of few channels (K1, K2, C) and a one.
    """
    (s1, s2), (d1, d2), ((before, _), (left, right)) = stride, dilation, padding
    _, C, K1, K2 = weight.shape
    N, _, H, W = x.shape
    few, depth, scratch = C < FEW, K1 * K2 * C, Scratch(x.dtype)
    # The axes (image, line, column, channel) as `memory` has them, channels outermost or last, and the way back.
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
            matrix[-1] = 1                      # meets the bias
            yield (images, lines), matrix.T
        else:
            view = np.ndarray((n, height, OW, K1, K2, C), x.dtype, memory, 0,
                              (image, s1 * line, s2 * column, d1 * line, d2 * column, channel))
            if not view.flags.c_contiguous:     # it is for a kernel of one place
                matrix = scratch("patches", *view.shape)
                matrix[...] = view
                view = matrix
            yield (images, lines), view.reshape(-1, depth)


def input_gradient(g, x, weight, stride, padding, dilation):
    """One product for each place in the kernel, added where that place lay: (N, C, H, W)."""
    (s1, s2), (d1, d2), ((top, bottom), (left, right)) = stride, dilation, padding
    N, C, H, W = x.shape
    O, _, K1, K2 = weight.shape
    _, OH, OW, _ = g.shape
    gx = np.zeros((N, H + top + bottom, W + left + right, C), g.dtype)
    images = max(1, CACHE // (OH * OW * C * g.itemsize))
    matrices = np.ascontiguousarray(weight.transpose(2, 3, 0, 1))       # (K1, K2, O, C)
    for n in range(0, N, images):
        rows = g[n:n + images].reshape(-1, O)
        for i in range(K1):
            for j in range(K2):
                gx[n:n + images, i * d1:i * d1 + (OH - 1) * s1 + 1:s1,
                   j * d2:j * d2 + (OW - 1) * s2 + 1:s2] += np.matmul(rows, matrices[i, j]).reshape(-1, OH, OW, C)
    return gx[:, top:top + H, left:left + W].transpose(0, 3, 1, 2)


convolve.kernel(np.ndarray, forward, backward)
