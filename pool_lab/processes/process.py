"""`Process`: one worker process, this side's end of its pipe, and how to end it.

    worker thread                          process
        | -- fork, forkserver or spawn -->    |  child.main
        | <------------ pipe ------------->   |

`_one_at_a_time` guards starting processes and closing pipes: with fork, a process that is started at the same moment
would inherit this one's ends of the pipe and keep them open.
"""

import multiprocessing.process
import operator
import os
import select
import signal
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing import connection as pipes
from multiprocessing.context import BaseContext
from typing import Any

from . import child
from .messages import BEGUN, END
from .pipe import Pipe

HEARS_AGAIN = "pool_lab.processes.by_value"  # the last that a fork server loads; until then it blocks SIGINT
GRACE_S = 1.0  # how long a process that was asked to end may take before it is told so less gently
LONGEST_IMPORT_S = 10.0  # what a call may take to arrive, besides its time limit
FITS_INTO_PIPE = 1 << 14  # so many bytes keep a sender waiting on no system

_one_at_a_time = threading.Lock()


class Either:
    """Waits for one of two: something to read, or the end of a process."""

    def __init__(self, source: Any, sentinel: int) -> None:
        self._source, self._sentinel = source, sentinel
        if hasattr(select, "poll"):  # `connection.wait` makes a selector each time, which takes four times as long
            self._poll = select.poll()
            self._poll.register(source.fileno(), select.POLLIN)
            self._poll.register(sentinel, select.POLLIN)

    def wait(self, timeout: float | None = None) -> list[Any]:
        """Block until one is ready, at most `timeout` seconds. Returns the source, the sentinel, both or none."""
        if not hasattr(select, "poll"):
            return pipes.wait([self._source, self._sentinel], timeout)
        ready = self._poll.poll(None if timeout is None else timeout * 1000)
        return [self._sentinel if descriptor == self._sentinel else self._source for descriptor, _ in ready]


class Process:
    """A process that runs `child.main`. `limit_s`: seconds that a call may take; None: as long as it takes."""

    def __init__(self, context: BaseContext, number: int, initializer: Any, limit_s: float | None) -> None:
        self._wakeup, self._waker = socket.socketpair()
        with _one_at_a_time:
            ours, theirs = context.Pipe()
            self.pipe = Pipe(ours)
            _open.add(self)
            try:
                self._process = _start(context, number, (theirs, initializer, limit_s is not None))
            except BaseException:
                self._close()
                raise
            finally:
                theirs.close()
        self.pid: int = self._process.pid
        self.is_late = False  # a call has exceeded its time. It is being stopped, and the process with it.
        self._limit_s = limit_s
        self._reply_or_end = Either(ours, self._process.sentinel)
        self._wakeup_or_end = Either(self._wakeup, self._process.sentinel)

    def _close(self) -> None:
        """Called with the lock."""
        _open.discard(self)
        for end in (self.pipe.connection, self._wakeup, self._waker):
            end.close()

    def sleep(self) -> bool:
        """Block until `wake` is called, or until the process ends. False: it has ended."""
        ready = self._wakeup_or_end.wait()
        if self._wakeup in ready:
            self._wakeup.recv(1)
        return self._process.sentinel not in ready

    def wake(self) -> None:
        with suppress(OSError):  # it has just ended
            self._waker.send(b"!")

    # A request and its replies

    def send(self, message: bytes, buffers: Sequence[Any]) -> None:
        """Blocks until the process has nearly all of it. One with a time limit that hangs before that is killed."""
        if self._limit_s is None or (not buffers and len(message) <= FITS_INTO_PIPE):
            self.pipe.send(message, buffers)
            return
        timer = threading.Timer(self._limit_s + LONGEST_IMPORT_S, self._end_hanging)
        timer.start()
        try:
            self.pipe.send(message, buffers)
        finally:
            timer.cancel()

    def receive(self, timeout: float | None = None) -> tuple[bytes, list[Any]] | None:
        """What the process has sent. None: the time is up. `EOFError` or `OSError`: it has ended."""
        ready = self._reply_or_end.wait(timeout)
        if not ready:
            return None
        connection = self.pipe.connection
        # A pipe ends with its process, but not if a grandchild has inherited it.
        if connection not in ready and not connection.poll(0):
            raise EOFError
        return self.pipe.receive()

    def receive_reply(self) -> tuple[bytes, list[Any]]:
        """The next reply. If it does not come in time, the call is stopped."""
        left_s = None if self._limit_s is None else self._limit_s + LONGEST_IMPORT_S
        while (received := self.receive(left_s)) is not None:
            if received[0] != BEGUN:
                return received
            left_s = self._limit_s
        self.is_late = True
        return self._stop()

    def _stop(self) -> tuple[bytes, list[Any]]:
        """Ask the call to stop, then end the process. Returns the call's reply, if it comes in time after all."""
        for measure in (self._ask, self.terminate, partial(self.terminate, kill=True)):
            measure()
            while (received := self.receive(GRACE_S)) is not None:
                if received[0] != BEGUN:
                    return received
        raise EOFError

    def _ask(self) -> None:
        """Raise `KeyboardInterrupt` in the call, so that its `finally` clauses run. On Windows, end the process."""
        with suppress(ProcessLookupError):  # it may just have died
            os.kill(self.pid, child.STOP_SIGNAL or signal.SIGTERM)

    def _end_hanging(self) -> None:
        self.is_late = True
        self.terminate(kill=True)

    def terminate(self, *, kill: bool = False) -> None:
        with suppress(AttributeError):  # it has just ended
            (self._process.kill if kill else self._process.terminate)()

    def end(self) -> int | None:
        """End it, if it has not ended, and wait for that. Returns its exit code; None: somebody else has got it."""
        with suppress(OSError):
            self.pipe.connection.send_bytes(END)
        with _one_at_a_time:
            self._close()
            process, self._process = self._process, None
            # A thread that starts a process asks all in this set for their exit codes. Only one can get this one's.
            multiprocessing.process._children.discard(process)  # type: ignore[attr-defined]
        process.join(GRACE_S if self.is_late else None)
        if process.is_alive():
            process.kill()
            process.join()
        code: int | None = process.exitcode
        return code


