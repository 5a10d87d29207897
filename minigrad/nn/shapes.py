"""Layers that only arrange the numbers anew."""

from minigrad.nn.module import Module
from minigrad.ops.shapes import flatten, unflatten


class Flatten(Module):
    """All axes but the first as one, (N, C, H, W) -> (N, C H W); or those from start_dim to end_dim."""

    def __init__(self, start_dim=1, end_dim=-1):
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        return flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Axis `dim` as several of the sizes unflattened_size, of which one may be -1."""

    def __init__(self, dim, unflattened_size):
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x):
        return unflatten(x, self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
