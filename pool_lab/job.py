"""`Job`: one `map`, as a single entry of the queue from which every free worker takes inputs.

A future for each input would cost more than most functions do. So there are two lists, of inputs and of outcomes:

    inputs                      (3, d)  (4, e)  (5, f)       workers take from the left, one or several at a time
    outcomes     A   MISSING   C                             `map`'s iterator waits for number 1 now

The job is in the queue for all workers. The one that takes it puts it back in front while there are inputs for others.
There is no lock. No input is overlooked, because a worker sets `is_queued` to False before it looks for inputs, and
`map` adds an input before it looks at `is_queued`.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from functools import partial
from itertools import repeat
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX
from typing import Any

from .errors import CancelledError

MISSING: Any = object()  # the place of an outcome that has not come, or that is an error
Input = tuple[int, tuple[Any, ...]]


class Job:
    def __init__(self, function: Callable[..., Any], context: Context | None, number: int) -> None:
        self.function, self.context = function, context
        self.order = (number, math.inf)  # see `Call.order`; the inputs that workers have come first
        self.pace_s: float | None = None  # seconds that one input takes; None: not known yet
        self.pickles: dict[int, bytes] = {}  # the function's, if it is to go to processes
        self.is_queued = self.is_over = False  # over: the program takes no more results
        self._inputs: deque[Input] = deque()
        self._outcomes: list[Any] = []
        self._errors: dict[int, BaseException] = {}  # by number
        self._awaited: int | None = None  # the number that the iterator waits for
        self._alarm: SimpleQueue[None] = SimpleQueue()

    def take_all(self, iterables: Sequence[Iterable[Any]], submit: Callable[["Job"], object]) -> None:
        """Take all inputs. Workers start on the first ones while the others are still being read."""
        inputs = enumerate(zip(*iterables, strict=False))
        if all(type(each) in {list, tuple, range} for each in iterables):
            self._inputs.extend(inputs)
            self._outcomes.extend(repeat(MISSING, len(self._inputs)))
        try:
            self.queue(submit)
            for one in inputs:
                self._outcomes.append(MISSING)
                self._inputs.append(one)
                self.queue(submit)
        except BaseException:
            self.discard()
            raise

    def in_order(self, deadline: float | None) -> Iterator[Any]:
        """The results in the order of the inputs. Closing the iterator drops the calls that have not begun."""
        outcomes = self._outcomes
        try:
            for number in range(len(outcomes)):
                if outcomes[number] is MISSING:
                    self._wait_for(number, deadline)
                box, outcomes[number] = [outcomes[number]], None
                yield box.pop()  # nothing here keeps it alive
        finally:
            self._close()
            del outcomes

    def _wait_for(self, number: int, deadline: float | None) -> None:
        self._awaited = number
        try:
            while self._outcomes[number] is MISSING:
                if number in self._errors:
                    raise self._errors.pop(number)
                left_s = None if deadline is None else min(max(deadline - time.monotonic(), 0), TIMEOUT_MAX)
                self._alarm.get(timeout=left_s)
        except Empty:
            raise TimeoutError("map timed out before the next result; calls that have started go on") from None
        finally:
            self._awaited = None

    def _close(self) -> None:
        """Drop everything: a program that keeps an error keeps this job, through the traceback."""
        self.is_over = True
        self._inputs.clear()  # which ends the loops of all workers
        self._errors.clear()
        self._outcomes[:] = repeat(None, len(self._outcomes))
        self._outcomes = []

    @property
    def waiting(self) -> int:  # how many inputs no worker has taken
        return len(self._inputs)

    def take(self, most: int) -> list[Input]:
        """The next inputs with their numbers, at most `most`. Empty: all are taken."""
        self.is_queued = False
        taken: list[Input] = []
        with suppress(IndexError):
            while len(taken) < most:
                taken.append(self._inputs.popleft())
        return taken

    def run(self, scheduler: Any, call: Callable[..., Any] | None = None) -> None:
        """Run the calls in this thread. `call(function, *args)` runs one; None: `function(*args)`."""
        self.is_queued = False
        if len(self._inputs) > 1:
            self.queue(scheduler.put_back)
        function = self.function if call is None else partial(call, self.function)
        outcomes, popleft = self._outcomes, self._inputs.popleft
        try:
            while not scheduler.has_too_many:
                number, args = popleft()
                try:
                    outcomes[number] = function(*args)
                except BaseException as error:
                    self.fail(number, error)
                if self._awaited == number:
                    self._alarm.put(None)
            self.queue(scheduler.put_back)
        except IndexError:  # all inputs are taken
            pass
        finally:  # the traceback of an error leads to this frame, and the job to the error: no cycle
            args = ()
            del self, outcomes, popleft, function

    def queue(self, put: Callable[["Job"], object]) -> None:
        """Put the job into the queue by calling `put`, unless it is there already or has no inputs."""
        if not self.is_queued and self._inputs:
            self.is_queued = True
            put(self)

    def give_back(self, inputs: Iterable[Input]) -> None:
        if not self.is_over:
            self._inputs.extendleft(reversed(list(inputs)))

    def settle(self, numbers: Sequence[int], results: list[Any], errors: Mapping[int, BaseException]) -> None:
        outcomes = self._outcomes
        if self.is_over:
            return
        for place, error in errors.items():
            self.fail(numbers[place], error)
            results[place] = MISSING
        for number, result in zip(numbers, results, strict=True):
            outcomes[number] = result
        if self._awaited in numbers:
            self._alarm.put(None)

    def fail(self, number: int, error: BaseException) -> None:
        if not self.is_over:
            self._errors[number] = error
        if self._awaited == number:
            self._alarm.put(None)

    def discard(self, make_error: Callable[[], BaseException] | None = None) -> None:
        """Drop the inputs that no worker has taken. They share one error: `in_order` raises one at most."""
        error = (make_error or CancelledError)()
        for number, _ in self.take(len(self._inputs)):
            self.fail(number, error)
