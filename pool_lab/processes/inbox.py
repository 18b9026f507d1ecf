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
    """For one thread at a time."""

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
        self._socket: socket.socket | None = None
        self._memories: deque[Memory] = deque()

    def next(self, *, thorough: bool = True) -> bytes | None:
        """The next message that is there to its end; None if there is none for now. Does not block.

        If not `thorough`, a short piece counts as all there is, which saves asking: for who will be told of more.
        """
        if os.name == "nt":
            return self._next_apart()
        while (message := self._cut()) is None and (thorough or not self._is_drained) and self._read():
            pass
        self._is_drained &= message is not None
        return message

    def _next_apart(self) -> bytes | None:
        """Where pipes keep messages apart."""
        try:
            return self._connection.recv_bytes() if self._connection.poll() else None
        except (EOFError, OSError):
            self.has_ended = True
            return None

    def peek(self, most: int) -> bytes | None:
        """The next message, which stays there, if it is all that has arrived; None if not, or if it is longer."""
        if self._taken < len(self._arrived):
            return None
        try:
            there = self._reached().recv(most + LENGTH.size + 1, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        except OSError as error:
            self._note_the_end(error)
            return None
        message = there[LENGTH.size :]
        is_whole = there[: LENGTH.size] == LENGTH.pack(len(message)) and len(message) <= most
        return message if is_whole else None

    def drop(self, message: bytes) -> None:
        """Take what was peeked at."""
        self._reached().recv(LENGTH.size + len(message), socket.MSG_DONTWAIT)

    def _reached(self) -> socket.socket:
        """The pipe, as one that does not block."""
        if self._socket is None:
            self._socket = socket.socket(fileno=os.dup(self._connection.fileno()))
        return self._socket

    def _note_the_end(self, error: OSError) -> None:
        """The system says so once, whoever asks."""
        if not isinstance(error, BlockingIOError):
            self.left_unread |= isinstance(error, ConnectionResetError)  # only Linux says so
            self.has_ended = True

    def _read(self) -> bool:
        """Take what has arrived. False: nothing has, or nothing more will."""
        try:
            piece, memories = receive_with_memory(self._reached(), PIECE, wait=False)
        except OSError as error:
            self._note_the_end(error)
            return False
        self._memories.extend(memories)
        if not piece:
            self.has_ended = True
            return False
        if self._taken:
            del self._arrived[: self._taken]
            self._taken = 0
        self._arrived += piece
        self._is_drained = len(piece) < PIECE and not memories  # what comes with memory is kept apart from the rest
        return True

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
