"""Exceptions: what is caught, and what a future says of it."""

import concurrent.futures
from concurrent.futures.process import BrokenProcessPool as StandardBrokenProcessPool

import pool_lab
from pool_lab import (
    BrokenExecutor,
    BrokenProcessPool,
    BrokenThreadPool,
    CallPicklingError,
    CallUnpicklingError,
    CancelledError,
    Future,
    InvalidStateError,
    ProcessPoolExecutor,
    RemoteTraceback,
    WorkerDiedError,
    as_completed,
)


def divide(number: int, by: int) -> float:
    return number / by


def every_error_can_be_caught(pool: ProcessPoolExecutor) -> float | str:
    future = pool.submit(divide, 1, by=0)
    try:
        return future.result(timeout=1)
    except ZeroDivisionError as error:
        return f"{error} {error.__cause__}"
    except (CancelledError, pool_lab.TimeoutError):
        future.cancel()
    except (CallPicklingError, CallUnpicklingError) as error:
        return str(error.__cause__)
    except WorkerDiedError as error:
        return f"{error} {error.args}"
    except BrokenProcessPool:
        raise
    except BrokenExecutor as error:
        raise SystemExit(1) from error
    return "late"


def a_future_says_how_it_failed(future: Future[float]) -> str:
    error = future.exception(timeout=1)
    if error is None:
        return f"{future.result():.2f}"
    if isinstance(error, OSError):
        return error.filename or error.strerror or "system"
    if isinstance(error.__cause__, RemoteTraceback):
        return str(error.__cause__)
    return type(error).__name__


def successes_and_failures(futures: list[Future[float]]) -> tuple[list[float], list[BaseException]]:
    results: list[float] = []
    errors: list[BaseException] = []
    for future in as_completed(futures):
        if error := future.exception():
            errors.append(error)
        else:
            results.append(future.result())
    return results, errors


def handlers_for_the_standard_errors_take_ours() -> list[type[Exception]]:
    pools: list[type[concurrent.futures.BrokenExecutor]] = [BrokenThreadPool, BrokenProcessPool, WorkerDiedError]
    processes: list[type[StandardBrokenProcessPool]] = [BrokenProcessPool, CallUnpicklingError]
    late: list[type[TimeoutError]] = [pool_lab.TimeoutError, concurrent.futures.TimeoutError]
    others: list[type[concurrent.futures.CancelledError]] = [CancelledError]
    invalid: list[type[concurrent.futures.InvalidStateError]] = [InvalidStateError]
    return [*pools, *processes, *late, *others, *invalid]


def wrong_lines_are_refused(future: Future[float]) -> float:
    if future.cancelled():
        raise future  # type: ignore[misc]
    if future.running():
        raise future.exception()  # type: ignore[misc]
    print(future.exception().args)  # type: ignore[union-attr]
    error: Exception = future.exception()  # type: ignore[assignment]
    error.add_note("late", "too")  # type: ignore[call-arg]
    return future.exception() or future.result()  # type: ignore[return-value]
