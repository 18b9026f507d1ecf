"""`Gate`: a call that waits until you let it through. So you decide when calls end.

    you                                  a call, in a thread
    gate.wait_for(2)   <-- arrived ---   gate(value)     waits
    gate.let_through() -- passes ---->   returns value   one of those that wait
    gate.open()        -- passes ---->                   all, also those that come later

You may take an hour to read on, so calls wait as long as it takes. When the program exits, all gates open.
"""

import threading
import weakref
from typing import Any, Generic, TypeVar

__all__ = ["LONGEST_S", "Gate"]

T = TypeVar("T")

LONGEST_S = 60
"""Seconds: the longest wait for something that should happen soon."""


class Gate(Generic[T]):
    """A function to submit to a thread pool: `pool.submit(gate, value)`. Each call waits until you let it through.

    A new gate is closed. It works in threads only: a process would get a copy, which stays closed.
    """

    def __init__(self, patience_s: float | None = None) -> None:
        """`patience_s`: seconds until a waiting call raises `TimeoutError`. None: it waits as long as it takes."""
        self._patience_s = patience_s
        self._changed = threading.Condition()  # guards the rest, and is notified of every change
        self._came = 0
        self._awaited = 0
        self._may_pass = 0
        self._is_open = False
        _gates.add(self)

    def __call__(self, value: T) -> T:
        """Block until you let this call through, then return the value."""
        with self._changed:
            self._came += 1
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._is_open or self._may_pass, self._patience_s):
                raise TimeoutError(f"the gate was not opened for {self._patience_s} s")
            self._may_pass -= bool(self._may_pass)
        return value

    def wait_for(self, calls: int = 1) -> None:
        """Block until this many more calls have arrived, not counting those of earlier `wait_for`s.

        Raises `TimeoutError` after a minute.
        """
        with self._changed:
            self._awaited += calls
            if not self._changed.wait_for(lambda: self._came >= self._awaited, LONGEST_S):
                raise TimeoutError(f"{self._came} calls arrived at the gate in {LONGEST_S} s, not {self._awaited}")

    def let_through(self, calls: int = 1) -> None:
        """Let this many calls through: those that wait, or else the next to arrive. Returns at once."""
        with self._changed:
            self._may_pass += calls
            self._changed.notify_all()

    def open(self) -> None:
        """Let all calls through, those that wait and those that arrive later. Returns at once."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()


_gates: "weakref.WeakSet[Gate[Any]]" = weakref.WeakSet()


def _open_all() -> None:
    for gate in list(_gates):
        gate.open()


# Registered after the pools, so called before them: they wait for their last calls, which may wait at a gate.
threading._register_atexit(_open_all)  # type: ignore[attr-defined]
