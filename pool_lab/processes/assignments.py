"""`Assignments`: the calls that one worker has been given and has not answered.

They are in the order in which the worker makes them. The first is the one that it runs; the others were sent ahead, and
come back when they are recalled, unless the worker has begun them in that moment.
"""

import itertools
import threading
import time

from pool_lab.call import Call, Courier

from .child import Child
from .messages import BadReplyError
from .parcel import Parcel

__all__ = ["Assignments"]


class Assignments:
    """May be used by any thread. Nothing blocks."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._given: dict[int, tuple[Call, float]] = {}
        """The calls by the numbers of their requests, and when they were given, on `time.perf_counter`."""
        self._lock = threading.Lock()  # whoever changes that also puts into the mailbox or takes back, under it

    @property
    def running(self) -> Call | None:
        with self._lock:
            return next((call for call, _ in self._given.values()), None)

    @property
    def ahead(self) -> int:
        """How many calls were sent ahead."""
        return max(len(self._given) - 1, 0)

    def give(self, call: Call, request: bytes | Parcel, child: Child) -> int:
        """A call for the idle worker. Returns its number. `OSError`: it has it assigned, and will not get it."""
        with self._lock:
            number = next(self._numbers)
            self._given[number] = call, 0.0
            child.put(number, request)
        return number

    def give_ahead(self, call: Call, request: bytes | Parcel, child: Child, courier: Courier) -> bool:
        """A call for the worker, which is at work. False: it cannot be sent ahead now."""
        with self._lock:
            if not self._given:
                return False
            number = next(self._numbers)
            call.courier = courier
            self._given[number] = call, time.perf_counter()
            try:
                if child.put(number, request):
                    return True
            except OSError:  # the worker has died
                pass
            call.courier = None
            del self._given[number]
            return False

    def answered(self, number: int) -> tuple[Call, Call | None, float]:
        """The call with the number, which must be the first; the next one, which runs now, and when that was given."""
        self._lock.acquire()
        try:
            if next(iter(self._given), None) != number:
                raise BadReplyError(f"a reply that nothing had asked for: to request {number}")
            call, _ = self._given.pop(number)
            for following, given in self._given.values():
                following.courier = None
                return call, following, given
            return call, None, 0.0
        finally:
            self._lock.release()

    def recall(self, child: Child) -> list[Call]:
        """The calls that were sent ahead and that the worker has not begun; it never will."""
        if len(self._given) < 2:
            return []
        with self._lock:
            unread = child.take_back()
            first = next(iter(self._given), None)
            if first in unread:  # the worker is just about to read it, and has nothing else to do
                child.put_again(unread.pop(first))
            back = [self._given.pop(number)[0] for number in unread]
            for call, _ in self._given.values():  # they have been begun
                call.courier = None
        return back

    def begun(self, child: Child) -> Call | None:
        """The call that the worker, which has died, had begun and not finished."""
        with self._lock:
            unread = child.take_back()
            begun = next((call for number, (call, _) in self._given.items() if number not in unread), None)
            for packet in unread.values():
                child.put_again(packet)
        return begun

    def clear(self, child: Child) -> tuple[list[Call], list[Call]]:
        """The worker has died: the calls that it had begun, and those that it had not. Closes what leads to it."""
        with self._lock:
            unread = child.take_back()
            given, self._given = self._given, {}
            child.hang_up()
        begun = [call for number, (call, _) in given.items() if number not in unread]
        return begun, [call for number, (call, _) in given.items() if number in unread]
