"""A communicator in shared memory.

Every process has its own slot there for its data. To sum, process r of P adds the r-th part of all slots
and writes the result where it is needed. Each element is read and written once, by one process, and the
order of the summands, slot 0 to P - 1, does not depend on timing.
"""

import math
import mmap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from minigrad.parallel.communicator import Communicator

OPS = {"sum": np.add, "max": np.maximum, "min": np.minimum}
STAGE = 1 << 16         # bytes of a slot for staging arrays that lie outside the shared memory
LINE = 64               # bytes of a cache line; arrays are aligned to it
PATIENCE = 0.1          # seconds to wait for the others before checking that they are alive


def shared_bytes(context, size):
    """Anonymous zeroed memory, shared by the processes of a multiprocessing context and freed by the last."""
    if context.get_start_method() == "fork":
        return mmap.mmap(-1, size)          # inherited; not limited by the size of /dev/shm
    return context.RawArray("c", size)      # passed as the file descriptor of an unnamed file


def aligned(size):
    return -(-size // LINE) * LINE


class SharedCommunicator(Communicator):
    """Process number `rank` of len(gates).

    memory      shared_bytes of `needs(size, capacity)`
    gates       a semaphore per process, initially 0, at which that process waits for the others
    check       called while waiting; raises if another process has died
    """

    def __init__(self, rank: int, memory: Any, gates: Sequence[Any], check: Callable[[], None]):
        self.rank, self.size = rank, len(gates)
        self.gates: Any = gates
        self.check = check
        self.slots: Any = np.frombuffer(memory, np.uint8).reshape(self.size, -1)
        self.used = STAGE
        self.room_for: tuple = ()       # cached for the next reduce(), as is rooms
        self.rooms: Any = []

    @staticmethod
    def needs(size: int, capacity: int) -> int:
        """Bytes of memory for `size` processes that allocate `capacity` bytes each with empty()."""
        return size * aligned(STAGE + capacity)

    def empty(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        return self.everywhere(shape, dtype)[self.rank]

    def everywhere(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """Allocate an array in every slot -> (size, *shape).

        All processes allocate in the same order, so they get the same memory.
        """
        start, nbytes = self.used, math.prod(shape) * np.dtype(dtype).itemsize
        if start + nbytes > self.slots.shape[1]:
            raise MemoryError(f"this communicator has {self.slots.shape[1] - STAGE} bytes per process, of "
                              "which "
                              f"{start - STAGE} are used; it cannot allocate {nbytes} more")
        self.used = aligned(start + nbytes)
        return self.slots[:, start:start + nbytes].view(dtype).reshape(self.size, *shape)

    def all_reduce(self, array: np.ndarray, op: str = "sum") -> np.ndarray:
        if op not in OPS:
            raise ValueError(f"all_reduce: op must be one of {', '.join(OPS)}, got {op!r}")
        for slots in self.in_slots(array):
            mine = self.share(slots)
            self.barrier()
            for other in mine[1:]:
                OPS[op](mine[0], other, out=mine[0])
            mine[1:] = mine[0]
            self.barrier()
        return array

    def reduce(self, arrays: Sequence[np.ndarray], root: int = 0) -> None:
        shared = self.room(arrays)
        if self.rank != root:           # root adds to its own arrays directly
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
        self.barrier()                  # the slots can be reused

    def share(self, slots: np.ndarray) -> np.ndarray:
        """The part of all slots, (size, count), that this process sums."""
        count = slots.shape[1]
        return slots[:, count * self.rank // self.size:count * (self.rank + 1) // self.size]

    def room(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """A matching array in every slot for each array, in the free space; float16 is summed in float32."""
        key = tuple((array.shape, np.float32 if array.dtype == np.float16 else array.dtype)
                    for array in arrays)
        if key != self.room_for:
            used = self.used
            try:
                self.rooms = [self.everywhere(*each) for each in key]
            finally:
                self.used = used
            self.room_for = key
        return self.rooms

    def broadcast(self, array: np.ndarray, root: int = 0) -> np.ndarray:
        for slots in self.in_slots(array):
            self.barrier()
            if self.rank != root:
                slots[self.rank] = slots[root]
            self.barrier()
        return array

    def in_slots(self, array: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the `array` of all processes, (size, count): whole if it is in the slots, else in stages."""
        start = array.__array_interface__["data"][0] - self.slots[self.rank].__array_interface__["data"][0]
        if not array.flags.c_contiguous:
            raise ValueError(f"a communicator needs C-contiguous arrays, got shape {array.shape} with "
                             "strides "
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

    def barrier(self) -> None:
        for rank, gate in enumerate(self.gates):
            if rank != self.rank:
                gate.release()
        for _ in range(self.size - 1):
            while not self.gates[self.rank].acquire(True, PATIENCE):
                self.check()

    def close(self) -> None:
        self.slots = self.gates = self.rooms = None
