"""The worker's side: a process that takes requests from its pipe, one at a time, and replies.

It ends when it is sent an empty message, when its pool's process is gone (then the pipe ends), or when its initializer
fails.
"""

import signal
import time
from multiprocessing.connection import Connection

from pool_lab.dispatch import Worktime, name_of

from .messages import NO_WORKTIME, Reply, ReplyKind, dumps_error, dumps_result, loads

__all__ = ["main"]


def main(connection: "Connection[bytes, bytes]", initializer: bytes | None) -> None:
    """What the process runs. `initializer` is a pickled (function, initargs)."""
    # Ctrl-C reaches every process of the terminal or the kernel. Whether the pool ends is for its owner to say. A
    # handler, not SIG_IGN: programs that a call starts get the default back.
    signal.signal(signal.SIGINT, lambda signum, frame: None)
    with connection:
        try:
            if _prepare(connection, initializer):
                while request := connection.recv_bytes():
                    connection.send_bytes(_answer(request).to_bytes())
        except (EOFError, OSError):
            return  # the pool's process is gone


def _prepare(connection: "Connection[bytes, bytes]", initializer: bytes | None) -> bool:
    """Run the initializer and say how it went."""
    try:
        if initializer is not None:
            function, args = loads(initializer, "the initializer")
            function(*args)
    except BaseException as error:
        connection.send_bytes(Reply(ReplyKind.UNPREPARED, NO_WORKTIME, dumps_error(error)).to_bytes())
        return False
    connection.send_bytes(Reply(ReplyKind.ARRIVED, NO_WORKTIME, b"").to_bytes())
    return True


def _answer(request: bytes) -> Reply:
    """Make the call."""
    began, cpu_began = time.perf_counter(), time.thread_time()
    try:
        function, args, kwargs = loads(request, "the call")
        del request
        began, cpu_began = time.perf_counter(), time.thread_time()
        result = function(*args, **kwargs)
        worktime = _worktime(began, cpu_began)
        payload = dumps_result(result, name_of(function))
    except BaseException as error:
        return Reply(ReplyKind.RAISED, _worktime(began, cpu_began), dumps_error(error))
    return Reply(ReplyKind.RETURNED, worktime, payload)


def _worktime(began: float, cpu_began: float) -> Worktime:
    return Worktime(began, time.perf_counter(), time.thread_time() - cpu_began)
