"""In a worker: many calls of one function that have come in one message, and go home in one.

That pays as long as they are short. One that is not must keep neither the results of those before it nor the turns of
those after it. So a second thread, the steward, looks at the worker every few milliseconds, and if it is still at the
same stint sends home what is done, and gives back what is not begun:

    stint    | done | done | running | not begun | not begun
    PART     results of these 2                  the last 2 are to be done elsewhere

The steward needs the GIL for that: a call in C code that holds it for long keeps the others waiting.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from .messages import NO_WORKTIME, Raised, Reply, ReplyKind, dumps_outcomes

__all__ = ["Steward", "Stint"]

PATIENCE_S = 0.005


class Stint:
    """A function, and what it is to be called with: all first arguments, all second ones, and so on."""

    def __init__(self, function: Callable[..., Any], columns: list[tuple[Any, ...]]) -> None:
        self.function = function
        self.columns = columns

    def __reduce__(self) -> tuple[Any, ...]:
        return Stint, (self.function, self.columns)

    def run(self, number: int, steward: "Steward") -> bytes:
        """Make the calls. Returns the outcomes that the steward has not sent, pickled."""
        todo, outcomes = deque(zip(*self.columns, strict=True)), list[Any]()
        steward.begin(number, self.function, todo, outcomes)
        function, done, take = self.function, outcomes.append, todo.popleft
        while todo:
            try:
                args = take()
            except IndexError:  # the steward has just given it back
                break
            try:
                done(function(*args))
            except BaseException as error:
                done(Raised(error))
        return dumps_outcomes(outcomes[steward.end() :], function)


class Steward:
    """Its thread starts with the first stint, and sleeps while there is none."""

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self._connection = connection
        self._lock = threading.Lock()  # guards the next two, and is held while a part is sent
        self._current: tuple[int, Callable[..., Any], deque[Any], list[Any]] | None = None
        self._sent = 0
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, number: int, function: Callable[..., Any], todo: deque[Any], outcomes: list[Any]) -> None:
        self._current, self._sent = (number, function, todo, outcomes), 0
        self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="steward", daemon=True)
            self._thread.start()

    def end(self) -> int:
        """How many of the outcomes have been sent."""
        with self._lock:
            self._current = None
            return self._sent

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
            number, function, todo, outcomes = self._current
            given_back = _emptied(todo)
            done = len(outcomes)
            if given_back or done > self._sent:
                part = dumps_outcomes(outcomes[self._sent : done], function, given_back)
                self._sent = done
                self._connection.send_bytes(Reply(ReplyKind.PART, number, NO_WORKTIME, part).to_bytes())


def _emptied(todo: deque[Any]) -> int:
    """Take out what is left, while somebody else takes from the other end. Returns how many."""
    taken = 0
    try:
        while True:
            todo.pop()
            taken += 1
    except IndexError:
        return taken
