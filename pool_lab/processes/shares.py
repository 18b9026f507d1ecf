"""`ProcessBatch`: a `map` in processes, whose calls travel many in one message while they are short.

How many, is told from how long they have taken: at first one, then as many as will take a moment, and never so many
that at the end one worker still has a lot to do when the others have nothing. A worker that finds its calls longer than
expected gives back those that it has not begun (see `stint`).

The inputs are dealt like cards: with three workers the first gets 0, 3, 6, the second 1, 4, 7, the third 2, 5, 8. So
they are begun about in their order, results come in about in that order, and neighbours that wait for one another are
in different workers.
"""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from pool_lab.batch import Batch, Door, Share
from pool_lab.errors import CancelledError

from .memory import Shelf
from .messages import BadReplyError, Reply, ReplyKind, dumps_apart, dumps_call, loads_outcomes, outcome
from .parcel import Parcel
from .stint import Stint

__all__ = ["ProcessBatch", "ProcessShare"]

LONG_S, SHORT_S = 0.004, 0.0004
"""How long a stint should take, and what it should take even when few inputs are left."""
TURNS = 2
"""How often each worker should still have a turn after this one, if stints can be that short."""
MOST_BYTES = 1 << 15
"""Of a request, about: more than a pipe takes at once would keep the sender waiting."""

Numbers = Sequence[int]
Hand = tuple[Numbers, list[Any]]
"""The numbers of some calls and the arguments of each."""


