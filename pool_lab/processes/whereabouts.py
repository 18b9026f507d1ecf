"""`Whereabouts`: which request a worker is at, in memory that its pool can still read when the worker is dead."""

import mmap
import os
import struct
from collections.abc import Callable
from multiprocessing.reduction import DupFd
from typing import Any

from .mailbox import NOTHING
from .memory import Memory, can_be_sent

__all__ = ["Whereabouts"]

NUMBER = struct.Struct("@Q")


class Whereabouts:
    """Made by the pool, and sent to the worker as its process starts.

    Where there is no memory that can be sent, the pool learns nothing from it.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory = Memory(os.memfd_create("pool_lab")) if memory is None and can_be_sent() else memory

    def __reduce__(self) -> tuple[Callable[..., "Whereabouts"], tuple[Any, ...]]:
        return _received, () if self._memory is None else (DupFd(self._memory.descriptor),)

    def read(self) -> int:
        """For the pool: what the worker has written last."""
        written = b"" if self._memory is None else os.pread(self._memory.descriptor, NUMBER.size, 0)
        return NUMBER.unpack(written)[0] if written else NOTHING

    def close(self) -> None:
        """For the pool: there will be no more to read."""
        self._memory = None

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


def _received(descriptor: Any = None) -> Whereabouts:
    return Whereabouts(None if descriptor is None else Memory(descriptor.detach()))
