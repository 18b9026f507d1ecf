"""Waiting for many futures: out come futures of the kind that went in."""

import concurrent.futures
from collections.abc import Iterable, Iterator
from typing import assert_type

from pool_lab import (
    ALL_COMPLETED,
    FIRST_COMPLETED,
    FIRST_EXCEPTION,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
    wait,
)

StandardFuture = concurrent.futures.Future


def size(address: str) -> int:
    return len(address)


def a_dictionary_says_which_call_it_was(pool: ThreadPoolExecutor, addresses: list[str]) -> dict[str, int]:
    calls = {pool.submit(size, address): address for address in addresses}
    sizes: dict[str, int] = {}
    for future in as_completed(calls, timeout=60):
        assert_type(future, Future[int])
        assert_type(calls[future], str)
        try:
            sizes[calls[future]] = future.result()
        except OSError as error:
            print(f"{calls[future]} failed: {error}")
        else:
            del calls[future]
    return sizes


def results_as_they_come(pool: ProcessPoolExecutor, addresses: Iterable[str]) -> Iterator[int]:
    yield from (future.result() for future in as_completed(pool.submit(size, address) for address in addresses))


def the_first_of_many(futures: list[Future[int]]) -> int:
    finished = as_completed(futures)
    first = next(finished)
    finished.close()
    return first.result()


def wait_tells_done_from_not_done(pool: ThreadPoolExecutor) -> int:
    futures = [pool.submit(size, address) for address in "abc"]
    assert_type(wait(futures).done, set[Future[int]])
    assert_type(wait(set(futures), return_when=ALL_COMPLETED).not_done, set[Future[int]])
    done, not_done = wait(futures, timeout=1, return_when=FIRST_EXCEPTION)
    assert_type(done, set[Future[int]])
    assert_type(not_done, set[Future[int]])
    for future in not_done:
        future.cancel()
    return sum(future.result() for future in done)


def at_most_three_at_once(pool: ThreadPoolExecutor, addresses: Iterable[str]) -> list[int]:
    sizes: list[int] = []
    pending: set[Future[int]] = set()
    for address in addresses:
        if len(pending) == 3:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            sizes += [future.result() for future in done]
        pending.add(pool.submit(size, address))
    return sizes


def futures_of_the_standard_library(pool: concurrent.futures.ThreadPoolExecutor) -> dict[StandardFuture[int], str]:
    calls = {pool.submit(size, address): address for address in ("here", "there")}
    assert_type(list(as_completed(calls)), list[StandardFuture[int]])
    assert_type(wait(calls).done, set[StandardFuture[int]])
    return calls


def futures_of_both_kinds(
    ours: Future[int], theirs: StandardFuture[int], either: Future[int] | StandardFuture[int]
) -> None:
    both: list[StandardFuture[int]] = [ours, theirs]
    assert_type(list(as_completed(both)), list[StandardFuture[int]])
    assert_type(wait(both).done, set[StandardFuture[int]])
    done: set[StandardFuture[int]] = wait([ours, theirs, either]).done
    print(done, [future.result() + 1 for future in as_completed({ours, theirs})])


def futures_of_different_results(pool: ThreadPoolExecutor) -> None:
    number, text = pool.submit(size, "here"), pool.submit(str, 3)
    wait([number])
    wait((number, text), return_when=FIRST_COMPLETED)
    futures: list[Future[int] | Future[str]] = [number, text]
    for future in as_completed(futures):
        assert_type(future.result(), int | str)


def the_standard_functions_take_our_futures(futures: list[Future[int]]) -> list[int]:
    done, _ = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)
    return [future.result() for future in [*done, *concurrent.futures.as_completed(futures)]]


def wrong_calls_are_refused(futures: dict[Future[int], str]) -> None:
    wait(size)  # type: ignore[arg-type]
    wait([size("here")])  # type: ignore[type-var]
    wait(next(iter(futures)))  # type: ignore[arg-type]
    wait(futures.values())  # type: ignore[type-var]
    wait(futures, "soon")  # type: ignore[arg-type]
    wait(futures, return_when=1)  # type: ignore[arg-type]
    print(wait(futures).finished)  # type: ignore[attr-defined]
    as_completed(futures, return_when=FIRST_COMPLETED)  # type: ignore[call-arg]
    as_completed(futures)[0]  # type: ignore[index]
    done: set[Future[str]] = wait(futures).done  # type: ignore[assignment]
    for future in as_completed(futures):
        print(future.result().upper(), done)  # type: ignore[attr-defined]
        futures[future].append("x")  # type: ignore[attr-defined]
