"""`Results`: what the calls of a `map` returned, by number, and whoever takes it in order.

Workers put results down by the handful, in any order. `_there` has a byte for each: 1 when it is there. So the one who
takes them finds at once how far he can go, and sleeps only when the next one is not there yet.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX
from typing import Any

__all__ = ["Results"]

TICK_S = 0.005
NO_ERRORS: Mapping[int, BaseException] = {}


class Results:
    def __init__(self) -> None:
        self._values: list[Any] = []
        self._there = bytearray()
        self._errors: dict[int, Callable[[], BaseException]] = {}
        """What makes the exception that comes instead, by number."""
        self._is_over = False
        """Nobody will take any more."""
        self._awaited: int | None = None
        self._sleeps_long = False
        self._bell: SimpleQueue[None] = SimpleQueue()

    # For the workers

    def expect(self, count: int) -> None:
        """So many more will come."""
        self._values += [None] * count
        self._there += bytes(count)

    def put(self, numbers: range, values: list[Any], errors: Mapping[int, BaseException] = NO_ERRORS) -> None:
        """As many values as numbers. `errors`: those that have no value, by their place."""
        where, there = slice(numbers.start, numbers.stop, numbers.step), bytearray(b"\1") * len(numbers)
        for place, error in errors.items():
            self.fail([numbers[place]], partial(_same, error))
            there[place] = 0
        self._values[where] = values
        self._there[where] = there
        self._ring()

    def fail(self, numbers: Iterable[int], error: Callable[[], BaseException]) -> None:
        """Each of these has an exception from `error` instead of a result, made when it is asked for."""
        if not self._is_over:
            self._errors.update(dict.fromkeys(numbers, error))
            self._ring()

    def _ring(self) -> None:
        awaited = self._awaited
        if awaited is not None and (self._there[awaited] or awaited in self._errors):
            self._bell.put(None)

    def wake_to_watch(self) -> None:
        """Who sleeps has something to look after from now on."""
        if self._sleeps_long:
            self._sleeps_long = False
            self._bell.put(None)

    # For the one who takes them

    def in_order(
        self, count: int, deadline: float | None, watch: Callable[[], bool], when_over: Callable[[], object]
    ) -> Iterator[Any]:
        """The first `count`, in order. Blocks for each; raises what is there instead, or `TimeoutError`.

        watch: called before going to sleep; if it returns True, again every few milliseconds.
        when_over: called when no more will be taken, whatever the reason.
        """
        number = 0
        try:
            while number < count:
                if not self._there[number]:
                    self._wait_for(number, deadline, watch)
                end = self._there.find(0, number, count)
                ready = self._cut_out(number, count if end < 0 else end)
                number += len(ready)
                while ready:
                    yield ready.pop()  # nothing here keeps it
        finally:
            self._is_over = True
            when_over()

    def _cut_out(self, begin: int, end: int) -> list[Any]:
        """The last comes first."""
        ready = self._values[begin:end]
        self._values[begin:end] = [None] * len(ready)
        ready.reverse()
        return ready

    def _wait_for(self, number: int, deadline: float | None, watch: Callable[[], bool]) -> None:
        self._awaited = number
        try:
            while not self._there[number]:
                if number in self._errors:
                    raise self._errors.pop(number)()
                self._sleep(deadline, watch)
        finally:
            self._awaited = None
            self._sleeps_long = False

    def _sleep(self, deadline: float | None, watch: Callable[[], bool]) -> None:
        """Until somebody rings, or it is time to watch."""
        self._sleeps_long = True  # said before it looks: who has something to be watched rings, or it is seen
        if watch():
            self._sleeps_long = False
        left_s = TIMEOUT_MAX if deadline is None else min(max(deadline - time.monotonic(), 0), TIMEOUT_MAX)
        patience_s = left_s if self._sleeps_long else min(left_s, TICK_S)
        try:
            self._bell.get(timeout=patience_s)
        except Empty:
            if patience_s == left_s:
                raise TimeoutError("a result of map was not there in time; the calls that have begun go on") from None


def _same(error: BaseException) -> BaseException:
    return error
