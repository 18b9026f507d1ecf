"""`Mailbox`: the request for a worker that it may not have read yet.

Should the worker die, it has to be certain whether it had read it: then the call was lost with it, and else it may run
elsewhere. The operating system sees to that: a request is one packet in a socket, and the pool keeps an end of the
socket from which it can read as well. Each packet is read once, by the one or by the other: what the pool gets back
nobody has begun.

A packet is the number of the request and what is pickled. A long request goes through the worker's pipe, and only its
number into the mailbox.

    pool    put(packet) --> | 7 |  --> Letters.next()    worker
            take_back() <-- | 7 |

Only Linux has such sockets between processes (SOCK_SEQPACKET). Elsewhere all goes through the pipe, one at a time.
"""

import math
import pickle
import select
import socket
import struct
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

from .parcel import Parcel, receive_memory, send_memory, unpack
from .spinning import SHORT_S, comes_soon

__all__ = ["END", "NOTHING", "Letter", "Letters", "Mailbox", "has_mailboxes", "is_long", "numbered", "send_long"]

LARGEST = 16384
"""Bytes of a packet."""
NUMBER = struct.Struct("<Q")
PLAIN, APART = b"p", b"a"
"""What a long request begins with: it is only pickled, or it is the head of a parcel."""
NOTHING = (1 << 64) - 1
"""Instead of a number."""
END = b"\0"
"""No number: the worker is to end."""


def has_mailboxes() -> bool:
    return sys.platform == "linux"


def is_long(request: bytes | Parcel) -> bool:
    return len(request) > LARGEST - NUMBER.size


def send_long(request: bytes | Parcel, connection: "Connection[bytes, bytes]") -> None:
    if isinstance(request, Parcel):
        connection.send_bytes(APART + request.head)
        send_memory(b"m", request, connection)
    else:
        connection.send_bytes(PLAIN + request)


def numbered(number: int, request: bytes) -> bytes:
    return NUMBER.pack(number) + request


Letter = tuple[int, Callable[[], Any], bool]
"""The number of a request, what unpickles it, and whether its reply may travel together with others."""


class Mailbox:
    """The pool's side. Nothing blocks."""

    def __init__(self) -> None:
        self.inlet, self.outlet = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def put(self, packet: bytes) -> bool:
        """False: it is full. `OSError`: it is closed."""
        try:
            self.inlet.send(packet, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True

    def take_back(self) -> set[int]:
        """The numbers of all requests that the worker has not read, and never will now."""
        numbers = set()
        try:
            while len(packet := self.outlet.recv(LARGEST, socket.MSG_DONTWAIT)) >= NUMBER.size:
                numbers.add(NUMBER.unpack_from(packet)[0])
        except OSError:  # it is empty, or closed
            pass
        return numbers

    def close(self) -> None:
        self.inlet.close()
        self.outlet.close()


class Letters:
    """The worker's side: requests, one after the other."""

    def __init__(
        self,
        outlet: "socket.socket | None",
        connection: "Connection[bytes, bytes]",
    ) -> None:
        self._outlet = outlet
        self._connection = connection
        self._packet = bytearray(LARGEST)
        self._waited_s = math.inf
        """For the last request."""
        if outlet is not None:
            self._poll = select.poll()
            self._poll.register(outlet, select.POLLIN)

    def next(self) -> Letter | None:
        """What was sent to this worker. None: it is to end, or its pool is gone. Blocks."""
        if self._outlet is None:  # no request has large buffers apart, then
            message = memoryview(self._connection.recv_bytes())
        else:
            message = memoryview(self._packet)[: self._receive(self._outlet)]
        return self._opened(message)

    def _receive(self, outlet: socket.socket) -> int:
        """Who did not wait long for the last request stays awake for the next, for a moment."""
        began = perf_counter()
        if self._waited_s < 2 * SHORT_S:
            comes_soon(self._poll.poll)
        size = outlet.recv_into(self._packet)
        self._waited_s = perf_counter() - began
        return size

    def _opened(self, message: memoryview) -> Letter | None:
        if len(message) < NUMBER.size:
            return None
        (number,) = NUMBER.unpack_from(message)
        request = message[NUMBER.size :]
        return number, self._long_request() if not len(request) else partial(pickle.loads, request), False

    def _long_request(self) -> Callable[[], Any]:
        message = memoryview(self._connection.recv_bytes())
        if message[:1] == PLAIN:
            return partial(pickle.loads, message[1:])
        return partial(unpack, message[1:], receive_memory(self._connection))
