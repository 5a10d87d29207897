"""Memory for arrays: freed memory is kept for reuse, and new arrays can start on a cache line.

Every training step allocates and frees large arrays. By default the C library returns each one above about
100 kB to the system, so the next one costs page faults again. Importing this file tells it to keep them.
glibc only; MINIGRAD_MALLOC=0 in the environment turns it off.

NumPy's arrays start at any multiple of 16 bytes, so wide vector instructions write across cache line borders,
which slows down ops that write a new array. `empty` aligns the start.
"""

import ctypes
import math
import os
import sys
from collections.abc import Sequence

import numpy as np

LINE = 64       # bytes of a cache line
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4       # malloc.h


def keep_freed_memory() -> None:
    """Tell glibc not to return freed memory to the system; elsewhere do nothing."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        _ = libc.gnu_get_libc_version                       # only glibc knows this name
    except (OSError, AttributeError):
        return
    libc.mallopt(M_MMAP_MAX, 0)                             # no separate mapping for large arrays
    libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)               # bytes
    libc.mallopt(M_TOP_PAD, 64 << 20)


def empty(shape: Sequence[int], dtype: str | type | np.dtype) -> np.ndarray:
    """np.empty whose first element starts a cache line."""
    dtype = np.dtype(dtype)
    room = np.empty(math.prod(shape) * dtype.itemsize + LINE, np.uint8)
    return np.ndarray(shape, dtype, room, -room.__array_interface__["data"][0] % LINE)


if sys.platform == "linux" and os.environ.get("MINIGRAD_MALLOC", "1") != "0":
    keep_freed_memory()
