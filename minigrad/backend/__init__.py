"""Floor 1: the array libraries NumPy and CuPy, and every difference between them.

An op's forward receives `xp`, the library of its arrays, and uses the functions that NumPy and CuPy have
in common. What differs is defined once, as the methods of `NumPy` in numpy.py, with versions for CuPy in
cupy.py and for the fake device in fake.py. Code outside this package never asks which library it uses.
"""

from minigrad.backend.seam import (
    CPU, MODULES, Device, array_on, bincount, copies, device_of, is_on, library_of, move, module_on, owner,
    quiet)
from minigrad.backend.blas import get_blas_threads, set_blas_threads
from minigrad.backend import memory as _memory  # keeps freed memory  # noqa: F401
from minigrad.backend import numpy as _numpy  # registers the CPU  # noqa: F401
from minigrad.backend.random import (
    Generator, device_generator, host_generator, host_state, initial_seed, manual_seed, random_state, seed,
    seed_devices, set_host_state, set_random_state)

__all__ = [
    "CPU", "MODULES", "Device", "Generator", "array_on", "bincount", "copies", "device_generator",
    "device_of", "get_blas_threads", "host_generator", "host_state", "initial_seed", "is_on",
    "library_of", "manual_seed", "module_on", "move", "owner", "quiet", "random_state", "seed",
    "seed_devices", "set_blas_threads", "set_host_state", "set_random_state"]
