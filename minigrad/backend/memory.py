"""Where arrays lie: in memory that is kept when freed, and from the start of a cache line on.

Large arrays come and go with every step, and returning their memory costs page faults. By default the C
library gives every array above some 100 kB back to the system when it is freed, and the next one is paid
for again, page by page. Told to keep them, a chain of elementwise ops on 512 kB arrays runs about 3.5
times as fast. glibc only; MINIGRAD_MALLOC=0 in the environment turns it off.

NumPy's arrays start at any multiple of 16 bytes. Wide vector instructions then write across the borders
of cache lines, and an op that writes a third array, o = x * y, takes about twice as long.
"""

import ctypes
import math
import os
import sys

import numpy as np

LINE = 64       # bytes of a cache line
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4       # malloc.h


def keep_freed_memory():
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.gnu_get_libc_version                           # only glibc knows this name
    except (OSError, AttributeError):
        return
    libc.mallopt(M_MMAP_MAX, 0)                             # no array in a mapping of its own
    libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)               # bytes
    libc.mallopt(M_TOP_PAD, 64 << 20)


def empty(shape, dtype):
    """np.empty from the start of a cache line on."""
    dtype = np.dtype(dtype)
    room = np.empty(math.prod(shape) * dtype.itemsize + LINE, np.uint8)
    return np.ndarray(shape, dtype, room, -room.__array_interface__["data"][0] % LINE)


if sys.platform == "linux" and os.environ.get("MINIGRAD_MALLOC", "1") != "0":
    keep_freed_memory()
