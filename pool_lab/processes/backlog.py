"""`Backlog`: calls that lie ready for whichever worker is free first.

While calls are short, a worker that had to ask for the next one would wait most of the time. So some requests are laid
on a rack, from which all workers read: a worker that has made its call takes the next from there, and says so in its
reply. Whoever is free first takes the first, so calls are begun in the order in which they were submitted, and none
waits while a worker is idle.

    pool     put(calls) --> | 7 | 8 | 9 |  --> first come, first served     worker 0, worker 1, ...
             recall()   <-- | 7 | 8 | 9 |

What nobody has taken can be taken back at any moment, to be cancelled, or since there are too many workers. Each
request is taken once, by a worker or by the pool, so there is no doubt about who has it.
"""

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from pool_lab.call import Call, Courier

from .memory import can_be_sent
from .rack import ALONE, Rack

__all__ = ["Backlog"]


class Backlog:
    """May be used by any thread. Nothing blocks."""

    def __init__(self, *, is_used: bool) -> None:
        self.is_used = is_used and can_be_sent()
        self._rack: Rack | None = None
        self._calls: dict[int, tuple[Call, float, int]] = {}
        """By the numbers of their requests; when they were put here, on `time.perf_counter`; and their page's place."""
        self._lock = threading.Lock()  # held while something is put in, taken back or found out
        self._opening = threading.Lock()  # held while a worker is given it, and to close it

    def __len__(self) -> int:
        return len(self._calls)

    @contextmanager
    def held_open(self) -> Iterator[Rack | None]:
        """What a worker is to read from, while it is being started."""
        with self._opening:
            with self._lock:
                if self._rack is None and self.is_used:
                    self._rack = Rack()
            yield self._rack

    def put(
        self, calls: Sequence[Call], numbers: Sequence[int], page: bytes, courier: Courier, *, together: bool
    ) -> bool:
        """Put in the calls of a page, or of one that is a request; what is over already is left out.

        `together`: whether their replies may travel together. False: there is no room, and they wait as before.
        """
        with self._lock:
            if self._rack is None:
                return False
            place, now = self._rack.free_place(), time.perf_counter()
            requests = {}
            for which, (call, number) in enumerate(zip(calls, numbers, strict=True)):
                # First: it must not look as if a worker were at it, and whoever cancels it must find it here.
                call.courier = courier
                self._calls[number] = call, now, place
                if call.begin():
                    requests[number] = which if len(calls) > 1 else ALONE
                else:
                    call.courier = None
                    del self._calls[number]
            is_laid = self._rack.lay(place, page, requests, together=together)
            if not is_laid:
                for number in requests:
                    self._calls.pop(number)[0].withdraw()
            return is_laid

    def taken(self, number: int) -> tuple[Call, float] | None:
        """The call that a worker says it has taken, and when it was put here. None if it was not here."""
        with self._lock:
            if number not in self._calls:
                return None
            since = self._calls[number][1]
            return self._let_go([number])[0], since

    def all_taken(self, numbers: Collection[int]) -> list[Call] | None:
        """As `taken`, of many different numbers at once. None if one of them was not here."""
        with self._lock:
            return self._let_go(numbers) if self._calls.keys() >= set(numbers) else None

    def find(self, number: int) -> Call | None:
        """The call that was put here with this number, if no worker has said that it has taken it."""
        found = self._calls.get(number)
        return None if found is None else found[0]

    def take_first(self) -> tuple[Call, int, bytes | None] | None:
        """For a worker that was just too early to find it: the first call, its number, and its request if it had one.

        Else it is to be pickled once more.
        """
        if not self._calls:
            return None
        with self._lock:
            first = None if self._rack is None else self._rack.take_first()
            if first is None:
                return None
            number, request = first
            return self._let_go([number])[0], number, request

    def recall(self) -> list[Call]:
        """All calls that no worker has taken."""
        if not self._calls:
            return []
        with self._lock:
            recalled = self._let_go([] if self._rack is None else self._rack.take_back(), is_begun=False)
            for call, _, _ in self._calls.values():  # a worker has taken these, and will say so
                call.courier = None
            return recalled

    def rest(self) -> list[Call]:
        """Those that workers may have taken without having said so, and who have died."""
        with self._lock:
            rest = [call for call, _, _ in self._calls.values()]
            self._calls.clear()
            return rest

    def _let_go(self, numbers: Collection[int], *, is_begun: bool = True) -> list[Call]:
        found = [self._calls.pop(number) for number in numbers]
        if is_begun:
            for call, _, _ in found:
                call.courier = None
        if self._rack is not None:
            self._rack.let_go(place for _, _, place in found)
        return [call for call, _, _ in found]

    def close(self) -> None:
        with self._opening, self._lock:
            if self._rack is not None:
                self._rack.close()
                self._rack = None

    def abandon(self) -> None:
        """In a forked child: all this is the parent's."""
        if self._rack is not None:
            self._rack.close()
        self.__init__(is_used=self.is_used)  # type: ignore[misc]
