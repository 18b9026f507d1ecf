"""`Gate`: holds calls back until it is opened. So a learner decides when a call ends, and no clock does.

    gate = Gate()
    pool.submit(gate.hold, "A")    # its worker stands at the gate
    gate.wait_for(1)               # it has arrived: A is running
    gate.open()                    # now it ends, and returns "A"

For calls in threads. When the interpreter exits, all gates open: a call that nobody let through would keep it for ever.
"""

import threading
import weakref
from typing import TypeVar

__all__ = ["Gate"]

T = TypeVar("T")


class Gate:
    """Closed at first; once it is open it stays so."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # guards the next two; notified when one of them changes
        self._arrived = 0
        self._is_open = False
        _gates.add(self)

    def __repr__(self) -> str:
        return f"Gate({'open' if self._is_open else 'closed'})"

    def hold(self, value: T) -> T:
        """Wait until the gate is open, and return the value: the call to hand to a pool."""
        with self._changed:
            self._arrived += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_open)
        return value

    def wait_for(self, calls: int) -> None:
        """Block until so many calls have come to the gate, since it was made."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrived >= calls)

    def open(self) -> None:
        with self._changed:
            self._is_open = True
            self._changed.notify_all()


_gates: "weakref.WeakSet[Gate]" = weakref.WeakSet()


def _open_all() -> None:
    for gate in list(_gates):
        gate.open()


# What is registered last is called first: the gates are open before the pools are waited for.
threading._register_atexit(_open_all)  # type: ignore[attr-defined]
