"""`WorkerProcess`: the parent's handle of one worker process.

Between `ready` and `hand_over` the worker is idle and reads its pipe, so a request can always be written to the end,
however large. The call is put down in `call` before it is written: should the worker die, the reader knows whose.
"""

import multiprocessing.context
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import resource_tracker
from typing import Any

from pool_lab.call import Call, name_of
from pool_lab.dispatch import Dispatcher
from pool_lab.errors import BrokenProcessPool, CallPicklingError, CallUnpicklingError, WorkerDiedError, logger

from . import worker
from .messages import Reply, ReplyKind, dumps_call, loads, raised, unreadable
from .reader import Reader, closing

__all__ = ["Settings", "WorkerProcess"]

# With fork, a process started at the same moment would inherit this one's end of the pipe and keep it open. The child
# inherits the lock as well, taken, and may want to start processes of its own.
_one_start_at_a_time = threading.Lock()


def _after_fork() -> None:
    _one_start_at_a_time._at_fork_reinit()  # type: ignore[attr-defined]
    if "multiprocessing.forkserver" in sys.modules:
        _forget_the_parents_server()


def _forget_the_parents_server() -> None:
    """Only its own parent can ask multiprocessing's fork server whether it lives: the child is to start another."""
    server: Any = sys.modules["multiprocessing.forkserver"]._forkserver
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
    preload = server._preload_modules
    server.__init__()
    server._preload_modules = preload


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Settings:
    """What all workers of a pool have in common."""

    def __init__(
        self,
        context: multiprocessing.context.BaseContext,
        initializer: worker.Initializer | None,
        max_tasks: int | None,
        reader: Reader,
    ) -> None:
        self.context = context
        self.initializer = initializer
        self.max_tasks = max_tasks
        self.reader = reader


