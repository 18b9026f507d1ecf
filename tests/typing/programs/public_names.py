"""Every public name is known."""

from typing import assert_type

import pool_lab
from pool_lab import (
    ALL_COMPLETED,
    FIRST_COMPLETED,
    FIRST_EXCEPTION,
    BrokenExecutor,
    BrokenProcessPool,
    BrokenThreadPool,
    CallPicklingError,
    CallUnpicklingError,
    CancelledError,
    Event,
    EventKind,
    Executor,
    Future,
    InvalidStateError,
    Observer,
    ProcessPoolExecutor,
    RemoteTraceback,
    ThreadPoolExecutor,
    TimeoutError,  # noqa: A004  # its name in concurrent.futures
    WorkerDiedError,
    as_completed,
    wait,
)

assert_type(pool_lab.ThreadPoolExecutor(4).submit(len, "abc"), pool_lab.Future[int])
texts: list[str] = [ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION]
errors: list[type[Exception]] = [BrokenExecutor, BrokenProcessPool, BrokenThreadPool, CallPicklingError]
errors += [CallUnpicklingError, CancelledError, InvalidStateError, RemoteTraceback, TimeoutError, WorkerDiedError]
executors: list[type[Executor]] = [Executor, ProcessPoolExecutor, ThreadPoolExecutor]
futures: list[Future[str]] = [Future()]
observers: list[Observer] = [print]
kinds: list[EventKind] = [*EventKind, Event(1, 0.5, EventKind.STARTED).kind]
print(texts, errors, executors, futures, observers, kinds, as_completed(futures), wait(futures))


def misspelt_names_are_refused() -> None:
    pool_lab.ThreadPoolExecuter(4)  # type: ignore[attr-defined]
    pool_lab.as_complete(futures)  # type: ignore[attr-defined]
    print(pool_lab.thread.ThreadPoolExecutor, pool_lab.process.BrokenProcessPool)
