"""`Bundle`: results of short calls, which go home together.

A reply costs the worker, and the pool, more than a short call does. So a worker that makes one such call after the
other, as they lie ready in the backlog, keeps for a moment what they return:

    backlog    | 7 | 8 | 9 | 10 | 11 |
    worker       7   8   9 have returned, and 10 is taken
    TOGETHER   the results of 7, 8 and 9; the worker is at 10 now

It sends them after a third of a millisecond, when nothing lies ready any more, or before it begins a call of another
function, of which nobody knows how long it takes; and should the same function take long for once, the steward does
(see `steward`). What is not plain, an exception for one, is a reply of its own.

The pool hears later, then, which call the worker is at. Should the worker die, it finds that in `Whereabouts`.
"""

from collections.abc import Callable
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

from pool_lab.call import Worktime, name_of

from .mailbox import NOTHING, Letter
from .memory import Shelf
from .messages import NUMBERS, are_small, dumps_error, dumps_result, dumps_together
from .parcel import Parcel
from .posting import post
from .replies import RAISED, RETURNED, Reply, ReplyKind
from .steward import Steward

__all__ = ["Bundle"]

LONGEST_S = 0.0003


class Bundle:
    """One for all calls of a worker."""

    def __init__(
        self,
        take_ready: Callable[[], Letter | None],
        connection: "Connection[bytes, bytes]",
        steward: Steward,
        whereabouts: memoryview,
    ) -> None:
        self.take_ready = take_ready
        self._connection = connection
        self._steward = steward
        self._whereabouts = whereabouts
        self._shelf = Shelf()
        self._kept: list[tuple[int, Any]] = []
        """Numbers and results. Added to by the worker; taken from under the steward's lock."""
        self._function: Callable[..., Any] | None = None
        self._began = self._ended = 0.0
        """When the first of the calls did whose results are kept, and the last."""

    @property
    def at(self) -> int:
        number: int = self._whereabouts[0]
        return number

    def make(self, letter: Letter | None) -> Letter | None:
        """Make this call, and those that lie ready behind it. Returns the first that has to be made in another way."""
        self._began = perf_counter()
        longest_s = LONGEST_S if self._steward.begin(self) else 0.0
        try:
            while letter is not None and letter[2]:
                reply = self._make(*letter)
                self._ended = perf_counter()
                letter = self.take_ready()
                took = NOTHING if letter is None else letter[0]
                if reply is not None:
                    post(reply._replace(took=took), self._connection)
                elif letter is None or not letter[2] or self._ended - self._began > longest_s:
                    self._send(took)
        finally:
            self._steward.end()
            self._function = None  # a worker keeps nothing of a call while it waits
        return letter

    def _make(self, number: int, unpickle: Callable[[], Any], _: bool) -> Reply | None:
        """Make one call. The reply, unless the result is kept."""
        self._whereabouts[0] = number
        kind, began = ReplyKind.UNREADABLE, perf_counter()
        payload: bytes | Parcel
        try:
            function, args, kwargs = unpickle()
            del unpickle
            if function is not self._function:
                self._send(number)
                self._function = function
            kind = RAISED
            result = function(*args, **kwargs)
            if type(result) in NUMBERS or are_small((result,)):
                self._kept.append((number, result))
                return None
            ended = perf_counter()
            payload = dumps_result(result, name_of(function), self._shelf)
            kind = RETURNED
        except BaseException as error:
            ended = perf_counter()
            payload = dumps_error(error)
        self._send(number)
        return Reply(kind, number, Worktime(began, ended, None), payload)

    def send_part(self) -> None:
        at, kept = self.at, self._kept[:]
        if kept and all(number != at for number, _ in kept):  # else the worker has got on
            self._send_kept(kept, at)

    def _send(self, took: int) -> None:
        """Send what is kept; `took`: the number of the call that the worker is at, or begins."""
        if self._kept:
            with self._steward.lock:
                if self._kept:
                    self._send_kept(self._kept[:], took)

    def _send_kept(self, kept: list[tuple[int, Any]], took: int) -> None:
        del self._kept[: len(kept)]
        worktime = Worktime(self._began, self._ended, None)
        post(Reply(ReplyKind.TOGETHER, kept[0][0], worktime, dumps_together(kept), took), self._connection)
        self._began = perf_counter()
