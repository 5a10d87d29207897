"""A communicator in memory that all its processes see.

Every process has a slot of its own there, where it puts what it has to say. To sum, process r of P adds up
the r-th part of all slots, and writes the sum where it is wanted: each element is read and written once by
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
        self.room_for, self.rooms = (), []      # what reduce() had last

    @staticmethod
    def needs(size, capacity):
        """The bytes of memory for `size` processes that ask empty() for `capacity` bytes each."""
        return size * aligned(STAGE + capacity)

    def empty(self, shape, dtype):
        return self.everywhere(shape, dtype)[self.rank]

    def everywhere(self, shape, dtype):
        """(size, *shape): an array in every slot, the same one in all processes, as all ask in the same order."""
        start, nbytes = self.used, math.prod(shape) * np.dtype(dtype).itemsize
        if start + nbytes > self.slots.shape[1]:
            raise MemoryError(f"a communicator with {self.slots.shape[1] - STAGE} bytes for each process has no "
                              f"room for {nbytes} more; {start - STAGE} are taken")
        self.used = aligned(start + nbytes)
        return self.slots[:, start:start + nbytes].view(dtype).reshape(self.size, *shape)

    def all_reduce(self, array, op="sum"):
        if op not in OPS:
            raise ValueError(f"all_reduce: op is one of {', '.join(OPS)}, got {op!r}")
        for slots in self.in_slots(array):
            mine = self.share(slots)
            self.barrier()
            for other in mine[1:]:
                OPS[op](mine[0], other, out=mine[0])
            mine[1:] = mine[0]
            self.barrier()
        return array

    def reduce(self, arrays, root=0):
        shared = self.room(arrays)
        if self.rank != root:           # root's own arrays need not go through its slot
            for array, slots in zip(arrays, shared):
                slots[self.rank, ...] = array
        self.barrier()
        first, *others = (rank for rank in range(self.size) if rank != root)
        if others:
            for slots in shared:
                mine = self.share(slots.reshape(self.size, -1))
                for other in others:
                    mine[first] += mine[other]
            self.barrier()
        if self.rank == root:
            for array, slots in zip(arrays, shared):
                array += slots[first]
        self.barrier()                  # the slots are free again

    def share(self, slots):
        """The part of all slots, (size, count), that this process sums."""
        count = slots.shape[1]
        return slots[:, count * self.rank // self.size:count * (self.rank + 1) // self.size]

    def room(self, arrays):
        """For each array its like in every slot, in the room that empty() has left; float16 is summed in float32."""
        key = tuple((array.shape, np.float32 if array.dtype == np.float16 else array.dtype) for array in arrays)
        if key != self.room_for:
            used = self.used
            try:
                self.rooms = [self.everywhere(*each) for each in key]
            finally:
                self.used = used
            self.room_for = key
        return self.rooms

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
        self.slots = self.gates = self.rooms = None
