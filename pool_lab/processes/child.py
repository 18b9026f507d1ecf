"""The worker process: it reads requests from its pipe, one at a time, makes their calls, and replies.

    main thread    reads a request, makes its calls, replies
    watcher        a thread that looks now and then while a request of several calls is worked on: if a call takes long
                   after all, it sends back the outcomes so far, and gives back the calls that have not begun

The two share a deque. Calls begin at its left end and are given back from its right end, so each goes one way or the
other:

    main thread   popleft() <-- | a5 | a6 | a7 | a8 | --> pop()   watcher

`_lock` guards which outcomes have been sent, and the pipe. The process ends when it is told to, when the pool's process
is gone (the pipe ends then), or when its initializer fails. A call that holds the GIL in C for long stops the watcher
too: the calls behind it wait.
"""

import io
import multiprocessing.util
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from time import perf_counter, sleep, thread_time
from types import FrameType
from typing import Any

from .messages import BEGUN, END, READY, Reply, Request
from .pickling import PLAIN, dumps, dumps_error, dumps_result, is_importable_main, loads
from .pipe import Pipe

TICK_S = 0.002  # a call that is seen at two ticks takes long

# As Go's scheduler does: nobody else sends this signal, and it harms no program. Windows has nothing of the kind.
STOP_SIGNAL: signal.Signals | None = getattr(signal, "SIGURG", None)


