"""Programs that speak of the standard library's types: pools and futures of pool_lab fit in."""

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, assert_type

import pool_lab
import pool_lab as futures

T = TypeVar("T")


def half(number: int) -> float:
    return number / 2


def run(executor: concurrent.futures.Executor, function: Callable[[int], T]) -> concurrent.futures.Future[T]:
    return executor.submit(function, 3)


def ours(executor: pool_lab.Executor) -> pool_lab.Future[float]:
    return executor.submit(half, 3)


def result_of(future: concurrent.futures.Future[T]) -> T:
    return future.result()


def results_of(many: Iterable[concurrent.futures.Future[T]]) -> list[T]:
    return [future.result() for future in many]


def make(processes: bool) -> concurrent.futures.Executor:
    return pool_lab.ProcessPoolExecutor() if processes else pool_lab.ThreadPoolExecutor()


def half_in(executor: pool_lab.ThreadPoolExecutor) -> concurrent.futures.Future[float]:
    return executor.submit(half, 3)


def pools_go_where_standard_ones_do(threads: pool_lab.ThreadPoolExecutor, own: pool_lab.Executor) -> None:
    assert_type(run(threads, half), concurrent.futures.Future[float])
    run(own, half)
    with make(processes=True) as pool:
        run(pool, half)
    kinds: list[type[concurrent.futures.Executor]] = [pool_lab.ThreadPoolExecutor, pool_lab.ProcessPoolExecutor]
    standard: concurrent.futures.ThreadPoolExecutor = threads
    makers: dict[str, Callable[[int], concurrent.futures.Executor]] = {
        "threads": pool_lab.ThreadPoolExecutor,
        "processes": pool_lab.ProcessPoolExecutor,
        "standard": concurrent.futures.ThreadPoolExecutor,
    }
    print(kinds, standard, makers["threads"](4))


def futures_go_where_standard_ones_do(
    threads: pool_lab.ThreadPoolExecutor,
) -> Sequence[concurrent.futures.Future[float]]:
    future = ours(threads)
    assert_type(result_of(future), float)
    assert_type(results_of([future, half_in(threads)]), list[float])
    standard: concurrent.futures.Future[float] = future
    return [future, standard]


def ours_are_told_from_standard_ones(
    executor: concurrent.futures.Executor, future: concurrent.futures.Future[int]
) -> None:
    if isinstance(executor, pool_lab.ThreadPoolExecutor):
        executor.resize(4)
    if isinstance(future, pool_lab.Future):
        future.add_done_callback(print)


def the_module_takes_the_place_of_the_standard_one() -> list[float]:
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        calls = {pool.submit(half, number): number for number in range(3)}
        done = futures.wait(calls, return_when=futures.FIRST_EXCEPTION).done
        return [future.result() for future in futures.as_completed(calls) if future in done]


def wrong_calls_are_refused(executor: concurrent.futures.Executor) -> pool_lab.Future[float]:
    run(executor, str.upper)  # type: ignore[arg-type]
    ours(executor)  # type: ignore[arg-type]
    executor.resize(4)  # type: ignore[attr-defined]
    result_of(executor)  # type: ignore[arg-type]
    return run(executor, half)  # type: ignore[return-value]
