"""`Whereabouts`: which request a worker is at, in memory that its pool can still read when the worker is dead."""

import mmap
import os
import struct

from .mailbox import NOTHING
from .memory import Memory

__all__ = ["Whereabouts"]

NUMBER = struct.Struct("@Q")


class Whereabouts:
    """Made by the pool, and sent to the worker as its process starts."""

    def __init__(self, *, is_used: bool) -> None:
        self._memory = Memory(os.memfd_create("pool_lab")) if is_used else None

    def to_write(self) -> memoryview:
        """For the worker: its one item is the number."""
        if self._memory is None:
            place = memoryview(bytearray(NUMBER.size))
        else:
            os.ftruncate(self._memory.descriptor, NUMBER.size)
            place = memoryview(mmap.mmap(self._memory.descriptor, NUMBER.size))
        place = place.cast("Q")
        place[0] = NOTHING
        return place

    def read(self) -> int:
        """For the pool: what the worker has written last."""
        written = b"" if self._memory is None else os.pread(self._memory.descriptor, NUMBER.size, 0)
        number: int = NUMBER.unpack(written)[0] if written else NOTHING
        return number

    def close(self) -> None:
        """For the pool: there will be no more to read."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None