def manner(exitcode: int | None) -> str:
    """How a process ended."""
    if exitcode is None or exitcode >= 0:
        return "ended" if exitcode is None else f"exited with code {exitcode}"
    names = {each.value: each.name for each in signal.Signals}
    return f"was killed by {names.get(-exitcode, f'signal {-exitcode}')}"


def preload(context: BaseContext) -> None:
    """Make the fork server load what workers need, if this context uses it and it has not started."""
    if context.get_start_method() == "forkserver" and _fork_server()._forkserver_pid is None:
        context.set_forkserver_preload([*_fork_server()._preload_modules, child.__name__, HEARS_AGAIN])


def _fork_server() -> Any:
    return import_module("multiprocessing.forkserver")._forkserver


# Processes whose pipes are open. A forked child inherits this side's ends. While it has them open, workers do not
# notice that this process has gone; so it closes them.
_open: set[Process] = set()


def _after_fork() -> None:
    _one_at_a_time._at_fork_reinit()  # type: ignore[attr-defined]
    for process in list(_open):
        process._close()
    server = _fork_server()  # the one that the parent has started does not serve a child
    if server._forkserver_pid is not None:
        os.close(server._forkserver_alive_fd)
        wanted = server._preload_modules
        server.__init__()
        server._preload_modules = wanted


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _start(context: BaseContext, number: int, args: tuple[Any, ...]) -> Any:
    """A started process. It blocks SIGINT until `child.main` runs: Ctrl-C reaches every process of a terminal."""
    name = f"ProcessPoolExecutor-worker-{number}"
    is_served = context.get_start_method() == "forkserver"
    process: Any = context.Process(  # type: ignore[attr-defined]
        target=child.main, args=args, name=_BlockingName(name) if is_served else name
    )
    if is_served:
        server = _fork_server()
        is_served = server._forkserver_pid is not None or HEARS_AGAIN not in server._preload_modules
    if is_served or not hasattr(signal, "pthread_sigmask"):
        process.start()
        return process
    from multiprocessing import resource_tracker  # it loads what only the start of a process needs

    resource_tracker.ensure_running()  # to start it later would undo the mask
    # A process inherits the mask of the thread that starts it. Python hears Ctrl-C in the main thread only.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


class _BlockingName(str):
    """A name. The process that unpickles it blocks SIGINT from then on.

    It is for forkserver: the server has other customers, so its own mask cannot be used. The name is the first thing of
    ours that its child reads, before it imports `__main__` and us. So the pickle mentions only what comes with Python.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return operator.getitem, ((_Block(), str(self)), 1)


class _Block:
    def __reduce__(self) -> tuple[Any, ...]:
        return signal.pthread_sigmask, (signal.SIG_BLOCK, (signal.SIGINT,))
