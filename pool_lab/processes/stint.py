"""In a worker: a stint whose inputs have come in one message, and whose outcomes go home in one.

That pays as long as the calls are short. One that is not must keep neither the results of those before it nor the turns
of those after it. So a second thread, the steward, looks at the worker every few milliseconds, and if it is still at
the same stint sends home what is done, and gives back what is not begun:

    stint    | done | done | running | not begun | not begun
    PART     results of these 2                  the last 2 are to be done elsewhere

The steward needs the GIL for that: a call in C code that holds it for long keeps the others waiting.
"""

import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from pool_lab.stint import Stint

from .messages import NO_WORKTIME, Reply, ReplyKind, dumps_outcomes

__all__ = ["PackedStint", "Steward", "made"]

PATIENCE_S = 0.005


class PackedStint:
    """A stint on its way to a worker: what arrives is a `Stint`.

    All first arguments travel in a row, then all second ones: that is less to pickle than a tuple for each call.
    """

    def __init__(self, function: Callable[..., Any], inputs: list[Any], *, is_spread: bool) -> None:
        self.function = function
        self.columns = tuple(zip(*inputs, strict=True)) if is_spread else (inputs,)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (self.function, self.columns)


def _unpacked(function: Callable[..., Any], columns: Sequence[Sequence[Any]]) -> Stint:
    if len(columns) == 1:
        return Stint(function, columns[0], is_spread=False)
    return Stint(function, zip(*columns, strict=True), is_spread=True)


def made(stint: Stint, number: int, steward: "Steward") -> bytes:
    """Make the calls. The outcomes that the steward has not sent, pickled."""
    steward.begin(number, stint)
    try:
        stint.run()
    finally:
        steward.end()
    _, values, errors = stint.collect()
    return dumps_outcomes(values, errors, stint.function)


class Steward:
    """Its thread starts with the first stint, and sleeps while there is none."""

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self._connection = connection
        self._lock = threading.Lock()  # guards the next one, and is held while a part is sent
        self._current: tuple[int, Stint] | None = None
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, number: int, stint: Stint) -> None:
        self._current = number, stint
        self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="steward", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """No part will be sent any more."""
        with self._lock:
            self._current = None

    def _watch(self) -> None:
        seen = None
        while True:
            if self._current is None:
                self._wake.wait()
            elif self._current is seen:
                self._send_part()
            seen = self._current
            time.sleep(PATIENCE_S)
            if self._current is None:
                seen = None  # it keeps nothing while it sleeps
                self._wake.clear()

    def _send_part(self) -> None:
        with self._lock:
            if self._current is None:
                return
            number, stint = self._current
            _, given_back = stint.take_back(stint.waiting)
            _, values, errors = stint.collect()
            if given_back or values:
                part = dumps_outcomes(values, errors, stint.function, len(given_back))
                self._connection.send_bytes(Reply(ReplyKind.PART, number, NO_WORKTIME, part).to_bytes())
