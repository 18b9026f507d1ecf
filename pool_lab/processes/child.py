"""`Child`: a worker's process, this side's end of its pipe, and the means to end it.

A message goes out in one piece: who sends it waits until the process has taken it. Messages come in as their bytes
arrive, so a process that stops half-way through one keeps nobody waiting.
"""

import os
import signal
import struct
import threading
from collections.abc import Callable
from multiprocessing.context import BaseContext
from typing import Any

from . import worker

__all__ = ["Child", "manner"]

ON_WINDOWS = os.name == "nt"
CAN_ASK = worker.STOP_SIGNAL is not None
PIECE = 65536
LENGTH, LONG_LENGTH = struct.Struct("!i"), struct.Struct("!Q")
"""What `Connection.send_bytes` writes before a message; before one of 2 GB and more it writes -1 and the second."""

# With fork, a process started at the same moment would inherit this one's end of the pipe and keep it open. The child
# inherits the lock as well, taken, and may want to start processes of its own.
_one_start_at_a_time = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_start_at_a_time._at_fork_reinit)  # type: ignore[attr-defined]


class Child:
    """A process that runs `worker.main` with these arguments."""

    def __init__(self, context: BaseContext, name: str, *args: Any) -> None:
        with _one_start_at_a_time:
            self._process, self._connection = _start(context, name, args)
        self.pid: int = self._process.pid
        # A pipe ends with its process, but not while a grandchild has inherited it; so listen to both. Not on
        # Windows, where nothing is inherited and one can listen to 63 things at most.
        sentinel = () if ON_WINDOWS else (self._process.sentinel,)
        self.sources: tuple[Any, ...] = (self._connection, *sentinel)
        self.left_unread = False
        """Whether it is known that the process ended before it had read all that it was sent."""
        self._arrived = bytearray()

    @property
    def exitcode(self) -> int | None:
        """Minus the number of the signal that killed it; None while it lives."""
        code: int | None = self._process.exitcode
        return code

    def send(self, message: bytes) -> None:
        """Blocks until the process has taken it. `OSError`: it never will, and has not read the message to its end."""
        self._connection.send_bytes(message)

    def receive(self) -> bytes | None:
        """The next message that is here to its end; None: there is none, for now. Does not block."""
        try:
            if ON_WINDOWS:  # pipes keep messages apart there
                return self._connection.recv_bytes() if self._connection.poll() else None
            while (message := self._cut()) is None and self._connection.poll():
                self._read()
            return message
        except ConnectionResetError:  # how Linux says that it had not read everything
            self.left_unread = True
        except (EOFError, OSError):
            pass
        self.ignore()
        return None

    def _read(self) -> None:
        """Take some of what has arrived. `EOFError` if nothing will any more."""
        piece = os.read(self._connection.fileno(), PIECE)
        if not piece:
            raise EOFError
        self._arrived += piece

    def _cut(self) -> bytes | None:
        """Take the first message from what has arrived."""
        arrived, begin = self._arrived, LENGTH.size
        if len(arrived) < begin:
            return None
        (length,) = LENGTH.unpack_from(arrived)
        if length < 0:
            begin += LONG_LENGTH.size
            if len(arrived) < begin:
                return None
            (length,) = LONG_LENGTH.unpack_from(arrived, LENGTH.size)
        if len(arrived) < begin + length:
            return None
        with memoryview(arrived) as view:
            message = bytes(view[begin : begin + length])
        del arrived[: begin + length]
        return message

    def ignore(self) -> None:
        """Read nothing more from it; only its end is of interest."""
        self.sources = (self._process.sentinel,)

    @property
    def measures(self) -> tuple[Callable[[], None], ...]:
        """Ways to end it, the gentle ones first."""
        return (self._ask, self.terminate, self.kill) if CAN_ASK else (self.terminate,)

    def _ask(self) -> None:
        """Have `KeyboardInterrupt` raised in the call, so that its `finally` clauses run."""
        if self.exitcode is None:
            os.kill(self.pid, worker.STOP_SIGNAL)  # type: ignore[arg-type]  # see CAN_ASK

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def hang_up(self) -> None:
        self._connection.close()

    def bury(self) -> None:
        """Let go of the process, which has ended."""
        self._process.join()
        self._process.close()


def manner(exitcode: int) -> str:
    """How a process ended, in words."""
    if exitcode >= 0:
        return f"exited with code {exitcode}"
    try:
        return f"was killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"was killed by signal {-exitcode}"


def _start(context: Any, name: str, args: tuple[Any, ...]) -> tuple[Any, Any]:
    """A new process, and this side's end of its pipe."""
    ours, theirs = context.Pipe()
    # A forked process inherits both ends. While it held ours, it would not notice that this process has gone.
    inherited = ours if context.get_start_method() == "fork" else None
    try:
        process = context.Process(target=worker.main, args=(theirs, inherited, *args), name=name)
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours
