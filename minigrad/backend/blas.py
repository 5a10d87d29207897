"""How many threads the matrix products of NumPy may use, read and set while the program runs.

NumPy's wheels bring OpenBLAS, which takes all cores unless told otherwise. Processes that share a machine
do better with one thread each: more threads than cores wait for each other.
"""

import ctypes
import functools
import glob
import os

import numpy as np

# The name that a build of OpenBLAS gives `openblas_set_num_threads`: NumPy's wheels, then distributions.
SPELLINGS = ["scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_",
             "openblas_{}_num_threads"]


def get_blas_threads():
    """The number of threads, or None where NumPy computes with a BLAS that does not tell (Accelerate, MKL)."""
    functions = openblas()
    return functions[0]() if functions else None


def set_blas_threads(n):
    """Let BLAS use n threads from now on; returns the number before, or None where it cannot be set.

    Where it cannot, the environment says it before Python starts: OMP_NUM_THREADS=1 or the BLAS's own name.
    """
    if not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"set_blas_threads takes a number of threads, at least 1, got {n!r}")
    functions = openblas()
    if functions is None:
        return None
    get, set_to = functions
    before = get()
    if before != n:
        set_to(int(n))
    return before


@functools.cache
def openblas():
    """OpenBLAS's functions (get, set) in the library that NumPy has loaded, or None."""
    extension = np.linalg._umath_linalg.__file__       # a symbol is looked for in what it is linked with, too
    beside = os.path.join(os.path.dirname(np.__file__), os.pardir, "numpy.libs", "*openblas*.dll")
    for path in [extension, *glob.glob(beside)]:        # Windows looks into the one file only
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for spelling in SPELLINGS:
            get = getattr(library, spelling.format("get"), None)
            set_to = getattr(library, spelling.format("set"), None)
            if get and set_to:
                set_to.restype = None
                return get, set_to
    return None
