"""`Process`: one worker process, this side's end of its pipe, and how to end it.

    worker thread                          process
        | -- fork, forkserver or spawn -->    |  child.main
        | <------------ pipe ------------->   |

`_one_at_a_time` guards starting processes and closing pipes: a process that is forked at the same moment would inherit
both ends of this one's pipe, and keep them open.
"""

import errno
import multiprocessing.process
import operator
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from importlib import import_module
from multiprocessing import spawn
from multiprocessing.context import BaseContext
from typing import Any

from . import child
from .messages import BEGUN, END
from .pipe import InputOrExit, Pipe
from .program import is_importable_main, lacks_guard, main_module

if sys.platform != "win32":
    import resource

LAST_PRELOADED = "pool_lab.processes.by_value"  # the last that a fork server loads; until then it blocks SIGINT
GUARD = "a script that makes processes must do so under `if __name__ == '__main__':`"
LIMITS: dict[Any, str] = {errno.EMFILE: "RLIMIT_NOFILE", errno.EAGAIN: "RLIMIT_NPROC", errno.ENOMEM: "RLIMIT_AS"}
MOST_NEEDED = 8  # file descriptors, to ask a fork server for a process
GRACE_S = 1.0  # how long a process that was asked to end may take before it is terminated or killed
LONGEST_IMPORT_S = 10.0  # what a call may take to arrive, in addition to its time limit
FITS_INTO_PIPE = 1 << 14  # bytes that a pipe holds on every system, so that the sender does not block

_one_at_a_time = threading.Lock()


class Process:
    """A process that runs `child.main`. `limit_s`: seconds that a call may take; None: as long as it takes."""

    def __init__(self, context: BaseContext, number: int, initializers: list[Any], limit_s: float | None) -> None:
        self._wakeup, self._waker = socket.socketpair()
        with _one_at_a_time:
            ours, theirs = context.Pipe()
            self.pipe = Pipe(ours)
            _open.add(self)
            try:
                self._process = _start(context, number, (theirs, initializers, limit_s is not None))
            except BaseException:
                self._close()
                raise
            finally:
                theirs.close()
        self.pid, self._limit_s = self._process.pid, limit_s
        self.is_late = False  # a call has exceeded its time limit: it is being stopped, and the process with it
        self._reply_or_exit = InputOrExit(ours, self._process.sentinel)
        self._wakeup_or_exit = InputOrExit(self._wakeup, self._process.sentinel)

    def _close(self) -> None:
        """The caller holds the lock."""
        _open.discard(self)
        for end in (self.pipe.connection, self._wakeup, self._waker):
            end.close()

    def sleep(self) -> bool:
        """Block until `wake` is called, or until the process ends. False: it has ended."""
        ready = self._wakeup_or_exit.wait()
        if self._wakeup in ready:
            self._wakeup.recv(1)
        return self._process.sentinel not in ready

    def wake(self) -> None:
        with suppress(OSError):  # it has just ended
            self._waker.send(b"!")

    def send(self, message: bytes, buffers: Sequence[Any]) -> None:
        """Block until the process has nearly all of it. If there is a time limit, and it hangs, it is killed."""
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
        """The next message. Blocks. None: the time is up. `EOFError` or `OSError`: the process has ended."""
        ready = self._reply_or_exit.wait(timeout)
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
        for stop in (self._interrupt, self.terminate, partial(self.terminate, kill=True)):
            stop()
            while (received := self.receive(GRACE_S)) is not None:
                if received[0] != BEGUN:
                    return received
        raise EOFError

    def _interrupt(self) -> None:
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
        """End the process, and block until it has ended. Returns its exit code; None: other code has taken it."""
        with suppress(OSError):
            self.pipe.connection.send_bytes(END)
        with _one_at_a_time:
            self._close()
            # Starting a process asks all in this set for their exit codes, and each code can be had only once.
            multiprocessing.process._children.discard(self._process)  # type: ignore[attr-defined]
        self._process.join(GRACE_S if self.is_late else None)
        self._process.kill()  # if it has not ended
        self._process.join()
        code: int | None = self._process.exitcode
        self._process = None  # a traceback must not keep its descriptors open
        return code


def how_it_ended(exitcode: int | None) -> str:
    if exitcode is None or exitcode >= 0:
        return "ended" if exitcode is None else f"exited with code {exitcode}"
    names = {each.value: each.name for each in signal.Signals}
    return f"was killed by {names.get(-exitcode, f'signal {-exitcode}')}"


