"""`Batch`: calls that travel to a process in one message, and whose outcomes come back in one.

A message takes as long as a hundred short calls. So a worker takes from the queue as many calls as take two or three
milliseconds together, judged by earlier calls of these functions; only one if there were none, or if the next is long.
It deals them out like cards, one batch for each worker the pool may have, and puts the others in front of the queue:

    queue   a b c d e f g ...         three workers:    a d    b e    c f    queue   g ...

Neighbours of one function may wait for one another; so they go to different workers, and d may begin before c. If a
call takes long after all, the process gives back those behind it (see `child`). So order is kept roughly, not exactly.

A batch belongs to one worker thread at a time, so it has no lock. One worker at a time deals (`Scheduler.dealing`):
another would take later calls than those that the first is about to put back.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count, repeat
from operator import attrgetter
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from pool_lab.call import Call
from pool_lab.errors import CancelledError
from pool_lab.events import Times, name_of
from pool_lab.job import Input, Job
from pool_lab.scheduler import Scheduler

from .messages import Errors, Request

BATCH_S = 0.0025  # what a batch should take
LEAST_S = 0.0001  # what it should take at least, even if that leaves none for other workers
SHORTEST_S = 1e-7
LONG_DELAY_S = 0.002  # if replies wait longer than this for the GIL, processes are idle. Then a batch should take
DELAYS = 10  # so many times as long as this delay,
LONGEST_S = 0.1  # but not longer than this
MOST_CALLS, MOST_INPUTS = 256, 4096  # in one batch


class Paces(dict[object, float]):
    """How many seconds a call of each function takes. All workers of a pool share it: its operations are atomic."""

    def __init__(self) -> None:
        self._delays = (0.0,) * 5

    def note_delay(self, seconds: float) -> None:
        self._delays = (*self._delays[1:], seconds)

    @property
    def patience_s(self) -> float:
        """How much longer a batch may take, and a call in it before the calls behind it are given back."""
        delay_s = sorted(self._delays)[len(self._delays) // 2]
        return min(DELAYS * delay_s, LONGEST_S) if delay_s > LONG_DELAY_S else 0.0

    def of(self, function: Callable[..., Any]) -> float | None:
        return self.get(_key(function))

    def note(self, functions: Iterable[Callable[..., Any]], seconds: float) -> None:
        self.update(dict.fromkeys(map(_key, functions), seconds))


def _key(function: Any) -> object:
    """Equal for functions that probably take equally long. The key does not keep the function alive."""
    while type(function) is partial or type(function) is MethodType:
        function = getattr(function, "func" if type(function) is partial else "__func__")
    if type(function) is FunctionType:
        return id(function.__code__)
    return function.__qualname__ if type(function) is BuiltinFunctionType else type(function).__qualname__


class CallBatch:
    """Submitted calls. A `JobBatch` has the same methods."""

    waiting = property(len)

    def __init__(self, calls: list[Call], scheduler: Scheduler, paces: Paces) -> None:
        self.calls, self.order = calls, calls[0].order
        self._scheduler, self._paces = scheduler, paces
        self.pickles: dict[int, bytes] = {}  # of functions, see `pack`

    def __len__(self) -> int:
        return len(self.calls)

    def __str__(self) -> str:
        return f"call {self.calls[0].number}, {name_of(self.calls[0].function)}" if self.calls else "nothing"

    @property
    def functions(self) -> Iterable[Callable[..., Any]]:
        return (call.function for call in self.calls)

    def request(self, number: int, *, is_observed: bool) -> Request:
        functions, inputs = list(self.functions), [call.args for call in self.calls]
        if len(set(map(id, functions))) == 1:
            del functions[1:]
        kwargs = [call.kwargs for call in self.calls] if any(call.kwargs for call in self.calls) else None
        return Request(number, is_observed, self._paces.patience_s, functions, inputs, kwargs)

    def begin(self) -> bool:
        """Mark its calls as running. False: there is none to run."""
        self.calls = [call for call in self.calls if call.begin()]
        return bool(self.calls)

    def discard(self, make_error: Callable[[], BaseException] | None = None) -> None:
        for call in self.calls:
            call.discard(make_error)

    def settle(self, results: list[Any], errors: Errors, worker: int | None, times: Iterable[Times]) -> None:
        """Deliver these outcomes to the first calls, which leave the batch. `errors`: by the place of the call."""
        done, self.calls = self.calls[: len(results)], self.calls[len(results) :]
        for place, (call, result, measured) in enumerate(zip(done, results, times, strict=False)):
            call.finish(result, errors.get(place), worker, measured)

    def give_back(self, count: int) -> None:
        """Queue the last calls again, for any worker; each alone, since a batch of them might overtake others."""
        first = len(self.calls) - count
        back, self.calls = self.calls[first:], self.calls[:first]
        calls = [[call] for call in back if call.requeue()]
        _put_back([CallBatch(each, self._scheduler, self._paces) for each in calls], self._scheduler)

    def note_pace(self, seconds: float) -> None:
        self._paces.note(self.functions, seconds)

    def fail(self, place: int, error: BaseException) -> None:
        self.calls.pop(place).finish(None, error, None)


class JobBatch:
    calls: Sequence[Call] = ()  # a job has no observers
    waiting = property(len)

    def __init__(self, job: Job, inputs: list[Input], scheduler: Scheduler, paces: Paces) -> None:
        self._job = job
        self._numbers, self._inputs = map(list, zip(*inputs, strict=True))
        self.order = (job.order[0], inputs[0][0])
        self.functions, self.pickles = repeat(job.function), job.pickles
        self._scheduler, self._paces = scheduler, paces

    def __len__(self) -> int:
        return len(self._inputs)

    def __str__(self) -> str:
        return name_of(self._job.function)

    def request(self, number: int, *, is_observed: bool) -> Request:
        return Request(number, False, self._paces.patience_s, [self._job.function], self._inputs, None)

    def begin(self) -> bool:
        return bool(self._inputs) and not self._job.is_over

    def discard(self, make_error: Callable[[], BaseException] | None = None) -> None:
        while self._inputs:
            self.fail(0, (make_error or CancelledError)())

    def settle(self, results: list[Any], errors: Errors, worker: int | None, times: Iterable[Times]) -> None:
        done = len(results)
        self._job.settle(self._numbers[:done], results, errors)
        del self._numbers[:done], self._inputs[:done]

    def give_back(self, count: int) -> None:
        first = len(self._inputs) - count
        self._job.give_back(zip(self._numbers[first:], self._inputs[first:], strict=True))
        del self._numbers[first:], self._inputs[first:]
        self._job.queue(lambda job: _put_back([job], self._scheduler))

    def note_pace(self, seconds: float) -> None:
        self._job.pace_s = seconds

    def fail(self, place: int, error: BaseException) -> None:
        del self._inputs[place]
        self._job.fail(self._numbers.pop(place), error)


Batch = CallBatch | JobBatch


def take_batch(item: Call | Job | Batch, scheduler: Scheduler, paces: Paces, *, alone: bool) -> Batch | None:
    """The batch for a worker that took this item from the queue. None: there is nothing to do. `alone`: of one call."""
    back: list[Any] = []
    batches: list[Batch] = []
    with scheduler.dealing, suppress(IndexError):  # others have emptied the queue
        _put_in_order([item], scheduler.calls)
        first = scheduler.calls.popleft()
        deal: Any = _of_job if isinstance(first, Job) else _of_calls
        batches = [first] if isinstance(first, Batch) else deal(first, scheduler, paces, back, alone=alone)
        back += batches[1:]
        _put_in_order(back, scheduler.calls)
    scheduler.look_again(len(back))
    return batches[0] if batches and batches[0].begin() else None


def _put_back(items: list[Any], scheduler: Scheduler) -> None:
    with scheduler.dealing:
        _put_in_order(items, scheduler.calls)
    scheduler.look_again(len(items))


def _put_in_order(items: list[Any], queue: deque[Any]) -> None:
    """Put the items in front of the queue, but behind those there that were submitted earlier."""
    earlier: list[Any] = []
    with suppress(IndexError, ValueError):  # the queue is empty, or there are no items
        last = max(item.order for item in items)
        while queue[0].order < last:
            earlier.append(queue.popleft())
    queue.extendleft(sorted([*earlier, *items], key=attrgetter("order"), reverse=True))


def _of_job(job: Job, scheduler: Scheduler, paces: Paces, back: list[Any], *, alone: bool) -> list[Batch]:
    workers = scheduler.size
    each = 1 if alone else _batch_size(job.pace_s, job.waiting, workers, MOST_INPUTS, paces)
    inputs = job.take(1 if each == 1 else each * workers)
    job.queue(back.append)
    return [JobBatch(job, inputs[first::workers], scheduler, paces) for first in range(min(workers, len(inputs)))]


def _of_calls(first: Call, scheduler: Scheduler, paces: Paces, back: list[Any], *, alone: bool) -> list[Batch]:
    workers, row, function, pace = scheduler.size, [first], first.function, paces.of(first.function)
    each = 1 if alone else _batch_size(pace, len(scheduler.calls) + 1, workers, MOST_CALLS, paces)
    left_s = (BATCH_S + paces.patience_s) * workers
    with suppress(IndexError):  # the queue is empty
        while each > 1 and len(row) < each * workers and not back:
            call = scheduler.calls.popleft()
            if type(call) is Call and call.function is not function:
                function, pace = call.function, paces.of(call.function)
            left_s -= math.inf if pace is None else pace
            (row if type(call) is Call and left_s >= 0 else back).append(call)  # what does not fit goes back
    return [CallBatch(calls, scheduler, paces) for calls in _deal(row, workers)]


def _deal(calls: list[Call], workers: int) -> list[list[Call]]:
    """Deal out the calls of each function separately, since those are the most likely to wait for one another."""
    dealt: list[list[Call]] = [[] for _ in range(workers)]
    places: defaultdict[int, Iterator[int]] = defaultdict(count)
    for call in calls:
        dealt[next(places[id(call.function)]) % workers].append(call)
    return [each for each in dealt if each]


def _batch_size(pace: float | None, waiting: int, workers: int, most: int, paces: Paces) -> int:
    """How many calls make a batch: at most what takes `BATCH_S`, and about half of a fair share of the queue."""
    if pace is None:
        return 1
    at_most, at_least = (int(seconds / max(SHORTEST_S, pace)) for seconds in (BATCH_S + paces.patience_s, LEAST_S))
    return max(1, min(at_most, most, max(at_least, waiting // (2 * workers))))
