"""`Gate`: calls come to it and wait until you let them through, so that a lesson decides when a call ends.

    you                                  a call, in a thread
    gate.wait_for(2)   <-- came ---      gate(value)     stands there
    gate.let_through() -- passes -->     returns value   one of them, whichever
    gate.open()        -- passes -->                     all, also those that are yet to come

A learner may take an hour to read on, so calls wait as long as it takes. When the program ends, all gates open.
"""

import threading
import weakref
from typing import Any, Generic, TypeVar

__all__ = ["LONGEST_S", "Gate"]

T = TypeVar("T")

LONGEST_S = 60
"""Nobody waits longer than this for what should come by itself."""


class Gate(Generic[T]):
    """A call to hand to threads. Closed at first. Processes have copies of it, and would wait in vain."""

    def __init__(self, patience_s: float | None = None) -> None:
        """With patience, a call that is not let through for so long raises `TimeoutError`."""
        self._patience_s = patience_s
        self._changed = threading.Condition()  # guards the rest, and is notified of every change
        self._came = 0
        self._awaited = 0
        self._may_pass = 0
        self._is_open = False
        _gates.add(self)

    def __call__(self, value: T) -> T:
        """Wait to be let through, then return the value."""
        with self._changed:
            self._came += 1
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._is_open or self._may_pass, self._patience_s):
                raise TimeoutError(f"nobody has opened the gate for {self._patience_s} s")
            self._may_pass -= bool(self._may_pass)
        return value

    def wait_for(self, calls: int = 1) -> None:
        """Block until so many more calls have come than were waited for before. `TimeoutError` if they do not."""
        with self._changed:
            self._awaited += calls
            if not self._changed.wait_for(lambda: self._came >= self._awaited, LONGEST_S):
                raise TimeoutError(f"{self._came} calls came to the gate, not {self._awaited}, in {LONGEST_S} s")

    def let_through(self, calls: int = 1) -> None:
        """Let so many pass, now or when they come."""
        with self._changed:
            self._may_pass += calls
            self._changed.notify_all()

    def open(self) -> None:
        """Let all pass, those that wait and those to come."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()


_gates: "weakref.WeakSet[Gate[Any]]" = weakref.WeakSet()


def _open_all() -> None:
    for gate in list(_gates):
        gate.open()


# Before the pools' own: they let their last calls finish, and those must not stand at a gate for ever.
threading._register_atexit(_open_all)  # type: ignore[attr-defined]
