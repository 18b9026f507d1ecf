"""`Inbox`: takes messages from a pipe without ever waiting for one.

`Connection.recv_bytes` waits until a message that has begun to arrive is there to its end. Who listens to many must
not: a process may stop half-way through, for ever. So this keeps what has arrived until it makes a message.
"""

import os
import select
import struct
from typing import Any

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
        self._poll: Any = None

    def next(self) -> bytes | None:
        """The next message that is there to its end; None if there is none for now. Does not block."""
        try:
            if os.name == "nt":  # pipes keep messages apart there
                return self._connection.recv_bytes() if self._connection.poll() else None
            while (message := self._cut()) is None and self._has_news():
                self._read()
            return message
        except ConnectionResetError:  # only Linux says so
            self.left_unread = True
        except (EOFError, OSError):
            pass
        self.has_ended = True
        return None

    def _has_news(self) -> bool:
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._connection.fileno(), select.POLLIN)
        return bool(self._poll.poll(0))

    def _read(self) -> None:
        piece = os.read(self._connection.fileno(), PIECE)
        if not piece:
            raise EOFError
        if self._taken:
            del self._arrived[: self._taken]
            self._taken = 0
        self._arrived += piece

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
