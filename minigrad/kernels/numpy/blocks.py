"""Blocks: pieces of a batch of images small enough to stay in the processor's cache while they are used."""

import math

from minigrad.backend.memory import empty

CACHE = 1 << 20         # bytes of a block


def per_block(size):
    """How many things of `size` bytes fit into a block, at least 1."""
    return max(1, CACHE // size)


def blocks(N, lines, size):
    """Yield (images, lines) slices, one pair per block, of N images of `lines` lines of `size` bytes."""
    images, step = per_block(size * lines), per_block(size)
    for n in range(0, N, images):
        for top in range(0, lines, step):
            yield slice(n, min(n + images, N)), slice(top, min(top + step, lines))


class Scratch:
    """Named buffers that each block reuses from the block before, because the cache still holds them."""

    def __init__(self, dtype):
        self.dtype, self.arrays = dtype, {}

    def __call__(self, name, *shape):
        size = math.prod(shape)
        if name not in self.arrays:             # the first block is the largest
            self.arrays[name] = empty((size,), self.dtype)
        return self.arrays[name][:size].reshape(shape)


def meeting(by, here, there):
    """Slices of range(here) and range(there) that hold every t and t + by lying within both."""
    low = min(max(0, -by), here)
    high = max(low, min(here, there - by))
    return slice(low, high), slice(max(0, low + by), max(0, high + by))
