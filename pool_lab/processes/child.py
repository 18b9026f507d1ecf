"""The worker process: it reads requests from its pipe, one at a time, runs their calls, and replies.

    main thread    reads a request, runs its calls, replies
    watcher        a thread that looks every two milliseconds while a request of several calls runs: if a call takes
                   long after all, it sends the outcomes so far, and gives back the calls that have not begun

The two share a deque. A call begins at its left end or is given back from its right end:

    main thread   popleft() <-- | a5 | a6 | a7 | a8 | --> pop()   watcher

`_lock` guards which outcomes have been sent, and the pipe. The process ends when it gets `END`, when the pool's process
has ended and so the pipe, or when its initializer fails. A call that holds the GIL in C stops the watcher, too.
"""

import _thread
import io
import multiprocessing.util
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from time import perf_counter, sleep, thread_time
from types import FrameType
from typing import Any

from .messages import BEGUN, END, READY, Reply, Request
from .pickling import NOT_SENT_BACK, PLAIN, LargeBuffers, dumps, dumps_error, loads, unsendable
from .pipe import Pipe
from .program import is_importable_main

TICK_S = 0.002  # a call that is seen at two ticks takes long
# Hardly any program uses this signal, and by default it is ignored. Go's scheduler uses it, too. Windows has none.
STOP_SIGNAL: signal.Signals | None = getattr(signal, "SIGURG", None)


