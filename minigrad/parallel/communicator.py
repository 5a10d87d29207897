"""Communicator: what processes that compute together need of each other, whatever carries it."""

import numpy as np


class Communicator:
    """`size` processes, of which this one is number `rank`, from 0.

    All processes call the same methods in the same order, with arrays of the same shape and dtype and with
    the same settings; a call returns when this process has what it asked for, or raises when another one is
    gone. Arrays are changed in place.

    shared.py implements this for the processes of one machine. Elsewhere the methods are, with arrays on a
    GPU for NCCL:

        all_reduce   MPI_Allreduce with MPI_IN_PLACE     ncclAllReduce
        reduce       MPI_Reduce, array by array          ncclReduce, all arrays in one group
        broadcast    MPI_Bcast                           ncclBroadcast
        barrier      MPI_Barrier                         all_reduce of one number, then wait for the stream
        close        nothing: MPI_Finalize is the end    ncclCommDestroy
    """

    rank, size = 0, 1

    def all_reduce(self, array, op="sum"):
        """Give every process the elementwise 'sum', 'max' or 'min' of all processes' arrays; returns `array`.

        All receive the same bits.
        """
        raise NotImplementedError

    def reduce(self, arrays, root=0):
        """Add to each of process `root`'s arrays, a list, those of the other processes, which stay as they are."""
        raise NotImplementedError

    def broadcast(self, array, root=0):
        """Give every process what `array` holds in process number `root`; returns `array`."""
        raise NotImplementedError

    def barrier(self):
        """Wait until every process has come here."""
        raise NotImplementedError

    def empty(self, shape, dtype):
        """An array, its values undefined, that the methods above handle without a further copy."""
        return np.empty(shape, dtype)

    def close(self):
        """Give back what the communicator holds; it cannot be used again."""
