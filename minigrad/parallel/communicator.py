"""Communicator: the collective operations that processes need to train together."""

from collections.abc import Sequence
from typing import Any

import numpy as np


class Communicator:
    """Connects `size` processes; this one has number `rank`, counted from 0.

    All processes call the same methods in the same order, with the same shapes, dtypes and settings. A
    call returns when this process has its result, or raises when another process has died. Arrays are
    changed in place.

    shared.py implements this interface for processes on one machine. In MPI and NCCL (with GPU arrays)
    the methods correspond to:

        all_reduce   MPI_Allreduce with MPI_IN_PLACE     ncclAllReduce
        reduce       MPI_Reduce, array by array          ncclReduce, all arrays in one group
        broadcast    MPI_Bcast                           ncclBroadcast
        barrier      MPI_Barrier                         all_reduce of one number, then wait for the stream
        close        nothing; MPI_Finalize at the end    ncclCommDestroy
    """

    rank, size = 0, 1

    def all_reduce(self, array: np.ndarray, op: str = "sum") -> np.ndarray:
        """Replace `array` in every process by the elementwise 'sum', 'max' or 'min' over all; return it.

        All processes get bit-identical results.
        """
        raise NotImplementedError

    def reduce(self, arrays: Sequence[np.ndarray], root: int = 0) -> None:
        """Add the arrays of all processes to those of process `root`; the others stay unchanged."""
        raise NotImplementedError

    def broadcast(self, array: np.ndarray, root: int = 0) -> np.ndarray:
        """Copy `array` from process `root` to every process; return it."""
        raise NotImplementedError

    def barrier(self) -> None:
        """Wait until every process has reached this call."""
        raise NotImplementedError

    def empty(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """An uninitialised array that the methods above can use without an extra copy."""
        return np.empty(shape, dtype)

    def close(self) -> None:
        """Release the communicator's resources; it cannot be used afterwards."""