class WorkerProcess:
    """One process of a pool, seen from the pool's process."""

    def __init__(self, settings: Settings, dispatcher: Dispatcher, number: int) -> None:
        self.number = number
        self.sources: tuple[Any, ...] = ()
        self.ident: int | None = None
        self._settings = settings
        self._dispatcher = dispatcher
        self._process: Any = None
        self._connection: Any = None
        self._arrived = False
        self._tasks = 0
        self._lock = threading.Lock()  # guards the next two
        self._call: Call | None = None
        self._dead = False
        self._sending = threading.Lock()  # held while the pipe is written to, and to close it
        self._buried = threading.Event()

    # For the dispatcher

    def start(self) -> None:
        try:
            with _one_start_at_a_time:
                self._process, self._connection = _start_process(self._settings, self.number)
            self.ident = self._process.pid
            # A pipe ends with its process, but not while a grandchild has inherited it; so listen to both. Not on
            # Windows, where nothing is inherited and one can listen to 63 things at most.
            sentinel = () if os.name == "nt" else (self._process.sentinel,)
            self.sources = (self._connection, *sentinel)
            self._settings.reader.add(self)
        except BaseException:
            self._buried.set()
            raise

    def hand_over(self, call: Call) -> bool:
        try:
            if not call.future.set_running_or_notify_cancel():
                return False
        except RuntimeError:  # its outcome was set by somebody else, which the future has logged
            return False
        try:
            request = dumps_call(call.function, call.args, call.kwargs)
        except CallPicklingError as error:
            self._dispatcher.fail(call, error.with_traceback(None))
            return False
        except BaseException as error:  # Ctrl-C, or somebody's __reduce__ exits: neither may cost the worker
            self._dispatcher.fail(call, error)
            if isinstance(error, KeyboardInterrupt):
                self._dispatcher.ready(self)
                raise
            return False
        self._dispatcher.started(call, self)
        with self._lock:
            self._call = call
            dead = self._dead
        if dead:  # it died while it was idle, and the reader found no call to fail
            self._fail_call()
            return True
        self._send(request)
        return True

    def dismiss(self) -> None:
        self._send(b"")

    def join(self) -> None:
        if self._settings.reader.is_current_thread():
            raise RuntimeError("cannot join current thread")
        self._buried.wait()

    def abandon(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def terminate(self, *, kill: bool = False) -> None:
        """End the process with SIGTERM or SIGKILL, whatever it is doing. The reader will notice."""
        with self._lock:
            if self._process is not None and not self._dead:
                (self._process.kill if kill else self._process.terminate)()

    def _send(self, message: bytes) -> None:
        try:
            with self._sending:
                self._connection.send_bytes(message)
        except OSError:
            pass  # the process has died: the reader notices, and knows whose call to fail
        except BaseException:  # Ctrl-C: half a message may be in the pipe
            self.terminate()
            raise
        finally:
            if self._dead:
                self._hang_up()

    def _hang_up(self) -> None:
        """Close the pipe, but not under someone who writes: the descriptor's number may soon be another pipe's.

        Then it is the writer who closes it.
        """
        if self._sending.acquire(blocking=False):
            with closing:
                self._connection.close()
            self._sending.release()

    # For the reader

    def listen(self) -> bool:
        self._take_replies()
        if self._process.exitcode is None:
            return True
        self._take_replies()  # a last one may have been written just before the end
        self._bury()
        return False

    def _take_replies(self) -> None:
        while (reply := self._next_reply()) is not None:
            self._take(reply)

    def _next_reply(self) -> Reply | None:
        try:
            if self._connection.poll():
                return Reply.from_bytes(self._connection.recv_bytes())
        except (EOFError, OSError):
            self.sources = (self._process.sentinel,)
        return None

    def _take(self, reply: Reply) -> None:
        match reply.kind:
            case ReplyKind.ARRIVED:
                self._arrived = True
                self._dispatcher.arrived(self)
                self._dispatcher.ready(self)
            case ReplyKind.UNPREPARED:
                self._give_up(raised(reply.payload, "the initializer's exception"))
            case ReplyKind.RETURNED | ReplyKind.RAISED | ReplyKind.UNREADABLE:
                self._finish(reply)

    def _finish(self, reply: Reply) -> None:
        """The call is done: give the worker the next one first, then tell the future, whose callbacks may take long."""
        with self._lock:
            call, self._call = self._call, None
        assert call is not None, "a worker replies to requests only"
        result, error = _outcome(reply, name_of(call.function))
        self._dispatcher.ended(call, self, reply.worktime, error)
        self._tasks += 1
        try:
            if self._tasks == self._settings.max_tasks:
                self._dispatcher.retire(self)
            else:
                self._dispatcher.ready(self)
        finally:  # whatever becomes of the next call
            if error is None:
                call.future.set_result(result)
            else:
                call.future.set_exception(error)

    def _give_up(self, error: BaseException) -> None:
        """The initializer failed: that breaks the pool."""
        logger.critical("Exception in initializer:", exc_info=error)
        self._break_pool(f"the initializer failed in worker {self.number}: {error!r}", error)

    def _bury(self) -> None:
        """The process has ended. If nobody had asked it to, that breaks the pool."""
        self.sources = ()
        self._process.join()
        exitcode = self._process.exitcode
        with self._lock:
            self._dead = True
            call = self._call
        self._hang_up()
        self._process.close()
        died = f"worker {self.number} (process {self.ident}) {_manner(exitcode)} {self._occupation(call)}"
        try:
            self._break_pool(died, WorkerDiedError(died))
            if call is not None:
                self._fail_call()
        finally:
            self._dispatcher.gone(self)
            self._buried.set()

    def _occupation(self, call: Call | None) -> str:
        """What the process was doing, in words."""
        if call is not None:
            return f"while it ran call {call.number}, {name_of(call.function)}"
        if self._arrived:
            return "while it was idle"
        return "while it was starting (a script that makes processes must do so under `if __name__ == '__main__':`)"

    def _break_pool(self, reason: str, cause: BaseException) -> None:
        """Unless the worker was meant to end, break the pool and end the other workers."""
        if self._dispatcher.lost(self, reason):
            self._dispatcher.break_pool(partial(_broken, reason, cause))
            for other in self._dispatcher.workers:
                other.terminate()  # type: ignore[attr-defined]  # they are all processes

    def _fail_call(self) -> None:
        """End the call that died with the worker, with what broke the pool."""
        with self._lock:
            call, self._call = self._call, None
        if call is not None:
            error = self._dispatcher.break_pool(partial(_broken, f"worker {self.number} died", None))
            self._dispatcher.fail(call, error())


def _start_process(settings: Settings, number: int) -> tuple[Any, Any]:
    """A new process that runs `worker.main`, and this side's end of its pipe."""
    context: Any = settings.context
    ours, theirs = context.Pipe()
    # A forked process inherits both ends. While it held ours, it would not notice that this process has gone.
    inherited = ours if context.get_start_method() == "fork" else None
    try:
        process = context.Process(
            target=worker.main,
            args=(theirs, settings.initializer, inherited),
            name=f"ProcessPoolExecutor-worker-{number}",
        )
        with _interrupts_held_back(context):
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


@contextmanager
def _interrupts_held_back(context: Any) -> Iterator[None]:
    """A process that starts in here is deaf to Ctrl-C until `worker.main` says otherwise.

    Not with forkserver: there it is the server's mask that counts, and the server has other customers.
    """
    if not hasattr(signal, "pthread_sigmask") or context.get_start_method() == "forkserver":
        yield
        return
    resource_tracker.ensure_running()  # its start would lift the ban
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _outcome(reply: Reply, function_name: str) -> tuple[object, BaseException | None]:
    """(result, None) or (None, exception)."""
    if reply.kind is not ReplyKind.RETURNED:
        error = raised(reply.payload, f"the exception of {function_name}(...)")
        if reply.kind is ReplyKind.RAISED:
            return None, error
        failure = unreadable(f"the call {function_name}(...)", error)
        failure.__cause__ = error
        return None, failure
    try:
        return loads(reply.payload, f"the result of {function_name}(...)"), None
    except CallUnpicklingError as error:
        return None, error.with_traceback(None)


def _manner(exitcode: int) -> str:
    """How a process ended, in words."""
    if exitcode >= 0:
        return f"exited with code {exitcode}"
    try:
        return f"was killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"was killed by signal {-exitcode}"


def _broken(reason: str, cause: BaseException | None) -> BrokenProcessPool:
    error = BrokenProcessPool(f"the process pool is not usable any more: {reason}")
    error.__cause__ = cause
    return error
