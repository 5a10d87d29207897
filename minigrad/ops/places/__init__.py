"""Places: reshape, reorder, select or replace elements; no arithmetic on them.

    indexing      x[index], gather, index_select, masked_fill, narrow, take
    shapes        reshape, permute, squeeze, flatten, expand, broadcasting
    joining       cat, stack, split, chunk, meshgrid, combinations
    moving        repeat, tile, flip, roll, rot90
    padding       pad
    diagonals     tril, triu, diagonal, diag, block_diag
    scattering    scatter, index_add, index_put, masked_scatter, slice_scatter
    counting      nonzero, unique, searchsorted, bincount
    layouts       memory layout: contiguous, channels_last
    memory        as_strided, copies of views, resize_
"""

from minigrad.ops.places import (
    counting, diagonals, indexing, joining, layouts, memory, moving, padding, scattering, shapes)

__all__ = [
    "counting", "diagonals", "indexing", "joining", "layouts", "memory", "moving", "padding",
    "scattering", "shapes"]
