"""`Inbox`: takes messages from a pipe without ever waiting for one.

`Connection.recv_bytes` waits until a message that has begun to arrive is there to its end. Who listens to many must
not: a process may stop half-way through, for ever. So this keeps what has arrived until it makes a message.
"""

import os
import socket
import struct
from collections import deque
from typing import Any

from .memory import Memory
from .parcel import receive_with_memory

__all__ = ["Inbox"]

PIECE = 65536
LENGTH, LONG_LENGTH = struct.Struct("!i"), struct.Struct("!Q")
"""What `Connection.send_bytes` writes before a message; before one of 2 GB and more it writes -1 and the second."""


class Inbox:
    """For one thread only."""

    def __init__(self, connection: Any) -> None:
        self.has_ended = False
        """Nothing more will come: the other end was closed, or this one."""
        self.left_unread = False
        """It is known that the other end was closed before all that it had been sent was read."""
        self._connection = connection
        self._arrived = bytearray()
        self._taken = 0
        """How much of it has been taken off."""
        self._is_drained = False
        """The last piece was all that had arrived."""
        self._again: deque[bytes] = deque()
        self._socket: socket.socket | None = None
        self._memories: deque[Memory] = deque()

    def next(self, *, thorough: bool = True) -> bytes | None:
        """The next message that is there to its end; None if there is none for now. Does not block.

        If not `thorough`, a short piece counts as all there is, which saves asking: for who will be told of more.
        """
        if self._again:
            return self._again.popleft()
        try:
            if os.name == "nt":  # pipes keep messages apart there
                return self._connection.recv_bytes() if self._connection.poll() else None
            while (message := self._cut()) is None and (thorough or not self._is_drained) and self._read():
                pass
            self._is_drained &= message is not None
            return message
        except ConnectionResetError:  # only Linux says so
            self.left_unread = True
        except (EOFError, OSError):
            pass
        self.has_ended = True
        return None

    def _read(self) -> bool:
        """Take what has arrived. False: nothing has."""
        if self._socket is None:  # it shares the connection's pipe, and does not block
            self._socket = socket.socket(fileno=os.dup(self._connection.fileno()))
        try:
            piece, memories = receive_with_memory(self._socket, PIECE, wait=False)
        except BlockingIOError:
            return False
        self._memories.extend(memories)
        if not piece:
            raise EOFError
        if self._taken:
            del self._arrived[: self._taken]
            self._taken = 0
        self._arrived += piece
        self._is_drained = len(piece) < PIECE and not memories  # what comes with memory is kept apart from the rest
        return True

    def put_back(self, messages: list[bytes]) -> None:
        """They come once more, before all others."""
        self._again.extendleft(reversed(messages))

    def take_memory(self) -> Memory | None:
        """What came with the last message."""
        return self._memories.popleft() if self._memories else None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._memories.clear()

    def _cut(self) -> bytes | None:
        """Take the next message off what has arrived."""
        arrived, begin = self._arrived, self._taken + LENGTH.size
        if len(arrived) < begin:
            return None
        (length,) = LENGTH.unpack_from(arrived, self._taken)
        if length < 0:
            begin += LONG_LENGTH.size
            if len(arrived) < begin:
                return None
            (length,) = LONG_LENGTH.unpack_from(arrived, self._taken + LENGTH.size)
        if len(arrived) < begin + length:
            return None
        self._taken = begin + length
        with memoryview(arrived) as view:
            return bytes(view[begin : self._taken])
