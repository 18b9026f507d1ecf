"""`Whereabouts`: which request a worker is at, in memory that its pool can still read when the worker is dead."""

import mmap
import os
import struct

from .mailbox import NOTHING
from .memory import Memory

__all__ = ["SIZE", "Whereabouts"]

NUMBER = struct.Struct("@Q")
WORKERS = 2048
"""Who have a place each; of more than that, some share one."""
SIZE = WORKERS * NUMBER.size


class Whereabouts:
    """The pool and the worker have one each. They meet in the first `SIZE` bytes of the memory."""

    def __init__(self, memory: Memory, worker: int) -> None:
        self._memory = memory
        self._place = worker % WORKERS

    def to_write(self) -> memoryview:
        """For the worker: the one item of this is the number."""
        place = memoryview(mmap.mmap(self._memory.descriptor, SIZE)).cast("Q")[self._place : self._place + 1]
        place[0] = NOTHING
        return place

    def read(self) -> int:
        """For the pool: what the worker has written last."""
        if self._memory.descriptor < 0:  # the pool has let go of it: nothing lies ready any more
            return NOTHING
        number: int = NUMBER.unpack(os.pread(self._memory.descriptor, NUMBER.size, self._place * NUMBER.size))[0]
        return number
