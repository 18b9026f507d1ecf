"""Pools and executors of one's own; initializers."""

import multiprocessing
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, assert_type

from pool_lab import Executor, Future, Observer, ProcessPoolExecutor, ThreadPoolExecutor

P = ParamSpec("P")
T = TypeVar("T")


def connect(host: str, port: int) -> None:
    print(host, port)


class Readers(ThreadPoolExecutor):
    def __init__(self, host: str, size: int = 4) -> None:
        super().__init__(size, "reader", initializer=connect, initargs=(host, 80))
        self.host = host

    def read(self, path: str) -> Future[bytes]:
        return self.submit(self._read, path)

    def _read(self, path: str) -> bytes:
        return f"{self.host}/{path}".encode()


class Counting(ProcessPoolExecutor):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submitted = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        self.submitted += 1
        return super().submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        print(self.submitted)
        super().shutdown(wait, cancel_futures=cancel_futures)


class AtOnce(Executor):
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def they_are_used_like_others() -> None:
    with Readers("localhost") as readers, Counting(2) as counting, AtOnce() as at_once:
        assert_type(readers, Readers)
        assert_type(readers.read("index").result(), bytes)
        assert_type(counting.submit(len, "abc").result() + counting.submitted, int)
        assert_type(list(at_once.map(len, ["a", "b"])), list[int])
        assert_type(at_once.submit(connect, "localhost", port=80), Future[None])


def all_that_a_pool_can_be_told(observer: Observer) -> None:
    ThreadPoolExecutor()
    ThreadPoolExecutor(4, "reader", connect, ("localhost", 80), inherit_context=True, observer=observer)
    spawn = multiprocessing.get_context("spawn")
    ProcessPoolExecutor(4, spawn, connect, ("localhost", 80), max_tasks_per_child=10, observer=None)
    ProcessPoolExecutor(mp_context=spawn, initializer=lambda: None, replace_workers=True, task_timeout=0.5)


def threads_or_processes(parallel: bool, size: int) -> ThreadPoolExecutor | ProcessPoolExecutor:
    if parallel:
        return ProcessPoolExecutor(size)
    return ThreadPoolExecutor(size)


def wrong_calls_are_refused(pool: Readers) -> None:
    Readers()  # type: ignore[call-arg]
    Counting().submit(len, 3)  # type: ignore[arg-type]
    ThreadPoolExecutor("four")  # type: ignore[arg-type]
    ThreadPoolExecutor(4, initializer="connect")  # type: ignore[arg-type]
    ThreadPoolExecutor(4, initializer=connect, initargs="localhost")  # type: ignore[arg-type]
    ThreadPoolExecutor(4, initializer=connect, initargs=["localhost", 80])  # type: ignore[arg-type]
    ThreadPoolExecutor(4, task_timeout=1)  # type: ignore[call-arg]
    ProcessPoolExecutor(4, mp_context="spawn")  # type: ignore[arg-type]
    ProcessPoolExecutor(4, task_timeout="soon")  # type: ignore[arg-type]
    ProcessPoolExecutor(4, max_tasks_per_child=0.5)  # type: ignore[arg-type]
    ProcessPoolExecutor(4, thread_name_prefix="reader")  # type: ignore[call-arg]
    pool.shutdown(True, True)  # type: ignore[call-arg]
    pool.read(3)  # type: ignore[arg-type]
    threads_or_processes(True, 4).terminate_workers()  # type: ignore[union-attr]


class Wrong(Executor):
    def submit(self, fn: Callable[[], int]) -> int:  # type: ignore[override]
        return fn()
