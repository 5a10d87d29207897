"""FLOPs: the number of floating-point operations of matrix products, computed from their shapes.

A multiply-add counts as 2. Only products are counted, not biases or elementwise operations, and nothing
that a kernel recomputes to save memory. Einsum is supported for two operands.
"""

from math import prod

from minigrad.ops.images.convolution import convolve
from minigrad.ops.layers.attention import attend
from minigrad.ops.layers.linear import linear
from minigrad.ops.matrices.einsum import contract
from minigrad.ops.matrices.products import matrix_product


def einsum(y, *shapes, inputs, output):
    """Each letter of the output, and each letter in both operands, is a loop."""
    if len(shapes) != 2:
        return None
    sizes = {}
    for letters, shape in zip(inputs, shapes):
        for letter, size in zip(letters, shape):
            sizes[letter] = max(size, sizes.get(letter, 1))
    both = set(inputs[0]) & set(inputs[1])
    return 2 * prod(size for letter, size in sizes.items() if letter in both or letter in output)


FORWARD = {     # op -> its FLOPs, from the shapes of the output and the arguments, and the settings
    matrix_product: lambda y, a, b: 2 * prod(y) * a[-1],
    linear: lambda y, x, weight, bias: 2 * prod(y) * x[-1],
    convolve: lambda y, x, weight, bias, **settings: 2 * prod(y) * prod(weight[1:]),
    attend: lambda y, q, k, v, mask, **settings: 2 * prod(q[:-1]) * k[-2] * (q[-1] + v[-1]),
    contract: einsum,
}


def forward_flops(op, y, shapes, settings):
    """The FLOPs of one call, or None if unknown."""
    count = FORWARD.get(op)
    return count and count(y, *shapes, **settings)


def backward_flops(op, y, shapes, settings, wanted):
    """The FLOPs of the gradients of the wanted arguments: one more product for each factor of a product."""
    if op is attend:        # p = softmax(q kᵀ), y = p v; q and k both need the gradient of p
        q, k, v = shapes[:3]
        scores = 2 * prod(q[:-1]) * k[-2]
        through_v = bool(wanted[2]) + bool(wanted[0] or wanted[1])
        return scores * (through_v * v[-1] + (bool(wanted[0]) + bool(wanted[1])) * q[-1])
    flops = forward_flops(op, y, shapes, settings)
    return flops and flops * sum(map(bool, wanted[:2]))
