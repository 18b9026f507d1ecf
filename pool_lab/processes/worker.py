"""The worker's side: a process that takes requests from its mailbox, one at a time, and replies.

It ends when it is told to, when its pool's process is gone (then mailbox and pipe end), or when its initializer
fails. A signal asks it to stop the call that it runs. What calls print goes, line by line, where the standard output of
the pool's process goes; a notebook shows it, except on Windows.
"""

import io
import multiprocessing.util
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from socket import socket
from types import FrameType
from typing import Any

from pool_lab.call import Stopwatch, Worktime, name_of
from pool_lab.errors import logger
from pool_lab.stint import Stint

from .bundle import Bundle
from .mailbox import Letters
from .memory import Shelf
from .messages import dumps, dumps_error, dumps_result, loads, main_can_be_imported
from .parcel import Parcel
from .posting import post
from .rack import Pickup
from .replies import NO_WORKTIME, RAISED, RETURNED, Reply, ReplyKind
from .steward import Steward
from .stint import made

__all__ = ["STOP_SIGNAL", "Caller", "Initializer", "main"]

# What Go's scheduler interrupts its threads with, for the same reasons: nobody else sends it, and a program that does
# not expect it is not harmed by it. Windows has nothing of the kind.
STOP_SIGNAL: signal.Signals | None = getattr(signal, "SIGURG", None)
LONGEST_IMPORT_S = 10.0
"""What a call may take to arrive, besides its `task_timeout`: reading it, unpickling it, importing what it needs."""


class Initializer:
    """A pool's initializer and its arguments, on their way into a new process.

    They are pickled while the process starts, for only then multiprocessing's locks, events and queues can be sent; and
    unpickled when the initializer is to run, so that a failure can be reported.
    """

    def __init__(self, function: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._function, self._args = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return _Arrived, (dumps((self._function, self._args), to_worker=True),)

    def __call__(self) -> None:
        # In a forked process. What a notebook's function refers to is here, but has not come by pickle: see `by_value`.
        if not main_can_be_imported():
            with suppress(Exception):
                loads(dumps(self._function, to_worker=True), "the initializer")
        self._function(*self._args)


class _Arrived:
    """An initializer in its process."""

    def __init__(self, pickled: bytes) -> None:
        self._pickled = pickled

    def __call__(self) -> None:
        function, args = loads(self._pickled, "the initializer")
        function(*args)


def main(
    connection: "Connection[bytes, bytes]",
    outlet: "socket | None",
    pickup: Pickup | None,
    number: int,
    inherited: tuple[Any, ...],
    initializer: Callable[[], None] | None,
    task_timeout: float,
) -> None:
    """What the process of the worker with this number runs.

    `inherited` are the pool's ends, if this process got them as well.
    """
    for end in inherited:
        end.close()
    # Ctrl-C reaches every process of the terminal or the kernel. Whether the pool ends is for its owner to say. A
    # handler, not SIG_IGN: programs that a call starts get the default back.
    signal.signal(signal.SIGINT, lambda signum, frame: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # In a notebook it is a pipe, and a pipe's text would stay here until the process ends.
            stream.reconfigure(line_buffering=True)
    steward = Steward()
    caller = Caller(connection, steward, task_timeout)
    if STOP_SIGNAL is not None:
        signal.signal(STOP_SIGNAL, caller.stop)
    letters = Letters(outlet, connection)
    bundle = None
    if pickup is not None:
        bundle = Bundle(pickup.next, connection, steward, pickup.whereabouts(number).to_write())
    with connection:
        try:
            if _prepare(connection, initializer):
                _serve(letters, connection, caller, bundle)
        except (EOFError, OSError):
            return  # the pool's process is gone
        except KeyboardInterrupt:
            return  # asked to stop a call that was just over, and this worker is to go anyway


def _prepare(connection: "Connection[bytes, bytes]", initializer: Callable[[], None] | None) -> bool:
    """Run the initializer and say how it went."""
    try:
        if initializer is not None:
            initializer()
    except BaseException as error:
        # Here, where the initializer may have set up logging. What goes through a queue is written out before the pool
        # hears of it: that is what multiprocessing does when a process ends, as this one now does.
        logger.critical("Exception in initializer:", exc_info=True)
        multiprocessing.util._exit_function()  # type: ignore[attr-defined]
        connection.send_bytes(Reply(ReplyKind.UNPREPARED, 0, NO_WORKTIME, dumps_error(error)).to_bytes())
        return False
    connection.send_bytes(Reply(ReplyKind.ARRIVED, 0, NO_WORKTIME, b"").to_bytes())
    return True


def _serve(letters: Letters, connection: "Connection[bytes, bytes]", caller: "Caller", bundle: Bundle | None) -> None:
    """Make calls and reply, until it is time to end. A worker keeps nothing of a call while it waits.

    `bundle`: for the calls of the backlog, if there is one.
    """
    while (letter := letters.next()) is not None:
        while letter is not None:
            if letter[2] and bundle is not None:
                letter = bundle.make(letter)
            else:
                reply = caller.answer(*letter[:2])
                letter = None if bundle is None else bundle.take_ready()
                post(reply if letter is None else reply._replace(took=letter[0]), connection)
                del reply


class Caller:
    """Makes calls, one after the other, in the process's main thread: the one that signals interrupt."""

    def __init__(self, connection: "Connection[bytes, bytes]", steward: Steward, task_timeout: float) -> None:
        self._connection = connection
        self._steward = steward
        self._task_timeout = task_timeout
        self._number = 0
        self._shelf = Shelf()
        self._may_be_stopped = False
        self._arrived = 0.0
        self._began: float | None = None

    def answer(self, number: int, unpickle: Callable[[], Any]) -> Reply:
        """Make the call."""
        self._number = number
        kind, clock = ReplyKind.UNREADABLE, Stopwatch()
        self._arrived, self._began, self._may_be_stopped = clock.began, None, True
        try:
            function, args, kwargs = unpickle()
            del unpickle
            kind, clock = RAISED, Stopwatch()
            self._began = clock.began
            payload: bytes | Parcel
            if type(function) is Stint:
                payload = made(function, number, self._steward, self._connection)
                worktime = clock.read()
            else:
                result = function(*args, **kwargs)
                worktime = clock.read()
                payload = dumps_result(result, name_of(function), self._shelf)
            self._may_be_stopped = False
            kind = RETURNED
        except BaseException as error:
            self._may_be_stopped = False
            worktime, payload = clock.read(), dumps_error(error)
        return Reply(kind, number, worktime, payload)

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """Raise `KeyboardInterrupt` in the call if it is over its time.

        The pool counts from when it sent the call, and so can be too early: its module may have had to be imported. Or
        too late, when the call is over; then nothing happens.
        """
        if not self._may_be_stopped:
            return
        now = time.perf_counter()
        began = self._began or (now if now - self._arrived < LONGEST_IMPORT_S else self._arrived)
        if now - began < self._task_timeout:
            self._connection.send_bytes(Reply(ReplyKind.BEGUN, self._number, Worktime(began, now, 0.0), b"").to_bytes())
        else:
            self._may_be_stopped = False
            raise KeyboardInterrupt("the call ran longer than its pool's task_timeout")
