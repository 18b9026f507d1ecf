"""What an attempt tells about itself while it runs in its own process: plain messages, one pickle each.

The process runs whatever a learner wrote, so what it says is taken with care: `messages` unpickles numbers, texts and
their collections, and `Foreign`, and nothing else. A message is a tuple that begins with its name:

    ("opened", run, title, kind, size, given)            a pool was made
    ("events", [(run, event as a tuple), ...], now)      what happened since; an empty one says: still alive
    ("ended", ending, result, error, line, waits)        the last
"""

import pickle
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

__all__ = ["Ending", "Foreign", "messages", "plain"]


MOST_BYTES = 64 << 20
MOST_VALUES = 1_000_000


class Ending(StrEnum):
    """How an attempt ended. All but the first two were stopped, and the values say why."""

    RETURNED = "returned"
    RAISED = "raised"
    DEADLOCK = "deadlock"
    STUCK = "stuck"
    ENDLESS = "endless"
    FLOOD = "flood"
    MEMORY = "memory"
    CROWD = "crowd"
    DISK = "disk"
    SILENT = "silent"
    GONE = "gone"
    NOT_SENT = "not sent"


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that does not leave its process: a "future", an "iterator", or another "object"."""

    kind: str
    type_name: str

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


def plain(value: object) -> Any:
    """The value with a `Foreign` in the place of everything that is not a number, a text or a collection."""
    if value is None or type(value) in {bool, int, float, str, bytes}:
        return value
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [plain(item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, set | frozenset):
        return {_key(item) for item in value}
    return Foreign(_kind(value), type(value).__name__)


def _key(value: object) -> Any:
    """As `plain`, for what has to be hashable."""
    return tuple(map(_key, value)) if isinstance(value, tuple) else plain(value)


def _kind(value: object) -> str:
    if isinstance(value, Future):
        return "future"
    return "iterator" if isinstance(value, Iterator) else "object"


def messages(stream: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    """All messages, as they come. Raises something where the stream makes no sense, or goes on and on."""
    bounded = _Bounded(stream)
    while True:
        try:
            message = _Reader(bounded).load()
        except EOFError:
            return
        if not isinstance(message, tuple) or not message or not _is_small(message):
            raise pickle.UnpicklingError("an attempt must send tuples, and no huge ones")
        yield message


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (Foreign.__module__, Foreign.__qualname__):
            return Foreign
        raise pickle.UnpicklingError(f"an attempt must not send a {module}.{name}")


class _Bounded:
    """A stream that ends after as much as any attempt may have to say."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = MOST_BYTES

    def read(self, size: int) -> bytes:
        return self._counted(self._stream.read(min(size, self._left)))

    def readline(self) -> bytes:
        return self._counted(self._stream.readline(self._left))

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        return data


def _is_small(message: tuple[Any, ...]) -> bool:
    """Whether it can be gone through in a moment. What is in it twice counts twice: so few bytes can say a lot."""
    to_do: list[Any] = [message]
    for _ in range(MOST_VALUES):
        if not to_do:
            return True
        value = to_do.pop()
        if isinstance(value, dict):
            to_do += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            to_do += value
    return False
