"""Read and set the number of threads of NumPy's matrix products at run time.

NumPy's wheels include OpenBLAS, which uses all cores by default. Processes that share a machine run
better with one thread each, since more threads than cores compete.
"""

import ctypes
import functools
import glob
import os

import numpy as np

# How builds of OpenBLAS name openblas_get_num_threads and openblas_set_num_threads: NumPy's wheels first,
# then Linux distributions.
SPELLINGS = ["scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads",
             "openblas_{}_num_threads64_",
             "openblas_{}_num_threads"]


def get_blas_threads() -> int | None:
    """Return BLAS's number of threads, or None if NumPy uses another BLAS than OpenBLAS (Accelerate, MKL)."""
    functions = openblas()
    return functions[0]() if functions else None


def set_blas_threads(n: int) -> int | None:
    """Set BLAS's number of threads; return the previous number, or None if it cannot be set.

    If it cannot, set OMP_NUM_THREADS, or the BLAS's own variable, before starting Python.
    """
    if not isinstance(n, (int, np.integer)) or not 1 <= n <= 2**16:
        raise ValueError(f"set_num_threads: expected a number of threads, at least 1, got {n!r}")
    functions = openblas()
    if functions is None:
        return None
    get, set_to, _ = functions
    before = get()
    if before != n:
        set_to(int(n))
    return before


def get_blas_kernel() -> str | None:
    """The processor for which OpenBLAS's kernel is made, such as 'Haswell'; None with another BLAS.

    The variable OPENBLAS_CORETYPE, set before Python starts, chooses another one.
    """
    functions = openblas()
    if functions is None or functions[2] is None:
        return None
    return functions[2]().decode()


@functools.cache
def openblas():
    """OpenBLAS's functions (get, set, kernel's name or None) in the library that NumPy loaded, or None."""
    extension = np.linalg._umath_linalg.__file__       # symbols are also found in the libraries it links
    beside = os.path.join(os.path.dirname(np.__file__), os.pardir, "numpy.libs", "*openblas*.dll")
    for path in [extension, *glob.glob(beside)]:        # Windows searches only the given file
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for spelling in SPELLINGS:
            get = getattr(library, spelling.format("get"), None)
            set_to = getattr(library, spelling.format("set"), None)
            if get and set_to:
                set_to.restype = None
                name = getattr(library, spelling.replace("{}_num_threads", "get_corename"), None)
                if name:
                    name.restype = ctypes.c_char_p
                return get, set_to, name
    return None
