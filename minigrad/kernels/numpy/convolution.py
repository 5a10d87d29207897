"""Convolution as matrix products, with channels last in memory.

Outside, shapes stay (N, C, H, W). Inside, memory runs (N, H, W, C): what a kernel sees in a line of the image
is then one run of K*C elements, cheap to gather, and the product writes (N, H', W', O), the layout that the
next layer wants. The result is a view in PyTorch's shape.

There are two methods, one file each: by lines, where the size hardly changes, and by patches in general. Both
work on blocks of about 1 MB, a few images or a few lines of one image, so that a block stays in the cache
while it is gathered, multiplied and added. Backward gathers again; the graph keeps no patches.
"""

import numpy as np

from minigrad.backend.memory import empty
from minigrad.kernels.numpy.convolution_by_lines import backward_by_lines, forward_by_lines
from minigrad.kernels.numpy.convolution_by_patches import (
    FEW,
    forward_by_patches,
    input_gradient,
    weight_gradient,
)
from minigrad.kernels.numpy.linear import column_sums
from minigrad.ops.images.convolution import convolve

WASTE = 1.125           # by lines, if x has at most this many times the lines and columns of y


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
    """The output size: how many positions the kernel takes along each axis."""
    return [(n + sum(p) - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(x.shape[2:], weight.shape[2:], stride, padding, dilation)]


def hardly_changes(x, weight, stride, OH, OW):
    """Whether the method by lines applies and is the better one."""
    C, H, W = x.shape[1:]
    return stride == (1, 1) and C >= FEW and weight[0, 0].size > 1 and H <= WASTE * OH and W <= WASTE * OW


convolve.kernel(np.ndarray, forward, backward)
