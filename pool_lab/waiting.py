"""`wait` and `as_completed`: many futures at once, ours and the standard library's, in any mixture.

Both leave a waiter with every future that is not done, sleep until the waiter has heard enough, and take it back.
`wait` counts, and wakes once; `as_completed` has the futures themselves put into a queue, in the order they finish.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import Any, Generic, NamedTuple, TypeVar

from .future import NOTIFIED, AnyFuture, Waiter

__all__ = ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION", "DoneAndNotDoneFutures", "as_completed", "wait"]

T = TypeVar("T")


class DoneAndNotDoneFutures(NamedTuple, Generic[T]):
    """What `wait` returns: two sets of futures."""

    done: set[AnyFuture[T]]
    not_done: set[AnyFuture[T]]


def wait(
    fs: Iterable[AnyFuture[T]], timeout: float | None = None, return_when: str = ALL_COMPLETED
) -> DoneAndNotDoneFutures[T]:
    """Block until the futures are done, at most `timeout` seconds (None: as long as it takes).

    `return_when` says how many: ALL_COMPLETED, FIRST_COMPLETED, or FIRST_EXCEPTION (the first that raised; all, if
    none does). Returns the sets `done` and `not_done`; when the time is up it just returns what is so by then.
    """
    futures = set(fs)
    counter = _Counter(return_when, len(futures))
    done = {future for future in futures if future._state in NOTIFIED}
    if not counter.is_content_with(done):
        watched = [future for future in futures - done if not counter.is_told_now(future)]
        try:
            counter.enough.wait(timeout)
        finally:  # Ctrl-C too
            _take_back(counter, watched)
        done = {future for future in futures if future._state in NOTIFIED}
    return DoneAndNotDoneFutures(done, futures - done)


def as_completed(fs: Iterable[AnyFuture[T]], timeout: float | None = None) -> Iterator[AnyFuture[T]]:
    """Yield each future once, as it finishes; first those that are done already. Blocks while none is.

    Raises `TimeoutError` if not all are done `timeout` seconds after the first was asked for (None: no limit).
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    futures = set(fs)
    total = len(futures)
    finished = _Finished()
    watched = {future for future in futures if not finished.is_told_now(future)}
    # From here on the generator keeps no future alive that its user has been given and has let go.
    futures.clear()
    try:
        for unfinished in range(total, 0, -1):
            box = [finished.next(deadline, unfinished, total)]
            if box[0] in watched:
                watched.remove(box[0])
                _take_back(finished, box)
            yield box.pop()
    finally:
        _take_back(finished, watched)


def _leave(waiter: Waiter, future: AnyFuture[Any]) -> bool:
    """Leave the waiter with the future. False: that is done already, and the waiter will hear nothing."""
    if future._state in NOTIFIED:  # what is done stays so
        return False
    with future._condition:
        if future._state in NOTIFIED:
            return False
        future._waiters.append(waiter)  # type: ignore[arg-type]
        return True


def _take_back(waiter: Waiter, futures: Collection[AnyFuture[Any]]) -> None:
    for future in futures:
        with future._condition:
            future._waiters.remove(waiter)  # type: ignore[arg-type]


class _Counter:
    """A waiter that counts the futures that are done, and wakes when they are enough."""

    def __init__(self, return_when: str, total: int) -> None:
        if return_when not in (ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION):
            raise ValueError(
                f"Invalid return condition: {return_when!r}; use ALL_COMPLETED, FIRST_COMPLETED or FIRST_EXCEPTION"
            )
        self.enough = Event()
        self._missing = min(total, 1) if return_when == FIRST_COMPLETED else total
        self._exception_is_enough = return_when == FIRST_EXCEPTION
        self._lock = Lock()  # guards _missing: futures finish in several threads

    def is_content_with(self, done: Collection[AnyFuture[Any]]) -> bool:
        """Whether these, which are done, are enough."""
        self._missing -= len(done)
        raised = self._exception_is_enough and any(future._exception is not None for future in done)
        return raised or self._missing <= 0

    def is_told_now(self, future: AnyFuture[Any]) -> bool:
        """Whether the future is done already; else it will tell."""
        if _leave(self, future):
            return False
        (self.add_result if future._exception is None else self.add_exception)(future)
        return True

    def add_result(self, future: AnyFuture[Any]) -> None:
        with self._lock:
            self._missing -= 1
            if self._missing <= 0:
                self.enough.set()

    add_cancelled = add_result

    def add_exception(self, future: AnyFuture[Any]) -> None:
        if self._exception_is_enough:
            self.enough.set()
        self.add_result(future)


class _Finished:
    """A waiter that keeps the futures that are done, in the order in which they finished."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[AnyFuture[Any]] = SimpleQueue()
        self.add_result = self.add_exception = self.add_cancelled = self._queue.put

    def is_told_now(self, future: AnyFuture[Any]) -> bool:
        """Whether the future is done already; else it will tell."""
        if _leave(self, future):
            return False
        self.add_result(future)
        return True

    def next(self, deadline: float | None, unfinished: int, total: int) -> AnyFuture[Any]:
        """The next future that is done. Blocks; raises `TimeoutError` at the deadline."""
        try:
            return self._queue.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
        except Empty:
            raise TimeoutError(f"{unfinished} (of {total}) futures unfinished") from None
