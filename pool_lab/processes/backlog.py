"""`Backlog`: requests that lie ready for whichever worker is free first.

While calls are short, a worker that had to ask for the next one would wait most of the time. So some requests are put
into one more mailbox, from which all workers read: a worker that has made its call takes the next from there, and says
so in its reply. Whoever is free first takes the first, so calls are begun in the order in which they were submitted,
and none waits while a worker is idle.

    pool     put(call) --> | 7 | 8 | 9 |  --> first come, first served     worker 0, worker 1, ...
             recall()  <-- | 7 | 8 | 9 |

What nobody has taken can be taken back at any moment, to be cancelled, or since there are too many workers. Each packet
is read once, by a worker or by the pool, so there is no doubt about who has it.
"""

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from pool_lab.call import Call, Courier

from .mailbox import Mailbox, has_mailboxes

__all__ = ["Backlog"]


class Backlog:
    """May be used by any thread. Nothing blocks."""

    def __init__(self, *, is_used: bool) -> None:
        self.is_used = is_used and has_mailboxes()
        self._mailbox: Mailbox | None = None
        self._calls: dict[int, tuple[Call, float]] = {}
        """By the numbers of their requests, and when they were put here, on `time.perf_counter`."""
        self._lock = threading.Lock()  # held while something is put in, taken back or found out
        self._opening = threading.Lock()  # held while a worker is given it, and to close it

    def __len__(self) -> int:
        return len(self._calls)

    @contextmanager
    def held_open(self) -> Iterator[Mailbox | None]:
        """What a worker is to read from, while it is being started."""
        with self._opening:
            with self._lock:
                if self._mailbox is None and self.is_used:
                    self._mailbox = Mailbox()
            yield self._mailbox

    def put(self, calls: list[tuple[Call, int, bytes]], courier: Courier) -> int:
        """Put in calls, the numbers of their requests and their packets. How many there was room for.

        The others wait as before. A call that is over already takes no room.
        """
        with self._lock:
            put, now = self._mailbox.put if self._mailbox is not None else _refuse, time.perf_counter()
            for place, (call, number, packet) in enumerate(calls):
                call.courier = courier  # first: it must not look as if a worker were at it
                if not call.begin():
                    call.courier = None
                    continue
                # Before it can be taken: whoever cancels the call must find it here.
                self._calls[number] = call, now
                if not put(packet):
                    del self._calls[number]
                    call.withdraw()
                    return place
            return len(calls)

    def taken(self, number: int) -> tuple[Call, float] | None:
        """The call that a worker says it has taken, and when it was put here. None if it was not here."""
        self._lock.acquire()
        try:
            found = self._calls.pop(number, None)
            if found is not None:
                found[0].courier = None
            return found
        finally:
            self._lock.release()

    def all_taken(self, numbers: Collection[int]) -> list[Call] | None:
        """As `taken`, of many different numbers at once. None if one of them was not here."""
        with self._lock:
            if not self._calls.keys() >= set(numbers):
                return None
            calls = [self._calls.pop(number)[0] for number in numbers]
            for call in calls:
                call.courier = None
            return calls

    def find(self, number: int) -> Call | None:
        """The call that was put here with this number, if no worker has said that it has taken it."""
        found = self._calls.get(number)
        return None if found is None else found[0]

    def take_first(self) -> tuple[Call, int, bytes] | None:
        """For a worker that was just too early to find it: the first call, its number and its packet."""
        if not self._calls:
            return None
        with self._lock:
            first = None if self._mailbox is None else self._mailbox.take_back(1)
            if not first:
                return None
            ((number, packet),) = first.items()
            call, _ = self._calls.pop(number)
            call.courier = None
            return call, number, packet

    def recall(self) -> list[Call]:
        """All calls that no worker has taken."""
        if not self._calls:
            return []
        with self._lock:
            numbers = [] if self._mailbox is None else self._mailbox.take_back()
            recalled = [self._calls.pop(number)[0] for number in numbers]
            for call, _ in self._calls.values():  # a worker has taken these, and will say so
                call.courier = None
            return recalled

    def rest(self) -> list[Call]:
        """Those that workers may have taken without having said so, and who have died."""
        with self._lock:
            rest = [call for call, _ in self._calls.values()]
            self._calls.clear()
            return rest

    def close(self) -> None:
        with self._opening, self._lock:
            if self._mailbox is not None:
                self._mailbox.close()
                self._mailbox = None

    def abandon(self) -> None:
        """In a forked child: all this is the parent's."""
        if self._mailbox is not None:
            self._mailbox.close()
        self.__init__(is_used=self.is_used)  # type: ignore[misc]


def _refuse(packet: bytes) -> bool:
    """There is no mailbox any more."""
    return False
