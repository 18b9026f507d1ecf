"""The worker's side: a process that takes requests from its pipe, one at a time, and replies.

It ends when it is sent an empty message, when its pool's process is gone (then the pipe ends), or when its initializer
fails. What calls print goes, line by line, where the standard output of the pool's process goes; a notebook shows it,
except on Windows.
"""

import io
import pickle
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from pool_lab.call import Worktime, name_of

from .messages import NO_WORKTIME, Reply, ReplyKind, dumps, dumps_error, dumps_result, loads, main_can_be_imported

__all__ = ["Initializer", "answer", "main"]


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
    initializer: Callable[[], None] | None,
    inherited: "Connection[bytes, bytes] | None" = None,
) -> None:
    """What the process runs. `inherited` is the pool's end of the pipe, if this process got it as well."""
    if inherited is not None:
        inherited.close()
    # Ctrl-C reaches every process of the terminal or the kernel. Whether the pool ends is for its owner to say. A
    # handler, not SIG_IGN: programs that a call starts get the default back.
    signal.signal(signal.SIGINT, lambda signum, frame: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # In a notebook it is a pipe, and a pipe's text would stay here until the process ends.
            stream.reconfigure(line_buffering=True)
    with connection:
        try:
            if _prepare(connection, initializer):
                while _serve(connection):
                    pass
        except (EOFError, OSError):
            return  # the pool's process is gone


def _prepare(connection: "Connection[bytes, bytes]", initializer: Callable[[], None] | None) -> bool:
    """Run the initializer and say how it went."""
    try:
        if initializer is not None:
            initializer()
    except BaseException as error:
        connection.send_bytes(Reply(ReplyKind.UNPREPARED, NO_WORKTIME, dumps_error(error)).to_bytes())
        return False
    connection.send_bytes(Reply(ReplyKind.ARRIVED, NO_WORKTIME, b"").to_bytes())
    return True


def _serve(connection: "Connection[bytes, bytes]") -> bool:
    """Take one request and reply; False if it was the order to end. A worker keeps nothing of a call while it waits."""
    reply = answer(connection.recv_bytes())
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # it may be None, or closed
            stream.flush()
    if reply is not None:
        connection.send_bytes(reply.to_bytes())
    return reply is not None


def answer(request: bytes) -> Reply | None:
    """Make the call. None: there is none, the request is empty."""
    if not request:
        return None
    began, cpu_began = time.perf_counter(), time.thread_time()
    try:
        function, args, kwargs = pickle.loads(request)
    except BaseException as error:
        return Reply(ReplyKind.UNREADABLE, _worktime(began, cpu_began), dumps_error(error))
    del request
    try:
        began, cpu_began = time.perf_counter(), time.thread_time()
        result = function(*args, **kwargs)
        worktime = _worktime(began, cpu_began)
        payload = dumps_result(result, name_of(function))
    except BaseException as error:
        return Reply(ReplyKind.RAISED, _worktime(began, cpu_began), dumps_error(error))
    return Reply(ReplyKind.RETURNED, worktime, payload)


def _worktime(began: float, cpu_began: float) -> Worktime:
    return Worktime(began, time.perf_counter(), time.thread_time() - cpu_began)
