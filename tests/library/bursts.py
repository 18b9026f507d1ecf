"""Many short calls and a long one among them: what a pool must get right however it hands calls to its workers.

Whether a call waits in the queue of the pool, or was sent ahead to a worker that is busy, is the pool's own business.
So the calls of these tests are queued in every place where that could be seen: behind a call that takes long, and after
so many short ones that the pool may think the next will be short as well.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pool_lab import Future
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, Gate, stand_at

__all__ = ["Marks", "mark", "mark_and_die", "queue_up", "stand_or_mark", "warm_up"]

MANY = 1000


class Marks:
    """A file to which each call adds its number when it runs: once, if all is well."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.clear()

    def clear(self) -> None:
        Path(self.path).write_bytes(b"")

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(map(int, Path(self.path).read_text(encoding="ascii").split())))


def mark(path: str, number: int) -> int:
    # One write to a file that is opened for appending is never mixed with another's.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, b"%d\n" % number)
    os.close(descriptor)
    return number


def mark_and_die(path: str, number: int) -> None:
    mark(path, number)
    os._exit(3)


def stand_or_mark(address: Address | None, path: str, number: int) -> int:
    """The same function for calls that take long and for short ones."""
    if address is not None:
        stand_at(address)
    return mark(path, number)


def warm_up(pool: Any) -> None:
    """Let the pool see many short calls."""
    for future in [pool.submit(calls.add, number) for number in range(MANY)]:
        future.result(PATIENCE_S)


def queue_up(pool: Any, door: Gate, size: int, submissions: Iterable[tuple[Any, ...]]) -> list[Future[Any]]:
    """The futures of these calls: all are queued before the first of the pool's `size` workers is free to take one."""
    held = [pool.submit(stand_at, door.address) for _ in range(size)]
    door.wait_for(size)
    futures = [pool.submit(*submission) for submission in submissions]
    door.open()
    for future in held:
        future.result(PATIENCE_S)
    return futures
