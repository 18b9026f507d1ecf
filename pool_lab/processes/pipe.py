"""`Pipe`: one end of the connection between a worker thread and its process. Both ends work alike.

A message is a pickle. Large buffers in it, such as the data of an array, are left out of the pickle (PEP 574). They
travel beside it, through memory that both processes have mapped:

    sender     copies the buffers into the shared memory --- the pickle goes through the pipe --->
    receiver   copies them into its own memory, and unpickles with that

That is two copies, instead of the many pieces that fit through a pipe. Getting new memory, page by page, takes the
system ten times as long as copying into it; so the shared memory, one for each direction, stays mapped for the next
message. The receiver's copy is private: neither process sees what the other does to its own.

The sender makes the memory and passes its file descriptor. If one of the two has no descriptors left, or the system
(macOS, Windows) has no such memory, the buffers go through the pipe. It needs no locks: one thread at a time uses an
end, and the other side reads a message with buffers before the next one is sent.
"""

import mmap
import os
import pickle
import select
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import accumulate
from multiprocessing import connection as pipes
from typing import Any

LARGE = 1 << 18  # bytes: from this size on, a buffer is worth the effort
MOST_KEPT = 1 << 26  # shared memory that is larger is used for one message only
ALIGNED = 64  # buffers start at multiples of this, for which vector instructions are fastest
CAN_SHARE = sys.platform == "linux" and hasattr(os, "memfd_create")
NEW_MEMORY, IN_MEMORY, IN_PIPE = b"N", b"M", b"P"  # the first byte of a message that is not a pickle
YES, NO = b"Y", b"-"
HEAD = "<cI"  # what a message with buffers begins with: that byte, and how many there are. Their sizes follow.
UNTRACKED: dict[str, Any] = {"trackfd": False} if sys.version_info >= (3, 13) else {}  # mapped without a descriptor


class Pipe:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._outgoing: mmap.mmap | None = None
        self._incoming: mmap.mmap | None = None
        self._may_share = CAN_SHARE

    def send(self, message: bytes, buffers: Sequence[pickle.PickleBuffer] = ()) -> None:
        """Block until the other side has read it, or nearly all. `OSError`: the other process has ended."""
        if not buffers:
            self.connection.send_bytes(message)
            return
        views = [buffer.raw() for buffer in buffers]
        sizes = [view.nbytes for view in views]
        *starts, end = _starts(sizes)
        if self._outgoing is None or len(self._outgoing) < end:
            self._outgoing = self._new_memory(end) if self._may_share else None
        memory = self._outgoing
        if memory is not None:
            for start, view in zip(starts, views, strict=True):
                memory[start : start + view.nbytes] = view
        head = struct.pack(HEAD + len(sizes) * "Q", IN_PIPE if memory is None else IN_MEMORY, len(sizes), *sizes)
        self.connection.send_bytes(head + message)
        for view in views if memory is None else ():
            self.connection.send_bytes(view)
        if memory is not None and len(memory) > MOST_KEPT:
            self._outgoing = None

    def receive(self) -> tuple[bytes, list[Any]]:
        """The next message and its buffers. Blocks. `EOFError` or `OSError`: the other process has ended."""
        message = self.connection.recv_bytes()
        while message[:1] == NEW_MEMORY and len(message) == 9:
            self._accept(int.from_bytes(message[1:], "little"))
            message = self.connection.recv_bytes()
        if message[:1] not in {IN_MEMORY, IN_PIPE}:
            return message, []
        kind, count = struct.unpack_from(HEAD, message)
        sizes = struct.unpack_from(f"<{count}Q", message, struct.calcsize(HEAD))
        buffers = self._copies(sizes) if kind == IN_MEMORY else [self._from_pipe(size) for size in sizes]
        return message[struct.calcsize(HEAD + count * "Q") :], buffers

    def _new_memory(self, size: int) -> mmap.mmap | None:
        """Memory that is shared with the other side. None: buffers have to go through the pipe."""
        with ExitStack() as stack:
            try:
                descriptor = os.memfd_create("pool_lab")
                stack.callback(os.close, descriptor)
                os.ftruncate(descriptor, size)
                memory = mmap.mmap(descriptor, size, **UNTRACKED)
            except OSError:  # there is not enough memory, or no descriptor left
                return None
            self.connection.send_bytes(NEW_MEMORY + size.to_bytes(8, "little"))
            with _as_socket(self.connection) as through:
                socket.send_fds(through, [b"\0"], [descriptor])
        self._may_share = self.connection.recv_bytes() == YES
        return memory if self._may_share else None

    def _accept(self, size: int) -> None:
        with _as_socket(self.connection) as through:
            _, descriptors, _, _ = socket.recv_fds(through, 1, 1)
        self._incoming = None
        with suppress(IndexError, OSError):  # this process has no descriptor left
            self._incoming = mmap.mmap(descriptors[0], size, **UNTRACKED)
        for descriptor in descriptors:
            os.close(descriptor)
        self.connection.send_bytes(NO if self._incoming is None else YES)

    def _copies(self, sizes: Sequence[int]) -> list[mmap.mmap]:
        copies = [mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for size in sizes]
        with memoryview(self._incoming) as whole:  # type: ignore[arg-type]
            for start, copy in zip(_starts(sizes), copies, strict=False):
                with suppress(AttributeError, OSError):  # the system may have no huge pages
                    copy.madvise(mmap.MADV_HUGEPAGE)  # otherwise it takes longer to get the pages than to fill them
                copy[:] = whole[start : start + len(copy)]
            if whole.nbytes > MOST_KEPT:
                self._incoming = None
        return copies

    def _from_pipe(self, size: int) -> bytearray:
        buffer = bytearray(size)
        self.connection.recv_bytes_into(buffer)
        return buffer


@contextmanager
def _as_socket(connection: Any) -> Iterator[socket.socket]:
    """The connection's descriptor as a socket, which can pass descriptors on."""
    through = socket.socket(fileno=connection.fileno())
    through.setblocking(True)  # the program may have called `socket.setdefaulttimeout`
    try:
        yield through
    finally:
        through.detach()


def _starts(sizes: Sequence[int]) -> list[int]:
    """Where buffers of these sizes start in the shared memory, and where the last one ends."""
    return list(accumulate((size + -size % ALIGNED for size in sizes), initial=0))


class InputOrExit:
    """Waits for something to read, or for a process to exit."""

    def __init__(self, source: Any, sentinel: int) -> None:
        self._source, self._sentinel = source, sentinel
        if hasattr(select, "poll"):  # `pipes.wait` makes a selector each time, which takes four times as long
            self._poll = select.poll()
            self._poll.register(source.fileno(), select.POLLIN)
            self._poll.register(sentinel, select.POLLIN)

    def wait(self, timeout: float | None = None) -> list[Any]:
        """Block until one is ready, at most `timeout` seconds. Returns the source, the sentinel, both or none."""
        if not hasattr(select, "poll"):
            return pipes.wait([self._source, self._sentinel], timeout)
        ready = self._poll.poll(None if timeout is None else timeout * 1000)
        return [self._sentinel if descriptor == self._sentinel else self._source for descriptor, _ in ready]
