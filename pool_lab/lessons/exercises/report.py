"""What an attempt tells about itself while it runs in its own process: plain messages, one pickle each.

The process runs whatever a learner wrote, so what it says is taken with care: `read` unpickles numbers, texts and their
collections, and `Foreign`, and nothing else. A message is a tuple that begins with its name:

    ("opened", run, title, kind, size, given)            a pool was made
    ("events", [(run, event as a tuple), ...])           what happened since; an empty one says: still alive
    ("ended", ending, result, error, line, waits)        the last
"""

import pickle
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO

__all__ = ["Ending", "Foreign", "plain", "read"]


class Ending(StrEnum):
    """How an attempt ended. All but the first two were stopped, and the values say why."""

    RETURNED = "returned"
    RAISED = "raised"
    DEADLOCK = "deadlock"
    STUCK = "stuck"
    ENDLESS = "endless"
    FLOOD = "flood"
    MEMORY = "memory"
    SILENT = "silent"
    GONE = "gone"
    NOT_SENT = "not sent"


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that does not leave its process: a "future", an "iterator", or another "object"."""

    kind: str
    type_name: str


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


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (Foreign.__module__, Foreign.__qualname__):
            return Foreign
        raise pickle.UnpicklingError(f"an attempt must not send a {module}.{name}")


def read(stream: BinaryIO) -> tuple[Any, ...]:
    """The next message. Raises `EOFError` at the end, and something else where the stream makes no sense."""
    message = _Reader(stream).load()
    if not isinstance(message, tuple) or not message:
        raise pickle.UnpicklingError("an attempt must send tuples")
    return message
