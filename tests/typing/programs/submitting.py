"""Submitting calls: the checker compares the arguments with the function, and knows what the future holds."""

from functools import partial
from typing import assert_type

from pool_lab import Future, ProcessPoolExecutor, ThreadPoolExecutor


def half(number: int, *, rounded: bool = False) -> float:
    return number // 2 if rounded else number / 2


def greet(name: str, greeting: str = "Hello") -> str:
    return f"{greeting}, {name}"


def futures_hold_what_the_function_returns(threads: ThreadPoolExecutor, processes: ProcessPoolExecutor) -> None:
    future = threads.submit(half, 3, rounded=True)
    assert_type(future, Future[float])
    assert_type(future.result(timeout=1), float)
    assert_type(future.exception(), BaseException | None)
    assert_type(processes.submit(greet, "you", greeting="Good day").result(), str)
    assert_type([threads.submit(half, number) for number in range(3)], list[Future[float]])


def anything_may_be_called(pool: ThreadPoolExecutor, text: str) -> None:
    assert_type(pool.submit(text.upper), Future[str])
    assert_type(pool.submit(len, [1, 2]), Future[int])
    assert_type(pool.submit(partial(half, rounded=True), 3), Future[float])
    assert_type(pool.submit(lambda: [half(3)]), Future[list[float]])
    assert_type(pool.submit(list[int]), Future[list[int]])
    assert_type(pool.submit(print, "done", flush=True), Future[None])


def a_block_ends_the_pool() -> float:
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="reader") as pool:
        assert_type(pool, ThreadPoolExecutor)
        future = pool.submit(half, 3)
    pool.shutdown(wait=True, cancel_futures=True)
    return future.result()


def futures_made_by_hand() -> Future[int]:
    promise: Future[int] = Future()
    if promise.set_running_or_notify_cancel():
        promise.set_result(3)
        promise.set_exception(ValueError("not three"))
    promise.set_result("three")  # type: ignore[arg-type]
    promise.set_exception("not three")  # type: ignore[arg-type]
    return promise


def wrong_calls_are_refused(pool: ThreadPoolExecutor, processes: ProcessPoolExecutor) -> None:
    pool.submit(half, "three")  # type: ignore[arg-type]
    pool.submit(half, 3, round=True)  # type: ignore[call-arg]
    pool.submit(half, 3, rounded="yes")  # type: ignore[arg-type]
    pool.submit(half)  # type: ignore[call-arg]
    pool.submit(half, 3, True)  # type: ignore[call-arg]
    pool.submit(half(3))  # type: ignore[arg-type]
    pool.submit(fn=half)  # type: ignore[call-arg]
    processes.submit(greet, name=b"you")  # type: ignore[arg-type]
    processes.submit(greet, "you", "Hello", "again")  # type: ignore[call-arg]


def wrong_results_are_refused(pool: ThreadPoolExecutor) -> str:
    number: int = pool.submit(half, 3).result()  # type: ignore[assignment]
    future: Future[str] = pool.submit(half, number)  # type: ignore[arg-type]
    pool.submit(half, number).result().upper()  # type: ignore[attr-defined]
    pool.submit(half, number) + 1  # type: ignore[operator]
    future.results()  # type: ignore[attr-defined]
    return pool.submit(half, number).result("soon")  # type: ignore[return-value, arg-type]