class ProcessBatch(Batch):
    def __init__(self, function: Callable[..., Any], door: Door) -> None:
        super().__init__(function, door)
        self._inputs: list[Any] = []
        """The arguments of each call; None instead, once they are dealt."""
        self._lock = threading.Lock()  # guards the rest
        self._dealt = 0
        self._hands: deque[Hand] = deque()
        """Dealt, and not taken."""
        self._again: list[tuple[int, Any]] = []
        """Given back, to be made one by one: number and arguments."""
        self._pace_s: float | None = None
        self._bytes = 1.0
        """Of one call in a request, the request's own among them: fewer and fewer as more calls travel together."""
        self._travel_alone = False
        """Something among them could not be pickled or unpickled."""

    def _add(self, inputs: Iterable[tuple[Any, ...]]) -> None:
        self._inputs.extend(inputs)

    def _added(self) -> int:
        return len(self._inputs)

    @property
    def waiting(self) -> int:
        dealt = sum(len(numbers) for numbers, _ in tuple(self._hands))
        return len(self._inputs) - self._dealt + len(self._again) + dealt

    def share(self, number: int) -> "ProcessShare":
        return ProcessShare(number, self, self.function)

    # Out

    def request(self, share: "ProcessShare", shelf: Shelf) -> bytes | Parcel | None:
        """What to send to the worker that begins the share; None: nothing is left to do."""
        while (hand := self._next()) is not None:
            self.let_others_in()
            try:
                return self._pickled(share, *hand, shelf)
            except Exception as error:
                if len(hand[0]) > 1:
                    self.give_back(*hand, alone=True)
                else:
                    self._put({}, {hand[0][0]: error.with_traceback(None)})
        self.let_others_in()
        return None

    def _pickled(self, share: "ProcessShare", numbers: Numbers, inputs: list[Any], shelf: Shelf) -> bytes | Parcel:
        if len(inputs) == 1:
            request: bytes | Parcel = dumps_call(self.function, inputs[0], {}, shelf)
        else:
            columns = list(zip(*inputs, strict=True))
            request = dumps_apart((Stint(self.function, columns), (), {}), shelf, to_worker=True)
        self._bytes = max(self._bytes / 2, len(request) / len(inputs))
        share.numbers, share.inputs = numbers, inputs
        share.count = len(inputs)
        return request

    def _next(self) -> Hand | None:
        with self._lock:
            # Whoever comes first in the order of the inputs; what is still to be dealt comes after all that was.
            if self._again and not (self._hands and self._hands[0][0][0] < self._again[0][0]):
                number, args = self._again.pop(0)
                return [number], [args]
            if not self._hands:
                self._deal()
            return self._hands.popleft() if self._hands else None

    def _deal(self) -> None:
        workers, begin = self._door.size, self._dealt
        left = len(self._inputs) - begin
        count = min(self._size_of_a_hand(left) * workers, left)
        self._dealt = end = begin + count
        for first in range(begin, min(begin + workers, end)):
            self._hands.append((range(first, end, workers), self._inputs[first:end:workers]))
        self._inputs[begin:end] = [None] * count  # its user may want to have them gone

    def _size_of_a_hand(self, left: int) -> int:
        if self._pace_s is None or self._travel_alone:
            return 1
        most, least = (int(length_s / max(self._pace_s, 1e-7)) for length_s in (LONG_S, SHORT_S))
        fair = left // (self._door.size * TURNS)
        return max(1, min(max(fair, least), most, int(MOST_BYTES / self._bytes)))

    # Back

    def settle(self, share: "ProcessShare", reply: Reply) -> None:
        """The share's worker has made its calls."""
        numbers, inputs = share.numbers, share.inputs
        share.numbers, share.inputs = (), []
        took_s = (reply.worktime.ended - reply.worktime.began) / max(share.count, 1)
        self._pace_s = took_s if self._pace_s is None else (self._pace_s + took_s) / 2
        if share.count == 1:
            result, error = outcome(reply, self.function)
            self._put(*({numbers[0]: result}, {}) if error is None else ({}, {numbers[0]: error}))
        elif reply.kind is ReplyKind.RETURNED:
            self._take_outcomes(numbers, reply.payload)
        elif reply.kind is ReplyKind.UNREADABLE:  # one of them is: it was not begun
            self.give_back(numbers, inputs, alone=True)
        else:
            self.lose(numbers, outcome(reply, self.function)[1] or CancelledError())

    def part(self, share: "ProcessShare", reply: Reply) -> None:
        """The share's worker is at one of its calls for longer than expected: what it has done, and not begun."""
        self._pace_s = LONG_S
        given_back, made = self._take_outcomes(share.numbers, reply.payload)
        end = len(share.numbers) - given_back
        self.give_back(share.numbers[end:], share.inputs[end:])
        share.numbers, share.inputs = share.numbers[made:end], share.inputs[made:end]

    def _take_outcomes(self, numbers: Numbers, payload: bytes) -> tuple[int, int]:
        """How many calls come back, and how many were made."""
        try:
            given_back, values, errors = loads_outcomes(payload, self.function)
        except BadReplyError as error:
            self.lose(numbers, error)
            return 0, len(numbers)
        if not errors:
            self._put(zip(numbers, values, strict=False), {})
        else:
            good = {numbers[at]: value for at, value in enumerate(values) if at not in errors}
            self._put(good, {numbers[at]: error for at, error in errors.items()})
        return given_back, len(values)

    def _put(self, results: Any, errors: dict[int, BaseException]) -> None:
        self.results.update(results)
        self.errors.update(errors)
        awaited = self._awaited
        if awaited in self.results or awaited in self.errors:
            self._bell.put(None)

    def give_back(self, numbers: Numbers, inputs: list[Any], *, alone: bool = False) -> None:
        """These calls have not been begun. `alone`: no more than one is to travel in one message from now on."""
        with self._lock:
            self._travel_alone |= alone
            self._again = sorted([*self._again, *zip(numbers, inputs, strict=True)], key=itemgetter(0))
        if self.is_cancelled:
            self.fail(CancelledError)
        elif not self._is_in_line:
            self.let_others_in()

    def lose(self, numbers: Numbers, error: BaseException) -> None:
        """These calls will not be finished."""
        self._put({}, dict.fromkeys(numbers, error))

    def fail(self, error: Callable[[], BaseException]) -> None:
        with self._lock:
            left = [number for number, _ in self._again]
            left += itertools.chain.from_iterable(numbers for numbers, _ in self._hands)
            left += range(self._dealt, len(self._inputs))
            self._again.clear()
            self._hands.clear()
            self._inputs[self._dealt :] = [None] * (len(self._inputs) - self._dealt)
            self._dealt = len(self._inputs)
        self._put({}, {number: error() for number in left})


class ProcessShare(Share):
    """The calls of a batch that one worker makes at a time."""

    __slots__ = ("count", "inputs", "numbers")
    batch: ProcessBatch

    def __init__(self, number: int, batch: ProcessBatch, function: Callable[..., Any]) -> None:
        super().__init__(number, batch, function)
        self.numbers: Numbers = ()
        self.inputs: list[Any] = []
        self.count = 0

    def set_exception(self, exception: BaseException | None) -> None:
        self.batch.lose(self.numbers, exception or CancelledError())
        super().set_exception(exception)