class Initializer:
    """A pool's initializer and its arguments, on their way into a new process.

    They are pickled while it starts, because multiprocessing's locks and queues can only be sent then, and unpickled
    when the initializer is to run, so that a failure can be reported.
    """

    def __init__(self, function: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._function, self._args = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return partial, (_initialize_with, dumps((self._function, self._args), to_worker=True))

    def __call__(self) -> None:
        # In a forked process. What a notebook's function refers to is here, but has not come by pickle: see `by_value`.
        if not is_importable_main():
            with suppress(Exception):
                loads(dumps(self._function, to_worker=True), "the initializer")
        self._function(*self._args)


def _initialize_with(pickled: bytes) -> None:
    function, args = loads(pickled, "the initializer")
    function(*args)


def main(connection: Any, initializer: Callable[[], None] | None, says_begun: bool) -> None:
    """What the process runs. `says_begun`: it tells the pool when it begins a call."""
    # Ctrl-C reaches every process of the terminal or the kernel, but the pool's owner decides whether the pool ends. A
    # handler, not SIG_IGN: programs that a call starts get the default back.
    signal.signal(signal.SIGINT, lambda signum, frame: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # In a notebook it is a pipe, and a pipe's text would stay here until the process ends.
            stream.reconfigure(line_buffering=True)
    with suppress(EOFError, OSError, KeyboardInterrupt):  # the pool's process is gone, or a stop came too late
        if _initialize(connection, initializer):
            Server(Pipe(connection), says_begun).serve()


def _initialize(connection: Any, initializer: Callable[[], None] | None) -> bool:
    """Run the initializer and say how it went."""
    try:
        if initializer is not None:
            initializer()
    except BaseException as error:
        from pool_lab.errors import logger

        # It is logged here, where the initializer may have set up logging. What goes through a queue is written out
        # before the pool hears of the failure: multiprocessing does that when a process ends, as this one now does.
        logger.critical("Exception in initializer:", exc_info=True)
        multiprocessing.util._exit_function()  # type: ignore[attr-defined]
        connection.send_bytes(dumps_error(error))
        return False
    connection.send_bytes(READY)
    return True


class Calls:
    """The calls of one request, and what has come of them."""

    def __init__(self, request: Request, buffers: list[Any]) -> None:
        self._number = request.number
        self.todo = deque(request.rows())
        self.is_single = len(self.todo) == 1
        self.outcomes: list[Any] = []
        self.buffers: list[Any] = []  # large buffers of the result, if this is a single call
        self._times: list[tuple[float, float, float]] | None = [] if request.is_observed else None
        self._began = perf_counter()
        self._sent = 0
        self._received = buffers
        self._load_function = cache(partial(loads, what="the function"))

    def run(self, say_begun: Callable[[], object] | None) -> None:
        with suppress(IndexError):  # all are made, or given back
            while call := self.todo.popleft():
                began, cpu_began = (0.0, 0.0) if self._times is None else (perf_counter(), thread_time())
                outcome = self._outcome(say_begun, *call)
                if self._times is not None:
                    self._times.append((began, perf_counter(), thread_time() - cpu_began))
                self.outcomes.append(outcome)

    def _outcome(self, say_begun: Callable[[], object] | None, function: Any, args: Any, kwargs: Any) -> Any:
        try:
            if function is not None:
                function = self._load_function(function)
            if type(args) is bytes:
                what = "the call" if function is None else f"the call {function.__name__}(...)"
                *functions, args, kwargs = loads(args, what, self._received)
                self._received = []
                function = functions[0] if functions else function
            if say_begun is not None:
                say_begun()
            result = function(*args, **kwargs)
            return result if type(result) in PLAIN else self._dumped(result, function)
        except BaseException as error:
            return False, dumps_error(error)

    def _dumped(self, result: Any, function: Any) -> tuple[bool, bytes]:
        is_result, pickled, buffers = dumps_result(result, function)
        if self.is_single:
            self.buffers = buffers
        elif buffers:
            pickled = dumps(result)  # with all of it, as it is now
        return is_result, pickled

    @property
    def has_news(self) -> bool:
        """Whether there is something to send back while a call takes long."""
        return bool(self.todo) or len(self.outcomes) > self._sent

    def reply(self, *, is_last: bool) -> Reply:
        """What has come of the calls since the last reply. If this is not the last, the waiting ones are given back."""
        given_back = 0
        with suppress(IndexError):  # `todo` is empty; it is before the last reply
            while self.todo.pop():
                given_back += 1
        first, self._sent = self._sent, len(self.outcomes)
        took_s = (perf_counter() - self._began) / max(self._sent, 1)
        times = None if self._times is None else self._times[first : self._sent]
        return Reply(self._number, self.outcomes[first : self._sent], given_back, is_last, took_s, times)


class Server:
    def __init__(self, pipe: Pipe, says_begun: bool) -> None:
        self._pipe = pipe
        self._say_begun = partial(pipe.connection.send_bytes, BEGUN) if says_begun else None
        self._lock = threading.Lock()
        self._calls: Calls | None = None  # the calls that the watcher looks after
        self._is_busy = threading.Event()  # it is set while there are such calls; the watcher sleeps while it is not
        self._watcher: threading.Thread | None = None
        self._may_be_stopped = False
        if STOP_SIGNAL is not None:
            signal.signal(STOP_SIGNAL, self._stop)

    def serve(self) -> None:
        while self._answer(*self._pipe.receive()):  # between two requests nothing of a call is kept
            pass

    def _answer(self, message: bytes, buffers: list[Any]) -> bool:
        if message == END:
            return False
        calls = Calls(Request(*pickle.loads(message)), buffers)
        del message, buffers
        if not calls.is_single:
            self._calls = calls
            self._is_busy.set()
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
                self._watcher.start()
        self._may_be_stopped = True
        calls.run(self._say_begun)
        self._may_be_stopped = False
        with self._lock:
            self._is_busy.clear()
            self._calls = None
            self._send(calls.reply(is_last=True), calls.buffers)
        return True

    def _send(self, reply: Reply, buffers: Sequence[Any] = ()) -> None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # it may be None, or closed
                stream.flush()  # what the calls have printed comes first
        self._pipe.send(pickle.dumps(tuple(reply), pickle.HIGHEST_PROTOCOL), buffers)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        """Raise `KeyboardInterrupt` in the call. This process ends in any case."""
        if self._may_be_stopped:
            self._may_be_stopped = False
            raise KeyboardInterrupt("the call ran longer than its pool's task_timeout")

    def _watch(self) -> None:
        while self._is_busy.wait():
            calls = self._calls
            done = len(calls.outcomes) if calls is not None else 0
            sleep(TICK_S)
            if calls is not None and len(calls.outcomes) == done and calls.has_news:
                with self._lock, suppress(OSError):
                    if calls is self._calls:
                        self._send(calls.reply(is_last=False))
            del calls  # a sleeping watcher keeps no call alive
