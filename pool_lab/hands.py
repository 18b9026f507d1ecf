"""`Hands`: the inputs of a `map`, dealt by the handful while its calls are short.

How many make a hand is told from how long calls have taken: at first one, then as many as will take a moment, and never
so many that at the end one worker still has a lot to do when the others have nothing.

The inputs are dealt like cards: with three workers the first gets 0, 3, 6, the second 1, 4, 7, the third 2, 5, 8. So
they are begun about in their order, results come in about in that order, and neighbours that wait for one another are
in different workers.
"""

import sys
from collections import deque
from collections.abc import Iterable
from itertools import chain
from operator import itemgetter
from threading import RLock
from typing import Any, NamedTuple

__all__ = ["Hand", "Hands"]

TURNS = 2
"""How often each worker should still have a turn after this one, if hands can be that small."""
SHORTEST_S = 1e-7


class Hand(NamedTuple):
    numbers: range
    inputs: list[Any]


class Hands:
    def __init__(self, long_s: float, short_s: float) -> None:
        """How long a hand should take, and what it should take even when few inputs are left."""
        self._long_s, self._short_s = long_s, short_s
        # Guards the rest. It can be taken twice: the garbage collector may close an iterator anywhere, which takes it.
        self._lock = RLock()
        self._inputs: list[Any] = []
        """Of each call; None instead, once they are dealt."""
        self._dealt = 0
        self._hands: deque[Hand] = deque()
        """Dealt, and not taken."""
        self._again: list[tuple[int, Any]] = []
        """Given back, to be made one by one: number and input."""
        self._pace_s: float | None = None

    @property
    def count(self) -> int:
        """How many inputs there have been."""
        return len(self._inputs)

    @property
    def waiting(self) -> int:
        """How many of them nobody has taken."""
        dealt = sum(len(hand.numbers) for hand in tuple(self._hands))
        return len(self._inputs) - self._dealt + len(self._again) + dealt

    def add(self, inputs: Iterable[Any]) -> None:
        self._inputs.extend(inputs)

    def note_pace(self, took_s: float) -> None:
        """So long a call has just taken."""
        self._pace_s = took_s if self._pace_s is None else (self._pace_s + took_s) / 2

    def expect_long(self) -> None:
        """A call takes longer than was expected."""
        self._pace_s = self._long_s

    def next(self, workers: int, most: int = sys.maxsize) -> Hand | None:
        """Those that come first in the order of the inputs, at most so many; None: nothing is left."""
        with self._lock:
            # What is still to be dealt comes after all that was.
            if self._again and not (self._hands and self._hands[0].numbers[0] < self._again[0][0]):
                number, one = self._again.pop(0)
                return Hand(range(number, number + 1), [one])
            if not self._hands:
                self._deal(workers, most)
            return self._hands.popleft() if self._hands else None

    def _deal(self, workers: int, most: int) -> None:
        begin, left = self._dealt, len(self._inputs) - self._dealt
        count = min(self._size_of_a_hand(left // (workers * TURNS), most) * workers, left)
        self._dealt = end = begin + count
        for first in range(begin, min(begin + workers, end)):
            self._hands.append(Hand(range(first, end, workers), self._inputs[first:end:workers]))
        self._inputs[begin:end] = [None] * count  # its user may want to have them gone

    def _size_of_a_hand(self, fair: int, most: int) -> int:
        if self._pace_s is None:
            return 1
        long, short = (int(length_s / max(self._pace_s, SHORTEST_S)) for length_s in (self._long_s, self._short_s))
        return max(1, min(max(fair, short), long, most))

    def give_back(self, numbers: range, inputs: list[Any]) -> None:
        """These have not been begun."""
        with self._lock:
            self._again = sorted([*self._again, *zip(numbers, inputs, strict=True)], key=itemgetter(0))

    def take_all(self) -> list[int]:
        """The numbers of all that nobody has taken. Now nobody will."""
        with self._lock:
            left = [number for number, _ in self._again]
            left += chain.from_iterable(hand.numbers for hand in self._hands)
            left += range(self._dealt, len(self._inputs))
            self._again.clear()
            self._hands.clear()
            self._inputs[self._dealt :] = [None] * (len(self._inputs) - self._dealt)
            self._dealt = len(self._inputs)
            return left
