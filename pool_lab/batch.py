"""`Batch`: a `map` as one job, of which every worker that is free takes a share.

A future for each input would cost more than many a function. So the inputs lie in one place (`hands`), the results in
another (`results`), and the queue of the pool holds only a *share* of the work: a call that makes stint after stint,
until no input is left.

    queue   | share | call | call        a worker begins the share
    queue   | share | call | call        and puts another in its place, as long as a call is waiting

So the inputs stand in the queue like calls of their own: who comes first is begun first, and an idle worker, also one
that the pool has just got, joins in. When all is dealt it takes half of what another has not begun. So no call waits
beside an idle worker, however many a worker has in hand.

The calls that a worker makes in one share see the same copy of the context variables.

What is looked at here without a lock happens in one order for all threads, as there is a GIL. Where there is none, and
where somebody listens to the pool or bounds the buffer, `map` makes a call of each input instead.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from time import perf_counter
from typing import Any, Protocol

from .call import Call
from .errors import CancelledError
from .hands import Hand, Hands
from .interrupts import uninterrupted
from .results import Results
from .stint import Stint

__all__ = ["Batch", "Share", "batches", "waiting"]

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

    hand_s = 0.001, 0.0001
    """How long a hand should take, and what it should take even when few inputs are left."""

    def __init__(self, function: Callable[..., Any], door: Door) -> None:
        self.function = function
        self.hands = Hands(*self.hand_s)
        self.results = Results()
        self.is_spread = False
        """Whether each input is a tuple of arguments, as there are several iterables."""
        self.is_cancelled = False
        self._door = door
        self._under_way: dict[Stint, range] = {}
        """The stints of threads, and the numbers of their calls."""
        self._is_in_line = False

    # For the one who calls `map`

    def take(self, *iterables: Iterable[Any]) -> None:
        """Take all inputs. If they are still to be made, the first are begun while the last are not there yet."""
        self.is_spread = len(iterables) != 1
        inputs = zip(*iterables, strict=False) if self.is_spread else iterables[0]
        if all(type(one) in STORED for one in iterables):
            self._add(list(inputs))
        else:
            for one in inputs:
                self._add([one])

    def _add(self, inputs: list[Any]) -> None:
        self.results.expect(len(inputs))
        self.hands.add(inputs)
        self._stand_in_line(first=False)

    def in_order(self, deadline: float | None) -> Iterator[Any]:
        """The results, in the order of the inputs; all have been added. Closing it cancels what has not begun."""
        return self.results.in_order(self.hands.count, deadline, self._watch, self.cancel)

    def _watch(self) -> bool:
        """What stints have made does not wait for their ends. Whether one will make more before its end."""
        stints = [(stint, numbers, stint.waiting) for stint, numbers in tuple(self._under_way.items())]
        with uninterrupted():
            for stint, numbers, _ in stints:
                self._publish(stint, numbers)
        return any(waiting for _, _, waiting in stints)

    def cancel(self) -> None:
        """What has not begun never will."""
        self.is_cancelled = True
        with uninterrupted():
            self.fail(CancelledError)

    # For the dispatcher

    @property
    def waiting(self) -> int:
        """How many calls nobody has begun."""
        return self.hands.waiting + sum(stint.waiting for stint in tuple(self._under_way))

    def share(self, number: int) -> "Share":
        return Share(number, self, self.work)

    def call_back(self) -> None:
        """Each worker is to finish the call that it is at, and no more."""
        for stint, numbers in tuple(self._under_way.items()):
            first, inputs = stint.take_back(stint.waiting)
            self.give_back(numbers[first : first + len(inputs)], inputs)

    def give_back(self, numbers: range, inputs: list[Any]) -> None:
        """These calls have not been begun."""
        self.hands.give_back(numbers, inputs)
        if self.is_cancelled:
            self.fail(CancelledError)
        else:
            self._stand_in_line(first=True)

    def fail(self, error: Callable[[], BaseException]) -> None:
        """All calls that have not begun end with an exception from `error`."""
        left = self.hands.take_all()
        for stint, numbers in tuple(self._under_way.items()):
            first, inputs = stint.take_back(stint.size)
            left += numbers[first : first + len(inputs)]
        self.results.fail(left, error)

    # For the workers

    def work(self) -> None:
        """A thread's share: make one stint after the other until no call is left, or the pool has too many workers."""
        stint = self._begin()
        self.let_others_in()
        if self._door.is_overstaffed:  # just now, when no share was in line that would have told of this batch
            self.call_back()
        while stint is not None:
            self._make(stint)
            if self._door.is_overstaffed:
                return
            stint = self._begin()
            self._stand_in_line(first=True)

    def let_others_in(self) -> None:
        """Whoever begins a share puts the next one in its place."""
        self._is_in_line = False
        # Looked at afterwards: who has more calls sees now that no share is in line, or they are seen here.
        self._stand_in_line(first=True)

    def _stand_in_line(self, *, first: bool) -> None:
        if not self._is_in_line and self.waiting:
            self._is_in_line = True
            self._door.submit_share(self, first=first)

    def _begin(self) -> Stint | None:
        hand = self.hands.next(self._door.size) or self._half_of_another()
        if hand is None:
            return None
        stint = Stint(self.function, hand.inputs, is_spread=self.is_spread)
        self._under_way[stint] = hand.numbers
        if self.is_cancelled:  # just now
            self.fail(CancelledError)
        if stint.size > 1:
            self.results.wake_to_watch()
        return stint

    def _half_of_another(self) -> Hand | None:
        """Half of what the worker with the most has not begun."""
        stints = tuple(self._under_way.items())
        while waiting := max((stint.waiting for stint, _ in stints), default=0):
            for stint, numbers in stints:
                if stint.waiting >= waiting:
                    first, inputs = stint.take_back((waiting + 1) // 2)
                    if inputs:
                        return Hand(numbers[first : first + len(inputs)], inputs)
        return None

    def _make(self, stint: Stint) -> None:
        began = perf_counter()
        try:
            stint.run()
        finally:
            self._publish(stint, self._under_way.pop(stint))
            self.hands.note_pace((perf_counter() - began) / max(stint.size, 1))

    def _publish(self, stint: Stint, numbers: range) -> None:
        first, values, errors = stint.collect()
        if values:
            self.results.put(numbers[first : first + len(values)], values, errors)


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


def batches(queue: Collection[Call]) -> set[Batch]:
    """Those that stand in the queue."""
    return {call.batch for call in queue if isinstance(call, Share)}


def waiting(queue: Collection[Call]) -> int:
    """How many calls wait in the queue, those of batches among them."""
    return sum(not isinstance(call, Share) for call in queue) + sum(batch.waiting for batch in batches(queue))
