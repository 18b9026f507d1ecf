"""`wait` and `as_completed` for the calls of simulated pools. Timeouts count virtual seconds.

The library's own sleep until a worker wakes them. Here the thread that waits is the one that lets time pass.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION
from contextlib import closing, suppress
from types import SimpleNamespace
from typing import Any

from pool_lab.future import NOTIFIED, AnyFuture
from pool_lab.lab.model.simulated_call import DeadlockError, SimulatedCall
from pool_lab.waiting import DoneAndNotDoneFutures

__all__ = ["as_completed", "wait"]


def wait(
    fs: Iterable[AnyFuture[Any]], timeout: float | None = None, return_when: str = ALL_COMPLETED
) -> DoneAndNotDoneFutures[SimulatedCall]:
    """Let virtual time pass until the calls are done, at most `timeout` virtual seconds (None: as long as it takes).

    `return_when` and the result are as in `pool_lab.wait`. Raises `DeadlockError` if without a timeout they can never
    be done.
    """
    if return_when not in {ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION}:
        raise ValueError(f"Invalid return condition: {return_when!r}")
    futures = set(_simulated(fs))
    with suppress(TimeoutError), closing(as_completed(futures, timeout)) as finished:
        for future in finished:
            failed = return_when == FIRST_EXCEPTION and future._exception is not None
            if failed or return_when == FIRST_COMPLETED:
                break
    done = {future for future in futures if future._state in NOTIFIED}
    return DoneAndNotDoneFutures(done, futures - done)


def as_completed(fs: Iterable[AnyFuture[Any]], timeout: float | None = None) -> Generator[SimulatedCall, None, None]:
    """Yield each future once, in the order of their virtual ends; those already done come first.

    Raises `TimeoutError` if not all are done `timeout` virtual seconds after the first `next` (None: no limit), and
    `DeadlockError` if they can never be done.
    """
    futures = list(dict.fromkeys(_simulated(fs)))
    finished = deque(future for future in futures if future._state in NOTIFIED)
    waiting = [future for future in futures if future._state not in NOTIFIED]
    waiter = SimpleNamespace(add_result=finished.append, add_exception=finished.append, add_cancelled=finished.append)
    for future in waiting:
        future._ensure_listeners().waiters.append(waiter)
    deadlines = {future.pool: future.pool.now + max(timeout or 0.0, 0.0) for future in waiting}
    try:
        for left in range(len(futures), 0, -1):
            for pool, deadline in deadlines.items():
                pool.run(None if timeout is None else deadline, lambda: bool(finished))
            if not finished:
                raise _not_done(left, len(futures), timeout)
            yield finished.popleft()
    finally:
        for future in waiting:
            future._ensure_listeners().waiters.remove(waiter)


def _simulated(futures: Iterable[AnyFuture[Any]]) -> Iterator[SimulatedCall]:
    for future in futures:
        if not isinstance(future, SimulatedCall):
            raise TypeError(f"these are for futures of simulated pools, and no virtual time would finish {future!r}")
        yield future


def _not_done(left: int, total: int, timeout: float | None) -> Exception:
    text = f"{left} (of {total}) futures unfinished"
    if timeout is not None:
        return TimeoutError(text)
    return DeadlockError(f"{text}, and nothing is left that could happen: they can never be done")
