"""`ProcessBatch`: a `map` in processes, whose calls travel many in one message while they are short.

How many, is told from how long they have taken: at first one, then as many as will take a moment, and never so many
that at the end one worker still has a lot to do when the others have nothing. A worker that finds its calls longer than
expected gives back those that it has not begun (see `stint`).

The inputs are dealt like cards: with three workers the first gets 0, 3, 6, the second 1, 4, 7, the third 2, 5, 8. So
they are begun about in their order, results come in about in that order, and neighbours that wait for one another are
in different workers.
"""

import threading
from collections import deque
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from pool_lab.batch import Batch, Door, Share
from pool_lab.errors import CancelledError

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

Input = tuple[int, tuple[Any, ...]]
"""Number and arguments of a call."""


class ProcessBatch(Batch):
    def __init__(self, function: Callable[..., Any], door: Door) -> None:
        super().__init__(function, door)
        self._lock = threading.Lock()  # guards the rest
        self._again: list[Input] = []
        """Given back, to be made one by one."""
        self._hands: deque[list[Input]] = deque()
        """Dealt, and not taken."""
        self._pace_s: float | None = None
        self._bytes = 1.0
        """Of one call in a request."""
        self._travel_alone = False
        """Something among them could not be pickled or unpickled."""

    @property
    def waiting(self) -> int:
        return len(self.todo) + len(self._again) + sum(map(len, tuple(self._hands)))

    def share(self, number: int) -> "ProcessShare":
        return ProcessShare(number, self, self.function)

    # Out

    def request(self, share: "ProcessShare") -> bytes | Parcel | None:
        """What to send to the worker that begins the share; None: nothing is left to do."""
        while inputs := self._next():
            self.let_others_in()
            try:
                return self._pickled(share, inputs)
            except Exception as error:
                if len(inputs) > 1:
                    self.give_back(inputs, alone=True)
                else:
                    self._put({}, {inputs[0][0]: error.with_traceback(None)})
        self.let_others_in()
        return None

    def _pickled(self, share: "ProcessShare", inputs: list[Input]) -> bytes | Parcel:
        if len(inputs) == 1:
            request: bytes | Parcel = dumps_call(self.function, inputs[0][1], {})
        else:
            columns = list(zip(*[args for _, args in inputs], strict=True))
            request = dumps_apart((Stint(self.function, columns), (), {}), to_worker=True)
        self._bytes = max(self._bytes, len(request) / len(inputs))
        share.inputs, share.count = inputs, len(inputs)
        return request

    def _next(self) -> list[Input]:
        with self._lock:
            # Whoever comes first in the order of the inputs; what is still to be dealt comes after all that was.
            if self._again and not (self._hands and self._hands[0][0][0] < self._again[0][0]):
                return [self._again.pop(0)]
            if not self._hands:
                self._deal()
            return self._hands.popleft() if self._hands else []

    def _deal(self) -> None:
        workers, left = self._door.size, len(self.todo)
        count = min(self._size_of_a_hand(left) * workers, left)
        dealt = [self.todo.popleft() for _ in range(count)]
        self._hands.extend(hand for first in range(workers) if (hand := dealt[first::workers]))

    def _size_of_a_hand(self, left: int) -> int:
        if self._pace_s is None or self._travel_alone:
            return 1
        most, least = (int(length_s / max(self._pace_s, 1e-7)) for length_s in (LONG_S, SHORT_S))
        fair = left // (self._door.size * TURNS)
        return max(1, min(max(fair, least), most, int(MOST_BYTES / self._bytes)))

    # Back

    def settle(self, share: "ProcessShare", reply: Reply) -> None:
        """The share's worker has made its calls."""
        inputs, share.inputs = share.inputs, []
        took_s = (reply.worktime.ended - reply.worktime.began) / max(share.count, 1)
        self._pace_s = took_s if self._pace_s is None else (self._pace_s + took_s) / 2
        if share.count == 1:
            result, error = outcome(reply, self.function)
            self._put(*({inputs[0][0]: result}, {}) if error is None else ({}, {inputs[0][0]: error}))
        elif reply.kind is ReplyKind.RETURNED:
            self._take_outcomes(inputs, reply.payload)
        elif reply.kind is ReplyKind.UNREADABLE:  # one of them is: it was not begun
            self.give_back(inputs, alone=True)
        else:
            self.lose(inputs, outcome(reply, self.function)[1] or CancelledError())

    def part(self, share: "ProcessShare", reply: Reply) -> None:
        """The share's worker is at one of its calls for longer than expected: what it has done, and not begun."""
        self._pace_s = LONG_S
        given_back, made = self._take_outcomes(share.inputs, reply.payload)
        end = len(share.inputs) - given_back
        self.give_back(share.inputs[end:])
        share.inputs = share.inputs[made:end]

    def _take_outcomes(self, inputs: list[Input], payload: bytes) -> tuple[int, int]:
        """How many calls come back, and how many were made."""
        try:
            given_back, values, errors = loads_outcomes(payload, self.function)
        except BadReplyError as error:
            self.lose(inputs, error)
            return 0, len(inputs)
        numbers = [number for number, _ in inputs[: len(values)]]
        if not errors:
            self._put(zip(numbers, values, strict=True), {})
        else:
            good = {number: values[at] for at, number in enumerate(numbers) if at not in errors}
            self._put(good, {numbers[at]: error for at, error in errors.items()})
        return given_back, len(values)

    def _put(self, results: Any, errors: dict[int, BaseException]) -> None:
        self.results.update(results)
        self.errors.update(errors)
        awaited = self._awaited
        if awaited in self.results or awaited in self.errors:
            self._bell.put(None)

    def give_back(self, inputs: list[Input], *, alone: bool = False) -> None:
        """These calls have not been begun. `alone`: no more than one is to travel in one message from now on."""
        with self._lock:
            self._travel_alone |= alone
            self._again = sorted([*self._again, *inputs], key=itemgetter(0))
        if self.is_cancelled:
            self.fail(CancelledError)
        elif not self._is_in_line:
            self.let_others_in()

    def lose(self, inputs: list[Input], error: BaseException) -> None:
        """These calls will not be finished."""
        self._put({}, {number: error for number, _ in inputs})

    def fail(self, error: Callable[[], BaseException]) -> None:
        super().fail(error)
        with self._lock:
            left = [*self._again, *(one for hand in self._hands for one in hand)]
            self._again.clear()
            self._hands.clear()
        self._put({}, {number: error() for number, _ in left})


class ProcessShare(Share):
    """The calls of a batch that one worker makes at a time."""

    __slots__ = ("count", "inputs")
    batch: ProcessBatch

    def __init__(self, number: int, batch: ProcessBatch, function: Callable[..., Any]) -> None:
        super().__init__(number, batch, function)
        self.inputs: list[Input] = []
        self.count = 0

    def set_exception(self, exception: BaseException | None) -> None:
        self.batch.lose(self.inputs, exception or CancelledError())
        super().set_exception(exception)
