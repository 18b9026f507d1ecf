"""`Batch`: a `map` as one job, of which every worker that is free takes a share.

A future for each input would cost more than many a function. So the inputs lie in one place, `todo`, and the queue of
the pool holds only a *share* of them: a call that takes input after input, until none is left.

    queue   | share | call | call        a worker begins the share
    queue   | share | call | call        and puts another in its place, as long as inputs are waiting

So the inputs stand in the queue like calls of their own: who comes first is begun first, and an idle worker, also one
that the pool has just got, joins in. Results are found by the number of their input; whoever iterates over them sleeps
only when the next one is not there yet.

The calls that a worker makes in one share see the same copy of the context variables.

What is looked at here without a lock happens in one order for all threads, as there is a GIL. Where there is none, and
where somebody listens to the pool or bounds the buffer, `map` makes a call of each input instead.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX
from typing import Any, Protocol, TypeVar

from .call import Call
from .errors import CancelledError

__all__ = ["Batch", "Share", "waiting"]

T = TypeVar("T")
STORED = frozenset({bytes, dict, frozenset, list, range, set, str, tuple})
"""Iterables that have all their items, and give them without delay."""


class Door(Protocol):
    """What a batch needs of the dispatcher."""

    size: int
    is_overstaffed: bool
    """Workers are to come back after the call that they are at."""

    def submit_share(self, batch: "Batch", *, first: bool) -> None:
        """Put a share into the queue: at its end, or in the first place, where the batch has stood before."""


class Batch:
    """One function and many inputs."""

    def __init__(self, function: Callable[..., Any], door: Door) -> None:
        self.function = function
        self.todo: deque[tuple[tuple[Any, ...], int]] = deque()
        """Arguments and number of every call that nobody has begun."""
        self.results: dict[int, Any] = {}
        self.errors: dict[int, BaseException] = {}
        self._door = door
        self._numbers = itertools.count()
        self._count = 0
        self._awaited: int | None = None
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._is_in_line = False
        self.is_cancelled = False

    # For the one who calls `map`

    def take(self, *iterables: Iterable[Any]) -> None:
        """Take all inputs. If they are still to be made, the first are begun while the last are not there yet."""
        inputs = zip(*iterables, strict=False)
        if all(type(one) in STORED for one in iterables):
            self._add(inputs)
            self._stand_in_line()
        else:
            for one in inputs:
                self._add((one,))
                self._stand_in_line()
        self._count = self._added()

    def _add(self, inputs: Iterable[tuple[Any, ...]]) -> None:
        self.todo.extend(zip(inputs, self._numbers, strict=False))

    def _added(self) -> int:
        """How many inputs there have been. To be asked once, after the last."""
        return next(self._numbers)

    def _stand_in_line(self) -> None:
        if not self._is_in_line and self.waiting:
            self._is_in_line = True
            self._door.submit_share(self, first=False)

    def in_order(self, deadline: float | None) -> Iterator[Any]:
        """The results, in the order of the inputs; all have been added. Closing it cancels what has not begun."""
        results = self.results
        try:
            for number in range(self._count):
                if number not in results:
                    self._wait_for(number, deadline)
                yield results.pop(number)
        finally:
            self.cancel()

    def cancel(self) -> None:
        """What has not begun never will."""
        self.is_cancelled = True
        self.fail(CancelledError)

    # For the workers

    def work(self) -> None:
        """A thread's share: make one call after the other until there are no more, or the pool has too many workers."""
        function, results, take, door = self.function, self.results, self.todo.popleft, self._door
        with suppress(IndexError):  # none is left
            try:
                args, number = take()
            finally:
                self.let_others_in()
            while True:
                try:
                    results[number] = function(*args)
                except BaseException as error:
                    self.errors[number] = error
                if number == self._awaited:
                    self._bell.put(None)
                if door.is_overstaffed:
                    return
                args, number = take()

    def let_others_in(self) -> None:
        """Whoever begins a share puts the next one in its place."""
        self._is_in_line = False
        if self.waiting:  # asked afterwards: who adds an input now sees that no share is in line, or we see the input
            self._is_in_line = True
            self._door.submit_share(self, first=True)

    @property
    def waiting(self) -> int:
        """How many calls nobody has begun."""
        return len(self.todo)

    def share(self, number: int) -> "Share":
        return Share(number, self, self.work)

    def fail(self, error: Callable[[], BaseException]) -> None:
        """All calls that have not begun end with an exception from `error`."""
        with suppress(IndexError):
            while True:
                _, number = self.todo.popleft()
                self.errors[number] = error()
                if number == self._awaited:
                    self._bell.put(None)

    def _wait_for(self, number: int, deadline: float | None) -> None:
        self._awaited = number
        while number not in self.results:
            if number in self.errors:
                raise self.errors.pop(number)
            patience = None if deadline is None else min(max(deadline - time.monotonic(), 0), TIMEOUT_MAX)
            try:
                self._bell.get(timeout=patience)
            except Empty:
                raise TimeoutError("a result of map was not there in time; the calls that have begun go on") from None


class Share(Call):
    """A worker's share of a batch."""

    __slots__ = ("batch",)

    def __init__(self, number: int, batch: Batch, function: Callable[..., Any]) -> None:
        super().__init__(number, function, (), {})
        self.batch = batch

    def cancel(self) -> bool:
        self.batch.cancel()
        return super().cancel()

    def set_exception(self, exception: BaseException | None) -> None:
        self.batch.fail(lambda: exception or CancelledError())
        super().set_exception(exception)


def waiting(queue: Collection[Call]) -> int:
    """How many calls wait in the queue, those of batches among them."""
    batches = {call.batch for call in queue if isinstance(call, Share)}
    return sum(not isinstance(call, Share) for call in queue) + sum(batch.waiting for batch in batches)