# Processes whose pipes are open. A forked child inherits this side's ends. While the child has them open, workers do
# not notice that this process has ended; so it closes them.
_open: set[Process] = set()


def _after_fork() -> None:
    _one_at_a_time._at_fork_reinit()  # type: ignore[attr-defined]
    for process in list(_open):
        process._close()
        multiprocessing.process._children.discard(getattr(process, "_process", None))  # type: ignore[attr-defined]
    server = _fork_server()  # the one that the parent has started does not serve a child
    if server._forkserver_pid is not None:
        os.close(server._forkserver_alive_fd)
        wanted = server._preload_modules
        server.__init__()
        server._preload_modules = wanted


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def hint(context: BaseContext, error: BaseException | None = None) -> str:
    """A possible reason why a process died while it was starting, or could not be started. Empty: none is known."""
    executable = os.fsdecode(spawn.get_executable() or "")
    if context.get_start_method() != "fork":
        if "py" not in os.path.basename(executable).lower() or not os.access(executable, os.X_OK):  # noqa: PTH119
            return f" (new processes run sys.executable, which is {executable!r}: is that Python?)"
        if error is None or isinstance(error, (ConnectionError, EOFError)):
            return f" ({GUARD})" if lacks_guard() else " (its output may say why)"
    if sys.platform != "win32" and (limit := LIMITS.get(getattr(error, "errno", None))):
        return f" (the limit {limit} is {resource.getrlimit(getattr(resource, limit))[0]})"
    return ""


def preload(context: BaseContext) -> None:
    """Make the fork server load what workers need, if this context uses it and it has not started."""
    if context.get_start_method() == "forkserver" and (server := _fork_server())._forkserver_pid is None:
        others = [name for name in server._preload_modules if name != "__main__" or is_importable_main()]
        context.set_forkserver_preload([*others, child.__name__, LAST_PRELOADED])


def _fork_server() -> Any:
    return import_module("multiprocessing.forkserver")._forkserver


def _start(context: BaseContext, number: int, args: tuple[Any, ...]) -> Any:
    """A started process. It blocks SIGINT until `child.main` runs: Ctrl-C reaches every process of a terminal."""
    main_module()
    if getattr(multiprocessing.process.current_process(), "_inheriting", False):
        raise RuntimeError(GUARD)  # `multiprocessing` says so too, but not if the method is "fork"
    if any(isinstance(entry, os.PathLike) for entry in sys.path):  # imports ignore it, but a fork server fails on it
        sys.path[:] = [os.fspath(entry) if isinstance(entry, os.PathLike) else entry for entry in sys.path]
    name, method, is_served = f"ProcessPoolExecutor-worker-{number}", context.get_start_method(), False
    if method != "fork":
        name = _Name(name)
    if method == "forkserver":
        with ExitStack() as stack:  # `OSError` if too few are left: a server whose request breaks off may end
            for _ in range(MOST_NEEDED):
                stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        server = _fork_server()
        is_served = server._forkserver_pid is not None or LAST_PRELOADED not in server._preload_modules
    process: Any = context.Process(target=child.main, args=args, name=name)  # type: ignore[attr-defined]
    if is_served or not hasattr(signal, "pthread_sigmask"):
        process.start()
    else:
        _start_blocking_ctrl_c(process, has_tracker=method != "fork")
    return process


def _start_blocking_ctrl_c(process: Any, *, has_tracker: bool) -> None:
    """A process inherits the mask of the thread that starts it. Python handles Ctrl-C in the main thread only."""
    from multiprocessing import resource_tracker  # it loads what only the start of a process needs

    if has_tracker:
        resource_tracker.ensure_running()  # to start it later would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Name(str):
    """A name that, when a process unpickles it, makes it block SIGINT, and import no `__main__` that it cannot."""

    def __reduce__(self) -> tuple[Any, ...]:
        steps: list[Any] = [str(self)]
        if not is_importable_main():
            module = _Call(import_module, "multiprocessing.spawn")
            steps += [_Call(setattr, module, f"_fixup_main_from_{source}", repr) for source in ("name", "path")]
        if hasattr(signal, "pthread_sigmask"):
            steps.append(_Call(signal.pthread_sigmask, signal.SIG_BLOCK, (signal.SIGINT,)))
        return operator.getitem, (tuple(steps), 0)


class _Call:
    """Unpickling it calls a function, one that comes with Python."""

    def __init__(self, function: Any, *args: Any) -> None:
        self._parts = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self._parts