class Initializer:
    """It is pickled while a process starts, as locks and queues must be, and unpickled when it runs and may raise."""

    def __init__(self, function: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._function, self._args = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return partial, (_initialize_with, dumps((self._function, self._args), to_worker=True))

    def __call__(self) -> None:
        # In a forked process the notebook's globals are here, but `by_value` does not know them: so pickle them once.
        if not is_importable_main():
            with suppress(Exception):
                loads(dumps(self._function, to_worker=True), "the initializer")
        self._function(*self._args)


def _initialize_with(pickled: bytes) -> None:
    function, args = loads(pickled, "the initializer")
    function(*args)


def main(connection: Any, initializers: list[Callable[[], None]], says_begun: bool) -> None:
    """What the process runs. `initializers`: at most one. `says_begun`: it sends a message when it begins a call."""
    # Ctrl-C reaches every process of the terminal or the kernel, but the pool's owner decides whether the pool ends. A
    # handler, not SIG_IGN: programs that a call starts get the default back.
    signal.signal(signal.SIGINT, lambda signum, frame: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # in a notebook it is a pipe, and text would stay in its buffer
    with suppress(EOFError, OSError, KeyboardInterrupt):  # the pool's process is gone, or a stop came too late
        if _initialize(connection, initializers):
            server = Server(Pipe(connection), says_begun)
            while server._answer():  # between two requests nothing is kept but functions
                pass


def _initialize(connection: Any, initializers: list[Callable[[], None]]) -> bool:
    """Run the initializer and report how it went. Nothing here keeps its arguments."""
    try:
        while initializers:
            initializers.pop()()
    except BaseException as error:
        from pool_lab.errors import logger

        # It is logged here, where the initializer may have set up logging. If that writes to a queue, `_exit_function`
        # flushes the queue before the pool learns of the failure.
        logger.critical("Exception in initializer:", exc_info=True)
        multiprocessing.util._exit_function()  # type: ignore[attr-defined]
        connection.send_bytes(dumps_error(error))
        return False
    connection.send_bytes(READY)
    return True


class Calls:
    """The calls of one request, and their outcomes."""

    sent = 0  # how many outcomes were sent
    is_in_call = False
    buffers: Sequence[Any] = ()  # large ones of the result, if this is a single call

    def __init__(self, request: Request, buffers: list[Any], functions: dict[bytes, Any]) -> None:
        """`functions`: those of the previous request, by their pickles. They are not loaded again."""
        self._number, self.patience_s = request.number, request.patience_s
        self.todo = deque(request.rows())
        self.is_single = len(self.todo) == 1
        self.outcomes: list[Any] = []
        self._times: list[tuple[float, float, float]] | None = [] if request.is_observed else None
        self._received = buffers
        self.functions: dict[bytes, Any] = {}
        for pickled in filter(None, request.functions):
            with suppress(BaseException):  # it fails again, call by call
                self.functions[pickled] = functions[pickled] if pickled in functions else self._function(pickled)
        self._began = perf_counter()

    def run(self, say_begun: Callable[[], object] | None) -> None:
        with suppress(IndexError):  # all have run, or were given back
            while call := [self.todo.popleft()]:
                began, cpu_began = (0.0, 0.0) if self._times is None else (perf_counter(), thread_time())
                outcome = self._outcome(say_begun, call)
                if self._times is not None:
                    self._times.append((began, perf_counter(), thread_time() - cpu_began))
                self.outcomes.append(outcome)

    def _outcome(self, say_begun: Callable[[], object] | None, call: list[Any]) -> Any:
        """`call`: a list with the call, which is taken out, so that no other code keeps the arguments alive."""
        function, args, kwargs = call.pop()
        try:
            if function is not None:
                function = self._function(function)
            if type(args) is bytes:
                what = "the call" if function is None else f"the call {function.__name__}(...)"
                *functions, args, kwargs = loads(args, what, self._received)
                self._received = []
                function = functions[0] if functions else function
            if say_begun is not None:
                say_begun()
            self.is_in_call = True
            result = function(*args, **kwargs)
            self.is_in_call = False
            return result if type(result) in PLAIN else self._dumped(result, function)
        except BaseException as error:
            self.is_in_call = False
            return False, dumps_error(error)

    def _function(self, pickled: bytes) -> Any:
        return self.functions[pickled] if pickled in self.functions else loads(pickled, "the function")

    def _dumped(self, result: Any, function: Any) -> tuple[bool, bytes]:
        """The outcome of a call that returned this: (whether it can be sent, the pickle of it or of an error)."""
        buffers = LargeBuffers() if self.is_single else None
        try:
            pickled = dumps(result, buffers)
        except Exception as error:
            from pool_lab.events import name_of

            what = f"the result of {name_of(function)}(...), a {type(result).__qualname__}, {NOT_SENT_BACK}"
            return False, dumps_error(unsendable(what, error))
        self.buffers = buffers or ()
        return True, pickled

    def reply(self, *, is_last: bool, gives_back: bool = False) -> Reply:
        """The outcomes since the last reply. `gives_back`: give back the calls that have not begun."""
        given_back = 0
        with suppress(IndexError):  # `todo` is empty
            while gives_back and self.todo.pop():
                given_back += 1
        first, self.sent = self.sent, len(self.outcomes)
        now = perf_counter()
        took_s = (now - self._began) / max(self.sent, 1)
        times = None if self._times is None else self._times[first : self.sent]
        return Reply(self._number, self.outcomes[first : self.sent], given_back, is_last, took_s, now, times)


class Server:
    _watcher: threading.Thread | None = None
    _calls: Calls | None = None  # those that the watcher watches
    _running: Calls | None = None  # those that may be stopped
    _is_interrupted = False  # by `interrupt_main`, in a call

    def __init__(self, pipe: Pipe, says_begun: bool) -> None:
        self._pipe = pipe
        self._say_begun = partial(pipe.connection.send_bytes, BEGUN) if says_begun else None
        self._functions: dict[bytes, Any] = {}  # see `Calls`
        self._lock, self._is_busy = threading.Lock(), threading.Event()  # busy: there are calls to watch
        if STOP_SIGNAL is not None:
            signal.signal(STOP_SIGNAL, self._stop)
        self._interrupt_main, _thread.interrupt_main = _thread.interrupt_main, self._interrupt
        signal.signal(signal.SIGINT, self._on_sigint)

    def _answer(self) -> bool:
        message, buffers = self._pipe.receive()
        if message == END:
            return False
        calls = Calls(Request(*pickle.loads(message)), buffers, self._functions)
        self._functions = calls.functions
        del message, buffers
        if not calls.is_single:
            self._calls = calls
            self._is_busy.set()
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
                self._watcher.start()
        self._is_interrupted, self._running = False, calls
        calls.run(self._say_begun)
        self._running = None
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
        if self._running is not None:
            self._running = None
            raise KeyboardInterrupt("the call ran longer than its pool's task_timeout")

    def _interrupt(self, signum: signal.Signals = signal.SIGINT) -> None:
        """Replaces `_thread.interrupt_main`, by which a call can interrupt itself. Ctrl-C is ignored here."""
        self._is_interrupted = signum == signal.SIGINT
        self._interrupt_main(signum)

    def _on_sigint(self, signum: int, frame: FrameType | None) -> None:
        if self._is_interrupted and self._running is not None and self._running.is_in_call:
            self._is_interrupted = False
            raise KeyboardInterrupt

    def _watch(self) -> None:
        waited_s = 0.0  # for the same call
        while self._is_busy.wait():
            calls = self._calls
            done = len(calls.outcomes) if calls is not None else 0
            sleep(TICK_S)
            if calls is None or len(calls.outcomes) > done:
                waited_s = 0.0
            else:
                waited_s += TICK_S
                self._send_early(calls, gives_back=waited_s > calls.patience_s)
            del calls  # a sleeping watcher keeps no call alive

    def _send_early(self, calls: Calls, *, gives_back: bool) -> None:
        if len(calls.outcomes) > calls.sent or (gives_back and calls.todo):
            with self._lock, suppress(OSError):
                if calls is self._calls:
                    self._send(calls.reply(is_last=False, gives_back=gives_back))
