"""`Backlog`: calls that lie ready for whichever worker is free first.

While calls are short, a worker that had to ask for the next one would wait most of the time. So some requests are laid
on a rack, from which all workers read: a worker that has made its call takes the next from there, and says so in its
reply. Whoever is free first takes the first, so calls are begun in the order in which they were submitted, and none
waits while a worker is idle.

    pool     put(calls) --> | 7 | 8 | 9 |  --> first come, first served     worker 0, worker 1, ...
             recall()   <-- | 7 | 8 | 9 |

What nobody has taken can be taken back at any moment, to be cancelled, or since there are too many workers. Each
request is taken once, by a worker or by the pool, so there is no doubt about who has it. Who lays calls ready holds
them in the hand first, from where they can be taken back as well: no call is ever between the queue and here.
"""

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from pool_lab.call import Call, Courier

from .closing import closing
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
        self._hand: list[Call] = []
        """Calls that are about to be put here: they come after all others."""
        self._lock = threading.Lock()  # held while something is put in, taken back or found out
        self._opening = threading.Lock()  # held while a worker is given it, and to close it
        self._opened_by: int | None = None
        """The thread that starts a worker, which is given the rack."""

    def __len__(self) -> int:
        return len(self._calls) + len(self._hand)

    @contextmanager
    def held_open(self) -> Iterator[Rack | None]:
        """What a worker is to read from, while it is being started."""
        with self._opening:
            with self._lock:
                if self._rack is None and self.is_used:
                    self._rack = Rack()
            self._opened_by = threading.get_ident()
            try:
                yield self._rack
            finally:
                self._opened_by = None

    def hold(self, calls: list[Call]) -> None:
        """Take calls into the hand, which is empty."""
        with self._lock:
            self._hand = calls

    @property
    def hand(self) -> list[Call]:
        """What is in the hand at this moment."""
        with self._lock:
            return self._hand[:]

    def drop(self, call: Call) -> bool:
        """Drop the first call in the hand. False: it is not there any more."""
        with self._lock:
            is_there = self._hand[:1] == [call]
            if is_there:
                del self._hand[0]
            return is_there

    def put_down(self) -> list[Call]:
        """What is in the hand, which is empty then."""
        with self._lock:
            hand, self._hand = self._hand, []
            return hand

    def put(
        self, calls: Sequence[Call], numbers: Sequence[int], page: bytes, courier: Courier, *, together: bool
    ) -> bool:
        """Put in the first calls in the hand, which share the page, or one whose request it is.

        What is over already is left out. `together`: whether their replies may travel together. False: there is no
        room, or they are in the hand no more.
        """
        over = []
        with self._lock:
            if self._rack is None or self._hand[: len(calls)] != calls:
                return False
            place, now = self._rack.free_place(), time.perf_counter()
            requests = {}
            for which, (call, number) in enumerate(zip(calls, numbers, strict=True)):
                # First: it must not look as if a worker were at it, and whoever cancels it must find it here.
                call.courier = courier
                self._calls[number] = call, now, place
                if call.starts():
                    requests[number] = which if len(calls) > 1 else ALONE
                else:
                    call.courier = None
                    over.append(self._calls.pop(number)[0])
            is_laid = self._rack.lay(place, page, requests, together=together)
            if is_laid:
                del self._hand[: len(calls)]
            else:
                for number in requests:
                    self._calls.pop(number)[0].withdraw()
        for call in over:
            call.let_go()  # not under the lock: who knows what goes with the arguments
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
            while self._rack is not None and (first := self._rack.take_first()) is not None:
                number, request = first
                if found := self._let_go([number]):
                    return found[0], number, request
            return None

    def recall(self) -> list[Call]:
        """All calls that no worker has taken: they have not begun. Those that nobody is to make are left out."""
        if not self._calls and not self._hand:
            return []
        with self._lock:
            laid = self._let_go([] if self._rack is None else self._rack.take_back(), is_begun=False)
            for call, _, _ in self._calls.values():  # a worker has taken these, and will say so
                call.courier = None
            hand, self._hand = self._hand, []
            return [*(call for call in laid if call.withdraw()), *hand]

    def rest(self) -> list[Call]:
        """Those that workers may have taken without having said so, and who have died."""
        with self._lock:
            rest = [call for call, _, _ in self._calls.values()]
            self._calls.clear()
            return rest

    def _let_go(self, numbers: Collection[int], *, is_begun: bool = True) -> list[Call]:
        # A worker may have lied, and said that it had taken one that still lay here.
        found = [self._calls.pop(number) for number in numbers if number in self._calls]
        if is_begun:
            for call, _, _ in found:
                call.courier = None
        if self._rack is not None:
            self._rack.let_go(place for _, _, place in found)
        return [call for call, _, _ in found]

    def close(self) -> None:
        with self._opening, closing, self._lock:
            if self._rack is not None:
                self._rack.close()
                self._rack = None

    def abandon(self) -> None:
        """In a forked child: all this is the parent's, but for what the child was given if it is a new worker."""
        if self._rack is not None and self._opened_by != threading.get_ident():
            self._rack.close()
        self.__init__(is_used=self.is_used)  # type: ignore[misc]
