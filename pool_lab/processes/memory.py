"""`Memory` without a name, and the `Shelf` where it is kept to be used again.

To find memory, page by page, takes the system longer than to copy an array into it. So who sends arrays keeps the
memory that they have travelled in, and uses it again when the receiver has let go of it, or has died. The system knows
when that is: what is lent is locked as long as anybody has it open or mapped, without a word from anybody.

    sender     lend() --> copy an array --> send         is it free?  lend() --> copy the next
    receiver                                      map, use, let go

Only Linux has such memory (`memfd_create`).
"""

import os
import sys
import threading
from contextlib import suppress
from multiprocessing import reduction
from multiprocessing.context import get_spawning_popen
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Memory", "Shelf", "can_be_sent"]

ALIGNED = 64
"""Buffers begin at multiples of this, as those who compute with them like it."""
MOST_BYTES = 1 << 26
"""What is kept at most, in each process."""


def can_be_sent() -> bool:
    return sys.platform == "linux" and hasattr(os, "memfd_create")  # other systems with such memory have no mailboxes


class Memory:
    """An open file descriptor, closed when nobody refers to this any more."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.size = 0

    def append(self, buffer: memoryview) -> None:
        self.size += -self.size % ALIGNED
        while buffer.nbytes:
            written = os.pwrite(self.descriptor, buffer, self.size)
            self.size += written
            buffer = buffer[written:]

    def lent(self) -> "Memory":
        """The same, opened and locked for others, until the last of them has let go of it."""
        again = Memory(os.open(f"/proc/self/fd/{self.descriptor}", os.O_RDWR | os.O_CLOEXEC))
        fcntl.flock(again.descriptor, fcntl.LOCK_SH)
        return again

    @property
    def is_lent(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        return False

    def __reduce__(self) -> tuple[Any, ...]:
        """As an argument of a process that is being started. Else `DupFd` would start a thread, to give it away."""
        if get_spawning_popen() is None:
            raise TypeError(f"cannot pickle {type(self).__name__!r} object")
        return _received, (reduction.DupFd(self.descriptor),)

    def close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            self.close()


def _received(duplicate: Any) -> Memory:
    return Memory(duplicate.detach())


class Shelf:
    """Belongs to one process. May be used by any thread; nothing blocks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards the rest
        self._kept: dict[Memory, int] = {}
        """And how large each has been."""
        self._is_closed = False

    def lend(self, size: int) -> Memory:
        """Empty memory for about so many bytes. `OSError`: there is none."""
        with self._lock:
            memory = next((one for one in self._kept if not one.is_lent), None) or Memory(os.memfd_create("pool_lab"))
            size = max(size, self._kept.pop(memory, 0))
            if self._is_closed or size + sum(self._kept.values()) > MOST_BYTES:
                return memory
            with suppress(OSError):  # it cannot be opened twice here, and so not be used twice
                lent = memory.lent()
                self._kept[memory] = size
                return lent
            return memory

    def close(self) -> None:
        """Keep nothing any more."""
        with self._lock:
            self._is_closed = True
            self._kept.clear()

    def abandon(self) -> None:
        """In a forked child: all this is the parent's."""
        self.__init__()  # type: ignore[misc]
