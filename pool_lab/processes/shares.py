"""`ProcessBatch`: a `map` in processes, whose calls travel many in one message while they are short.

A worker cannot take from another what that one has in hand, as threads do. But it gives back what it has not begun
when its calls turn out longer than expected (see `stint`).
"""

from collections.abc import Callable
from typing import Any

from pool_lab.batch import Batch, Door, Share
from pool_lab.errors import CancelledError
from pool_lab.hands import Hand

from .memory import Shelf
from .messages import dumps_apart, dumps_call, loads_outcomes, outcome
from .parcel import Parcel
from .replies import BadReplyError, Reply, ReplyKind
from .stint import PackedStint

__all__ = ["ProcessBatch", "ProcessShare"]

MOST_BYTES = 1 << 15
"""Of a request, about: more than a pipe takes at once would keep the sender waiting."""
NOTHING = Hand(range(0), [])


class ProcessBatch(Batch):
    hand_s = 0.004, 0.0004

    def __init__(self, function: Callable[..., Any], door: Door) -> None:
        super().__init__(function, door)
        self._bytes = 1.0
        """Of one call in a request, the request's own among them: fewer and fewer as more calls travel together."""
        self._travel_alone = False
        """Something among them could not be pickled or unpickled."""

    def share(self, number: int) -> "ProcessShare":
        return ProcessShare(number, self, self.function)

    # Out

    def request(self, share: "ProcessShare", shelf: Shelf) -> bytes | Parcel | None:
        """What to send to the worker that begins the share; None: nothing is left to do."""
        while (hand := self.hands.next(self._door.size, self._most())) is not None:
            self.let_others_in()
            try:
                request = self._pickled(hand, shelf)
            except Exception as error:
                if len(hand.inputs) > 1:
                    self.send_alone(hand)
                else:
                    self.lose(hand.numbers, error.with_traceback(None))
            else:
                self._bytes = max(self._bytes / 2, len(request) / len(hand.inputs))
                share.hand, share.count = hand, len(hand.inputs)
                return request
        self.let_others_in()
        return None

    def _most(self) -> int:
        return 1 if self._travel_alone else max(1, int(MOST_BYTES / self._bytes))

    def _pickled(self, hand: Hand, shelf: Shelf) -> bytes | Parcel:
        if len(hand.inputs) == 1:
            return dumps_call(self.function, hand.inputs[0] if self.is_spread else (hand.inputs[0],), {}, shelf)
        stint = PackedStint(self.function, hand.inputs, is_spread=self.is_spread)
        return dumps_apart((stint, (), {}), shelf, to_worker=True)

    # Back

    def settle(self, share: "ProcessShare", reply: Reply) -> None:
        """The share's worker has made its calls."""
        hand, share.hand = share.hand, NOTHING
        self.hands.note_pace((reply.worktime.ended - reply.worktime.began) / max(share.count, 1))
        if share.count == 1:
            result, error = outcome(reply, self.function)
            self.results.put(hand.numbers, [result], {} if error is None else {0: error})
        elif reply.kind is ReplyKind.RETURNED:
            _, made = self._take_outcomes(hand.numbers, reply.payload)
            self.lose(hand.numbers[made:], BadReplyError("a worker sent fewer outcomes than there were calls"))
        elif reply.kind is ReplyKind.UNREADABLE:  # one of them is: it was not begun
            self.send_alone(hand)
        else:
            self.lose(hand.numbers, outcome(reply, self.function)[1] or CancelledError())

    def part(self, share: "ProcessShare", reply: Reply) -> None:
        """The share's worker is at one of its calls for longer than expected: what it has done, and not begun."""
        self.hands.expect_long()
        numbers, inputs = share.hand
        given_back, made = self._take_outcomes(numbers, reply.payload)
        end = len(numbers) - given_back
        self.give_back(numbers[end:], inputs[end:])
        share.hand = Hand(numbers[made:end], inputs[made:end])

    def _take_outcomes(self, numbers: range, payload: bytes) -> tuple[int, int]:
        """How many calls come back, and how many were made."""
        try:
            given_back, values, errors = loads_outcomes(payload, self.function)
            if not 0 <= given_back <= len(numbers) - len(values):
                raise BadReplyError(f"{len(values)} outcomes, and {given_back} back, of {len(numbers)} calls")
        except BadReplyError as error:
            self.lose(numbers, error)
            return 0, len(numbers)
        self.results.put(numbers[: len(values)], values, errors)
        return given_back, len(values)

    def send_alone(self, hand: Hand) -> None:
        """These have not been begun. No more than one call is to travel in one message from now on."""
        self._travel_alone = True
        self.give_back(*hand)

    def lose(self, numbers: range, error: BaseException) -> None:
        """These calls will not be finished."""
        self.results.fail(numbers, lambda: error)


class ProcessShare(Share):
    """The calls of a batch that one worker makes at a time."""

    __slots__ = ("count", "hand")
    batch: ProcessBatch

    def __init__(self, number: int, batch: ProcessBatch, function: Callable[..., Any]) -> None:
        super().__init__(number, batch, function)
        self.hand = NOTHING
        self.count = 0

    def set_exception(self, exception: BaseException | None) -> None:
        self.batch.lose(self.hand.numbers, exception or CancelledError())
        super().set_exception(exception)
