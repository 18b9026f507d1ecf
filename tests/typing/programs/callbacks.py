"""Callbacks: functions, methods and lambdas that take the future."""

import concurrent.futures
from functools import partial

from pool_lab import Future, ThreadPoolExecutor


def report(future: Future[int]) -> None:
    print("cancelled" if future.cancelled() else future.exception() or future.result() + 1)


def report_any(future: concurrent.futures.Future[int]) -> bool:
    return future.done()


def store(key: str, results: dict[str, int], future: Future[int]) -> None:
    results[key] = future.result()


class Display:
    def __init__(self) -> None:
        self.shown: list[int] = []

    def show(self, future: Future[int]) -> None:
        self.shown.append(future.result())


def anything_that_takes_the_future_is_a_callback(pool: ThreadPoolExecutor) -> dict[str, int]:
    results: dict[str, int] = {}
    finished: list[Future[int]] = []
    future = pool.submit(len, "abc")
    future.add_done_callback(report)
    future.add_done_callback(report_any)
    future.add_done_callback(print)
    future.add_done_callback(Display().show)
    future.add_done_callback(finished.append)
    future.add_done_callback(partial(store, "abc", results))
    future.add_done_callback(lambda done: results.update(abc=done.result() + 1))
    return results


def callbacks_on_any_future(future: concurrent.futures.Future[int], ours: Future[int]) -> None:
    future.add_done_callback(report_any)
    for each in (future, ours):
        each.add_done_callback(report_any)


def takes_the_result(result: int) -> None:
    print(result)


def takes_text(future: Future[str]) -> None:
    print(future.result().upper())


def wrong_callbacks_are_refused(future: Future[int], any_future: concurrent.futures.Future[int]) -> None:
    future.add_done_callback(takes_the_result)  # type: ignore[arg-type]
    future.add_done_callback(takes_text)  # type: ignore[arg-type]
    future.add_done_callback(report(future))  # type: ignore[func-returns-value, arg-type]
    future.add_done_callback(store)  # type: ignore[arg-type]
    future.add_done_callback()  # type: ignore[call-arg]
    future.add_done_callback(lambda: 1)  # type: ignore[arg-type, misc]
    future.add_done_callback(lambda done: done.result().upper())  # type: ignore[attr-defined]
    any_future.add_done_callback(report)  # type: ignore[arg-type]
