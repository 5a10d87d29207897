"""FLOPs: how many floating-point operations the products of matrices need, by the shapes alone.

A multiplication and the addition that follows it are 2. Only products are counted, no bias and nothing
elementwise; what a kernel computes a second time to save memory is not counted again. Einsum is known
for two operands.
"""

from math import prod

from minigrad.ops.images.convolution import convolve
from minigrad.ops.layers.attention import attend
from minigrad.ops.layers.linear import linear
from minigrad.ops.matrices.einsum import contract
from minigrad.ops.matrices.products import matrix_product


def einsum(y, *shapes, inputs, output):
    """Every letter of the output, and every letter that is summed over in both, is a loop."""
    if len(shapes) != 2:
        return None
    sizes = {}
    for letters, shape in zip(inputs, shapes):
        for letter, size in zip(letters, shape):
            sizes[letter] = max(size, sizes.get(letter, 1))
    both = set(inputs[0]) & set(inputs[1])
    return 2 * prod(size for letter, size in sizes.items() if letter in both or letter in output)


FORWARD = {     # op -> its FLOPs, by the shapes of the output and of the arguments, and the settings
    matrix_product: lambda y, a, b: 2 * prod(y) * a[-1],
    linear: lambda y, x, weight, bias: 2 * prod(y) * x[-1],
    convolve: lambda y, x, weight, bias, **settings: 2 * prod(y) * prod(weight[1:]),
    attend: lambda y, q, k, v, mask, **settings: 2 * prod(q[:-1]) * k[-2] * (q[-1] + v[-1]),
    contract: einsum,
}


def forward_flops(op, y, shapes, settings):
    """The FLOPs of one call, None where they are not known."""
    count = FORWARD.get(op)
    return count and count(y, *shapes, **settings)


def backward_flops(op, y, shapes, settings, wanted):
    """The FLOPs of the gradients of the wanted arguments: each factor of a product costs another product."""
    if op is attend:        # p = softmax(q kᵀ), y = p v: first the gradient of p, which q and k both need
        q, k, v = shapes[:3]
        scores = 2 * prod(q[:-1]) * k[-2]
        through_v = bool(wanted[2]) + bool(wanted[0] or wanted[1])
        return scores * (through_v * v[-1] + (bool(wanted[0]) + bool(wanted[1])) * q[-1])
    flops = forward_flops(op, y, shapes, settings)
    return flops and flops * sum(map(bool, wanted[:2]))
