"""`map`: results in the order of the inputs."""

from collections.abc import Iterator
from itertools import count, repeat
from operator import mul
from typing import assert_type

from pool_lab import Executor, ProcessPoolExecutor, ThreadPoolExecutor


def area(width: int, height: float = 1.0) -> float:
    return width * height


def several_inputs_run_side_by_side(threads: ThreadPoolExecutor, processes: ProcessPoolExecutor) -> None:
    assert_type(threads.map(area, [1, 2]), Iterator[float])
    assert_type(list(threads.map(area, [1, 2], (0.5, 1.5), timeout=10)), list[float])
    assert_type(list(processes.map(area, range(100), repeat(2.0), chunksize=10)), list[float])
    assert_type(next(processes.map(area, count(), chunksize=2, buffersize=4)), float)
    assert_type(sum(processes.map(int.bit_length, range(9))), int)
    assert_type(dict(zip("ab", threads.map(str.upper, "ab"), strict=True)), dict[str, str])
    print(list(threads.map(mul, [1, 2], [3, 4])), threads.map(lambda: 1))


def any_executor_maps(executor: Executor) -> list[float]:
    results = executor.map(area, [1, 2], buffersize=2)
    for result in results:
        return [result, *results]
    return []


def wrong_calls_are_refused(threads: ThreadPoolExecutor, processes: ProcessPoolExecutor) -> None:
    threads.map(area, 3)  # type: ignore[arg-type]
    threads.map([1, 2], area)  # type: ignore[arg-type]
    threads.map()  # type: ignore[call-arg]
    threads.map(area, [1], wait=True)  # type: ignore[call-arg]
    processes.map(area, [1], chunksize="all")  # type: ignore[arg-type]
    processes.map(area, [1], buffersize=2.5)  # type: ignore[arg-type]
    words: list[str] = list(threads.map(area, [1]))  # type: ignore[arg-type]
    print(len(threads.map(area, [1])), words)  # type: ignore[arg-type]
    print(processes.map(area, [1])[0])  # type: ignore[index]
