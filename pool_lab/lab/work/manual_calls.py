"""`ManualCall`: a call that runs until this program ends it, in whatever thread or process it runs.

    this program                                        a worker
    call.end(Outcome(42))  --event------------------->  call()         in a thread: the call itself
                           --loopback connection----->  remote_call()  in a process: what the call is unpickled as

The worker process opens the connection, and the outcome arrives there as bytes. When this program exits, or closes its
`ManualCalls`, the connection ends and the call returns None: no call waits for an outcome that never comes.
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
from pool_lab.lab.recording.method_wrapper import wrap_method

__all__ = ["ManualCall", "ManualCalls", "Outcome", "before_shutdown"]


@dataclass(frozen=True)
class Outcome:
    """What a call does at its end: return the value, or raise the error if there is one."""

    value: Any = None
    error: BaseException | None = None

    def apply(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


class ManualCall:
    """The function of such a call. `address` says where another process asks for its outcome."""

    def __init__(self, name: str, address: Callable[["ManualCall"], tuple[str, bytes, int]]) -> None:
        self.__name__ = name
        self._address = address
        self._has_outcome = threading.Event()
        self._lock = threading.Lock()  # guards the next two
        self._outcome: Outcome | None = None
        self._connections: list[Connection] = []

    def __call__(self) -> Any:
        self._has_outcome.wait()
        assert self._outcome is not None
        return self._outcome.apply()

    def __reduce__(self) -> tuple[Any, ...]:
        return _RemoteCall, (self.__name__, *self._address(self))

    @property
    def has_outcome(self) -> bool:
        return self._has_outcome.is_set()

    def end(self, outcome: Outcome) -> None:
        """End the call, now or as soon as it starts. Only the first outcome counts."""
        with self._lock:
            if self._outcome is not None:
                return
            self._outcome = outcome
            self._has_outcome.set()
            connections, self._connections = self._connections, []
        for connection in connections:
            _send(connection, outcome)

    def connect(self, connection: Connection) -> None:
        """The call runs at the other end of this connection."""
        with self._lock:
            outcome = self._outcome
            if outcome is None:
                self._connections.append(connection)
                return
        _send(connection, outcome)


def _send(connection: Connection, outcome: Outcome) -> None:
    with connection, suppress(OSError):  # the worker may have died
        connection.send_bytes(cloudpickle.dumps(outcome))


class _RemoteCall:
    """A manual call in another process: asks at the address for its outcome."""

    def __init__(self, name: str, address: str, key: bytes, number: int) -> None:
        self.__name__ = name
        self._address, self._key, self._number = address, key, number

    def __call__(self) -> Any:
        try:
            with Client(self._address, authkey=self._key) as connection:
                connection.send(self._number)
                outcome = pickle.loads(connection.recv_bytes())
        except (EOFError, OSError):  # the program has closed its calls, or is gone
            return None
        return outcome.apply()


class ManualCalls:
    """All manual calls of one owner. They end at `close`, when this object is dropped, and when the program exits."""

    def __init__(self) -> None:
        # Running calls refer to the registry only, so they do not keep this object alive.
        self._registry = _Registry()
        self.new, self.end_all, self.close = self._registry.new, self._registry.end_all, self._registry.close
        self.give_up = self.close
        on_exit_and_fork(self)
        # The garbage collector may run this in any thread, which it must not block. So `close` gets its own.
        weakref.finalize(self, _thread.start_new_thread, self._registry.close, ()).atexit = False

    def join(self) -> None:
        """Nothing to do at exit, since `close` has ended the calls, nor in a forked child, which does not use them."""

    after_fork = join


class _Registry:
    """Makes calls, and listens for processes that ask for an outcome."""

    def __init__(self) -> None:
        self._calls: list[ManualCall] = []
        self._lock = threading.Lock()  # guards the rest
        self._listener: Listener | None = None
        self._receiver: threading.Thread | None = None
        self._is_closed = False
        self._key = os.urandom(32)

    def new(self, name: str) -> ManualCall:
        call = ManualCall(name, self._address)
        with self._lock:
            self._calls.append(call)
            is_closed = self._is_closed
        if is_closed:
            call.end(Outcome())
        return call

    def end_all(self) -> None:
        """Let all calls without an outcome return None, even those that have not started."""
        with self._lock:
            calls = tuple(self._calls)
        for call in calls:
            call.end(Outcome())

    def close(self) -> None:
        """End all calls, and from now on each new one at once. May be called again."""
        with self._lock:
            self._is_closed = True
            listener, self._listener = self._listener, None
        self.end_all()
        if listener is not None and self._receiver is not None:
            with suppress(OSError, EOFError), Client(listener.address, authkey=self._key) as connection:
                connection.send(None)
            self._receiver.join()
            listener.close()

    def _address(self, call: ManualCall) -> tuple[str, bytes, int]:
        """Where a process asks for the outcome of this call. Starts to listen there if need be."""
        with self._lock:
            if self._is_closed:
                return "", b"", 0
            if self._listener is None:
                self._listener = Listener(backlog=64, authkey=self._key)
                receive = partial(self._receive, self._listener)
                self._receiver = threading.Thread(target=receive, name="pool-lab-manual-calls", daemon=True)
                self._receiver.start()
            return str(self._listener.address), self._key, self._calls.index(call)

    def _receive(self, listener: Listener) -> None:
        while True:
            with suppress(OSError, EOFError, AuthenticationError):  # a client that went away, or is none of ours
                connection = listener.accept()
                number = connection.recv()
                if number is None:
                    connection.close()
                    return
                self._calls[number].connect(connection)


def before_shutdown(executor: Executor, action: Callable[[bool], None]) -> Callable[[], None]:
    """Call `action(cancel_futures)` before a shutdown that waits. Returns a function that undoes this."""

    def act_and_shut_down(shutdown: Callable[..., None], wait: bool = True, *, cancel_futures: bool = False) -> None:
        if wait:
            action(cancel_futures)
        shutdown(wait, cancel_futures=cancel_futures)

    return wrap_method(executor, "shutdown", act_and_shut_down)
