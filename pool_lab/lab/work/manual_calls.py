"""`Hold`: a call that ends when somebody says so, and as they say, in whatever thread or process it runs.

    here                                          a worker
    hold.tell(Outcome(42))  --event------------>  hold()        in a thread: the hold itself
                            --loopback line---->  caller()      in a process: what the hold becomes when it is pickled

A line is opened by the worker, and the outcome goes through it as bytes. When this process ends, or `Holds` closes, the
line ends, and so does the call: nobody waits for a word that will never come.
"""

import _thread
import os
import pickle
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

import cloudpickle

from pool_lab.interpreter import on_exit_and_fork
from pool_lab.lab.recording.method_wrapper import interpose

__all__ = ["Hold", "Holds", "Outcome", "before_shutdown"]


@dataclass(frozen=True)
class Outcome:
    """What a call is to do: return the value, or raise the error if there is one."""

    value: Any = None
    error: BaseException | None = None

    def come_true(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


class Hold:
    """The function of such a call."""

    def __init__(self, name: str, address: Callable[["Hold"], tuple[str, bytes, int]]) -> None:
        self.__name__ = name
        self._address = address
        self._told = threading.Event()
        self._lock = threading.Lock()  # guards the next two
        self._outcome: Outcome | None = None
        self._lines: list[Connection] = []

    def __call__(self) -> Any:
        self._told.wait()
        assert self._outcome is not None
        return self._outcome.come_true()

    def __reduce__(self) -> tuple[Any, ...]:
        return _Caller, (self.__name__, *self._address(self))

    @property
    def is_told(self) -> bool:
        return self._told.is_set()

    def tell(self, outcome: Outcome) -> bool:
        """End the call, now or as soon as it starts. Whether this was the first word: later ones change nothing."""
        with self._lock:
            if self._outcome is not None:
                return False
            self._outcome = outcome
            self._told.set()
            lines, self._lines = self._lines, []
        for line in lines:
            _send(line, outcome)
        return True

    def connect(self, line: Connection) -> None:
        """The call stands at the other end of the line."""
        with self._lock:
            outcome = self._outcome
            if outcome is None:
                self._lines.append(line)
                return
        _send(line, outcome)


def _send(line: Connection, outcome: Outcome) -> None:
    with line, suppress(OSError):  # the worker may have died
        line.send_bytes(cloudpickle.dumps(outcome))


class _Caller:
    """A hold in another process: asks at the address what is to become of it."""

    def __init__(self, name: str, address: str, key: bytes, number: int) -> None:
        self.__name__ = name
        self._address, self._key, self._number = address, key, number

    def __call__(self) -> Any:
        try:
            with Client(self._address, authkey=self._key) as line:
                line.send(self._number)
                outcome = pickle.loads(line.recv_bytes())
        except (EOFError, OSError):  # nobody is there any more who could say how it ends
            return None
        return outcome.come_true()


class Holds:
    """All holds of one owner. They end at `close`, when nobody holds this any more, and when the interpreter exits."""

    def __init__(self) -> None:
        # Calls that run know the desk only, so they do not keep this alive.
        self._desk = _Desk()
        self.new, self.end_all, self.close = self._desk.new, self._desk.end_all, self._desk.close
        on_exit_and_fork(self)
        # In a thread of its own: the garbage collector finds it out anywhere, and must not be blocked.
        weakref.finalize(self, _thread.start_new_thread, self._desk.close, ()).atexit = False

    def join(self) -> None:
        """They have ended already."""

    def after_fork(self) -> None:
        """A child has the parent's holds and no use for them."""


class _Desk:
    """Where holds are made, and where processes ask for theirs."""

    def __init__(self) -> None:
        self._holds: list[Hold] = []
        self._lock = threading.Lock()  # guards the rest
        self._listener: Listener | None = None
        self._receiver: threading.Thread | None = None
        self._is_closed = False
        self._key = os.urandom(32)

    def new(self, name: str) -> Hold:
        hold = Hold(name, self._address)
        with self._lock:
            self._holds.append(hold)
            is_closed = self._is_closed
        if is_closed:
            hold.tell(Outcome())
        return hold

    def end_all(self) -> None:
        """All that wait for a word, or will, return None."""
        with self._lock:
            holds = tuple(self._holds)
        for hold in holds:
            hold.tell(Outcome())

    def close(self) -> None:
        """End all, now and in future. May be called again."""
        with self._lock:
            self._is_closed = True
            listener, self._listener = self._listener, None
        self.end_all()
        if listener is not None and self._receiver is not None:
            with suppress(OSError, EOFError), Client(listener.address, authkey=self._key) as line:
                line.send(None)
            self._receiver.join()
            listener.close()

    def _address(self, hold: Hold) -> tuple[str, bytes, int]:
        """Where a process reaches the hold; from the first time on somebody listens there."""
        with self._lock:
            if self._is_closed:
                return "", b"", 0
            if self._listener is None:
                self._listener = Listener(backlog=64, authkey=self._key)
                receive = partial(self._receive, self._listener)
                self._receiver = threading.Thread(target=receive, name="pool-lab-holds", daemon=True)
                self._receiver.start()
            return str(self._listener.address), self._key, self._holds.index(hold)

    def _receive(self, listener: Listener) -> None:
        while True:
            with suppress(OSError, EOFError, AuthenticationError):  # somebody came and went
                line = listener.accept()
                number = line.recv()
                if number is None:
                    line.close()
                    return
                self._holds[number].connect(line)


def before_shutdown(executor: Executor, action: Callable[[bool], None]) -> Callable[[], None]:
    """Have the action called before a shutdown that waits, with whether it cancels futures. Returns what undoes it."""

    def act_and_shut_down(shutdown: Callable[..., None], wait: bool = True, *, cancel_futures: bool = False) -> None:
        if wait:
            action(cancel_futures)
        shutdown(wait, cancel_futures=cancel_futures)

    return interpose(executor, "shutdown", act_and_shut_down)
