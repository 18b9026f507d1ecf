"""Many short calls and a long one among them: what a pool must get right however its calls travel.

A call may be in the queue of the pool, or in a batch that was sent to a process. So the calls of these tests stand in
every place where that could be seen: behind a call that takes long, and after so many short ones that the pool expects
the next one to be short as well.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pool_lab import Future
from pool_lab.processes import batch, pipe
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, Gate, stand_at

__all__ = [
    "Marks",
    "allow_long_batches",
    "count_messages",
    "mark",
    "mark_and_die",
    "queue_up",
    "stand_or_mark",
    "warm_up",
]

MANY = 1000


class Marks:
    """A file to which each call adds its number when it runs: once, if all is well."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.clear()

    def clear(self) -> None:
        Path(self.path).write_bytes(b"")

    @property
    def in_order(self) -> list[int]:
        """The numbers in the order in which the calls ran."""
        return [*map(int, Path(self.path).read_text(encoding="ascii").split())]

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.in_order))


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


def warm_up(pool: Any, function: Callable[..., object] = calls.add, *args: Any) -> None:
    """Let the pool see many short calls of the function."""
    for future in [pool.submit(function, *(args or (number,))) for number in range(MANY)]:
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


# Inside: which calls make a batch depends on how long they took, and so on the machine. Tests that are about batches
# would pass for no reason on a slow one.


def allow_long_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls travel together however long they took, as soon as their functions have been called once.

    With one worker, half of the queue is a batch.
    """
    monkeypatch.setattr(batch, "BATCH_S", 1000.0)
    monkeypatch.setattr(batch, "LEAST_S", 0.0)


def count_messages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes of each message that is sent to a process from now on, without large buffers."""
    send, sizes = pipe.Pipe.send, []

    def counted(self: pipe.Pipe, message: bytes, buffers: Any = ()) -> None:
        sizes.append(len(message))
        send(self, message, buffers)

    monkeypatch.setattr(pipe.Pipe, "send", counted)
    return sizes
