"""What the pools of these tests are asked to call: importable, so that every worker process finds it."""

import _thread
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from logging.handlers import QueueHandler
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.contract.gates import PATIENCE_S, Address, knock, stand_at

__all__ = [
    "KILLED",
    "BadOnArrival",
    "CannotLeave",
    "ErrorBadOnArrival",
    "Given",
    "Holder",
    "Sealed",
    "TwoArgumentError",
    "add",
    "bad_on_arrival",
    "break_at",
    "die",
    "die_at",
    "fail",
    "fail_once",
    "interrupt_itself",
    "kill",
    "kill_self",
    "knock_and_double",
    "knock_and_hold",
    "lock",
    "log_into_and_fail",
    "raise_cannot_leave",
    "raise_error_bad_on_arrival",
    "raise_sealed",
    "raise_text",
    "raise_two_argument_error",
    "raise_unprintable",
    "remember",
    "remembered",
    "set_event",
    "stand_and_remember",
    "stand_or_fail",
    "start_method",
    "thread_at",
    "thread_name",
    "worker",
]

_remembered: list[tuple[int, object]] = []
_held: list[socket.socket] = []


def add(first: int, second: int = 0, **more: int) -> int:
    return first + second + sum(more.values())


def fail(error: BaseException) -> None:
    raise error


def fail_once(mark: Path) -> str:
    """Fails the first time, when there is no such file yet."""
    if not mark.exists():
        mark.touch()
        raise OSError("not yet")
    return "done"


def worker() -> tuple[int, int]:
    """Process and thread that run this call."""
    return os.getpid(), threading.get_ident()


def start_method() -> str:
    """How the process of this call was started."""
    method: str = multiprocessing.current_process()._start_method  # type: ignore[attr-defined]
    return method


def thread_at(address: Address) -> int:
    stand_at(address)
    return threading.get_ident()


def thread_name() -> str:
    return threading.current_thread().name


def stand_or_fail(address: Address, error: BaseException | None) -> None:
    stand_at(address)
    if error is not None:
        raise error


def knock_and_hold(address: Address) -> int:
    """Keep a connection to the gate for as long as this process lives."""
    _held.append(socket.create_connection(address, PATIENCE_S))
    return os.getpid()


def remember(*values: object) -> None:
    """An initializer: leaves values for `remembered` in this process, one entry for each run."""
    _remembered.append((os.getpid(), values))


def remembered() -> list[object]:
    # A forked process has its parent's memories as well.
    return [values for process, values in _remembered if process == os.getpid()]


def stand_and_remember(address: Address) -> list[object]:
    stand_at(address)
    return remembered()


def break_at(address: Address) -> None:
    """An initializer that fails when its gate opens."""
    stand_at(address)
    raise LookupError("no such thing to initialize")


def set_event(event: Event) -> None:
    """An initializer."""
    event.set()


def die(code: int = 3) -> None:
    os._exit(code)


def die_at(address: Address, code: int = 3) -> None:
    stand_at(address)
    os._exit(code)


KILLED = "was killed by SIGKILL" if hasattr(signal, "SIGKILL") else f"exited with code {int(signal.SIGTERM)}"
"""What a pool says of a process that `kill` has ended."""


def kill(process: int) -> None:
    """End it at once. On Windows every signal does that, and is then its exit code."""
    os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def kill_self() -> None:
    kill(os.getpid())
    time.sleep(PATIENCE_S)  # a signal may take a moment


def lock() -> object:
    """A result that cannot be pickled."""
    return threading.Lock()


class BadOnArrival:
    """Leaves well, and cannot be put together again where it arrives."""

    def __reduce__(self) -> tuple[object, ...]:
        return _refuse, ()


def _refuse() -> None:
    raise ArithmeticError("refused on arrival")


def bad_on_arrival() -> BadOnArrival:
    return BadOnArrival()


class ErrorBadOnArrival(Exception):
    """Whatever anybody has registered for exceptions, this one says itself how it is to be put together again."""

    def __reduce__(self) -> tuple[object, ...]:
        return _refuse, ()


def raise_error_bad_on_arrival() -> None:
    raise ErrorBadOnArrival


class TwoArgumentError(Exception):
    """Pickles, but is called with one argument when unpickled: a classic."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


class CannotLeave(Exception):
    """Cannot be pickled."""

    def __init__(self) -> None:
        super().__init__("holds a lock")
        self.lock = threading.Lock()


class ArrivesAsText(Exception):
    """Is no exception any more when unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return str, ("only words",)


class Unprintable(Exception):
    """Refuses when unpickled, and will not say why."""

    def __reduce__(self) -> tuple[object, ...]:
        return _raise_unprintable, ()

    def __repr__(self) -> str:
        raise LookupError("no words")

    __str__ = __repr__


def _raise_unprintable() -> None:
    raise Unprintable


class Sealed(Exception):
    """Lets nobody set its attributes, as frozen dataclasses do."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


def raise_sealed() -> None:
    raise Sealed("tight")


def raise_text() -> None:
    raise ArrivesAsText


def raise_two_argument_error() -> None:
    raise TwoArgumentError("one", "two")


def raise_unprintable() -> None:
    raise Unprintable


def raise_cannot_leave() -> None:
    raise CannotLeave


class Given:
    """Something that can be sent, and watched."""


class Holder:
    """Its bound methods cannot be pickled: they carry a lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def call(self) -> None: ...


def knock_and_double(address: Address, number: int) -> int:
    knock(address)
    return 2 * number


def log_into_and_fail(queue: "Queue[logging.LogRecord]") -> None:
    """An initializer that has this process's errors sent to the queue, and then fails."""
    logging.getLogger("concurrent.futures").addHandler(QueueHandler(queue))
    raise LookupError("no such thing to initialize")


def interrupt_itself() -> str:
    """As a time limit of its own does it: another thread interrupts the main one."""
    watchdog = threading.Timer(0, _thread.interrupt_main)
    try:
        watchdog.start()
        threading.Event().wait(PATIENCE_S)
    except KeyboardInterrupt:
        return "interrupted"
    return "not interrupted"
