"""What a type checker sees of the public interface. Never run: mypy reads it."""

from collections.abc import Iterator
from typing import assert_type

from pool_lab import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from pool_lab.future import AnyFuture


def half(number: int, *, rounded: bool = False) -> float:
    return number // 2 if rounded else number / 2


async def the_types_of_calls_arrive(threads: ThreadPoolExecutor, processes: ProcessPoolExecutor) -> None:
    future = threads.submit(half, 3, rounded=True)
    assert_type(future, Future[float])
    assert_type(future.result(), float)
    assert_type(future.exception(), BaseException | None)
    assert_type(await future, float)
    assert_type(processes.map(half, [1, 2], chunksize=2, buffersize=4), Iterator[float])
    assert_type(wait([future]).done, set[AnyFuture[float]])
    assert_type(list(as_completed([future])), list[AnyFuture[float]])


def wrong_calls_are_refused(threads: ThreadPoolExecutor) -> None:
    threads.submit(half, "three")  # type: ignore[arg-type]
    threads.submit(half, 3, round=True)  # type: ignore[call-arg]
    threads.resize("four")  # type: ignore[arg-type]
    ProcessPoolExecutor(2, replace_workers=True, task_timeout=None)
    ProcessPoolExecutor(2, task_timeout="soon")  # type: ignore[arg-type]
