"""What an attempt tells about itself while it runs in its own process: a line of JSON for each message.

The process runs whatever a learner wrote, so nothing that it sends is ever run here.

    ["opened", run, title, kind, size, given]                a pool was made
    ["events", [[run, event], ...], now]                     what happened since the message before; often nothing
    ["alive", heartbeat]                                     how the process is, many times a second
    ["ended", ending, result, error, line, waits]            the last
"""

import json
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import IO, Any

__all__ = ["AttemptEnding", "Foreign", "line_of", "messages", "packed", "unpacked"]

MOST_BYTES = 64 << 20
"""The most that an attempt may send."""
SCALARS = (bool, int, float, str)
FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)


class AttemptEnding(StrEnum):
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
    UNHEARD = "unheard"
    """Its process was not heard of, and hardly computed. Only this one says nothing about the answer."""
    GONE = "gone"
    NOT_SENT = "not sent"


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that does not leave its process: a "future", an "iterator", a "function" or an "object"."""

    kind: str
    type_name: str

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


def packed(value: object) -> Any:
    """The value in a form that fits JSON. Only the type is kept of anything but numbers, texts and collections."""
    if value is None or type(value) in SCALARS:
        return value
    match value:
        case list():
            return list(map(packed, value))
        case tuple():
            return {"tuple": list(map(packed, value))}
        case set() | frozenset():
            return {"set": list(map(packed, value))}
        case dict():
            return {"dict": [[packed(key), packed(item)] for key, item in value.items()]}
        case bytes():
            return {"bytes": value.hex()}
    kinds: dict[str, Any] = {"future": Future, "iterator": Iterator, "function": FUNCTIONS}
    kind = next((kind for kind, types in kinds.items() if isinstance(value, types)), "object")
    return {"foreign": [kind, type(value).__name__]}


def unpacked(data: Any) -> Any:
    """The value that was packed. Raises `TypeError` or `ValueError` if it makes no sense."""
    if isinstance(data, list):
        return list(map(unpacked, data))
    if not isinstance(data, dict):
        return data
    ((name, inner),) = data.items()
    match name:
        case "tuple":
            return tuple(map(unpacked, inner))
        case "set":
            return set(map(_hashable, inner))
        case "dict":
            return {_hashable(key): unpacked(item) for key, item in inner}
        case "bytes":
            return bytes.fromhex(inner)
        case "foreign":
            kind, type_name = inner
            return Foreign(str(kind), str(type_name))
    raise ValueError(f"there is no value of the kind {name!r}")


def _hashable(data: Any) -> Any:
    value = unpacked(data)
    return frozenset(value) if isinstance(value, set) else value


def line_of(message: object) -> bytes:
    return json.dumps(message).encode() + b"\n"


def messages(stream: IO[bytes]) -> Iterator[Any]:
    """All messages, as they come. Raises something where the stream makes no sense, or goes on and on."""
    left = MOST_BYTES
    while line := stream.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise ValueError("an attempt must not send that much")
        yield json.loads(line)
