"""`Stint`: calls of one function that a worker makes in a row, a thread as well as a process.

The loop that makes them is C code of the standard library (`map`, `deque.popleft`, `list.extend`): a loop in Python
would take longer than many a function. Meanwhile others may see what is done, and take from the end what is not begun:

    inputs     a  b  c  d  e  f  g
    outcomes   A  B
                     ^     |<---- `take_back`
             running now

Every input is taken out before its call begins, by the worker from the left and by others from the right. So no call
is made twice, whoever comes first.
"""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import repeat, starmap
from threading import RLock
from typing import Any

__all__ = ["Outcomes", "Stint"]

Outcomes = tuple[int, list[Any], dict[int, BaseException]]
"""Of some calls in a row: the place of the first, what they returned, and what those raised that raised, by their place
in the list, where they have None."""


class Stint:
    def __init__(self, function: Callable[..., Any], inputs: Iterable[Any], *, is_spread: bool) -> None:
        """`is_spread`: each input is a tuple of arguments; else it is the one argument."""
        self.function = function
        self.is_spread = is_spread
        self._todo = deque(inputs)
        self._values: list[Any] = []
        self._errors: dict[int, BaseException] = {}
        self._collected = 0
        # Guards that number, and the next one together with what is to be done; as in `Hands` it can be taken twice.
        self._lock = RLock()
        self.size = len(self._todo)
        """How many of its calls it has made or will make."""

    @property
    def waiting(self) -> int:
        """How many calls are not begun."""
        return len(self._todo)

    def run(self) -> None:
        """Make the calls."""
        todo, make = self._todo, starmap if self.is_spread else map
        while todo:
            inputs = map(deque.popleft, repeat(todo, len(todo)))
            try:
                self._values.extend(make(self.function, inputs))
                self._note(StopIteration())  # that a function raises it looks like the end of the inputs
            except BaseException as error:
                if not self._note(error) and not isinstance(error, IndexError):  # others have taken the last inputs
                    raise

    def _note(self, error: BaseException) -> bool:
        """It is the outcome of the call that was begun last, if there is one without."""
        with self._lock:
            is_its = self.size - len(self._todo) > len(self._values)
        if is_its:
            self._errors[len(self._values)] = error
            self._values.append(None)
        return is_its

    # For others as well

    def collect(self) -> Outcomes:
        """What was made and not collected yet."""
        with self._lock:
            first, self._collected = self._collected, len(self._values)
            errors = {place - first: self._errors.pop(place) for place in [*self._errors] if place < self._collected}
            return first, self._values[first : self._collected], errors

    def take_back(self, most: int) -> tuple[int, list[Any]]:
        """The last inputs, at most so many, behind the place of their first. None was begun, and now none will be."""
        taken: list[Any] = []
        with self._lock:
            with suppress(IndexError):
                while len(taken) < most:
                    taken.append(self._todo.pop())
            self.size -= len(taken)
            return self.size, taken[::-1]
