"""A communicator in memory that all its processes see.

Every process has a slot of its own there, where it puts what it has to say. To sum, process r of P adds up
the r-th part of all slots, and writes the sum into all of them: each element is read and written once by
one process, and the order of the summands, slot 0 to P - 1, does not depend on who is the fastest.
"""

import math
import mmap

import numpy as np

from minigrad.parallel.communicator import Communicator

OPS = {"sum": np.add, "max": np.maximum, "min": np.minimum}
STAGE = 1 << 16         # bytes of a slot through which arrays pass that lie elsewhere
LINE = 64               # bytes of a line of the cache; arrays start on one
PATIENCE = 0.1          # seconds to wait for the others before asking whether they are alive


def shared_bytes(context, size):
    """Zeros that the processes of a multiprocessing context share: nameless, gone with the last of them."""
    if context.get_start_method() == "fork":
        return mmap.mmap(-1, size)          # inherited, and no matter how small /dev/shm is
    return context.RawArray("c", size)      # travels by a descriptor of a file that has no name


def aligned(size):
    return -(-size // LINE) * LINE


class SharedCommunicator(Communicator):
    """Process number `rank` of len(gates).

    memory      shared_bytes of `needs(size, capacity)`
    gates       a semaphore of the context for every process, at first 0: what it waits at for the others
    check       called while waiting; raises where another process is gone
    """

    def __init__(self, rank, memory, gates, check):
        self.rank, self.size = rank, len(gates)
        self.gates, self.check = gates, check
        self.slots = np.frombuffer(memory, np.uint8).reshape(self.size, -1)
        self.used = STAGE

    @staticmethod
    def needs(size, capacity):
        """The bytes of memory for `size` processes that ask empty() for `capacity` bytes each."""
        return size * aligned(STAGE + capacity)

    def empty(self, shape, dtype):
        """An array in this process's slot; the same one in all processes, as all ask in the same order."""
        start, nbytes = self.used, math.prod(shape) * np.dtype(dtype).itemsize
        if start + nbytes > self.slots.shape[1]:
            raise MemoryError(f"a communicator with {self.slots.shape[1] - STAGE} bytes for each process has no "
                              f"room for {nbytes} more; {start - STAGE} are taken")
        self.used = aligned(start + nbytes)
        return self.slots[self.rank, start:start + nbytes].view(dtype).reshape(shape)

    def all_reduce(self, array, op="sum"):
        if op not in OPS:
            raise ValueError(f"all_reduce: op is one of {', '.join(OPS)}, got {op!r}")
        for slots in self.in_slots(array):
            count = slots.shape[1]
            mine = slots[:, count * self.rank // self.size:count * (self.rank + 1) // self.size]
            self.barrier()
            for other in mine[1:]:
                OPS[op](mine[0], other, out=mine[0])
            mine[1:] = mine[0]
            self.barrier()
        return array

    def broadcast(self, array, root=0):
        for slots in self.in_slots(array):
            self.barrier()
            if self.rank != root:
                slots[self.rank] = slots[root]
            self.barrier()
        return array

    def in_slots(self, array):
        """Yield all processes' `array`, (size, count), where the slots hold it; else stage by stage."""
        start = array.__array_interface__["data"][0] - self.slots[self.rank].__array_interface__["data"][0]
        if not array.flags.c_contiguous:
            raise ValueError(f"a communicator takes C-contiguous arrays, got shape {array.shape} with strides "
                             f"{array.strides}; pass numpy.ascontiguousarray(x)")
        if 0 <= start < self.slots.shape[1]:
            yield self.slots[:, start:start + array.nbytes].view(array.dtype)
            return
        flat = array.reshape(-1)
        step = STAGE // array.itemsize
        for i in range(0, array.size, step):
            part = flat[i:i + step]
            slots = self.slots[:, :part.nbytes].view(array.dtype)
            slots[self.rank] = part
            yield slots
            part[:] = slots[self.rank]

    def barrier(self):
        for rank, gate in enumerate(self.gates):
            if rank != self.rank:
                gate.release()
        for _ in range(self.size - 1):
            while not self.gates[self.rank].acquire(True, PATIENCE):
                self.check()

    def close(self):
        self.slots = self.gates = None
