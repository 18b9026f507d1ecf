"""`Parcel`: something pickled whose large buffers, an array's say, are not in the pickle but in memory that travels.

Through a pipe an array is copied again and again, in pieces. Here it is copied once, into memory that has no name and
belongs to whoever has it open; the receiver gets it open, and the array is there. When the receiver lets go of the
array the memory is gone, or used again (see `memory`), and should a process die on the way, so is what it had open:
nothing can be left behind.

Only Linux has such memory. Elsewhere everything goes through the pipe.

Pickling with buffers apart is described in PEP 574.
"""

import mmap
import os
import pickle
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .memory import ALIGNED, Memory, Shelf

__all__ = [
    "LARGE",
    "Parcel",
    "pack",
    "receive_memory",
    "receive_with_memory",
    "send_memory",
    "unpack",
]

LARGE = 1 << 18
"""Bytes from which on a buffer is worth the trouble."""
MANY = 200
"""Open files, of the 1,024 or even 256 that a process may have as a rule."""
MOST_AT_ONCE = 16
INT = struct.Struct("i")
ROOM = socket.CMSG_SPACE(MOST_AT_ONCE * INT.size) if hasattr(socket, "CMSG_SPACE") else 0
LENGTHS = struct.Struct("<I")


class Parcel:
    """On its way out."""

    def __init__(self, pickled: bytes, buffers: Sequence[pickle.PickleBuffer], shelf: Shelf) -> None:
        """Copies the buffers. `OSError` if there is no memory to be had."""
        views = [buffer.raw() for buffer in buffers]
        self.memory = shelf.lend(sum(view.nbytes for view in views))
        for view in views:
            self.memory.append(view)
        self.head = pack([view.nbytes for view in views], pickled)

    def __len__(self) -> int:
        return len(self.head) + self.memory.size


def pack(sizes: Sequence[int], pickled: bytes) -> bytes:
    """The sizes of the buffers, and what refers to them."""
    return LENGTHS.pack(len(sizes)) + struct.pack(f"<{len(sizes)}Q", *sizes) + pickled


def send_memory(message: bytes, parcel: Parcel, connection: Any) -> None:
    """Through a connection that is a socket: the memory goes with the message's first byte."""
    with _as_socket(connection) as through:
        sent = socket.send_fds(through, [message], [parcel.memory.descriptor])
        through.sendall(message[sent:])


def receive_memory(connection: Any) -> Memory:
    """What `send_memory` has sent with one byte."""
    with _as_socket(connection) as through:
        _, memories = receive_with_memory(through, 1)
    if not memories:
        raise EOFError
    return memories[0]


def receive_with_memory(through: socket.socket, most: int, *, wait: bool = True) -> tuple[bytes, list[Memory]]:
    """What has arrived, and the memory that came with it. `BlockingIOError` if nothing has and it is not to wait."""
    # Python's recv_fds does this as well, but before 3.14 it forgets its flags.
    received, extras, _, _ = through.recvmsg(most, ROOM, 0 if wait else socket.MSG_DONTWAIT)
    if not extras:
        return received, []
    rights = [data for level, kind, data in extras if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)]
    return received, [Memory(descriptor) for data in rights for (descriptor,) in INT.iter_unpack(data)]


@contextmanager
def _as_socket(connection: Any) -> Iterator[socket.socket]:
    through = socket.socket(fileno=connection.fileno())
    try:
        yield through
    finally:
        through.detach()


def unpack(head: bytes | memoryview, memory: Memory) -> Any:
    """What was in the parcel. Raises whatever unpickling raises."""
    (count,) = LENGTHS.unpack_from(head)
    sizes = struct.unpack_from(f"<{count}Q", head, LENGTHS.size)
    ends, end = [], 0
    for size in sizes:
        end += -end % ALIGNED + size
        ends.append(end)
    view = _contents(memory, end)
    pickled = memoryview(head)[LENGTHS.size + 8 * count :]
    return pickle.loads(pickled, buffers=[view[end - size : end] for size, end in zip(sizes, ends, strict=True)])


def _contents(memory: Memory, size: int) -> memoryview:
    if sys.version_info < (3, 13) and memory.descriptor > MANY:
        # Here a map keeps a descriptor open, and a process may have so many: rather a copy.
        copy = memoryview(bytearray(size))
        read = 0
        while read < size:
            read += os.preadv(memory.descriptor, [copy[read:]], read)
        return copy
    # All its pages at once: it is all there, and most of it will be read.
    how: dict[str, Any] = {"flags": mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)}
    if sys.version_info >= (3, 13):
        how["trackfd"] = False
    return memoryview(mmap.mmap(memory.descriptor, size, **how))
